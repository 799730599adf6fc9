/**
 * `npm run bench`: measures the provider against Pulumi's own floor and against a script of curl and tsql, and writes
 * performance.md here, its picture and its figures, and docs/performance.md. `-- --size small` measures little and prints the page instead;
 * `-- --page` writes the pages anew from the figures that are there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { ensureEngine } from "../engine";
import { measure, type Results, sizes } from "./campaign";
import { picture, render } from "./page";
import { summary } from "./summary";

export const files = {
  figures: join(__dirname, "performance.json"),
  page: join(__dirname, "performance.md"),
  picture: join(__dirname, "performance.svg"),
  summary: join(__dirname, "..", "..", "docs", "performance.md"),
};

/** Why targets are missed, and what was tried: by people. */
const remarks = (): string => readFileSync(join(__dirname, "remarks.md"), "utf8");

const formatted = (markdown: string): Promise<string> =>
  format(markdown, { parser: "markdown", printWidth: 120 });
export const pageOf = (results: Results): Promise<string> => formatted(render(results, remarks()));
export const summaryOf = (results: Results): Promise<string> => formatted(summary(results));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "full" }, page: { type: "boolean", default: false } },
  });
  if (values.size !== "small" && values.size !== "full") throw new Error("--size is small or full.");
  if (!values.page) {
    let found: Results | undefined;
    await measure(await ensureEngine({ log: console.log }), sizes[values.size], console.log, (results) => {
      found = results;
      if (values.size === "full") writeFileSync(files.figures, `${JSON.stringify(results)}\n`);
    });
    if (values.size === "small" && found !== undefined) {
      console.log(await pageOf(found));
      return;
    }
  }
  const results = JSON.parse(readFileSync(files.figures, "utf8")) as Results;
  writeFileSync(files.page, await pageOf(results));
  writeFileSync(files.picture, picture(results));
  writeFileSync(files.summary, await summaryOf(results));
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
