import { setMaxListeners } from "node:events";
import { Failure, failureKind } from "./failure";

const interrupted = failureKind({
  code: "IMMUTA-INTERRUPTED",
  title: "The operation was told to stop before its end.",
  remedy:
    "Nothing was undone. The state says how far it came: `pulumi up` goes on from there, `pulumi destroy` removes it.",
});

/** The operation was told to stop before its end: nothing was undone, and the state says how far it came. */
export class Interrupted extends Failure {
  constructor(message: string, cause?: unknown) {
    super(interrupted, message, { outcome: "unknown", cause });
  }
}

/** Milliseconds in which a request or batch that writes may still come to its end. */
const grace = 3000;

/** Tells the operations of this process to stop. */
export class Interruption {
  private readonly stopping = new AbortController();
  private readonly cuttingOff = new AbortController();

  constructor() {
    // All that is under way listens; Node takes more than ten for a leak, and says so.
    setMaxListeners(0, this.stopped, this.cutOff);
  }

  /** Aborted at once: nothing new begins, and what only reads or waits ends. The reason is an Interrupted. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** Aborted a little later: what writes is not waited for any longer. */
  get cutOff(): AbortSignal {
    return this.cuttingOff.signal;
  }

  /** @param why ends the sentence "Stopped, because …". */
  stop(why: string): void {
    if (this.stopped.aborted) return;
    const reason = new Interrupted(`Stopped, because ${why}.`);
    this.stopping.abort(reason);
    setTimeout(() => {
      this.cuttingOff.abort(reason);
    }, grace).unref();
  }
}

/** Resolves after so many milliseconds; rejects with the signal's reason where it is aborted before. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** What the work gives, or the signal's reason where it is aborted before; then `late` gets what comes of it. */
export function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (result: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(
      (result) => {
        signal.removeEventListener("abort", stop);
        if (signal.aborted) late(result);
        else resolve(result);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", stop);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}
