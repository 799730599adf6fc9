import { upper } from "./keywords";

/** What a piece of T-SQL is. Blanks and comments are none, and stand between. */
export type TokenKind =
  /** Bare: a keyword, a name, or a temporary table's name. */
  | "word"
  /** A name in brackets or double quotes. */
  | "quoted"
  | "literal"
  | "number"
  | "variable"
  | "punctuation"
  /** A character that T-SQL has no use for outside of quotes, or quotes that are never closed. */
  | "odd";

export interface Token {
  kind: TokenKind;
  /** As it is written. */
  text: string;
  /** Offset of its first character. */
  at: number;
}

/**
 * Reads T-SQL token by token, in time linear in its length, whatever it holds. `comment` hears of each comment, with
 * the offset behind it.
 */
export function* tokensOf(sql: string, comment?: (text: string, end: number) => void): Generator<Token> {
  for (let at = 0; at < sql.length;) {
    const end = endOfBlank(sql, at) ?? endOfComment(sql, at);
    if (end !== undefined) {
      if (!isBlank(sql[at] ?? "")) comment?.(sql.slice(at, end), end);
      at = end;
      continue;
    }
    const token = tokenAt(sql, at);
    yield token;
    at += token.text.length;
  }
}

function tokenAt(sql: string, at: number): Token {
  const char = sql[at] ?? "";
  const quoteAt = sql[at + 1] === "'" && (char === "n" || char === "N") ? at + 1 : at;
  const closing = closers[sql[quoteAt] ?? ""];
  if (closing !== undefined) {
    const end = endOfQuoted(sql, quoteAt, closing);
    const kind = end === undefined ? "odd" : closing === "'" ? "literal" : "quoted";
    return { kind, text: sql.slice(at, end ?? sql.length), at };
  }
  for (const { kind, pattern } of patterns) {
    pattern.lastIndex = at;
    const [text] = pattern.exec(sql) ?? [];
    if (text !== undefined) return { kind, text, at };
  }
  return { kind: "odd", text: String.fromCodePoint(sql.codePointAt(at) ?? 0), at };
}

const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', "[": "]" };

/**
 * Each begins with other characters than the rest, and the most common ones come first. A number ends where a letter
 * follows, as `1DROP` is two tokens to a server.
 */
const patterns: readonly { kind: TokenKind; pattern: RegExp }[] = [
  { kind: "word", pattern: /[\p{L}_#][\p{L}\p{M}\p{N}@#$_]*/uy },
  { kind: "punctuation", pattern: /::|[-+*/%&|^~=<>!,.;:()]/y },
  { kind: "variable", pattern: /@[\p{L}\p{M}\p{N}@#$_]*/uy },
  { kind: "number", pattern: /0x[\da-f]*|\$?\d+(?:\.\d*)?(?:e[+-]?\d*)?/iy },
];

const isBlank = (char: string): boolean => char <= " " || char === "\u00a0" || char === "\u3000";

function endOfBlank(sql: string, from: number): number | undefined {
  let end = from;
  while (end < sql.length && isBlank(sql[end] ?? "")) end++;
  return end === from ? undefined : end;
}

const lineEnd = /[\r\n]/g;
const commentMark = /\/\*|\*\//g;

/** Comments nest; one that is never closed goes on to the end. */
function endOfComment(sql: string, from: number): number | undefined {
  if (sql.startsWith("--", from)) {
    lineEnd.lastIndex = from;
    return lineEnd.exec(sql)?.index ?? sql.length;
  }
  if (!sql.startsWith("/*", from)) return undefined;
  commentMark.lastIndex = from;
  for (let depth = 0; ;) {
    const mark = commentMark.exec(sql);
    if (mark === null) return sql.length;
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.index + 2;
  }
}

/** Behind the closing character; one that is doubled stands for itself. */
function endOfQuoted(sql: string, from: number, closing: string): number | undefined {
  for (let end = sql.indexOf(closing, from + 1); end !== -1; end = sql.indexOf(closing, end + 2))
    if (sql[end + 1] !== closing) return end + 1;
  return undefined;
}

/** Of a literal its text, of a quoted name the name; of anything else what is written. */
export function valueOf({ kind, text }: Token): string {
  if (kind !== "literal" && kind !== "quoted") return text;
  const inner = text.slice(bodyAt(text), -1);
  const closing = text.at(-1) ?? "";
  return inner.replaceAll(closing + closing, closing);
}

/** Offset of a literal's text, or of a quoted name's, within what is written. */
export const bodyAt = (text: string): number => (/^n/i.test(text) ? 2 : 1);

/** Some tokens in a row, parted by blanks: words in upper case, marks, and of anything else its kind. */
export const wordsAt = (tokens: readonly Token[], from: number, count: number): string =>
  tokens
    .slice(Math.max(from, 0), Math.max(from + count, 0))
    .map(({ kind, text }) => (kind === "word" || kind === "punctuation" ? upper(text) : kind))
    .join(" ");

/** Whether a literal is SQL that is executed as it is: EXEC('…'), or EXEC sp_executesql N'…'. */
export const isExecuted = (tokens: readonly Token[], at: number): boolean =>
  /^EXEC(UTE)? \( literal \)$/.test(wordsAt(tokens, at - 2, 4)) ||
  /\bEXEC(UTE)? (SYS \. )?SP_EXECUTESQL literal$/.test(wordsAt(tokens, at - 4, 5));
