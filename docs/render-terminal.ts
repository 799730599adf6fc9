/**
 * docs/up.svg: what `pulumi up` of the README's first program prints at its end, as the tests hold it to the real engine:
 *
 *   npm run docs                             writes it, among others
 *   npx tsx docs/render-terminal.ts --check  says whether it is up to date
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main, rendered } from "./rendered";
import { escaped, fixed, letter, sheet } from "./svg";

const printed = join(__dirname, "..", "tests", "engine", "golden", "readme-up.txt");

const [size, lineHeight, margin] = [13, 20, 20];

const styles = [
  ".head { fill: #8250df; } .made { fill: #1a7f37; }",
  "@media (prefers-color-scheme: dark) { .head { fill: #d2a8ff; } .made { fill: #3fb950; } }",
];

/** As the engine colours them: headings, and what was made. */
const colourOf = (line: string): string => {
  if (/^\S.*:$/.test(line)) return " head";
  return /^\s*\+ /.test(line) ? " made" : "";
};

export const terminal = rendered(join(__dirname, "up.svg"), () => {
  const lines = ["$ pulumi up", "", ...readFileSync(printed, "utf8").trimEnd().split("\n")];
  const wide = (line: string): number => line.length * size * letter;
  const parts = lines.flatMap((line, index) => {
    const text = line.trimStart();
    const x = fixed(margin + wide(line) - wide(text));
    const y = margin + lineHeight * (index + 0.75);
    // Stretched to its width, whatever font is there.
    return text === ""
      ? []
      : `<text class="code${colourOf(line)}" x="${x}" y="${y}" font-size="${size}" textLength="${fixed(wide(text))}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${escaped(text)}</text>`;
  });
  return sheet("pulumi up", {
    width: Math.ceil(Math.max(...lines.map(wide)) + 2 * margin),
    height: lines.length * lineHeight + 2 * margin,
    styles,
    parts,
  });
});

if (require.main === module) void main(terminal);
