/**
 * `npm run bench`: measures the provider against Pulumi's own floor and against a script of curl and tsql, and writes
 * docs/performance.md, its picture and its figures. `-- --size small` measures little and prints the page instead;
 * `-- --page` writes the page anew from the figures that are there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { ensureEngine } from "../engine";
import { measure, type Results, sizes } from "./campaign";
import { picture, render } from "./page";

const docs = join(__dirname, "..", "..", "docs");
const figures = join(docs, "performance.json");

/** Why targets are missed, and what was tried: by people. */
const remarks = (): string => readFileSync(join(__dirname, "remarks.md"), "utf8");

export const pageOf = (results: Results): Promise<string> =>
  format(render(results, remarks()), { parser: "markdown", printWidth: 120 });

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "full" }, page: { type: "boolean", default: false } },
  });
  if (values.size !== "small" && values.size !== "full") throw new Error("--size is small or full.");
  if (!values.page) {
    let found: Results | undefined;
    await measure(await ensureEngine({ log: console.log }), sizes[values.size], console.log, (results) => {
      found = results;
      if (values.size === "full") writeFileSync(figures, `${JSON.stringify(results)}\n`);
    });
    if (values.size === "small" && found !== undefined) {
      console.log(await pageOf(found));
      return;
    }
  }
  const results = JSON.parse(readFileSync(figures, "utf8")) as Results;
  writeFileSync(join(docs, "performance.md"), await pageOf(results));
  writeFileSync(join(docs, "performance.svg"), picture(results));
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
