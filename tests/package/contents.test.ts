import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, posix, relative } from "node:path";
import { expect } from "chai";
import { leadsSomewhere, linksIn } from "../unit/links";
import { installFlat, installSandbox, linkFromCheckout, readManifest } from "./installation";
import { folderOf, packages, root, tarball, temporaryFolder, type Package, type Tarball } from "./tarball";

/** What is packed beside dist. */
const documents: Record<Package, string[]> = {
  "pulumi-immuta": [
    ...["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "package.json"],
    ...["LICENSE", "THIRD-PARTY-LICENSES", "azure.js", "encodings.js", "http.js", "main.js"].map(
      (file) => `plugin/${file}`,
    ),
    "plugin/package.json",
    ...["plugin/pulumi-resource-immuta", "plugin/pulumi-resource-immuta.cmd"],
    ...["plugin/pulumi-resource-immuta.js", "plugin/sql.js"],
  ],
  "pulumi-immuta-sandbox": ["LICENSE", "README.md", "package.json"],
};

for (const name of packages)
  describe(`the tarball of ${name}`, function () {
    this.timeout(180_000);
    let packed: Tarball;
    let folder: string;
    let manifest: Record<string, unknown>;

    before(async () => {
      folder = temporaryFolder();
      packed = await tarball(name);
      if (name === "pulumi-immuta") installFlat(folder, packed);
      else installSandbox(folder, packed);
      manifest = JSON.parse(
        readFileSync(join(folder, "node_modules", name, "package.json"), "utf8"),
      ) as Record<string, unknown>;
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    const modules = (): string[] => packed.files.filter((file) => file.startsWith("dist/"));

    it("holds, of what is not compiled, the documents, pages, examples, the plugin and nothing else", () => {
      const others = packed.files.filter((file) => !/^(dist|docs|examples)\//.test(file));
      expect(others.sort()).to.deep.equal(documents[name]);
    });

    it("holds each module of the package, compiled and typed, and nothing else but the sandbox's scripts", () => {
      const { include, exclude = [] } = JSON.parse(
        readFileSync(join(folderOf(name), "tsconfig.build.json"), "utf8"),
      ) as { include: string[]; exclude?: string[] };
      const expected = include
        .flatMap((part) => builtFrom(join(folderOf(name), part)).map((file) => posix.join(part, file)))
        .filter((file) => !exclude.some((folder) => file.startsWith(`${folder}/`)))
        .map((file) => posix.join("dist", file));
      expect(expected).to.include.members(
        name === "pulumi-immuta"
          ? ["dist/sdk/index.js", "dist/sdk/sandbox.js"]
          : ["dist/index.js", "dist/immuta/scripts/create.sql"],
      );
      expect(modules().sort()).to.deep.equal(expected.sort());
    });

    it("has every file that its package.json names", () => {
      const named = pathsIn([
        manifest["main"],
        manifest["types"],
        manifest["exports"],
        manifest["typesVersions"],
        manifest["bin"],
      ]);
      expect(named).to.include.members([
        "package.json",
        ...(name === "pulumi-immuta"
          ? ["dist/sdk/azure/index.js", "dist/cli/index.js"]
          : ["dist/index.d.ts"]),
      ]);
      expect(named.filter((path) => !packed.files.includes(path))).to.deep.equal([]);
    });

    it("needs no package that it does not declare", () => {
      const needed = modules()
        .filter((file) => file.endsWith(".js"))
        .flatMap((file) => packagesIn(readFileSync(join(folder, "node_modules", name, file), "utf8")));
      const declared = Object.keys({
        ...(manifest["dependencies"] as object),
        ...(manifest["peerDependencies"] as object),
      });
      expect(needed).to.include.members(
        name === "pulumi-immuta"
          ? ["axios", "mssql", "@pulumi/azure-native", "@pulumi/pulumi", "pulumi-immuta-sandbox"]
          : ["tedious", "yaml", "@pulumi/pulumi"],
      );
      // gRPC and protobuf are Pulumi's own; and the SDK's provider text names its package.
      const others = ["@grpc/grpc-js", "google-protobuf", "pulumi-immuta"];
      expect(needed.filter((one) => ![...declared, ...others].includes(one))).to.deep.equal([]);
    });

    it("has a package.json for users: no script, no workspace, and nothing that a checkout alone needs", () => {
      expect(manifest).not.to.have.any.keys("scripts", "workspaces", "devDependencies", "private");
    });
  });

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

  it("has the size that the README says, give or take a fifth", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, told = ""] = /\((\d+) kB packed/.exec(readme) ?? [];
    expect(statSync(packed.path).size / 1000).to.be.closeTo(Number(told), Number(told) / 5);
  });

  /** Links in the package's pages of a folder that lead nowhere in it. */
  const deadLinks = (under: string): string[] =>
    packed.files
      // The reference is looked at where it is rendered.
      .filter((file) => file.startsWith(under) && /^(?!docs\/reference\/).*\.md$/.test(file))
      .map((file) => join(installed, file))
      .flatMap((page) =>
        linksIn(page)
          .filter((link) => !leadsSomewhere(page, link))
          .map((link) => relative(installed, join(dirname(page), link))),
      );

  it("has every page and picture to which its README leads, and what those lead to but for sources", () => {
    expect(deadLinks("README.md")).to.deep.equal([]);
    const sources = /^(action\.yml|(cli|provider|sandbox|tests|tools)\b)/;
    expect(
      [...deadLinks("docs/"), ...deadLinks("examples/")].filter((path) => !sources.test(path)),
    ).to.deep.equal([]);
  });

  it("has each example whole, and of pages and examples nothing that was made beside them", () => {
    const tracked = ["docs/*.md", "docs/*.svg", "docs/reference", "examples"];
    const files = execFileSync("git", ["ls-files", ...tracked], { cwd: root, encoding: "utf8" });
    expect(packed.files.filter((file) => /^(docs|examples)\//.test(file)).sort()).to.deep.equal(
      files.trim().split("\n").sort(),
    );
  });

  it("has a plugin that starts with Node alone, as the engine starts it, and loads nothing beside it", async () => {
    const folder = temporaryFolder();
    cpSync(join(installed, "plugin"), folder, { recursive: true });
    const plugin = spawn(join(folder, "pulumi-resource-immuta"), [], { cwd: folder });
    const [port] = (await once(plugin.stdout, "data")) as [Buffer];
    plugin.kill();
    rmSync(folder, { recursive: true });
    expect(port.toString()).to.match(/^\d+\n$/);
    expect(readManifest(join(installed, "plugin"))).to.include({
      name: "pulumi-immuta",
      version: readManifest(installed).version,
    });
  });

  it("has with the plugin the text of the licence of each library that is in its bundles", () => {
    const text = readFileSync(join(installed, "plugin", "THIRD-PARTY-LICENSES"), "utf8");
    const parts = text.split(/^(?=\S+ \d\S* \([^\n]*\)\n-+$)/m);
    expect(parts.map((part) => part.slice(0, part.indexOf(" ")))).to.include.members([
      "axios",
      "mssql",
      "tedious",
      "@azure/identity",
      "@grpc/grpc-js",
      "google-protobuf",
      "agent-base",
    ]);
    expect(parts.filter((part) => !/permission|permitted|licensed/i.test(part))).to.deep.equal([]);
  });

  it("starts the plugin from a file that has none of the libraries that an operation alone needs", () => {
    const sizeOf = (file: string): number => statSync(join(installed, "plugin", file)).size;
    // Each has a library whole, or it would be small.
    for (const file of ["azure.js", "http.js", "sql.js"]) expect(sizeOf(file), file).to.be.above(300_000);
    expect(sizeOf("main.js")).to.be.below(1_400_000);
  });

  it("starts the SQL driver without the tables of East Asian encodings, which it reads with the first text in one", () => {
    const decoded = (encoding: string, hex: string): string => {
      const script =
        'const { "iconv-lite": iconv } = require("./sql.js"); const tables = () => Object.keys(require.cache).filter((file) => file.endsWith("encodings.js")).length;' +
        `const before = tables(); console.log(before, iconv.decode(Buffer.from("${hex}", "hex"), "${encoding}"), tables());`;
      return execFileSync("node", ["-e", script], {
        cwd: join(installed, "plugin"),
        encoding: "utf8",
      }).trim();
    };
    expect(decoded("cp1252", "e4")).to.equal("0 ä 0");
    for (const [encoding, hex, text] of [
      ["cp932", "93fa967b", "日本"],
      ["cp936", "d6d0b9fa", "中国"],
      ["gb18030", "d6d0b9fa", "中国"],
      ["cp949", "c7d1b1db", "한글"],
      ["cp950", "a4a4a4e5", "中文"],
    ] as const)
      expect(decoded(encoding, hex), encoding).to.equal(`0 ${text} 1`);
  });

  it("depends on Pulumi's SDKs as peers, so that a program has one of each, on azure-native's where it wants to", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = readManifest(installed);
    expect(Object.keys(peerDependencies)).to.include.members(["@pulumi/azure-native", "@pulumi/pulumi"]);
    expect(peerDependenciesMeta).to.deep.equal({
      "@pulumi/azure-native": { optional: true },
      "pulumi-immuta-sandbox": { optional: true },
    });
    expect(dependencies).not.to.have.any.keys("@pulumi/azure-native", "@pulumi/pulumi");
  });

  it("wants the sandbox of its own version, where there is one", () => {
    const { version, peerDependencies } = readManifest(installed);
    expect(peerDependencies["pulumi-immuta-sandbox"]).to.equal(`^${version}`);
    expect(readManifest(folderOf("pulumi-immuta-sandbox")).version).to.equal(version);
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

  describe("and the sandbox, a package of its own,", () => {
    const remedy = "npm install --save-dev pulumi-immuta-sandbox";
    const missing = `the sandbox is a package of its own, which is not installed: ${remedy}`;
    const asked = (type: "commonjs" | "module"): string =>
      type === "commonjs"
        ? 'try { console.log(typeof require("pulumi-immuta/sandbox").startSandbox) } catch (error) { console.log(error.message) }'
        : `import("pulumi-immuta/sandbox").then(({ startSandbox }) => console.log(typeof startSandbox), (error) => console.log(error.message))`;
    const command = (): SpawnSyncReturns<string> =>
      spawnSync(
        process.execPath,
        [join(installed, "dist", "cli", "index.js"), "sandbox", "--", process.execPath, "--eval", ""],
        { cwd: folder, encoding: "utf8" },
      );

    it("which is not there, is missed in one sentence that says how to get it", () => {
      expect([node("commonjs", asked("commonjs")), node("module", asked("module"))]).to.deep.equal([
        missing,
        missing,
      ]);
      expect(command()).to.include({ status: 1, stdout: "", stderr: `pulumi-immuta sandbox: ${missing}\n` });
    });

    it("is found once it is installed, under both names", async () => {
      installSandbox(folder, await tarball("pulumi-immuta-sandbox"));
      expect([node("commonjs", asked("commonjs")), node("module", asked("module"))]).to.deep.equal([
        "function",
        "function",
      ]);
      const byItsName =
        'import { startSandbox } from "pulumi-immuta-sandbox"; console.log(typeof startSandbox)';
      expect(node("module", byItsName)).to.equal("function");
      expect(command()).to.include({ status: 0, stderr: "" });
    });

    it("says itself what it misses", () => {
      rmSync(join(folder, "node_modules", "yaml"));
      expect(node("commonjs", asked("commonjs"))).to.match(/^Cannot find module 'yaml'/);
    });
  });
});

/** What is built from the sources in a folder, relative to it. */
const builtFrom = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => !/^(dist|node_modules)\b/.test(file))
    .map((file) => file.replaceAll("\\", "/"))
    .flatMap((file) => {
      if (file.endsWith(".sql")) return [file];
      const module = file.slice(0, -".ts".length);
      return file.endsWith(".ts") ? [`${module}.d.ts`, `${module}.js`] : [];
    });

/** The paths in a value of package.json, `./` taken off. */
function pathsIn(value: unknown): string[] {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

/** The packages that a compiled module loads. */
function packagesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:require|import|load)\("([^"]+)"\)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !name.startsWith(".") && !isBuiltin(name))
    .map((name) => name.split("/", name.startsWith("@") ? 2 : 1).join("/"));
}
