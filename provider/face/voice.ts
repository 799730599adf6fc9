import { type Announcement, harmless, lineOf, nameOfUrn, type Reporter, wordsOf } from "..";
import type { EngineLog, Severity } from "./engine-log";

/** Characters of one line of an operation. */
const longestLine = 20_000;

/** What a face says to whoever looks at the run: on a resource's row, and elsewhere on the stack's. */
export class Voice {
  private readonly announced = new Set<string>();

  /** `mask` takes the secrets out of every line. */
  constructor(
    private readonly engine: EngineLog | undefined,
    private readonly mask: (text: string) => string,
  ) {}

  /** Says what a preview announces of a resource, once. */
  async announce(urn: string, announcement: () => Announcement | undefined): Promise<void> {
    if (this.announced.has(urn)) return;
    this.announced.add(urn);
    const announced = announcement();
    if (announced === undefined) return;
    this.engine?.data(lineOf(announced), this.harmless(`${nameOfUrn(urn)}:`), urn);
    for (const { text } of wordsOf(announced)) this.say("info", text, urn);
    await this.flushed();
  }

  /** Lines of an operation: on the resource's row where it is known, else on the stack's with the subject before it. */
  reporter(urn: string | undefined, subject: string, debug: boolean): Reporter {
    const worded = (line: string): string => (urn === undefined ? `${subject}: ${line}` : line);
    return {
      info: (line) => {
        this.say("info", worded(line), urn);
      },
      warn: (line) => {
        this.say("warning", worded(line), urn);
      },
      debug: (line) => {
        if (debug) this.say("info", worded(`debug: ${line}`), urn);
      },
    };
  }

  flushed(): Promise<void> {
    return this.engine?.flushed() ?? Promise.resolve();
  }

  private say(severity: Severity, said: string, urn: string | undefined): void {
    const line = this.harmless(said);
    if (this.engine !== undefined) this.engine.log(severity, line, urn);
    else if (severity === "warning") console.error(`warning: ${line}`);
    else console.log(line);
  }

  private harmless(said: string): string {
    return harmless(this.mask(said), longestLine);
  }
}
