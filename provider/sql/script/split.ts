/** One batch of a script, to be sent as it is. */
export interface Batch {
  text: string;
  /** Line of the script, counted from 1, on which the batch's first line stands. */
  line: number;
}

/** A script that cannot be split; the message names the line, never the text. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";

  /** @param line of the script, counted from 1. */
  constructor(
    readonly line: number,
    readonly about: "GO" | "sqlcmd" | "literal" | "name" | "comment",
    /** A sentence without the line. */
    readonly what: string,
  ) {
    super(`Script line ${line}: ${what}`);
  }
}

/** How often `GO n` may repeat a batch: more is a mistake rather than a wish. */
const mostRepeats = 1000;

/** How many batches a script may have in all, repeats counted. */
export const mostBatches = 10_000;

type Region = "plain" | "'" | '"' | "]" | "block comment";

/** Where a line leaves off. */
interface State {
  region: Region;
  /** Of nested comments. */
  depth: number;
  /** Line on which the region opened. */
  opened: number;
}

const plain: State = { region: "plain", depth: 0, opened: 0 };

/**
 * Splits a script at its GO lines; docs/scripts.md has a table of the forms in which GO counts, and whom that follows.
 * GO never counts inside a literal, a quoted name or a comment, and one of these that is never closed is refused.
 * Runs in time linear in the script's length, and gives `mostBatches` at most. Throws ScriptError.
 */
export function splitBatches(script: string): Batch[] {
  const text = script.replace(/^\uFEFF/, "");
  const batches: Batch[] = [];
  let state = plain;
  let lineNumber = 1;
  let batchStart = 0;
  let batchLine = 1;
  let position = 0;

  const take = (end: number, repeats: number): void => {
    const batch = text.slice(batchStart, end);
    if (batch.trim() === "") return;
    if (batches.length + repeats > mostBatches)
      throw new ScriptError(lineNumber, "GO", `the script has more than ${mostBatches} batches.`);
    for (let i = 0; i < repeats; i++) batches.push({ text: batch, line: batchLine });
  };

  while (position <= text.length) {
    const end = endOfLine(text, position);
    const next = startOfNextLine(text, end);
    if (state.region === "plain") {
      const line = text.slice(position, end);
      const repeats = separator(line, lineNumber);
      if (repeats !== undefined) {
        take(position, repeats);
        batchStart = next;
        batchLine = lineNumber + 1;
        if (next > text.length || end === text.length) return batches;
        position = next;
        lineNumber++;
        continue;
      }
      refuseDirective(line, lineNumber);
    }
    state = scan(text, position, end, state, lineNumber);
    if (end === text.length) break;
    position = next;
    lineNumber++;
  }
  requireClosed(state);
  take(text.length, 1);
  return batches;
}

const regions = {
  "'": { about: "literal", name: "a literal" },
  '"': { about: "name", name: 'a name in "quotes"' },
  "]": { about: "name", name: "a name in [brackets]" },
  "block comment": { about: "comment", name: "a comment" },
} as const;

/** What is never closed has taken every GO behind it for its own text. */
function requireClosed({ region, opened }: State): void {
  if (region === "plain") return;
  const { about, name } = regions[region];
  throw new ScriptError(opened, about, `${name} opens here and is never closed.`);
}

/** Walks over one line and says in what it ends. */
function scan(text: string, from: number, end: number, start: State, lineNumber: number): State {
  let { region, depth, opened } = start;
  for (let i = from; i < end; i++) {
    const char = text[i];
    const following = i + 1 < end ? text[i + 1] : "";
    if (region === "plain") {
      opened = lineNumber;
      if (char === "'" || char === '"') region = char;
      else if (char === "[") region = "]";
      else if (char === "-" && following === "-") return plain;
      else if (
        char === "$" &&
        following === "(" &&
        /^[\w-]+\)/.test(text.slice(i + 2, Math.min(end, i + 140)))
      )
        throw new ScriptError(
          lineNumber,
          "sqlcmd",
          `$(…) is a variable of sqlcmd, which is not run here. Immuta's scripts hold T-SQL only.`,
        );
      else if (char === "/" && following === "*") {
        region = "block comment";
        depth = 1;
        i++;
      }
    } else if (region === "block comment") {
      if (char === "/" && following === "*") {
        depth++;
        i++;
      } else if (char === "*" && following === "/") {
        depth--;
        i++;
        if (depth === 0) region = "plain";
      }
    } else if (char === region) {
      // A doubled closing character stands for itself.
      if (following === region) i++;
      else region = "plain";
    }
  }
  return { region, depth, opened };
}

/** GO as a word of its own. What neither sqlcmd nor SSMS takes for one, such as `GO;` and `go(1)`, is text. */
const goLine = /^[ \t]*go(?=$|[ \t]|--|\p{Cc})(.*)$/isu;

/** How often the batch before this line is to be sent; undefined when the line is no separator. */
function separator(line: string, number: number): number | undefined {
  const rest = goLine.exec(line)?.[1];
  if (rest === undefined) return undefined;
  // Piece by piece: one pattern for the whole would look at long blanks again and again.
  const behind = trimmed(rest);
  const [count = ""] = /^\d+/.exec(behind) ?? [];
  const tail = trimmed(behind.slice(count.length));
  if (!isTail(tail, count !== ""))
    throw new ScriptError(
      number,
      "GO",
      `GO stands alone on its line, with at most a count and a comment behind it.`,
    );
  const repeats = count === "" ? 1 : Number(count);
  if (repeats === 0) throw new ScriptError(number, "GO", `GO 0 would leave the batch out.`);
  if (repeats > mostRepeats)
    throw new ScriptError(number, "GO", `GO ${repeats} repeats the batch more than ${mostRepeats} times.`);
  return repeats;
}

/** Behind a count sqlcmd takes a semicolon and any comment; behind GO alone both it and SSMS take dashes only. */
const isTail = (tail: string, counted: boolean): boolean =>
  tail === "" ||
  tail.startsWith("--") ||
  (counted && isComment(trimmed(tail.startsWith(";") ? tail.slice(1) : tail)));

/** Without blanks at either end; other white space is no part of a separator. In one pass, however long they are. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start++;
  while (end > start && isBlank(text[end - 1])) end--;
  return text.slice(start, end);
}

const isBlank = (char: string | undefined): boolean => char === " " || char === "\t";

/** Nothing, or one comment, with none nested in it, that ends where the text does. */
const isComment = (text: string): boolean =>
  text === "" ||
  text.startsWith("--") ||
  (text.length >= 4 &&
    text.startsWith("/*") &&
    text.indexOf("*/", 2) === text.length - 2 &&
    !text.includes("/*", 2));

/** sqlcmd's own commands and variables would reach the server as broken T-SQL. */
function refuseDirective(line: string, number: number): void {
  const directive = /^[ \t]*(:[a-z]+|:?!!)/i.exec(line)?.[1];
  if (directive !== undefined)
    throw new ScriptError(
      number,
      "sqlcmd",
      `${directive} is a command of sqlcmd, which is not run here. Immuta's scripts hold T-SQL only.`,
    );
}

function endOfLine(text: string, from: number): number {
  for (let i = from; i < text.length; i++) if (text[i] === "\n" || text[i] === "\r") return i;
  return text.length;
}

const startOfNextLine = (text: string, end: number): number =>
  text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1;
