import { reserved, upper } from "./keywords";
import { type Token, valueOf } from "./tokens";

/** What makes a statement one that is not run under a strict guard; the message holds no literal. */
export class Refusal extends Error {}

/** A place among the tokens of a batch. */
export class Cursor {
  position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** A token from here on; undefined behind the last. */
  token(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead];
  }

  /** A bare word in upper case. */
  word(ahead = 0): string | undefined {
    const token = this.token(ahead);
    return token?.kind === "word" ? upper(token.text) : undefined;
  }

  isMark(text: string, ahead = 0): boolean {
    const token = this.token(ahead);
    return token?.kind === "punctuation" && token.text === text;
  }

  /** Goes beyond such words where all of them stand here. */
  take(...words: string[]): boolean {
    if (words.some((word, ahead) => this.word(ahead) !== word)) return false;
    this.position += words.length;
    return true;
  }

  takeOneOf(...words: string[]): string | undefined {
    const word = words.find((one) => this.word() === one);
    if (word !== undefined) this.position++;
    return word;
  }

  takeMark(text: string): boolean {
    if (!this.isMark(text)) return false;
    this.position++;
    return true;
  }

  /** Goes beyond such words or marks. Throws Refusal where something else stands here. */
  need(...texts: string[]): void {
    for (const text of texts) if (!this.take(text) && !this.takeMark(text)) throw new Refusal(cannotBeJudged);
  }

  /** A name of one part. Throws Refusal. */
  name(): string {
    const token = this.token();
    if (token === undefined || !isName(token)) throw new Refusal(cannotBeJudged);
    this.position++;
    return valueOf(token);
  }

  /** A name in its parts. Throws Refusal. */
  names(): string[] {
    const parts = [this.name()];
    while (this.takeMark(".")) parts.push(this.name());
    return parts;
  }

  /** A literal's text. Throws Refusal. */
  literal(): string {
    const token = this.token();
    if (token?.kind !== "literal") throw new Refusal(cannotBeJudged);
    this.position++;
    return valueOf(token);
  }
}

export const cannotBeJudged = "has a statement that cannot be judged";

export const isName = ({ kind, text }: Token): boolean =>
  kind === "quoted" || (kind === "word" && !reserved.has(upper(text)));
