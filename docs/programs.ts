import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");
const examples = join(root, "examples");

/** The same program in each language, from what tests run. The first is the README's own. */
export interface Program {
  name: string;
  /** Of its fenced block. */
  block: string;
  text: string;
}

const file = (path: string): string => readFileSync(path, "utf8");

const from = (pattern: RegExp, text: string): string => text.slice(pattern.exec(text)?.index ?? 0).trim();

export const otherPrograms = (): Program[] => [
  { name: "YAML", block: "yaml", text: from(/^resources:/m, file(join(examples, "yaml", "Pulumi.yaml"))) },
  { name: "Python", block: "python", text: file(join(examples, "python", "__main__.py")).trim() },
  { name: "Go", block: "go", text: from(/^func govern/m, file(join(examples, "go", "main.go"))) },
];

/** The README's first program, as it stands on the plugin. */
export function typescriptProgram(): Program {
  const [, text = ""] = /^```ts\n([\s\S]*?new immuta\.SynapseIntegration[\s\S]*?)^```/m.exec(
    file(join(root, "README.md")),
  ) ?? [undefined, undefined];
  if (text === "") throw new Error("README.md has no program in TypeScript");
  return {
    name: "TypeScript",
    block: "typescript",
    text: text.replace('"pulumi-immuta"', '"pulumi-immuta/plugin"').trim(),
  };
}
