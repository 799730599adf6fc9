import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { ENGINE_VERSION } from "../../../tools/engine";

const root = join(__dirname, "..", "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const page = read("docs/support.md");
const manifest = JSON.parse(read("package.json")) as {
  engines: { node: string };
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const cellsOf = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| -/.test(line))
    .slice(1)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const supported = new Map(
  cellsOf(page.split("## Runs")[0] ?? "").map(([what = "", ...cells]) => [what, cells]),
);
const runs = cellsOf(/<!-- runs -->([\s\S]*)<!-- \/runs -->/.exec(page)?.[1] ?? "");

/** "^3.200.0" and ">=20.19" in the page's words. */
const inWords = (range: string): string => {
  const [, sign, version = "", major = ""] = /^(\^|>=)((\d+)[\d.]*)$/.exec(range) ?? [];
  return sign === "^" ? `${version} or newer, below ${Number(major) + 1}` : `${version} or newer`;
};

describe("docs/support.md", () => {
  it("says what package.json says", () => {
    const { engines, peerDependencies, devDependencies } = manifest;
    expect(supported.get("Node")?.[0]).to.equal(inWords(engines.node));
    expect(supported.get("Pulumi's Node SDK (`@pulumi/pulumi`)")?.[0]).to.equal(
      inWords(peerDependencies["@pulumi/pulumi"] ?? ""),
    );
    expect(supported.get("`@pulumi/azure-native`, for `pulumi-immuta/azure` alone")).to.deep.equal([
      inWords(peerDependencies["@pulumi/azure-native"] ?? ""),
      devDependencies["@pulumi/azure-native"],
    ]);
    expect(supported.get("Pulumi CLI")?.[1]).to.contain(ENGINE_VERSION);
  });

  it("has runs on each Node that CI has, by each package manager, and with the lowest SDK, none of which failed", () => {
    const ci = parse(read(".github/workflows/ci.yml")) as {
      jobs: { test: { strategy: { matrix: { node: number[] } } } };
    };
    const ways = [/^npm /, /^pnpm /, /^yarn 1\./, /^yarn 4\..*, node-modules$/, /^yarn 4\..*, Plug'n'Play$/];
    for (const major of ci.jobs.test.strategy.matrix.node)
      for (const way of ways)
        expect(runs, `${major} ${String(way)}`).to.satisfy((all: string[][]) =>
          all.some(([node = "", manager = ""]) => node.startsWith(`${major}.`) && way.test(manager)),
        );
    expect(runs.map(([, , sdk]) => sdk)).to.include(
      (manifest.peerDependencies["@pulumi/pulumi"] ?? "").slice(1),
    );
    for (const run of runs) {
      expect(run.at(-2), run.join()).to.match(/^[1-9]\d* passed$/);
      expect(run.at(-1), run.join()).to.equal("stops");
    }
  });
});
