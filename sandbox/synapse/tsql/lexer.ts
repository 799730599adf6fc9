/** T-SQL text to tokens, in one pass. */
import { SqlError, sqlError } from "./errors";

export type TokenKind = "word" | "quoted" | "string" | "number" | "binary" | "variable" | "symbol" | "end";

export interface Token {
  kind: TokenKind;
  /** A word as written, a quoted identifier or string without its quotes, a symbol. */
  text: string;
  /** The word in upper case; empty for everything that is not a bare word. */
  keyword: string;
  line: number;
  /** Offsets in the text: start, and the first one behind. */
  start: number;
  end: number;
}

/** What the parser of a dedicated pool takes. */
export interface PoolDialect {
  /** DROP … IF EXISTS of every kind of object; otherwise of views alone, as it is documented. */
  dropIfExists: boolean;
  /** SET TRANSACTION ISOLATION LEVEL with every level; otherwise READ UNCOMMITTED alone, as it is documented. */
  isolationLevels: boolean;
}

export const documentedDialect: PoolDialect = { dropIfExists: false, isolationLevels: false };

export interface ParseOptions {
  /** false: "…" is a string (SET QUOTED_IDENTIFIER OFF). */
  quotedIdentifier: boolean;
  /** Of a dedicated pool; master speaks as a SQL database does. */
  dialect?: PoolDialect | undefined;
}

const wordPattern = /[\p{L}_#][\p{L}\p{N}_@$#]*/uy;
const variablePattern = /@{1,2}[\p{L}\p{N}_@$#]+/uy;
const numberPattern = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const binaryPattern = /0[xX][0-9a-fA-F]*/y;
const symbolPattern = /<>|!=|<=|>=|!<|!>|\+=|-=|\*=|\/=|::|[-+*/%=<>(),.;&|^~:$?\\{}!`]/y;
const spacePattern = /[\s\ufeff]+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Throws SqlError for the first part that is no token. */
export function tokenize(text: string, options?: ParseOptions): Token[] {
  const { tokens, failure } = tokensOf(text, options);
  if (failure !== undefined) throw failure;
  return tokens;
}

/** The tokens up to the first part of the text that is none, and what is wrong with it. */
export function tokensOf(
  text: string,
  options: ParseOptions = { quotedIdentifier: true },
): { tokens: Token[]; failure: SqlError | undefined } {
  const tokens: Token[] = [];
  let failure: SqlError | undefined;
  try {
    readTokens(text, options, tokens);
    refuseSeparators(text, tokens);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    failure = error;
  }
  return { tokens, failure };
}

function readTokens(text: string, options: ParseOptions, tokens: Token[]): void {
  let at = 0;
  let line = 1;

  const countLines = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) if (text.charCodeAt(index) === 10) line += 1;
  };
  const add = (kind: TokenKind, value: string, end: number): void => {
    tokens.push({
      kind,
      text: value,
      keyword: kind === "word" ? value.toUpperCase() : "",
      line,
      start: at,
      end,
    });
    countLines(at, end);
    at = end;
  };

  while (at < text.length) {
    const space = matchAt(spacePattern, text, at);
    if (space !== undefined) {
      countLines(at, at + space.length);
      at += space.length;
      continue;
    }
    const character = text.charAt(at);
    const pair = text.slice(at, at + 2);
    if (pair === "--") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (pair === "/*") {
      const end = endOfComment(text, at, line);
      countLines(at, end);
      at = end;
    } else if (character === "'" || (pair.toUpperCase() === "N'" && pair.length === 2)) {
      const quote = character === "'" ? at : at + 1;
      const end = endOfQuoted(text, quote, "'", line);
      add("string", text.slice(quote + 1, end - 1).replaceAll("''", "'"), end);
    } else if (character === '"') {
      const end = endOfQuoted(text, at, '"', line);
      add(
        options.quotedIdentifier ? "quoted" : "string",
        text.slice(at + 1, end - 1).replaceAll('""', '"'),
        end,
      );
    } else if (character === "[") {
      const end = endOfQuoted(text, at, "]", line);
      add("quoted", text.slice(at + 1, end - 1).replaceAll("]]", "]"), end);
    } else {
      addPlain(text, at, line, add);
    }
  }
  add("end", "", at);
}

function addPlain(
  text: string,
  at: number,
  line: number,
  add: (kind: TokenKind, value: string, end: number) => void,
): void {
  const patterns: [TokenKind, RegExp][] = [
    ["variable", variablePattern],
    ["binary", binaryPattern],
    ["number", numberPattern],
    ["word", wordPattern],
    ["symbol", symbolPattern],
  ];
  for (const [kind, pattern] of patterns) {
    const match = matchAt(pattern, text, at);
    if (match !== undefined) {
      add(kind, match, at + match.length);
      return;
    }
  }
  const character = text.charAt(at);
  throw sqlError(102, character).about({ start: at, text: character, line });
}

/** Comments nest. */
function endOfComment(text: string, start: number, line: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  for (let depth = 0, mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  throw sqlError(113).at(line);
}

/** The offset behind the closing quote; a doubled quote stands for itself. */
function endOfQuoted(text: string, start: number, quote: string, line: number): number {
  let end = text.indexOf(quote, start + 1);
  while (end >= 0 && text.charAt(end + 1) === quote) end = text.indexOf(quote, end + 2);
  if (end < 0) throw sqlError(105).at(line);
  return end + 1;
}

/** GO belongs to client tools. Alone on its line it would pass for a name, so it is refused wherever it stands. */
function refuseSeparators(text: string, tokens: Token[]): void {
  tokens.forEach((token, index) => {
    if (token.keyword !== "GO") return;
    const previous = tokens[index - 1];
    let next = tokens[index + 1];
    if (next?.kind === "number" && next.line === token.line) next = tokens[index + 2];
    if (next?.text === ";" && next.line === token.line) next = tokens[index + 2];
    const aloneBefore = text.slice(text.lastIndexOf("\n", token.start - 1) + 1, token.start).trim() === "";
    const previousEnds = previous === undefined || previous.line < token.line;
    const aloneBehind = next === undefined || next.kind === "end" || next.line > token.line;
    if (aloneBefore && previousEnds && aloneBehind) throw sqlError(102, "GO").about(token);
  });
}
