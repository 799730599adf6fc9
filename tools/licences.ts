import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

/** The folder of the package, the innermost where packages lie in packages. */
const packageOf = (file: string): string | undefined =>
  /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

/** In files of its own, or at the end of the README. */
function written(folder: string): string {
  const textsOf = (name: RegExp): string[] =>
    readdirSync(folder)
      .filter((file) => name.test(file))
      .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const own = textsOf(/^(licen[cs]e|notice|copying)\b/i);
  if (own.length > 0) return own.join("\n\n");
  return textsOf(/^readme\b/i)
    .flatMap((text) => /^#*\s*licen[cs]e\s[^]*/im.exec(text)?.[0].trim() ?? [])
    .join("\n");
}

/**
 * The licences of the packages that these files are of, by name: what their packages say of themselves, word for word. Throws
 * where a package says nothing.
 * @param root the folder to which the files' paths are relative.
 */
export function licencesOf(files: readonly string[], root: string): string {
  const folders = new Set(files.map(packageOf).filter((folder) => folder !== undefined));
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    ) as Manifest;
    const text = written(join(root, folder));
    if (text === "") throw new Error(`${name} has no text of its licence`);
    texts.set(`${name} ${version} (${license ?? "see below"})`, text);
  }
  return [...texts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([title, text]) => `${title}\n${"-".repeat(title.length)}\n\n${text}`.trim())
    .join("\n\n\n")
    .concat("\n");
}
