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

/** What is published. */
export const packages = ["pulumi-immuta", "pulumi-immuta-sandbox"] as const;
export type Package = (typeof packages)[number];

/** The folder of a package in this repository. */
export const folderOf = (name: Package): string => (name === "pulumi-immuta" ? root : join(root, "sandbox"));

let packed: Promise<ReadonlyMap<Package, Tarball>> | undefined;

/** What `npm run pack` makes of a clean clone; built once for all tests, and deleted when their process ends. */
export async function tarball(name: Package = "pulumi-immuta"): Promise<Tarball> {
  const made = (await (packed ??= pack())).get(name);
  if (made === undefined) throw new Error(`npm run pack made no tarball of ${name}`);
  return made;
}

/** A folder with its real path, as the engine and Node write it. */
export const temporaryFolder = (): string =>
  mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-package-"));

/** In a copy, so that nothing is written into the checkout. */
async function pack(): Promise<ReadonlyMap<Package, Tarball>> {
  const folder = temporaryFolder();
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const { stdout } = await runNpm(["run", "--silent", "pack", "--", `--to=${folder}`], clone(folder));
  const paths = stdout.split("\n").filter((path) => path.endsWith(".tgz"));
  return new Map(await Promise.all(paths.map(opened)));
}

/** Copies this checkout without what is built, got or installed; what is installed is linked. */
export function clone(folder: string): string {
  const notCloned = new Set(["node_modules", "dist", ".git", ".engine", ".demo"]);
  const made = join(folder, "clone");
  cpSync(root, made, { recursive: true, filter: (source) => !notCloned.has(basename(source)) });
  symlinkSync(join(root, "node_modules"), join(made, "node_modules"), "junction");
  // Which files are the repository's.
  symlinkSync(join(root, ".git"), join(made, ".git"));
  return made;
}

export const runNpm = (args: string[], cwd: string): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)("npm", args, { cwd, shell: process.platform === "win32" });

async function opened(path: string): Promise<[Package, Tarball]> {
  const { stdout } = await promisify(execFile)("tar", ["-tzf", path]);
  const files = stdout
    .trim()
    .split("\n")
    .map((file) => file.replace(/^package\//, ""));
  const name = packages.findLast((one) => basename(path).startsWith(one));
  if (name === undefined) throw new Error(`${path} is the tarball of no package`);
  return [name, { path, files }];
}
