/** Finding a `pulumi` on PATH. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";

/** File name of the CLI on this system. */
export const BINARY = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** Whether path is a file that may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Every real `pulumi` on PATH, in PATH's order, each once.
 *
 * The start script of the npm package `pulumi` is left out: run without its CLI it downloads one into ~/.pulumi.
 */
export function onPath(env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const found = folders.map((folder) => join(folder, BINARY)).filter(isExecutable);
  return [...new Set(found)].filter((path) => !isNpmShim(path));
}

/** npm links or writes its start scripts into node_modules/.bin, or links a global one to a package's file. */
function isNpmShim(path: string): boolean {
  return [path, realpathSync(path)].some((name) => name.split(sep).includes("node_modules"));
}
