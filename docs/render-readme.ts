/**
 * The README's first program in other languages, rendered from the examples, which tests run:
 *
 *   npm run docs                           writes them, among others
 *   npx tsx docs/render-readme.ts --check  says whether they are up to date
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { otherPrograms, type Program } from "./programs";
import { command, main, rendered } from "./rendered";

const path = join(__dirname, "..", "README.md");
const [begin, end] = [
  `<!-- Rendered from examples by \`${command}\`. -->`,
  "<!-- End of what is rendered. -->",
];

export const page = rendered(path, () => {
  const [before = "", rest = ""] = readFileSync(path, "utf8").split(begin);
  const [, after = ""] = rest.split(end);
  return [before, begin, "\n\n", ...otherPrograms().map(tab), end, after].join("");
});

const tab = ({ name, block, text }: Program): string =>
  `<details>\n<summary>${name}</summary>\n\n\`\`\`${block}\n${text}\n\`\`\`\n\n</details>\n\n`;

if (require.main === module) void main(page);
