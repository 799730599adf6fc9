/** How long an operation may be at work with Immuta: over all its requests, their repetitions, pauses and waits. */
export class TimeLimit {
  private until = 0;
  /** Whose time it is, for messages: the input that sets it, or words. */
  name = "";

  /** @param now milliseconds, of any beginning. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.begin("the five minutes of a read", 5 * 60_000);
  }

  /** What comes from now on may take so many milliseconds. */
  begin(name: string, milliseconds: number): void {
    this.name = name;
    this.until = this.now() + milliseconds;
  }

  /** Whole milliseconds. */
  get left(): number {
    return Math.max(0, Math.floor(this.until - this.now()));
  }

  /** Does work that has clocks of its own, and whose time does not count. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    const began = this.now();
    try {
      return await work();
    } finally {
      this.until += this.now() - began;
    }
  }
}
