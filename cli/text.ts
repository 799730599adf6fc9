import { escaped, harmless } from "../provider";

/**
 * Text from elsewhere on a line of our own: nothing in it steers a terminal, reorders the line or ends it, or is obeyed by a
 * pipeline. Unlike `told` it shows line ends for what they are.
 */
export const visible = (text: string, longest = 200): string => harmless(escaped(shortened(text, longest)));

/** Whole characters, and how many there were where not all are shown. */
function shortened(text: string, longest: number): string {
  // An upper bound first: a text of megabytes is not taken apart.
  const characters = Array.from(text.slice(0, 2 * longest + 2));
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${text.length} characters)`;
}
