import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { format, getFileInfo, resolveConfig } from "prettier";

/** A file of the repository that is made from what stands elsewhere in it. */
export interface Rendered {
  path: string;
  /** What it should be, as Prettier leaves it where it knows such files. */
  text(): Promise<string>;
  isUpToDate(): Promise<boolean>;
}

export const command = "npm run docs";

export function rendered(path: string, make: () => string | Promise<string>): Rendered {
  const text = async (): Promise<string> => {
    const made = await make();
    const { inferredParser } = await getFileInfo(path);
    return inferredParser === null ? made : format(made, { ...(await resolveConfig(path)), filepath: path });
  };
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
