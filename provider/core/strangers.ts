/**
 * The text of strangers: what Immuta, a pool or a proxy prints and says, and what it has in its scripts. It reaches
 * terminals and pipelines as text and as nothing else. This is the one gate that it passes, at the source by `told` and,
 * beside text of our own, at the way out by `harmless`. Pure.
 */

/** Characters of one text that are told. */
export const longestText = 2000;
/** Characters of a name, a state or a number of theirs. */
export const longestName = 200;
/** Lines that a batch prints, errors, tests and their like: so many are told, the rest are counted. */
export const mostItems = 20;

export interface Telling {
  /** Characters that are told; default `longestText`. */
  longest?: number;
  /** Takes secrets out. Sees the text as it came, before anything is escaped or cut. */
  mask?: (text: string) => string;
}

/**
 * One line of a stranger's text: line ends and tabs are blanks, what steers a terminal, hides or reorders is written out
 * (`\u{1b}`), what a pipeline or the engine obeys is taken apart (`## vso[`), and what is too long is cut and counted.
 */
export function told(text: string, { longest = longestText, mask }: Telling = {}): string {
  const whole = (mask === undefined ? text : mask(text)).trim();
  if (whole.length <= longest && plain.test(whole)) return defused(whole);
  let line = "";
  let taken = 0;
  let gap = false;
  for (const character of whole) {
    if (lineEnds.test(character)) gap = true;
    else if (!gap || character.trim() !== "") {
      const shown = (gap && line !== "" ? " " : "") + (character === "\t" ? " " : escaped(character));
      const before = gap ? line.trimEnd() : line;
      if (before.length + shown.length > longest) break;
      line = before + shown;
      gap = false;
    }
    taken += character.length;
    // Megabytes of blanks are not looked through.
    if (taken > 8 * longest) break;
  }
  const left = whole.length - taken;
  return defused(line.trimEnd()) + rest(left);
}

/** The first of many, and how many there are beside them. */
export const bounded = (items: readonly string[], what: string, most = mostItems): string[] =>
  items.length <= most
    ? [...items]
    : [...items.slice(0, most), `… and ${counted(items.length - most)} more ${what}`];

/** Lines of a list, each begun by us, so that no stranger's text begins one. */
export const listed = (items: readonly string[], what: string): string =>
  bounded(items, what)
    .map((item) => `\n  - ${item}`)
    .join("");

/** Tells a stranger's texts as they come, the first `mostItems` of them; `end` says how many there were beside them. */
export function teller(
  say: (line: string) => void,
  what: string,
  telling: Telling = {},
): { tell: (text: string) => void; end: () => void } {
  let came = 0;
  return {
    tell: (text) => {
      if (++came <= mostItems) say(told(text, telling));
    },
    end: () => {
      if (came > mostItems) say(`… and ${counted(came - mostItems)} more ${what}`);
    },
  };
}

/**
 * The last net, for text of our own that may hold a stranger's: its lines and tabs stay, all else is as in `told`.
 * @param longest characters that are let through; all, unless given.
 */
export function harmless(text: string, longest = Infinity): string {
  const left = Math.max(0, text.length - longest);
  return defused(text.slice(0, longest).replace(unprintableWithin, written)) + rest(left);
}

/** JSON for people and machines: as `harmless`, by escapes of JSON, so that whoever parses it gets the very values. */
export function harmlessJson(value: unknown): string {
  const unit = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, undefined, 2)
    .replace(unprintable, (characters) =>
      characters === "\n" ? "\n" : characters.split("").map(unit).join(""),
    )
    .replace(commands, (command) => unit(command) + command.slice(1));
}

/**
 * A literal of JavaScript and TypeScript: what stands in it stays text, for readers too. Nothing hides in it or reorders
 * the line (CVE-2021-42574).
 */
export const literal = (text: string): string => JSON.stringify(text).replace(unprintable, written);

/** A double-quoted text of YAML, by the same rule. */
export const yamlLiteral = (text: string): string =>
  JSON.stringify(text).replace(unprintable, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });

/** What most texts are: one line of ASCII, in which nothing is to be written out. */
const plain = /^[ -~]*$/;

/** Line ends of any system, and what terminals take for one. */
const lineEnds = /[\n\v\f\r\u0085\u2028\u2029]/;

/** Controls, what is invisible or changes the direction, what is no character, and separators of lines. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** The same without our own line ends and tabs. */
const unprintableWithin = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu;

const written = (character: string): string =>
  names[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** With everything that is not printed written out; the line ends too. */
export const escaped = (text: string): string => text.replace(unprintable, written);

/**
 * What is obeyed where it stands in a log. Anywhere in a line: `##vso[` (Azure Pipelines), `##[` (both Azure and GitHub's
 * older form), `##teamcity[`, `section_start:` (GitLab), `<{%` (the engine's colours: it ends itself over one that it does
 * not know). At the beginning of a line, blanks aside: `::name` (GitHub). `DATABASE::[claims]` is none, nor `::1`.
 */
const commands =
  /##(?=[\w.-]{0,40}\[)|(?<![\p{L}\p{N}_\]"'])::(?=\s*[A-Za-z])|section_(?=(?:start|end):)|<(?=\{%)/giu;

/** None of them is without one of these. */
const inCommands = /[#:<]/;

/** Taken apart by a blank: whoever reads still sees what it was. */
const defused = (text: string): string =>
  inCommands.test(text)
    ? text.replace(commands, (command) => (command === "::" ? ": :" : `${command} `))
    : text;

const rest = (left: number): string =>
  left === 0 ? "" : `… and ${counted(left)} ${left === 1 ? "character" : "characters"} more`;

const counted = (count: number): string => count.toLocaleString("en-US");
