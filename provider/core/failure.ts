/** What a failure leaves of what was asked for: from this, and not from its text, follows what is done next (recovery.ts). */
export type Outcome =
  /** Nothing left this process, or nothing of it was begun. */
  | "not sent"
  /** It was not carried out, or only in parts that can be taken back. */
  | "refused"
  /** It may have been carried out, or may yet be. */
  | "unknown"
  /** It was accepted, and its end is not seen yet. */
  | "still working";

/** A kind of failure, which its code names for good: in messages, in docs/troubleshooting.md, and for `explain`. */
export interface Kind {
  code: `IMMUTA-${string}`;
  /** What happened, in a sentence. */
  title: string;
  /** What to do, in Markdown. */
  remedy: string;
}

const kinds = new Map<string, Kind>();

/** Makes a kind known by its code. Throws where two have one code. */
export function failureKind(kind: Kind): Kind {
  if (kinds.has(kind.code)) throw new Error(`two failures have the code ${kind.code}`);
  kinds.set(kind.code, kind);
  return kind;
}

/** All kinds of the modules that are loaded, by their codes. */
export const failureKinds = (): Kind[] => [...kinds.values()].sort((a, b) => (a.code < b.code ? -1 : 1));

export const failureOf = (code: string): Kind | undefined => kinds.get(code.toUpperCase());

export interface About {
  /** Default: refused. */
  outcome?: Outcome;
  cause?: unknown;
  /** Another failure of the run says all of it. */
  brief?: boolean;
}

/** An end that somebody has to know of: a code, a sentence, what is left of it, and what it came from. */
export class Failure extends Error {
  readonly outcome: Outcome;
  readonly brief: boolean;

  constructor(
    readonly kind: Kind,
    message: string,
    { outcome = "refused", cause, brief = false }: About = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = kind.code;
    this.outcome = outcome;
    this.brief = brief;
  }

  /** The same with another outcome, and itself as the cause. */
  as(outcome: Outcome): Failure {
    return new Failure(this.kind, this.message, { outcome, cause: this });
  }

  /** The same with a line more, and itself as the cause. */
  noted(line: string): Failure {
    return new Failure(this.kind, `${this.message}\n${line}`, { outcome: this.outcome, cause: this });
  }
}

/** The ends of a message that has several: a line each, with the case for which it is. */
export const waysOn = (...ways: readonly string[]): string => ways.map((way) => `\n- ${way}`).join("");

const unexpected = failureKind({
  code: "IMMUTA-UNEXPECTED",
  title: "Something failed that has no code of its own.",
  remedy: "Run again with `PULUMI_IMMUTA_DEBUG=1`, which shows where it came from, and report it.",
});

/** The text of an error as it leaves the package: with its code, and where more stands of it. */
export function withCode(error: Error): string {
  const failure = error instanceof Failure ? error : error.cause;
  if (!(failure instanceof Failure) || failure.brief || failure.kind === unexpected) return error.message;
  const { code } = failure.kind;
  return `${error.message}\n${code} (\`npx pulumi-immuta explain ${code}\` says more)`;
}

/** Whatever was thrown, as a failure. */
export const asFailure = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure(unexpected, textOf(error), { cause: error });

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
