/** The time, which a test may run ahead of. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Does something later, unless what it gives is called before. What is to come keeps no process alive. */
export type Afterwards = (milliseconds: number, act: () => void) => () => void;

export const afterwards: Afterwards = (milliseconds, act) => {
  const timer = setTimeout(act, milliseconds).unref();
  return () => {
    clearTimeout(timer);
  };
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
