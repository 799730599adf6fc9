/** Running a helper program whose output is watched line by line. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Command {
  file: string;
  args: string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** Receives each line of stdout and stderr. */
  onLine: (line: string) => void;
}

/** Runs a program to its end and returns its exit code. @throws Error when it cannot be started */
export async function runCommand({ file, args, cwd, env, onLine }: Command): Promise<number> {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", onLine);
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve(code ?? 1);
    });
  });
}
