/**
 * provider/plugin/examples.ts, the examples in the plugin's schema, rendered from programs that tests run, C#'s excepted:
 *
 *   npm run docs                             writes it, among others
 *   npx tsx docs/render-examples.ts --check  says whether it is up to date
 */
import { join } from "node:path";
import { otherPrograms, type Program, typescriptProgram, unprovenProgram } from "./programs";
import { command, main, rendered } from "./rendered";

export const examples = rendered(join(__dirname, "..", "provider", "plugin", "examples.ts"), () => {
  const lines = [typescriptProgram(), ...otherPrograms(), unprovenProgram()].flatMap(fenced);
  return [
    `/** Rendered from README.md and examples by \`${command}\`. In an SDK stands that of its language alone. */`,
    "export const examples = [",
    ...["{{% examples %}}", "## Example Usage", "{{% example %}}", "### Manual setup", "", ...lines].map(
      item,
    ),
    ...["{{% /example %}}", "{{% /examples %}}"].map(item),
    '].join("\\n");',
  ].join("\n");
});

const fenced = ({ block, text }: Program): string[] => [`\`\`\`${block}`, ...text.split("\n"), "```"];

const item = (line: string): string => `${JSON.stringify(line)},`;

if (require.main === module) void main(examples);
