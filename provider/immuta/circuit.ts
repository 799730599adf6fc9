/**
 * What many resources of one run share when a tenant does not answer: one request tries on for all, the others wait
 * for what it finds out, and who comes later is told at once.
 */
export class Circuit {
  private openUntil = 0;
  private reason = "";
  private probe: Probe | undefined;

  /** `cooling`: milliseconds for which nobody asks again; default 30 s. */
  constructor(
    private readonly cooling = 30_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Why nothing is sent at the moment; undefined when all is well. */
  get interrupted(): string | undefined {
    return this.now() < this.openUntil ? this.reason : undefined;
  }

  /**
   * Whether a request that got no answer is to try again. The first to ask may, as often as it likes; the others
   * are told when that one has an answer, or has given up.
   */
  async mayTryAgain(request: symbol): Promise<boolean> {
    if (this.interrupted !== undefined) return false;
    this.probe ??= newProbe(request);
    return this.probe.request === request || this.probe.answered;
  }

  failed(reason: string): void {
    this.openUntil = this.now() + this.cooling;
    this.reason = reason;
    this.end(false);
  }

  answered(): void {
    this.openUntil = 0;
    this.end(true);
  }

  /** To be said of every request, so that none waits for one that is over. */
  ended(request: symbol): void {
    if (this.probe?.request === request) this.end(false);
  }

  private end(answered: boolean): void {
    this.probe?.end(answered);
    this.probe = undefined;
  }
}

interface Probe {
  request: symbol;
  answered: Promise<boolean>;
  end(answered: boolean): void;
}

function newProbe(request: symbol): Probe {
  let end: Probe["end"] = () => undefined;
  const answered = new Promise<boolean>((resolve) => {
    end = resolve;
  });
  return { request, answered, end };
}
