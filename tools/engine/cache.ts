/** The folder in which a downloaded or built engine, and what else is got or built once, is kept between runs. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { BINARY } from "./path";

const run = promisify(execFile);

/** ${XDG_CACHE_HOME:-~/.cache}/pulumi-immuta: what is got or built once and then kept. */
export function cacheRoot(env: NodeJS.ProcessEnv): string {
  const base = env["XDG_CACHE_HOME"] ?? "";
  return join(base === "" ? join(homedir(), ".cache") : base, "pulumi-immuta");
}

/** The engine's own folder there. */
export function cacheFolder(env: NodeJS.ProcessEnv, version: string): string {
  return join(cacheRoot(env), `engine-${version}`);
}

/** The CLI in a folder of binaries. */
export function binaryIn(folder: string): string {
  return join(folder, BINARY);
}

/** The Pulumi home of all that runs from a cache folder. Even `pulumi version` writes its log there. */
export function homeIn(cache: string): string {
  return join(cache, "home");
}

/**
 * The version a CLI says it has, without the leading v; undefined when it is no Pulumi CLI or does not run.
 *
 * @param home the Pulumi home to ask it with
 */
export async function readVersion(path: string, home: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, ["version"], {
      timeout: 30_000,
      env: { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return /^v(\d+\.\d+\.\d+\S*)$/.exec(stdout.trim())?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Has `get` fill a temporary folder with an engine, proves that it runs, and moves its folder of binaries to
 * `<cache>/bin` in one step, so that nobody ever sees half an engine. Two at once are safe: the later one finds the
 * earlier one's engine in place and uses it.
 *
 * @param get fills the folder it is given and returns the folder of binaries in it
 * @returns the installed binary
 */
export async function installAtomically(
  cache: string,
  version: string,
  get: (folder: string) => Promise<string>,
): Promise<string> {
  const works = async (path: string) => (await readVersion(path, homeIn(cache))) === version;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(join(cache, "new-"));
  try {
    const binaries = await get(temporary);
    if (!(await works(binaryIn(binaries))))
      throw new Error(`the result does not answer as Pulumi CLI ${version}`);
    const target = join(cache, "bin");
    if (!moveIntoPlace(binaries, target) && !(await works(binaryIn(target)))) {
      renameSync(target, join(temporary, "replaced"));
      moveIntoPlace(binaries, target);
    }
    return binaryIn(target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Whether the folder went there; false when there is another already. */
function moveIntoPlace(folder: string, to: string): boolean {
  try {
    renameSync(folder, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "EPERM"].some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** What a thing is named by in the cache, so that another one is made where a file that it is made of has changed. */
export function hashOf(...files: string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * A file in the cache. What is not there yet, `get` puts into a folder of its own, and it is moved in one step: two at once
 * are safe.
 *
 * @param get gives the folder in which the file is found by its name
 */
export async function kept(target: string, get: (folder: string) => Promise<string>): Promise<string> {
  if (existsSync(target)) return target;
  const folder = join(target, "..");
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, "new-"));
  try {
    renameSync(join(await get(temporary), basename(target)), target);
    return target;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
