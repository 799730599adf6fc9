import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { packages, root, tarball, temporaryFolder } from "./tarball";

/** Both are ES modules that only Node itself can load. Each prints what it has to say of the tarball as a list. */
const publint = `
  import { publint } from "publint";
  import { formatMessage } from "publint/utils";
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true });
  tell(messages.map((message) => formatMessage(message, pkg, { color: false })));`;
const arethetypeswrong = `
  import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
  const { types, problems } = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  tell(types === false ? ["no types"] : problems);`;

interface Manifest {
  exports: Record<string, unknown>;
  [field: string]: unknown;
}

describe("the tarball, to others' eyes", function () {
  this.timeout(120_000);
  let folder: string;
  let path: string;

  before(async () => {
    folder = temporaryFolder();
    ({ path } = await tarball());
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** The same package with another package.json, as a tarball. */
  function repacked(change: (manifest: Manifest) => void): string {
    const other = join(folder, "other");
    rmSync(other, { recursive: true, force: true });
    mkdirSync(other);
    cpSync(path, join(other, "package.tgz"));
    execFileSync("tar", ["-xzf", "package.tgz"], { cwd: other });
    const file = join(other, "package", "package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    change(manifest);
    writeFileSync(file, JSON.stringify(manifest));
    execFileSync("tar", ["-czf", "changed.tgz", "package"], { cwd: other });
    return join(other, "changed.tgz");
  }

  /** What one of them says of a tarball; nothing is an empty list. */
  function said(script: string, file: string): unknown[] {
    const around = `import { readFileSync } from "node:fs";
      const data = readFileSync(${JSON.stringify(file)});
      const tell = (found) => console.log(JSON.stringify(found));`;
    const out = execFileSync(process.execPath, ["--input-type=module", "--eval", around + script], {
      cwd: root,
      encoding: "utf8",
    });
    return JSON.parse(out) as unknown[];
  }

  for (const name of packages)
    it(`of ${name} passes publint, strictly, and arethetypeswrong, for each entry point and way of resolving`, async () => {
      const tested = (await tarball(name)).path;
      expect(said(publint, tested)).to.deep.equal([]);
      expect(said(arethetypeswrong, tested)).to.deep.equal([]);
    });

  it("would not pass publint with types where no one looks", () => {
    const broken = repacked((manifest) => {
      manifest.exports["."] = { default: "./dist/sdk/index.js", types: "./dist/sdk/index.d.ts" };
    });
    expect(JSON.stringify(said(publint, broken))).to.contain("types");
  });

  it("would not pass arethetypeswrong without what resolves as Node 10 did", () => {
    const broken = repacked((manifest) => {
      delete manifest["typesVersions"];
    });
    expect(JSON.stringify(said(arethetypeswrong, broken))).to.contain("node10");
  });

  it("says who may use it where: engines, licence, peers, provenance", () => {
    const manifest = JSON.parse(
      execFileSync("tar", ["-xzOf", path, "package/package.json"], { encoding: "utf8" }),
    ) as Manifest;
    expect(manifest).to.deep.include({
      license: "Apache-2.0",
      engines: { node: ">=20.19" },
      publishConfig: { access: "public", provenance: true },
    });
    expect(Object.keys(manifest["peerDependencies"] as object)).to.include("@pulumi/pulumi");
  });
});
