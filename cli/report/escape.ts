import { visible } from "../text";

/** Longest name, and longest value, that a report shows whole. */
export const longestName = 60;
export const longestValue = 120;

/**
 * Text of any origin as code, for a line or a table's cell of GitHub-flavoured Markdown. In a code span nothing has a
 * meaning: no HTML, mention, link or emphasis. A pipe alone ends a cell even there, and parsers differ about `\` before
 * one, so it is written as an entity between spans.
 */
export function code(text: string, longest = longestValue): string {
  if (text === "") return "*empty*";
  return visible(text, longest)
    .split(/(\|+)/)
    .filter((piece) => piece !== "")
    .map((piece) => (piece.startsWith("|") ? `<code>${"&#124;".repeat(piece.length)}</code>` : span(piece)))
    .join("");
}

function span(text: string): string {
  const longestRun = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longestRun + 1);
  // A parser takes one space off both ends where both have one, unless there is nothing else.
  const padded = /^`|`$|^ .* $/.test(text) && text.trim() !== "" ? ` ${text} ` : text;
  return `${fence}${padded}${fence}`;
}

/** The same inside an HTML block, where Markdown is not read. */
export function codeInHtml(text: string, longest = longestValue): string {
  const shown = text === "" ? "empty" : visible(text, longest);
  return `<code>${shown.replace(/[^\p{L}\p{N} ]/gu, (it) => `&#${it.codePointAt(0) ?? 0};`)}</code>`;
}
