import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { unifiedDiff } from "../../../cli/scripts/unified-diff";
import { type Bench, contentsOf, openBench } from "./tenant";

const canary = "Canary'S3cret]4711";
const place = [
  ...["--host", "claims.sql.azuresynapse.net", "--database", "claims"],
  ...["--schema", "governed", "--username", "immuta_system_account"],
];

describe("pulumi-immuta scripts", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());
  const scripts = (...args: string[]) => bench.run(["scripts", ...args], { IMMUTA_SYSTEM_PASSWORD: canary });

  it("prints the masked scripts with identities that no password changes", async () => {
    const seen = await scripts(...place);
    expect(seen).to.deep.include({ code: 0, err: "" });
    expect(seen.out).to.match(/^-- initial-create: \d+ batches, run in master\n-- identity [\da-f]{64}\n/);
    expect(seen.out).to.contain("<secret>").and.not.to.contain(canary).and.not.to.contain("S3cret");
    expect((await bench.run(["scripts", ...place])).out).to.equal(seen.out);
    expect(new Set(bench.calls().map((call) => call.split("/").slice(0, 3).join("/")))).to.deep.equal(
      new Set(["POST /integrations/scripts"]),
    );
    const json = JSON.parse((await scripts(...place, "--format", "json")).out) as {
      scripts: { phase: string; identity: string; script: string }[];
    };
    expect(json.scripts.map(({ phase }) => phase)).to.deep.equal([
      ...["initial-create", "create", "cleanup", "post-cleanup"],
    ]);
    for (const { identity, script } of json.scripts) expect(sha256(script)).to.equal(identity);
  });

  it("writes a review whose files' hashes are the identities, and finds no difference to it", async () => {
    const written = await scripts(...place, "--role", "R", "--out", bench.folder);
    expect(written).to.deep.include({ code: 0, err: "" });
    const { "review.json": review = "", ...files } = contentsOf(bench.folder);
    const { approvedScripts } = JSON.parse(review) as { approvedScripts: Record<string, string> };
    const hashes = Object.entries(files).map(([name, text]) => [name.replace(".sql", ""), sha256(text)]);
    expect(Object.fromEntries(hashes)).to.deep.equal(approvedScripts);
    expect(await scripts("diff", bench.folder)).to.deep.equal({
      code: 0,
      out: "No difference: 4 scripts are as they were reviewed.\n",
      err: "",
    });
    expect(JSON.stringify(contentsOf(bench.folder))).not.to.contain("S3cret");
  });

  it("shows in a unified diff what is another script now, and exits with 1", async () => {
    await scripts(...place, "--out", bench.folder);
    const file = join(bench.folder, "review.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"schema": "governed"', '"schema": "other"'));
    const seen = await scripts("diff", bench.folder);
    expect(seen.code).to.equal(1);
    expect(seen.out).to.match(/\+\+\+ create \(Immuta\)\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    expect(seen.out)
      .to.match(/^-.*governed/m)
      .and.to.match(/^\+.*other/m);
    expect(seen.err).to.match(/ {2}create: [\da-f]{64} → [\da-f]{64}\n/);
    expect(seen.out + seen.err).not.to.contain("S3cret");
  });

  it("refuses what is missing, wrong inputs, and a folder without a review, in a sentence each", async () => {
    expect((await scripts("--host", "h.example")).err).to.contain(
      "--database, --schema, --username are missing",
    );
    expect((await scripts(...place, "--port", "x")).err).to.contain("port: ");
    expect((await scripts("diff", bench.folder)).err).to.match(/review\.json cannot be read \(ENOENT\)/);
    expect((await scripts(...place, "--id", "999")).err).to.contain("no integration with id 999");
  });
});

describe("a unified diff", () => {
  it("says what changed, with three lines around", () => {
    const before = ["a", "b", "c", "d", "e", "f", "g"].join("\n");
    expect(unifiedDiff(before, before.replace("e", "x"), { before: "old", after: "new" })).to.equal(
      "--- old\n+++ new\n@@ -2,6 +2,6 @@\n b\n c\n d\n-e\n+x\n f\n g\n",
    );
    expect(unifiedDiff("a\r\nb\r\n", "a\nb\n", { before: "", after: "" })).to.equal("");
  });

  it("leads from one text to the other", () => {
    const text = fc.array(fc.constantFrom<string>("a", "b", "c"), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff(before.join("\n"), after.join("\n"), { before: "x", after: "y" });
        expect(applied(before.join("\n"), diff)).to.deep.equal(after.filter((line) => line !== ""));
      }),
    );
  });
});

/** What the hunks make of a text. */
function applied(before: string, diff: string): string[] {
  const old = before === "" ? [] : before.split("\n");
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split("\n").slice(2, -1)) {
    const header = /^@@ -(\d+),(\d+)/.exec(line);
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === "0" ? 0 : 1);
      while (at < start) result.push(old[at++] ?? "");
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      expect(old[at]).to.equal(line.slice(1));
      if (line.startsWith(" ")) result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...old.slice(at)];
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
