/**
 * The README's first program in other languages, rendered from the examples, which tests run:
 *
 *   npm run docs                           writes them, among others
 *   npx tsx docs/render-readme.ts --check  says whether they are up to date
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, main, rendered } from "./rendered";

const root = join(__dirname, "..");
const path = join(root, "README.md");
const [begin, end] = [
  `<!-- Rendered from examples by \`${command}\`. -->`,
  "<!-- End of what is rendered. -->",
];

const languages = [
  { name: "YAML", block: "yaml", file: "yaml/Pulumi.yaml", from: /^resources:/m },
  { name: "Python", block: "python", file: "python/__main__.py", from: /^/ },
  { name: "Go", block: "go", file: "go/main.go", from: /^func govern/m },
];

export const page = rendered(path, () => {
  const [before = "", rest = ""] = readFileSync(path, "utf8").split(begin);
  const [, after = ""] = rest.split(end);
  return [before, begin, "\n\n", ...languages.map(tab), end, after].join("");
});

function tab({ name, block, file, from }: (typeof languages)[number]): string {
  const text = readFileSync(join(root, "examples", file), "utf8");
  const program = text.slice(from.exec(text)?.index ?? 0).trim();
  return `<details>\n<summary>${name}</summary>\n\n\`\`\`${block}\n${program}\n\`\`\`\n\n</details>\n\n`;
}

if (require.main === module) void main(page);
