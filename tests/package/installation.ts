/**
 * The tarball, installed as package managers lay it out. Done by hand, with the dependencies that package.json declares
 * linked from this checkout: so no registry is asked, and what is not declared is not found.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folderOf, root, type Package, type Tarball } from "./tarball";

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;

/** npm: the package and all it depends on side by side. */
export function installFlat(folder: string, tarball: Tarball, version?: string): void {
  const modules = join(folder, "node_modules");
  extract(tarball, join(modules, "pulumi-immuta"), version);
  linkDependencies("pulumi-immuta", modules);
}

/** yarn: as npm, but mssql has a tedious of its own, here one that cannot be loaded. */
export function installNested(folder: string, tarball: Tarball, version?: string): void {
  installFlat(folder, tarball, version);
  const modules = join(folder, "node_modules");
  const driver = join(modules, "mssql");
  rmSync(driver);
  cpSync(join(root, "node_modules", "mssql"), driver, { recursive: true });
  for (const one of Object.keys(readManifest(driver).dependencies)) linkFromCheckout(one, modules);
  const nested = join(driver, "node_modules", "tedious");
  mkdirSync(nested, { recursive: true });
  writeFileSync(join(nested, "index.js"), 'throw new Error("This tedious is not the one that is pinned.");');
}

/** And the sandbox beside it. */
export function installSandbox(folder: string, tarball: Tarball): void {
  const modules = join(folder, "node_modules");
  extract(tarball, join(modules, "pulumi-immuta-sandbox"), undefined);
  linkDependencies("pulumi-immuta-sandbox", modules);
}

/** pnpm: at the top only what the program itself asks for, as links into a store where each package sees its own dependencies. */
export function installStrict(folder: string, tarball: Tarball, version?: string): void {
  const modules = join(folder, "node_modules");
  const store = join(
    modules,
    ".pnpm",
    `pulumi-immuta@${version ?? readManifest(root).version}`,
    "node_modules",
  );
  extract(tarball, join(store, "pulumi-immuta"), version);
  linkDependencies("pulumi-immuta", store);
  link(join(store, "pulumi-immuta"), join(modules, "pulumi-immuta"));
  linkFromCheckout("@pulumi/pulumi", modules);
}

/** `npm install <this checkout>`, which makes a link. */
export function installLink(folder: string): void {
  const modules = join(folder, "node_modules");
  link(root, join(modules, "pulumi-immuta"));
  linkFromCheckout("@pulumi/pulumi", modules);
}

function extract(tarball: Tarball, target: string, version: string | undefined): void {
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["-xzf", tarball.path, "-C", target, "--strip-components=1"]);
  if (version === undefined) return;
  const manifest = { ...readManifest(target), version };
  writeFileSync(join(target, "package.json"), JSON.stringify(manifest));
}

function linkDependencies(name: Package, modules: string): void {
  const { dependencies, peerDependencies, peerDependenciesMeta = {} } = readManifest(folderOf(name));
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => peerDependenciesMeta[name]?.optional !== true,
  );
  for (const one of needed) linkFromCheckout(one, modules);
}

/** Installs a package beside, as a program does that asks for an optional peer. */
export function linkFromCheckout(name: string, modules: string): void {
  const source = join(root, "node_modules", name);
  if (!existsSync(source)) throw new Error(`${source} is missing: run npm ci.`);
  link(source, join(modules, name));
}

function link(target: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, "junction");
}
