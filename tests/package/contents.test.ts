import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { installFlat, linkFromCheckout, readManifest } from "./installation";
import { root, tarball, temporaryFolder, type Tarball } from "./tarball";

/** What is packed beside dist, where the repository has it. */
const documents = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];

describe("the tarball", function () {
  this.timeout(180_000);
  let packed: Tarball;
  let folder: string;
  let installed: string;

  before(async () => {
    folder = temporaryFolder();
    packed = await tarball();
    installFlat(folder, packed);
    installed = join(folder, "node_modules", "pulumi-immuta");
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const modules = (): string[] => packed.files.filter((file) => file.startsWith("dist/"));

  it("holds, of what is not compiled, the documents and nothing else", () => {
    const others = packed.files.filter((file) => !file.startsWith("dist/"));
    expect(others.sort()).to.deep.equal(documents.filter((name) => existsSync(join(root, name))));
  });

  it("holds each module of the package, compiled and typed, the sandbox's scripts, and nothing else", () => {
    const { include } = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8")) as {
      include: string[];
    };
    const expected = include.flatMap((part) =>
      readdirSync(join(root, part), { recursive: true, encoding: "utf8" })
        .map((file) => `dist/${part}/${file.replaceAll("\\", "/")}`)
        .flatMap((file) => {
          if (file.endsWith(".sql")) return [file];
          const module = file.slice(0, -".ts".length);
          return file.endsWith(".ts") ? [`${module}.d.ts`, `${module}.js`] : [];
        }),
    );
    expect(expected).to.include.members(["dist/sdk/index.js", "dist/sandbox/immuta/scripts/create.sql"]);
    expect(modules().sort()).to.deep.equal(expected.sort());
  });

  it("has the size that the README says, give or take a fifth", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, told = ""] = /\((\d+) kB packed/.exec(readme) ?? [];
    expect(statSync(packed.path).size / 1000).to.be.closeTo(Number(told), Number(told) / 5);
  });

  it("has every file that its package.json names", () => {
    const manifest = readManifest(installed) as unknown as Record<string, unknown>;
    const named = pathsIn([manifest["main"], manifest["types"], manifest["exports"]]);
    expect(named).to.include.members(["dist/sdk/index.js", "dist/sdk/index.d.ts", "package.json"]);
    expect(named).to.include.members(["dist/sdk/azure/index.js", "dist/sdk/azure/index.d.ts"]);
    expect(named.filter((path) => !packed.files.includes(path))).to.deep.equal([]);
  });

  it("needs no package that it does not declare", () => {
    const { dependencies, peerDependencies } = readManifest(installed);
    const needed = modules()
      .filter((file) => file.endsWith(".js"))
      .flatMap((file) => packagesIn(readFileSync(join(installed, file), "utf8")));
    expect(needed).to.include.members(["axios", "mssql", "@pulumi/azure-native", "@pulumi/pulumi"]);
    // Itself too: the SDK's provider text names it.
    const declared = Object.keys({ ...dependencies, ...peerDependencies, "pulumi-immuta": "" });
    expect(needed.filter((name) => !declared.includes(name))).to.deep.equal([]);
  });

  it("depends on Pulumi's SDKs as peers, so that a program has one of each, on azure-native's where it wants to", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = readManifest(installed);
    expect(Object.keys(peerDependencies)).to.deep.equal(["@pulumi/azure-native", "@pulumi/pulumi"]);
    expect(peerDependenciesMeta).to.deep.equal({ "@pulumi/azure-native": { optional: true } });
    expect(dependencies).not.to.have.any.keys("@pulumi/azure-native", "@pulumi/pulumi");
  });

  it("runs no script on a user's machine", () => {
    const { scripts = {} } = readManifest(installed) as { scripts?: Record<string, string> };
    expect(scripts).not.to.have.any.keys("preinstall", "install", "postinstall");
  });

  const node = (type: "commonjs" | "module", text: string): string =>
    execFileSync(process.execPath, [`--input-type=${type}`, "--eval", text], {
      cwd: folder,
      encoding: "utf8",
    }).trim();

  it("can be loaded by plain Node, by name from CommonJS and ES modules", () => {
    expect(
      node("commonjs", 'console.log(typeof require("pulumi-immuta").SynapseIntegration)'),
      "CommonJS",
    ).to.equal("function");
    expect(
      node(
        "module",
        'import { SynapseIntegration } from "pulumi-immuta"; console.log(typeof SynapseIntegration)',
      ),
      "ES module",
    ).to.equal("function");
  });

  it("has the component for programs that have @pulumi/azure-native, which the rest does without", () => {
    const load = 'try { console.log(typeof require("pulumi-immuta/azure").GovernedSqlPool) }';
    const asked = `${load} catch (error) { console.log(/Cannot find module '([^']+)'/.exec(error.message)[1]) }`;
    expect(node("commonjs", asked)).to.match(/^@pulumi\/azure-native\/\w+$/);
    linkFromCheckout("@pulumi/azure-native", join(folder, "node_modules"));
    expect(node("commonjs", asked)).to.equal("function");
    const byName =
      'import { GovernedSqlPool } from "pulumi-immuta/azure"; console.log(typeof GovernedSqlPool)';
    expect(node("module", byName), "ES module").to.equal("function");
  });
});

/** The paths in a value of package.json, `./` taken off. */
function pathsIn(value: unknown): string[] {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

/** The packages that a compiled module loads. */
function packagesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !name.startsWith(".") && !isBuiltin(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}
