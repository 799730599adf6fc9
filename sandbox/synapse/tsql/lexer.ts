/** T-SQL text to tokens, in one pass. */
import { sqlError } from "./errors";

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

export interface LexerOptions {
  /** false: "…" is a string (SET QUOTED_IDENTIFIER OFF). */
  quotedIdentifier: boolean;
}

const WORD = /[\p{L}_#][\p{L}\p{N}_@$#]*/uy;
const VARIABLE = /@{1,2}[\p{L}\p{N}_@$#]+/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const BINARY = /0[xX][0-9a-fA-F]*/y;
const SYMBOL = /<>|!=|<=|>=|!<|!>|\+=|-=|\*=|\/=|::|[-+*/%=<>(),.;&|^~:$?\\{}!`]/y;
const SPACE = /[\s\ufeff]+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

export function tokenize(text: string, options: LexerOptions = { quotedIdentifier: true }): Token[] {
  const tokens: Token[] = [];
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
    const space = matchAt(SPACE, text, at);
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
  refuseSeparators(text, tokens);
  return tokens;
}

function addPlain(
  text: string,
  at: number,
  line: number,
  add: (kind: TokenKind, value: string, end: number) => void,
): void {
  const patterns: [TokenKind, RegExp][] = [
    ["variable", VARIABLE],
    ["binary", BINARY],
    ["number", NUMBER],
    ["word", WORD],
    ["symbol", SYMBOL],
  ];
  for (const [kind, pattern] of patterns) {
    const match = matchAt(pattern, text, at);
    if (match !== undefined) {
      add(kind, match, at + match.length);
      return;
    }
  }
  throw sqlError(102, text.charAt(at)).at(line);
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
    if (aloneBefore && previousEnds && aloneBehind) throw sqlError(102, "GO").at(token.line);
  });
}
