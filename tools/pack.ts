/**
 * `npm run pack`: makes the tarballs of both packages, of the plugin, and of its SDKs, as they are published. Prints their
 * paths.
 *
 * Each is packed from a folder of its own, so that its package.json is one for users: without what serves this
 * repository alone, and with the address of the repository, which only a release knows.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packSdks } from "./sdks";

interface Manifest {
  files: string[];
  exports: Record<string, unknown>;
  [field: string]: unknown;
}

const root = join(__dirname, "..");

/** The packages' folders. */
const packages = ["sandbox", "."];

/** What stands in a package.json for this repository alone. */
const internal = ["private", "workspaces", "scripts", "devDependencies"];

/** What npm takes into every package, without being asked. */
const documents = ["README.md", "LICENSE"];

/** What is not in the repository, and packed as it was built. */
const built = ["dist", "plugin"];

/** Of the rest what the repository has, without what renders pages: whoever tries an example makes more. */
const filesOf = (name: string, folder: string): string[] =>
  execFileSync("git", ["ls-files", name], { cwd: folder, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && !/^docs\/.*\.ts$/.test(file));

/** The package.json of a package as users get it. */
function published(manifest: Manifest, folder: string, repository: string | undefined): object {
  const kept = Object.entries(manifest).filter(([field]) => !internal.includes(field));
  return { ...Object.fromEntries(kept), ...entryPoint(manifest), ...addresses(folder, repository) };
}

/**
 * What resolves as Node 10 did looks for these two, not for exports. The sandbox's sources go without, since with them
 * `../sandbox` would be what was built.
 */
function entryPoint({ exports }: Manifest): object {
  const { types, default: main } = exports["."] as { types: string; default: string };
  return { main, types };
}

function addresses(folder: string, repository: string | undefined): object {
  if (repository === undefined) return {};
  return {
    repository: {
      type: "git",
      url: `git+${repository}.git`,
      ...(folder === "." ? {} : { directory: folder }),
    },
    homepage: `${repository}#readme`,
    bugs: { url: `${repository}/issues` },
    ...(folder === "." ? { pluginDownloadURL: releasesOf(repository) } : {}),
  };
}

/** Packs what was built. Gives the tarball's path. */
function packed(folder: string, to: string, repository: string | undefined): string {
  const source = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  const stage = mkdtempSync(join(tmpdir(), "pulumi-immuta-pack-"));
  try {
    for (const name of [...manifest.files, ...documents]) {
      const from = existsSync(join(source, name)) ? source : root;
      const files = built.includes(name) ? [name] : filesOf(name, from);
      for (const file of files) cpSync(join(from, file), join(stage, file), { recursive: true });
    }
    const text = JSON.stringify(published(manifest, folder, repository), undefined, 2);
    writeFileSync(join(stage, "package.json"), `${text}\n`);
    const out = npm(
      ["pack", "--json", `--pack-destination=${to}`, "--offline", "--no-update-notifier"],
      stage,
    );
    const [made] = JSON.parse(out) as { filename: string }[];
    if (made === undefined) throw new Error("npm pack made no tarball");
    return join(to, made.filename);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Systems of which the engine asks for a tarball of their own. */
const systems = ["darwin", "linux", "windows"].flatMap((system) =>
  ["amd64", "arm64"].map((processor) => `${system}-${processor}`),
);

/** The plugin is the same on each. Gives the tarballs' paths, by the names that the engine asks for. */
function pluginPacked(to: string): string[] {
  const folder = join(root, "plugin");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const [first = "", ...others] = systems.map((system) =>
    join(to, `pulumi-resource-immuta-v${version}-${system}.tar.gz`),
  );
  execFileSync("tar", ["-czf", first, "-C", folder, "."]);
  for (const other of others) cpSync(first, other);
  return [first, ...others];
}

const npm = (args: string[], cwd: string): string =>
  execFileSync("npm", args, { cwd, encoding: "utf8", shell: process.platform === "win32" });

function repositoryOf(address: string | undefined): string | undefined {
  if (address === undefined || /^https:\/\/[^\s/]+\/[^\s#?]*[^\s#?/]$/.test(address)) return address;
  throw new Error(`--repository: ${JSON.stringify(address)} is not an https address of a repository.`);
}

/** Where the engine looks for the plugin of a release, as Pulumi writes it. */
function releasesOf(address: string | undefined): string | undefined {
  const [, name] = /^https:\/\/github\.com\/([^/]+\/[^/]+)$/.exec(address ?? "") ?? [];
  return name === undefined ? undefined : `github://api.github.com/${name}`;
}

const usage = "npm run pack [-- --repository <https address>] [--to <folder>]";

function asked(): { repository: string | undefined; to: string } {
  try {
    const { values } = parseArgs({
      options: { repository: { type: "string" }, to: { type: "string", default: "." } },
    });
    return { repository: repositoryOf(values.repository), to: resolve(values.to) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
    return process.exit(2);
  }
}

const { repository, to } = asked();
// What an earlier build left is not packed.
for (const folder of packages) rmSync(join(root, folder, "dist"), { recursive: true, force: true });
npm(["run", "build"], root);
const downloads = releasesOf(repository);
if (downloads !== undefined) npm(["exec", "--", "tsx", "tools/plugin.ts", "--download-url", downloads], root);
mkdirSync(to, { recursive: true });
for (const folder of packages) console.log(packed(folder, to, repository));
for (const made of pluginPacked(to)) console.log(made);
packSdks(to, { repository, downloads }).then(
  (paths) => {
    for (const made of paths) console.log(made);
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    // A release is whole; from a checkout, those who want the npm package need neither Go nor Python.
    if (repository !== undefined) process.exitCode = 1;
  },
);
