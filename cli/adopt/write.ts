import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandError } from "../io";
import { visible } from "../text";

export interface Written {
  written: string[];
  unchanged: string[];
  /** Differ from what would be written, and were left as they are. */
  differing: string[];
}

/**
 * Writes texts by file name into a folder, which is made. Looks at all files first: where one differs and `force` is not
 * given, none is written. Throws CommandError where a file cannot be read or written.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<Written> {
  const result: Written = { written: [], unchanged: [], differing: [] };
  for (const [name, text] of files) {
    const there = await existing(join(folder, name));
    if (there === text) result.unchanged.push(name);
    else if (there === undefined || force) result.written.push(name);
    else result.differing.push(name);
  }
  if (result.differing.length > 0) return { ...result, written: [] };
  for (const name of result.written) await write(join(folder, name), files.get(name) ?? "");
  return result;
}

/** Undefined where there is none. A checkout may have put other line endings in. */
async function existing(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new CommandError(`${visible(path)} cannot be read (${code ?? "unknown cause"}).`);
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${visible(path)} cannot be written (${code ?? "unknown cause"}).`);
  }
}
