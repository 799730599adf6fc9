/**
 * What many resources of one run share when a tenant does not answer: the first to find out pays for the tries, the
 * others are told at once.
 */
export class Circuit {
  private openUntil = 0;
  private reason = "";

  /** `cooling`: milliseconds for which nobody asks again; default 30 s. */
  constructor(
    private readonly cooling = 30_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Why nothing is sent at the moment; undefined when all is well. */
  get interrupted(): string | undefined {
    return this.now() < this.openUntil ? this.reason : undefined;
  }

  failed(reason: string): void {
    this.openUntil = this.now() + this.cooling;
    this.reason = reason;
  }

  answered(): void {
    this.openUntil = 0;
  }
}
