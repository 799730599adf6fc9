/** The test in docs/testing.md as a user has it: two files, an installed package, mocha. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { write } from "./programs";
import { root } from "./tarball";

/** The page's `ts` blocks, each named by the text before it. */
export function pageFiles(): Map<string, string> {
  const page = readFileSync(join(root, "docs", "testing.md"), "utf8");
  const blocks = page.matchAll(/`([\w.]+\.ts)`[^`]*?:\n\n```ts\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, name = "", text = ""]) => [name, text]));
}

export interface Ended {
  code: number;
  printed: string;
}

/** Runs Node, this one or another, to its end. */
export function node(binary: string, folder: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(binary, args, { cwd: folder, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: out + err });
    });
  });
}

/** Writes the files into a folder with an installed package, and runs them with this checkout's mocha and tsx. */
export function runPage(binary: string, folder: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  for (const [name, text] of pageFiles()) write(join(folder, name), text);
  const modules = join(root, "node_modules");
  return node(
    binary,
    folder,
    [
      join(modules, "mocha", "bin", "mocha.js"),
      "--no-config",
      "--require",
      join(modules, "tsx", "dist", "cjs", "index.cjs"),
      "governance.test.ts",
    ],
    env,
  );
}
