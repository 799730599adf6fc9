import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { packSdks } from "../../tools/sdks";
import { having, program, pythonProgram } from "../pool/foreign/parts";
import { readManifest } from "./installation";
import { root, temporaryFolder } from "./tarball";

const { version } = readManifest(root);
const release = {
  repository: "https://github.com/acme/pulumi-immuta",
  downloads: "github://api.github.com/acme/pulumi-immuta",
};

/** In a Python that has the wheel, and what it depends on of elsewhere. */
const facts = `
import importlib.metadata, json, pathlib, pulumi_immuta
here = pathlib.Path(pulumi_immuta.__file__).parent
print(json.dumps({
  "folder": str(here),
  "class": pulumi_immuta.SynapseIntegration.__name__,
  "told": pulumi_immuta._utilities.get_version(),
  "downloads": pulumi_immuta._utilities.get_plugin_download_url(),
  "plugin": json.loads((here / "pulumi-plugin.json").read_text()),
  "metadata": importlib.metadata.metadata("pulumi_immuta").json,
  "licence": importlib.metadata.distribution("pulumi_immuta").read_text("licenses/LICENSE"),
}))`;

interface Facts {
  folder: string;
  plugin: object;
  metadata: Record<string, unknown>;
  [name: string]: unknown;
}

describe("the SDKs that are published", function () {
  this.timeout(60_000);
  let folder: string;
  let python: string;
  /** Of a release, of the same once more, and of a checkout. */
  let [first, second, checkout]: string[][] = [];

  before(async function () {
    folder = temporaryFolder();
    python = await having(this, pythonProgram);
    const packed = async (name: string, of: object): Promise<string[]> => {
      mkdirSync(join(folder, name));
      return packSdks(join(folder, name), of);
    };
    first = await packed("first", release);
    second = await packed("second", release);
    checkout = await packed("checkout", {});
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Installs a wheel into a venv of its own, which finds what others need where the tests have it. */
  async function installed(wheel = ""): Promise<Facts> {
    const venv = join(folder, "venv");
    const run = async (command: string, ...args: string[]): Promise<string> =>
      (await promisify(execFile)(command, args)).stdout;
    await run(python, "-m", "venv", "--clear", "--without-pip", venv);
    const own = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
    const paths = 'import sysconfig; print(sysconfig.get_path("purelib"))';
    const others = (await run(python, "-c", paths)).trim();
    writeFileSync(join((await run(own, "-c", paths)).trim(), "others.pth"), others);
    const pip = ["-m", "pip", "--disable-pip-version-check", "--python", own];
    await run(python, ...pip, "install", "--quiet", "--no-index", "--no-deps", "--ignore-installed", wheel);
    await run(python, ...pip, "check");
    const told = JSON.parse(await run(own, "-c", facts)) as Facts;
    expect(told.folder.startsWith(venv), told.folder).to.equal(true);
    return told;
  }

  it("are an sdist, a wheel and zips of sources, the same bytes each time", () => {
    const names = [
      ...["dotnet", "go", "java"].map((language) => `pulumi-immuta-sdk-${language}-v${version}.zip`),
      `pulumi_immuta-${version}-py3-none-any.whl`,
      `pulumi_immuta-${version}.tar.gz`,
    ];
    expect(readdirSync(join(folder, "first")).sort()).to.deep.equal(names);
    expect(first?.map((path) => readFileSync(path).toString("base64"))).to.deep.equal(
      second?.map((path) => readFileSync(path).toString("base64")),
    );
    expect(checkout).to.have.length(5);
    for (const path of first ?? []) expect(statSync(path).mode & 0o044, path).to.equal(0o044);
  });

  it("install in Python, and tell the engine which plugin to get from where", async () => {
    const { plugin, metadata, ...told } = await installed(first?.[4]);
    const schema = JSON.parse(readFileSync(join(root, "provider", "plugin", "schema.json"), "utf8")) as {
      description: string;
    };
    expect(told).to.include({
      class: "SynapseIntegration",
      told: version,
      downloads: release.downloads,
      licence: readFileSync(join(root, "LICENSE"), "utf8").replaceAll("\r\n", "\n"),
    });
    expect(plugin).to.deep.equal({ resource: true, name: "immuta", version, server: release.downloads });
    expect(metadata).to.include({
      version,
      summary: schema.description,
      license_expression: "Apache-2.0",
      requires_python: ">=3.9",
    });
    expect(metadata["project_url"]).to.include(`Repository, ${release.repository}`);
    expect(metadata["description"]).to.contain("Immuta for Pulumi, in Python");
    expect(Object.keys(metadata).filter((name) => /author|maintainer/.test(name))).to.deep.equal([]);
  });

  it("install from a checkout as well, whose plugin is downloaded from nowhere", async () => {
    const { plugin, metadata } = await installed(checkout?.[4]);
    expect(plugin).to.include({ version, server: "https://not-published-see-docs-plugin-md.invalid" });
    expect(metadata).not.to.have.property("project_url");
  });

  it("are missed in one sentence that says what to install", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = join(folder, "nothing");
    try {
      const refused: unknown = await packSdks(folder, {}).catch((error: unknown) => error);
      expect(refused)
        .to.have.property("message")
        .that.equals(
          "The SDKs could not be packed by go: it is not there. Install Go 1.25 or later (https://go.dev/dl/).",
        );
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("have in the sdist what the wheel is made of", () => {
    const list = execFileSync("tar", ["-tzf", first?.[3] ?? ""], { encoding: "utf8" })
      .trim()
      .split("\n");
    expect(list).to.include.members(
      ["PKG-INFO", "LICENSE", "README.md", "pyproject.toml", "pulumi_immuta/pulumi-plugin.json"].map(
        (file) => `pulumi_immuta-${version}/${file}`,
      ),
    );
  });

  /** The folder `sdk` of a zip, unpacked. */
  function unpacked(zip = ""): string {
    const to = join(folder, "unpacked");
    rmSync(to, { recursive: true, force: true });
    execFileSync(python, ["-m", "zipfile", "-e", zip, to]);
    return join(to, "sdk");
  }

  it("have for Java and C# what names the plugin and its place, and nobody as their author", () => {
    const java = join(unpacked(first?.[2]), "java");
    const resources = join(java, "src", "main", "resources", "com", "pulumi", "immuta");
    const plugin = { resource: true, name: "immuta", version, server: release.downloads };
    expect(JSON.parse(readFileSync(join(resources, "plugin.json"), "utf8"))).to.deep.equal(plugin);
    expect(readFileSync(join(resources, "version.txt"), "utf8")).to.equal(version);
    expect(readFileSync(join(java, "pom.xml"), "utf8")).to.contain(`<version>${version}</version>`);
    const dotnet = join(unpacked(first?.[0]), "dotnet");
    expect(JSON.parse(readFileSync(join(dotnet, "pulumi-plugin.json"), "utf8"))).to.deep.equal(plugin);
    expect(readFileSync(join(dotnet, "Pulumi.Immuta.csproj"), "utf8")).not.to.match(/Corp|logo\.png/);
  });

  /** What a zip of Go's module has, unpacked where a tag has it. */
  async function module(
    zip = "",
  ): Promise<{ path: string; pulumi: string; imports: string[]; files: string[] }> {
    const inside = join(unpacked(zip), "go");
    const { stdout } = await promisify(execFile)("go", ["mod", "edit", "-json"], { cwd: inside });
    const { Module, Require } = JSON.parse(stdout) as {
      Module: { Path: string };
      Require: { Path: string; Version: string }[];
    };
    const source = readFileSync(join(inside, "immuta", "init.go"), "utf8");
    return {
      path: Module.Path,
      pulumi: Require.map(({ Path, Version }) => `${Path} ${Version}`).join(),
      imports: [...source.matchAll(/"([^"]+)\/immuta\/internal"/g)].map(([, path = ""]) => path),
      files: readdirSync(inside),
    };
  }

  for (const [of, path] of [
    ["a release", "github.com/acme/pulumi-immuta/sdk/go"],
    ["a checkout", "example.com/pulumi-immuta/sdk/go"],
  ])
    it(`have the Go module of ${of} as ${path}, in go.mod and in its own imports`, async function () {
      await having(this, () => program("go", "version", "Go"));
      const made = await module((of === "a release" ? first : checkout)?.[1]);
      expect(made)
        .to.include({ path })
        .and.to.deep.include({ imports: [path] });
      expect(made.files.sort()).to.include.members(["LICENSE", "README.md", "go.mod", "immuta"]);
      // The example that tests compile has the same one.
      expect(readFileSync(join(root, "examples", "go", "go.mod"), "utf8")).to.contain(`\t${made.pulumi}\n`);
    });
});
