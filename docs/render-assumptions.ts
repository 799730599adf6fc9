/**
 * The table of settings in docs/assumptions.md, rendered from the provider's table of the contract:
 *
 *   npm run docs                                 writes it, among others
 *   npx tsx docs/render-assumptions.ts --check   says whether it is up to date
 */
import { contractSettings, contractTable } from "../provider";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, main, rendered } from "./rendered";

const path = join(__dirname, "assumptions.md");
const [begin, end] = [
  `<!-- Rendered from provider/core/contract.ts by \`${command}\`. -->`,
  "<!-- End of what is rendered. -->",
];

export const page = rendered(path, () => {
  const [before = "", rest = ""] = readFileSync(path, "utf8").split(begin);
  const [, after = ""] = rest.split(end);
  return [before, begin, "\n\n", table(), "\n\n", end, after].join("");
});

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const table = (): string =>
  [
    row(["Setting", "Open question", "Values, the first is the default", "The sandbox's switch"]),
    row(["---", "---", "---", "---"]),
    ...contractSettings.map((name) => {
      const { question, turnedBy } = contractTable[name];
      return row([`\`${name}\``, question, valuesOf(name), turnedBy.map((one) => `\`${one}\``).join(", ")]);
    }),
  ].join("\n");

function valuesOf(name: keyof typeof contractTable): string {
  const setting = contractTable[name];
  if ("seconds" in setting)
    return `seconds, \`${setting.default}\`, at most ${setting.most}: ${setting.seconds}`;
  return Object.entries(setting.words)
    .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
    .join("<br>");
}

if (require.main === module) void main(page);
