import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

export const root = join(__dirname, "..", "..");

export interface Tarball {
  /** The .tgz. */
  path: string;
  /** What is in it, relative to the package's folder. */
  files: string[];
}

let packed: Promise<Tarball> | undefined;

/** What `npm publish` makes of a clean clone; built once for all tests, and deleted when their process ends. */
export function tarball(): Promise<Tarball> {
  return (packed ??= pack());
}

/** A folder with its real path, as the engine and Node write it. */
export const temporaryFolder = (): string =>
  mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-package-"));

/** In a copy, so that what an earlier build left in dist is not in it and nothing is written into the checkout. */
async function pack(): Promise<Tarball> {
  const folder = temporaryFolder();
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const notCloned = new Set(["node_modules", "dist", ".git", ".engine", ".demo"]);
  const clone = join(folder, "clone");
  cpSync(root, clone, { recursive: true, filter: (source) => !notCloned.has(basename(source)) });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "junction");
  const { stdout } = await promisify(execFile)(
    "npm",
    [
      "pack",
      "--json",
      `--pack-destination=${folder}`,
      // The script `prepare` builds dist, whatever the environment of the tests says.
      "--ignore-scripts=false",
      "--foreground-scripts=false",
      "--offline",
      "--no-update-notifier",
    ],
    { cwd: clone, shell: process.platform === "win32" },
  );
  const [made] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (made === undefined) throw new Error("npm pack made no tarball");
  return { path: join(folder, made.filename), files: made.files.map((file) => file.path) };
}
