/** Finding a `pulumi`, and what it starts, on PATH. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, sep } from "node:path";

/** File name of the CLI on this system. */
export const BINARY = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** File name of the CLI's host of programs for Node. */
export const LANGUAGE_HOST =
  process.platform === "win32" ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";

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
  return named(BINARY, env).filter((path) => !isNpmShim(path));
}

/** Whether there is what runs programs for Node, as it comes with Pulumi's own distribution of the CLI. */
export const hasLanguageHost = (env: NodeJS.ProcessEnv): boolean => named(LANGUAGE_HOST, env).length > 0;

function named(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return [...new Set(folders.map((folder) => join(folder, name)).filter(isExecutable))];
}

/** npm links or writes its start scripts into node_modules/.bin, or links a global one to a package's file. */
function isNpmShim(path: string): boolean {
  return [path, realpathSync(path)].some((name) => name.split(sep).includes("node_modules"));
}
