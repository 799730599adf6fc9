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
  {
    name: "Java",
    block: "java",
    text: method("govern", file(join(examples, "java", ...inJava, "App.java"))),
  },
];

const inJava = ["src", "main", "java", "immuta"];

/** A method of a class, as it would stand outside of it. */
function method(name: string, text: string): string {
  const [found = ""] = new RegExp(`^ {2}\\S.* ${name}\\([^]*?^ {2}}$`, "m").exec(text) ?? [];
  return found.replace(/^ {2}/gm, "");
}

/** What is read, and neither compiled nor run: the names in it are compared with those of the SDK. */
export const unprovenProgram = (): Program => ({
  name: "C#",
  block: "csharp",
  text: file(join(examples, "csharp", "Program.cs")).trim(),
});

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
