import { type Announcement, lineOf, wordsOf, type PropertyMap, type Reporter, harmless } from "..";
import { engineLog, type Severity } from "./engine-log";

/** What the SDK tells of a resource beside its inputs. */
export interface Context {
  urn: string;
  preview: boolean;
}

/**
 * Who hears what the provider has to say. A dynamic provider is not told its resource's URN, so the SDK passes it to
 * check, and later calls are recognised by their inputs. Without it lines go to the stack's row.
 */
export class Audience {
  private readonly engine = engineLog();
  private readonly contexts = new Map<string, Context>();
  private readonly announced = new Set<string>();

  /** `mask` takes the secrets out of every line. */
  constructor(private readonly mask: (text: string) => string) {}

  remember(inputs: PropertyMap, context: unknown): void {
    if (isContext(context)) this.contexts.set(canonical(inputs), context);
  }

  /** Says once, and in a preview only, what will be done. */
  async preview(inputs: PropertyMap, announcement: () => Announcement | undefined): Promise<void> {
    const context = this.contexts.get(canonical(inputs));
    if (context?.preview !== true || this.announced.has(context.urn)) return;
    this.announced.add(context.urn);
    const announced = announcement();
    if (announced === undefined) return;
    this.engine?.data(lineOf(announced), context.urn);
    for (const { text } of wordsOf(announced)) this.say("info", text, context.urn);
    await this.flushed();
  }

  /** Lines of an operation: on the resource's row where it is known, else on the stack's with the subject before it. */
  reporter(inputs: PropertyMap, subject: string, debug: boolean): Reporter {
    const urn = this.subject(inputs);
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

  /** The URN of the resource with these inputs, where it is known. */
  subject(inputs: PropertyMap): string | undefined {
    return this.contexts.get(canonical(inputs))?.urn;
  }

  flushed(): Promise<void> {
    return this.engine?.flushed() ?? Promise.resolve();
  }

  private say(severity: Severity, said: string, urn: string | undefined): void {
    const line = harmless(this.mask(said), longestLine);
    if (this.engine !== undefined) this.engine.log(severity, line, urn);
    else if (severity === "warning") console.error(`warning: ${line}`);
    else console.log(line);
  }
}

/** Characters of one line of an operation. */
const longestLine = 20_000;

export const isContext = (value: unknown): value is Context =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as Partial<Context>).urn === "string" &&
  typeof (value as Partial<Context>).preview === "boolean";

/** The same text for the same inputs, whatever the order of their keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([name]) => name !== "__provider" && name !== "__context")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}
