import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Looks again and again until it is so; for a minute at most. */
export async function until(so: () => boolean): Promise<void> {
  for (let looks = 0; !so(); looks++) {
    if (looks === 3000) throw new Error(`this never came to be: ${so.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The processes of a run of the stack in this folder: its engine, and what that started. Throws where none runs. */
export function processesOf(folder: string): { engine: number; started: number[] } {
  const table = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line))
    .flatMap((match) =>
      match === null ? [] : [{ id: Number(match[1]), parent: Number(match[2]), args: match[3] ?? "" }],
    );
  const found = table
    .filter(({ args }) => args.startsWith(join(folder, "bin", "pulumi")))
    .map(({ id }) => id);
  for (const id of found) for (const child of table) if (child.parent === id) found.push(child.id);
  const [engine, ...started] = found;
  if (engine === undefined) throw new Error("no engine runs");
  return { engine, started };
}

/** Whether a process runs: one that has ended and that nobody has asked about (a zombie) does not. */
export function lives(id: number): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(id)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}
