/**
 * `npm run bench`: measures both faces of the provider beside resources that do nothing, a provider by hand and a script,
 * and writes docs/performance.md, its picture and its figures. `-- --size medium` measures ten in place of hundreds, `-- --size small` little, and prints the page instead;
 * `-- --json` prints the figures; `-- --page` writes the page anew from the figures that are there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { ensureEngine } from "../engine";
import { measure, type Results, sizes } from "./campaign";
import { picture, render } from "./page";

const docs = join(__dirname, "..", "..", "docs");

export const files = {
  figures: join(__dirname, "performance.json"),
  page: join(docs, "performance.md"),
  picture: join(docs, "performance.svg"),
};

/** Why targets are missed, and what was tried: by people. */
const remarks = (): string => readFileSync(join(__dirname, "remarks.md"), "utf8");

export const pageOf = (results: Results): Promise<string> =>
  format(render(results, remarks()), { parser: "markdown", printWidth: 120 });

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: "string", default: "full" },
      page: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const { size } = values;
  if (size !== "small" && size !== "medium" && size !== "full")
    throw new Error("--size is small, medium or full.");
  if (!values.page) {
    let found: Results | undefined;
    await measure(await ensureEngine({ log: console.error }), sizes[size], console.error, (results) => {
      found = results;
      if (size !== "small") writeFileSync(files.figures, `${JSON.stringify(results)}\n`);
    });
    if (values.json) console.log(JSON.stringify(found));
    if (size === "small") {
      if (!values.json && found !== undefined) console.log(await pageOf(found));
      return;
    }
  }
  const results = JSON.parse(readFileSync(files.figures, "utf8")) as Results;
  writeFileSync(files.page, await pageOf(results));
  writeFileSync(files.picture, picture(results));
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
