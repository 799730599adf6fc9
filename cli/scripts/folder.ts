import { type Phase, phases, type PropertyMap, isPropertyMap, delimiterNames } from "../../provider";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandError } from "../io";
import { visible } from "../text";
import type { ReviewedScript, Setup } from "./review";

/**
 * The folder of a review: `<phase>.sql`, each exactly the text whose SHA-256 is the script's identity, and `review.json`
 * with what they were generated from.
 */
export interface Review {
  setup: Setup;
  scripts: Map<Phase, { identity: string; script: string }>;
}

const manifest = "review.json";

export async function writeReview(
  folder: string,
  setup: Setup,
  scripts: readonly ReviewedScript[],
): Promise<string[]> {
  const identities = Object.fromEntries(scripts.map(({ phase, identity }) => [phase, identity]));
  const files = new Map(scripts.map(({ phase, script }) => [`${phase}.sql`, script]));
  files.set(manifest, `${JSON.stringify({ format: 1, setup, approvedScripts: identities }, undefined, 2)}\n`);
  await access(folder, "written", async () => {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) await writeFile(join(folder, name), text);
  });
  return [...files.keys()];
}

/** Throws CommandError where the folder holds no review. */
export async function readReview(folder: string): Promise<Review> {
  const file = join(folder, manifest);
  const content = parsedOf(await access(file, "read", () => readFile(file, "utf8")));
  const { setup, approvedScripts } = content ?? {};
  if (!isPropertyMap(setup) || !isPropertyMap(approvedScripts))
    throw new CommandError(`${visible(file)} is no review; \`pulumi-immuta scripts --out\` writes one.`);
  const scripts: Review["scripts"] = new Map();
  for (const phase of phases) {
    const identity = approvedScripts[phase];
    if (typeof identity !== "string") continue;
    const path = join(folder, `${phase}.sql`);
    scripts.set(phase, { identity, script: await access(path, "read", () => readFile(path, "utf8")) });
  }
  return { setup: setupOf(setup, file), scripts };
}

function parsedOf(text: string): PropertyMap | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return isPropertyMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const required = ["host", "database", "schema", "username"] as const;
const optional = ["role", "integrationId", ...delimiterNames] as const;

function setupOf(map: PropertyMap, file: string): Setup {
  const text = (name: string): string => {
    const value = map[name];
    if (typeof value === "string") return value;
    throw new CommandError(`${visible(file)}: setup.${name} is no text.`);
  };
  const [host, database, schema, username] = required.map(text) as [string, string, string, string];
  const { port } = map;
  return {
    host,
    database,
    schema,
    username,
    ...(typeof port === "number" ? { port } : {}),
    ...Object.fromEntries(optional.flatMap((name) => (map[name] === undefined ? [] : [[name, text(name)]]))),
  };
}

/** Whether the file is what was reviewed, line endings aside. */
export const isIntact = ({ identity, script }: { identity: string; script: string }): boolean =>
  [script, script.replaceAll("\r\n", "\n"), script.replace(/\r?\n/g, "\r\n")].some(
    (text) => createHash("sha256").update(text).digest("hex") === identity,
  );

/** A script, or all `.sql` files of a folder, in order; in UTF-16 too, as SSMS may save them. Throws CommandError. */
export async function readScripts(path: string): Promise<{ path: string; text: string }[]> {
  const isFolder = await access(path, "read", async () => (await stat(path)).isDirectory());
  if (!isFolder) return [{ path, text: decoded(await access(path, "read", () => readFile(path))) }];
  const names = (await access(path, "read", () => readdir(path)))
    .filter((name) => /\.sql$/i.test(name))
    .sort();
  if (names.length === 0) throw new CommandError(`${visible(path)} has no .sql files.`);
  return (await Promise.all(names.map((name) => readScripts(join(path, name))))).flat();
}

const decoded = (bytes: Buffer): string =>
  bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : "utf8");

async function access<T>(path: string, what: "read" | "written", work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${visible(path)} cannot be ${what} (${code ?? "unknown cause"}).`);
  }
}
