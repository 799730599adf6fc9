import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { format, resolveConfig } from "prettier";

/** A file of the repository that is made from the table of inputs. */
export interface Rendered {
  path: string;
  /** What it should be, as Prettier leaves it. */
  text(): Promise<string>;
  isUpToDate(): Promise<boolean>;
}

export const command = "npm run docs";

export function rendered(path: string, make: () => string): Rendered {
  const text = async (): Promise<string> =>
    format(make(), { ...(await resolveConfig(path)), filepath: path });
  return { path, text, isUpToDate: async () => written(path) === (await text()) };
}

function written(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes the file, or with `--check` says whether it is up to date. */
export async function main(file: Rendered): Promise<void> {
  if (!process.argv.includes("--check")) {
    writeFileSync(file.path, await file.text());
  } else if (!(await file.isUpToDate())) {
    console.error(`${relative(process.cwd(), file.path)} is out of date: run \`${command}\`.`);
    process.exitCode = 1;
  }
}
