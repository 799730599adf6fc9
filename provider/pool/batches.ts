/** One batch of a script, to be sent as it is. */
export interface Batch {
  text: string;
  /** Line of the script, counted from 1, on which the batch's first line stands. */
  line: number;
}

/** A script that cannot be split; the message names the line, never the text. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

/** How often `GO n` may repeat a batch: more is a mistake rather than a wish. */
const mostRepeats = 1000;

type Region = "plain" | "'" | '"' | "]" | "line comment" | "block comment";

/**
 * Splits a script at its GO lines as sqlcmd and SSMS do. GO counts only alone on its line (any case, `GO n`,
 * a semicolon, a trailing comment), and not inside a literal, a quoted name or a comment.
 * Runs in time linear in the script's length. Throws ScriptError.
 */
export function splitBatches(script: string): Batch[] {
  const text = script.replace(/^\uFEFF/, "");
  const batches: Batch[] = [];
  let region: Region = "plain";
  let depth = 0;
  let lineNumber = 1;
  let batchStart = 0;
  let batchLine = 1;
  let position = 0;

  const take = (end: number, repeats: number): void => {
    const batch = text.slice(batchStart, end);
    if (batch.trim() === "") return;
    for (let i = 0; i < repeats; i++) batches.push({ text: batch, line: batchLine });
  };

  while (position <= text.length) {
    const end = endOfLine(text, position);
    const next = startOfNextLine(text, end);
    if (region === "plain") {
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
    ({ region, depth } = scan(text, position, end, region, depth, lineNumber));
    if (end === text.length) break;
    position = next;
    lineNumber++;
  }
  take(text.length, 1);
  return batches;
}

/** Walks over one line and says in what it ends. */
function scan(
  text: string,
  from: number,
  end: number,
  startRegion: Region,
  startDepth: number,
  lineNumber: number,
): { region: Region; depth: number } {
  let region = startRegion;
  let depth = startDepth;
  for (let i = from; i < end; i++) {
    const char = text[i];
    const following = i + 1 < end ? text[i + 1] : "";
    if (region === "plain") {
      if (char === "'" || char === '"') region = char;
      else if (char === "[") region = "]";
      else if (char === "-" && following === "-") return { region: "plain", depth: 0 };
      else if (
        char === "$" &&
        following === "(" &&
        /^[\w-]+\)/.test(text.slice(i + 2, Math.min(end, i + 140)))
      )
        throw new ScriptError(
          `Script line ${lineNumber}: $(…) is a variable of sqlcmd, which is not run here. Immuta's scripts hold T-SQL only.`,
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
  return { region, depth };
}

const goLine = /^[ \t]*go(?![\w$#@[\]:.])(.*)$/i;

/** How often the batch before this line is to be sent; undefined when the line is no separator. */
function separator(line: string, number: number): number | undefined {
  const rest = goLine.exec(line)?.[1];
  if (rest === undefined) return undefined;
  // Piece by piece: one pattern for the whole would look at long blanks again and again.
  const [count = ""] = /^\d+/.exec(rest.trimStart()) ?? [];
  const tail = rest.trimStart().slice(count.length).trimStart();
  const comment = (tail.startsWith(";") ? tail.slice(1) : tail).trim();
  if (!isComment(comment))
    throw new ScriptError(
      `Script line ${number}: GO stands alone on its line, with at most a count and a comment behind it.`,
    );
  const repeats = count === "" ? 1 : Number(count);
  if (repeats === 0) throw new ScriptError(`Script line ${number}: GO 0 would leave the batch out.`);
  if (repeats > mostRepeats)
    throw new ScriptError(
      `Script line ${number}: GO ${repeats} repeats the batch more than ${mostRepeats} times.`,
    );
  return repeats;
}

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
  const directive = /^[ \t]*(:[a-z]+|!!)/i.exec(line)?.[1];
  if (directive !== undefined)
    throw new ScriptError(
      `Script line ${number}: ${directive} is a command of sqlcmd, which is not run here. Immuta's scripts hold T-SQL only.`,
    );
}

function endOfLine(text: string, from: number): number {
  for (let i = from; i < text.length; i++) if (text[i] === "\n" || text[i] === "\r") return i;
  return text.length;
}

const startOfNextLine = (text: string, end: number): number =>
  text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1;
