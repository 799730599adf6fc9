import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { expect } from "chai";

import { ENGINE_VERSION, ensureEngine, type Engine } from "../../../tools/engine";
import { cacheFolder } from "../../../tools/engine/cache";
import { hasLanguageHost, onPath } from "../../../tools/engine/path";

/** A POSIX script in the place of an executable. */
function executable(path: string, ...lines: string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
  return path;
}

function cli(path: string, version = ENGINE_VERSION): string {
  return executable(path, `echo "v${version}"`);
}

describe("finding the engine", () => {
  let folder: string;
  let cache: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "engine-finder-"));
    cache = join(folder, "cache", "pulumi-immuta", `engine-${ENGINE_VERSION}`);
    lines = [];
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** PATH has the system's own folders too, for the scripts; a Go or Pulumi there must not be found. */
  function environment(folders: string[] = [], more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const system = join(folder, "system");
    for (const tool of ["sh", "echo", "mkdir", "cat", "cp", "chmod"]) {
      const real = ["/bin", "/usr/bin"].map((place) => join(place, tool)).find((place) => existsSync(place));
      mkdirSync(system, { recursive: true });
      if (real !== undefined && !existsSync(join(system, tool))) symlinkSync(real, join(system, tool));
    }
    const PATH = [...folders, system].join(delimiter);
    return { PATH, XDG_CACHE_HOME: join(folder, "cache"), ...more };
  }

  /** A stand-in for the start script of the npm package pulumi. */
  function downloader(...script: string[]): string {
    const path = join(folder, "run.js");
    writeFileSync(path, script.join("\n"));
    return path;
  }

  const failing = () =>
    downloader(`console.error("Downloading ..."); console.error("pulumi: no way out"); process.exit(1);`);
  const downloading = (version = ENGINE_VERSION) =>
    downloader(
      `const { mkdirSync, writeFileSync } = require("node:fs");`,
      `const bin = process.env.PULUMI_HOME + "/versions/" + process.env.PULUMI_VERSION + "/bin";`,
      `mkdirSync(bin, { recursive: true });`,
      `writeFileSync(bin + "/pulumi", '#!/bin/sh\\necho "v${version}"\\n', { mode: 0o755 });`,
    );

  function find(env: NodeJS.ProcessEnv, script: string | undefined = failing()): Promise<Engine> {
    return ensureEngine({ env, downloader: script, log: (line) => lines.push(line) });
  }

  async function failure(env: NodeJS.ProcessEnv, script?: string): Promise<string> {
    try {
      await find(env, script);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new Error("An engine was found where there is none.");
  }

  it("takes the given one first, of whatever version", async () => {
    const given = cli(join(folder, "own", "pulumi"), "3.260.0");
    cli(join(folder, "a", "pulumi"));
    const engine = await find(environment([join(folder, "a")], { PULUMI_IMMUTA_ENGINE: given }));
    expect(engine).to.include({ source: "given", path: given, version: "3.260.0" });
  });

  it("refuses a given one that is missing or no engine, and looks no further", async () => {
    cli(join(folder, "a", "pulumi"));
    const other = executable(join(folder, "other"), "echo hello");
    for (const given of [join(folder, "missing"), other, folder]) {
      const message = await failure(environment([join(folder, "a")], { PULUMI_IMMUTA_ENGINE: given }));
      expect(message).to.match(/^PULUMI_IMMUTA_ENGINE is .*, which is not a Pulumi CLI/);
      expect(message).to.include(given);
    }
  });

  it("takes the one on PATH that has the version, past others", async () => {
    cli(join(folder, "a", "pulumi"), "3.100.0");
    executable(join(folder, "b", "pulumi"), "exit 1");
    const right = cli(join(folder, "c", "pulumi"));
    const engine = await find(environment([join(folder, "a"), join(folder, "b"), join(folder, "c")]));
    expect(engine).to.include({ source: "path", path: right, version: ENGINE_VERSION });
  });

  it("never runs the start script of the npm package", () => {
    const shim = cli(join(folder, "lib", "node_modules", "pulumi", "run.js"));
    cli(join(folder, "node_modules", ".bin", "pulumi"));
    mkdirSync(join(folder, "bin"));
    symlinkSync(shim, join(folder, "bin", "pulumi"));
    expect(onPath(environment([join(folder, "node_modules", ".bin"), join(folder, "bin")]))).to.deep.equal(
      [],
    );
  });

  it("lists each real one on PATH once, in order, and neither folders nor plain files", () => {
    const a = cli(join(folder, "a", "pulumi"));
    const b = cli(join(folder, "b", "pulumi"));
    mkdirSync(join(folder, "c", "pulumi"), { recursive: true });
    mkdirSync(join(folder, "d"));
    writeFileSync(join(folder, "d", "pulumi"), "plain");
    const folders = ["b", "c", "d", "a", "b"].map((name) => join(folder, name));
    expect(onPath(environment(folders))).to.deep.equal([b, a]);
  });

  it("sees a language host beside the engine or on PATH, and none that cannot be run", async () => {
    const path = cli(join(folder, "a", "pulumi"));
    const engine = await find(environment([join(folder, "b")], { PULUMI_IMMUTA_ENGINE: path }));
    mkdirSync(join(folder, "b"));
    writeFileSync(join(folder, "b", "pulumi-language-nodejs"), "plain");
    expect(hasLanguageHost(engine.environment())).to.equal(false);
    for (const place of ["a", "b"]) {
      const host = executable(join(folder, place, "pulumi-language-nodejs"), "exit 1");
      expect(hasLanguageHost(engine.environment()), place).to.equal(true);
      rmSync(host);
    }
  });

  it("takes the one in the cache next", async () => {
    const cached = cli(join(cache, "bin", "pulumi"));
    expect(await find(environment())).to.include({ source: "cache", path: cached });
    expect(lines).to.deep.equal([]);
  });

  it("downloads through the npm package, and finds the download in the cache the next time", async () => {
    const first = await find(environment(), downloading());
    expect(first).to.include({ source: "download", path: join(cache, "bin", "pulumi") });
    expect(await find(environment())).to.include({ source: "cache", path: first.path });
    expect(readdirSync(cache).filter((name) => name.startsWith("new-"))).to.deep.equal([]);
  });

  it("replaces one in the cache that does not answer", async () => {
    executable(join(cache, "bin", "pulumi"), "exit 1");
    expect(await find(environment(), downloading())).to.include({ source: "download" });
    expect(lines[0]).to.match(/does not answer and is replaced/);
  });

  it("is safe when two get it at once", async () => {
    const script = downloading();
    const engines = await Promise.all([find(environment(), script), find(environment(), script)]);
    for (const engine of engines) expect(engine.path).to.equal(join(cache, "bin", "pulumi"));
    expect(await find(environment())).to.include({ source: "cache" });
    expect(readdirSync(cache).filter((name) => name.startsWith("new-"))).to.deep.equal([]);
  });

  it("builds where the download fails, with the pinned package and version", async () => {
    executable(
      join(folder, "go", "go"),
      `echo "$@" > "${join(folder, "arguments")}"`,
      `while [ "$1" != "-o" ]; do shift; done`,
      `echo '#!/bin/sh' > "$2"; echo 'echo "v${ENGINE_VERSION}"' >> "$2"; chmod 755 "$2"`,
    );
    const engine = await find(environment([join(folder, "go")]));
    expect(engine).to.include({ source: "build", path: join(cache, "bin", "pulumi") });
    expect(readdirSync(join(cache, "bin")).sort()).to.deep.equal(["pulumi", "pulumi-resource-pulumi-nodejs"]);
    expect(lines[0]).to.equal(`Downloading the Pulumi CLI ${ENGINE_VERSION} ...`);
    expect(lines[1]).to.equal("download through the npm package pulumi: pulumi: no way out");
    expect(lines[2]).to.match(/^Building the Pulumi CLI .* with go/);
    expect(lines[3]).to.match(/^Built the Pulumi CLI .* in \d+ s\.$/);
  });

  it("does not keep a result of another version", async () => {
    const message = await failure(environment(), downloading("3.1.0"));
    expect(message).to.include(`the result does not answer as Pulumi CLI ${ENGINE_VERSION}`);
    expect(existsSync(join(cache, "bin"))).to.equal(false);
  });

  it("says in one message what was tried, why it failed, and what to install", async () => {
    executable(join(folder, "go", "go"), `echo "go: go.mod requires something newer" >&2`, "exit 1");
    expect(await failure(environment([join(folder, "go")]))).to.equal(
      [
        `The Pulumi CLI ${ENGINE_VERSION} is not here and could not be had:`,
        `  - PATH: no pulumi of that version`,
        `  - download through the npm package pulumi: pulumi: no way out`,
        `  - build from the Go module: go: go.mod requires something newer`,
        `Install Pulumi ${ENGINE_VERSION} (https://www.pulumi.com/docs/install/) so that it is on PATH or named by ` +
          `PULUMI_IMMUTA_ENGINE, or install Go 1.21 or newer (https://go.dev/dl/) so that it can be built here.`,
      ].join("\n"),
    );
    expect(await failure(environment())).to.include("  - build from the Go module: go is not on PATH\n");
    expect(existsSync(join(cache, "bin"))).to.equal(false);
  });

  it("keeps the cache where the XDG rules put it", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/var/cache/me" }, "1.2.3")).to.equal(
      join("/var/cache/me", "pulumi-immuta", "engine-1.2.3"),
    );
    expect(cacheFolder({}, "1.2.3")).to.match(/[/\\]\.cache[/\\]pulumi-immuta[/\\]engine-1\.2\.3$/);
    expect(cacheFolder({ XDG_CACHE_HOME: "" }, "1.2.3")).to.equal(cacheFolder({}, "1.2.3"));
  });

  describe("the environment of a run", () => {
    it("is away from the person's own Pulumi", async () => {
      cli(join(cache, "bin", "pulumi"));
      const own = { PULUMI_ACCESS_TOKEN: "made-up", PULUMI_STACK: "prod", PULUMI_HOME: "/home/me/.pulumi" };
      const engine = await find(environment([], { ...own, PULUMI_IMMUTA_SOMETHING: "kept" }));
      const env = engine.environment();
      expect(env).to.include({
        PULUMI_HOME: join(cache, "home"),
        PULUMI_CREDENTIALS_PATH: join(cache, "home"),
        PULUMI_ACCESS_TOKEN: "",
        PULUMI_STACK: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      });
      expect(env).not.to.have.property("PULUMI_IMMUTA_SOMETHING");
    });

    it("has the engine's folder first on PATH, and the dynamic provider host on it", async () => {
      cli(join(cache, "bin", "pulumi"));
      const path = ((await find(environment())).environment()["PATH"] ?? "").split(delimiter);
      expect(path[0]).to.equal(join(cache, "bin"));
      expect(path.some((place) => existsSync(join(place, "pulumi-resource-pulumi-nodejs")))).to.equal(true);
    });
  });
});
