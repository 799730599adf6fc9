/** Downloading the engine through the official npm package `pulumi`. */
import { dirname, join } from "node:path";

import { runCommand } from "./command";

export interface Download {
  /** An empty folder to fill. */
  folder: string;
  version: string;
  /** Start script of the npm package; undefined when the package is not installed. */
  downloader: string | undefined;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

/** The start script of the installed npm package, or undefined when it is not installed. */
export function defaultDownloader(): string | undefined {
  try {
    return join(dirname(require.resolve("pulumi/package.json")), "run.js");
  } catch {
    return undefined;
  }
}

/**
 * Lets the package download the CLI into a Pulumi home of its own inside `folder`.
 *
 * @returns the folder of binaries
 * @throws Error with the package's last words
 */
export async function downloadEngine({ folder, version, downloader, env, log }: Download): Promise<string> {
  if (downloader === undefined) throw new Error("the package is not installed (npm ci installs it)");
  log(`Downloading the Pulumi CLI ${version} ...`);
  const lines: string[] = [];
  const code = await runCommand({
    file: process.execPath,
    args: [downloader, "version"],
    env: { ...env, PULUMI_HOME: folder, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
    onLine: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(lines.at(-1) ?? `exit code ${code}`);
  return join(folder, "versions", version, "bin");
}
