/**
 * docs/reference, rendered from the doc comments of what programs may import, as typedoc.json says:
 *
 *   npm run docs                              writes the folder
 *   npx tsx docs/render-reference.ts --check  says whether it is up to date
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

const root = join(__dirname, "..");
const reference = join(__dirname, "reference");

function render(folder: string): void {
  const typedoc = join(root, "node_modules", "typedoc", "bin", "typedoc");
  execFileSync(process.execPath, [typedoc, "--logLevel", "Warn", "--out", folder], {
    cwd: root,
    stdio: "inherit",
  });
}

/** Each file's text under its path in the folder. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );
  return Object.fromEntries(
    files.sort().map((name) => [name.split(sep).join("/"), readFileSync(join(folder, name), "utf8")]),
  );
}

function check(): void {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-reference-"));
  try {
    render(folder);
    if (JSON.stringify(contentOf(folder)) === JSON.stringify(contentOf(reference))) return;
    console.error("docs/reference is out of date: run `npm run docs`.");
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv.includes("--check")) check();
else render(reference);
