/** Text from elsewhere on a line of our own: nothing in it steers a terminal, reorders the line or ends it. */
export function visible(text: string, longest = 200): string {
  const shown = (character: string): string =>
    names[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  return shortened(text, longest).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, shown);
}

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Whole characters, and how many there were where not all are shown. */
function shortened(text: string, longest: number): string {
  // An upper bound first: a text of megabytes is not taken apart.
  const characters = Array.from(text.slice(0, 2 * longest + 2));
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${text.length} characters)`;
}
