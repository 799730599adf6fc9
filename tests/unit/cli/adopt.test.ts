import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { inventoryOf } from "../../../cli/adopt/inventory";
import { fileOf, resourceName, settingName } from "../../../cli/adopt/names";
import { programFor } from "../../../cli/adopt/program";
import type { Integration } from "../../../provider/synapse/api";
import * as life from "../../../provider/synapse/integration";
import { announced, golden, inputs, previewJson, step, unknown } from "./previews";
import { expectHarmless, nasty } from "../provider/nasty";
import { type Bench, contentsOf, openBench } from "./tenant";

const canary = "Canary-S3cret-4711";
const host = (n: number): string => `pool-${n}.sql.azuresynapse.net`;
const automatic = { id: 101, config: { host: host(1), database: "claims", schema: "governed" } };
const manual = {
  id: 102,
  autoBootstrap: false,
  config: {
    host: host(1),
    database: "sales",
    schema: "governed",
    username: "immuta_system_account",
    password: canary,
    impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
  },
};

describe("pulumi-immuta adopt", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    bench.sandbox.immuta.seed(automatic);
    bench.sandbox.immuta.seed(manual);
  });
  afterEach(() => bench.close());
  const adopt = (...args: string[]) => bench.run(["adopt", ...args]);

  it("tells its exit codes", async () => {
    const help = await adopt("--help");
    expect(help.code).to.equal(0);
    expect(help.out).to.contain("Exit codes: 0; 1 where");
  });

  describe("writing", () => {
    it("writes one file for each host and an index, and calls Immuta with one GET", async () => {
      bench.sandbox.immuta.seed({
        id: 103,
        config: { host: host(2), database: "claims", schema: "governed" },
      });
      const done = await adopt("--out", join(bench.folder, "program"));
      expect(done).to.deep.include({ code: 0, err: "" });
      expect(done.out).to.contain("3 integrations of ");
      expect(done.out).to.contain("  pulumi config set pool-1.sales.username <system account>\n");
      const files = contentsOf(join(bench.folder, "program"));
      expect(Object.keys(files)).to.deep.equal(["index.ts", "pool-1.ts", "pool-2.ts"]);
      expect(files["index.ts"]).to.match(/import "\.\/pool-1";\nimport "\.\/pool-2";\n$/);
      expect(files["pool-1.ts"]).to.match(
        /adopt: "101",[^]*autoBootstrap: true,\n {2}},\n {2}\{ protect: true }/,
      );
      expect(files["pool-1.ts"]).to.contain('password: config.getSecret("pool-1.sales.password"),');
      expect(files["pool-1.ts"]).to.contain(
        'impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },',
      );
      expect(files["pool-2.ts"]).not.to.contain("config");
      expect(bench.calls()).to.deep.equal(["GET /integrations"]);
      expect(JSON.stringify(files) + done.out)
        .not.to.contain(canary)
        .and.not.to.contain(bench.sandbox.apiKey);
    });

    it("writes nothing the second time, and says so", async () => {
      await adopt("--out", bench.folder);
      const before = contentsOf(bench.folder);
      const again = await adopt("--out", bench.folder);
      expect(again).to.deep.include({ code: 0, err: "" });
      expect(again.out).to.match(/^Nothing to write: 2 files in .* already adopt 2 integrations of /);
      expect(contentsOf(bench.folder)).to.deep.equal(before);
    });

    it("overwrites nothing that differs, and writes no other file either", async () => {
      await adopt("--out", bench.folder);
      appendFileSync(join(bench.folder, "pool-1.ts"), "// mine\n");
      bench.sandbox.immuta.seed({
        id: 103,
        config: { host: host(2), database: "claims", schema: "governed" },
      });
      const before = contentsOf(bench.folder);
      const refused = await adopt("--out", bench.folder);
      expect(refused.code).to.equal(1);
      expect(refused.err).to.match(
        /pool-1\.ts differs[^]*index\.ts differs[^]*nothing was written\. --force/,
      );
      expect(contentsOf(bench.folder)).to.deep.equal(before);
      expect((await adopt("--out", bench.folder, "--force")).code).to.equal(0);
      expect(contentsOf(bench.folder)["pool-1.ts"]).not.to.contain("mine");
    });

    it("leaves out by name what no program could match, and writes the rest", async () => {
      bench.sandbox.immuta.disable(102);
      bench.sandbox.immuta.seed({
        id: 104,
        config: { host: "../../x", database: "claims", schema: "governed" },
      });
      const done = await adopt("--out", bench.folder);
      expect(done.code).to.equal(1);
      expect(done.err).to.contain(
        "integration 102 (pool-1.sql.azuresynapse.net/sales/governed) is left out: it is disabled",
      );
      expect(done.err).to.contain("integration 104 (../../x/claims/governed) is left out: host: ");
      expect(Object.keys(contentsOf(bench.folder))).to.deep.equal(["index.ts", "pool-1.ts"]);
    });

    it("says what is missing in the environment, and what Immuta answers", async () => {
      expect((await bench.run(["adopt"], { IMMUTA_URL: undefined })).err).to.match(/adopt: No Immuta URL\./);
      const refused = await bench.run(["adopt"], { IMMUTA_API_KEY: canary });
      expect(refused.code).to.equal(1);
      expect(refused.err).to.contain("HTTP 401").and.not.to.contain(canary);
    });
  });

  it("shows nothing that a terminal or a pipeline obeys, in text and in JSON", async () => {
    bench.sandbox.immuta.fault({
      path: /^\/integrations$/,
      times: Infinity,
      when: "before",
      answer: {
        status: 200,
        body: [
          {
            id: "105",
            type: "Azure Synapse Analytics",
            status: nasty,
            autoBootstrap: true,
            config: { host: host(1), database: nasty, schema: "##vso[task.complete]" },
          },
        ],
      },
    });
    for (const args of [["--list"], ["--list", "--format", "json"], ["--out", bench.folder]]) {
      const { out, err } = await adopt(...args);
      expect(out + err).to.match(/vso/);
      for (const text of [out, err]) expectHarmless(text);
    }
    const { out } = await adopt("--list", "--format", "json");
    const [row] = JSON.parse(out) as { database: string; schema: string }[];
    expect([row?.database, row?.schema]).to.deep.equal([nasty, "##vso[task.complete]"]);
  });

  describe("--list", () => {
    it("prints a table of all, and JSON", async () => {
      bench.sandbox.immuta.disable(101);
      const table = await adopt("--list");
      expect(table.code).to.equal(0);
      expect(table.out.split("\n").map((line) => line.split(/ {2,}/))).to.deep.equal([
        ["id", "host", "database", "schema", "setup", "impersonation", "status", "note"],
        ["102", host(1), "sales", "governed", "manual", "IMMUTA_IMPERSONATION", "enabled"],
        [
          ...["101", host(1), "claims", "governed", "automatic", "off", "disabled"],
          "cannot be adopted: it is disabled; enable it in Immuta, or delete it there",
        ],
        [""],
      ]);
      const json = JSON.parse((await adopt("--list", "--format", "json")).out) as { id: string }[];
      expect(json.map(({ id }) => id)).to.deep.equal(["102", "101"]);
    });
  });

  describe("--check", () => {
    const planned = (n: number, database: string, adopts: object): Record<string, unknown> => ({
      ...inputs("claims"),
      host: host(n),
      database,
      ...adopts,
    });
    const first = planned(1, "claims", { autoBootstrap: true, bootstrap: undefined, adopt: "101" });
    const second = planned(1, "sales", {
      adopt: true,
      impersonation: { enabled: true, role: "immuta_impersonation" },
    });
    const check = async (steps: Record<string, unknown>[], diagnostics: Record<string, unknown>[] = []) => {
      const file = join(bench.folder, "preview.json");
      writeFileSync(file, previewJson(steps, diagnostics));
      return adopt("--check", file);
    };

    it("proves that all match, with one GET", async () => {
      const proof = await check([
        step("create", "a", undefined, first),
        step("create", "b", undefined, second),
      ]);
      expect(proof).to.deep.equal({ code: 0, out: "2 of 2 match, 0 PUT, 0 scripts\n", err: "" });
      expect(bench.calls()).to.deep.equal(["GET /integrations"]);
    });

    it("names what differs, with both values", async () => {
      bench.sandbox.immuta.edit(101, { metadataDelimiters: { hashDelimiter: "#" } });
      const proof = await check([
        step("create", "a", undefined, first),
        step("create", "b", undefined, second),
      ]);
      expect(proof.code).to.equal(1);
      expect(proof.out).to.equal(
        '1 of 2 match, 0 PUT, 0 scripts\na:\n  - metadataDelimiters.hashDelimiter: Immuta has "#", the program "|"\n',
      );
    });

    it("counts what adoptMode converge would write", async () => {
      const proof = await check([
        step("create", "b", undefined, {
          ...second,
          adoptMode: "converge",
          impersonation: { enabled: false },
        }),
      ]);
      expect(proof.code).to.equal(1);
      expect(proof.out).to.match(
        /^0 of 1 match, 1 PUT, 1 script\nb:\n {2}- impersonation.enabled: Immuta has true/,
      );
    });

    it("is refused by every other operation, and says what it would call", async () => {
      const before = inputs("claims");
      const cases: [Record<string, unknown>, string, string][] = [
        [
          step("create", "a", undefined, before),
          "1 POST, 2 scripts",
          "is made anew: the program gives no `adopt`",
        ],
        [step("delete", "a", before), "1 DELETE, 2 scripts", "is deleted"],
        [
          step("update", "a", before, { ...before, impersonation: { enabled: true, role: "R" } }),
          "1 script",
          "is changed",
        ],
      ];
      for (const [one, calls, problem] of cases) {
        const proof = await check([one]);
        expect(proof.code).to.equal(1);
        expect(proof.out).to.contain(calls).and.to.contain(problem);
      }
    });

    it("counts the calls of the steps that the provider announces, hidden values or not", async () => {
      const automatic = { ...inputs("claims"), autoBootstrap: true, bootstrap: undefined };
      const same = (before: Record<string, unknown>) => step("update", "claims", before, before);
      const hidden = (before: Record<string, unknown>, news: Record<string, unknown>) => {
        const state = { ...before, stateFormat: 1, integrationId: "7" };
        return announced("claims", life.announcementOfChange(state, { ...before, ...news }) ?? {});
      };
      const calls = async (
        before: Record<string, unknown>,
        news: Record<string, unknown>,
      ): Promise<string> => {
        const { out } = await check([same(before)], [hidden(before, news)]);
        return /match, (.*)\n/.exec(out)?.[1] ?? out;
      };
      const manualSetup = inputs("claims");
      expect(await calls(manualSetup, { password: "n3w" })).to.equal("1 PUT, 2 scripts");
      expect(await calls(manualSetup, { impersonation: { enabled: true, role: "R" } })).to.equal(
        "1 PUT, 1 script",
      );
      expect(await calls(automatic, { impersonation: { enabled: true, role: "R" } })).to.equal(
        "1 PUT, 0 scripts",
      );
      expect(await calls(automatic, { password: "n3w" }), "stored only").to.equal("0 PUT, 0 scripts");
      const external = { ...manualSetup, bootstrap: { run: "external" } };
      expect(await calls(external, { password: "n3w" })).to.equal("1 PUT, 2 scripts");
    });

    it("counts in a saved plan, which announces nothing, by what the changed inputs mean", async () => {
      for (const [scene, calls] of [
        ["credentials", "1 PUT, 2 scripts"],
        ["delimiters", "1 PUT, 1 script"],
        ["create-manual", "0 PUT, 1 POST, 2 scripts"],
        ["create-automatic", "0 PUT, 1 POST, 0 scripts"],
      ])
        expect((await adopt("--check", join(golden, `${scene}.plan.json`))).out, scene).to.contain(calls);
    });

    it("is refused by an id that is not there or is taken twice, by a disabled one, and by what is not known yet", async () => {
      bench.sandbox.immuta.disable(102);
      const proof = await check([
        step("create", "a", undefined, first),
        step("create", "twice", undefined, first),
        step("create", "b", undefined, second),
        step("create", "c", undefined, { ...first, adopt: "999" }),
        step("create", "d", undefined, { ...first, host: unknown }),
        step("create", "e", undefined, { ...first, schema: "other" }),
      ]);
      expect(proof.code).to.equal(1);
      expect(proof.out).to.match(/^1 of 6 match, 0 PUT, 0 scripts\n/);
      expect(proof.out).to.contain("twice:\n  - integration 101 is adopted by a too\n");
      expect(proof.out).to.match(/^b:\n {2}- .*disabled/m);
      expect(proof.out).to.contain("has no integration 999 to adopt");
      expect(proof.out).to.contain("d:\n  - host: is known at up only\n");
      expect(proof.out).to.contain('- schema: Immuta has "governed", the program "other"');
    });

    it("is refused by a preview that failed, and content with one that does nothing", async () => {
      const failed = await check(
        [step("create", "a", undefined, first)],
        [{ message: "no", severity: "error" }],
      );
      expect(failed.code).to.equal(1);
      expect(failed.err).to.contain("the preview failed, so it proves nothing");
      const nothing = await check([step("same", "a", first, first)]);
      expect(nothing).to.deep.include({ code: 0, out: "0 of 0 match, 0 PUT, 0 scripts\n" });
    });
  });
});

describe("the program that adopt writes", () => {
  const integration = (id: string, config: Integration["config"], autoBootstrap = true): Integration => ({
    id,
    type: "Azure Synapse Analytics",
    status: "enabled",
    autoBootstrap,
    config,
  });

  it("gives no two places one name", () => {
    const hosts = [
      "claims",
      "claims.sql.azuresynapse.net",
      "claims.contoso.example",
      "index.sql.azuresynapse.net",
    ];
    expect(hosts.map(fileOf)).to.deep.equal([
      ...["_claims.ts", "claims.ts", "claims.contoso.example.ts", "index.sql.azuresynapse.net.ts"],
    ]);
    expect(resourceName("Claims.SQL.azuresynapse.net.", "a")).to.equal("claims/a");
    expect(settingName("c.sql.azuresynapse.net", "a b.é", "password")).to.equal("c.a~20~b~2e~~e9~.password");
  });

  it("keeps what Immuta says as text", () => {
    const database = 'x",\n});process.exit(1);//';
    const odd = "`${1}` \u2028 */";
    const { adoptable } = inventoryOf([
      integration("7\n8", { host: "c.sql.azuresynapse.net", port: 1444, database: odd, schema: 'a"b' }),
    ]);
    const text = programFor(adoptable, "t\nprocess.exit(1)").get("c.ts") ?? "";
    expect(text)
      .to.contain(`adopt: "7\\n8",`)
      .and.to.contain("port: 1444,")
      .and.to.contain('schema: "a\\"b",');
    expect(text).to.contain('database: "`${1}` \\u{2028} */",');
    expect(text.split("\n").filter((line) => line.startsWith("process"))).to.deep.equal([]);
    const refused = inventoryOf([integration("9", { host: "c.example", database, schema: "s" })]);
    expect(refused.adoptable).to.deep.equal([]);
  });

  it("hides nothing from who reads the program, and turns nothing round", () => {
    const { adoptable } = inventoryOf([
      integration("7\u200b", {
        host: "c.sql.azuresynapse.net",
        database: "a\u202etxt.b\u2066",
        schema: "\u{e0041}\u2069",
      }),
    ]);
    const text = programFor(adoptable, "t\u202e").get("c.ts") ?? "";
    expectHarmless(text);
    expect(text)
      .to.contain('adopt: "7\\u{200b}",')
      .and.to.contain('database: "a\\u{202e}txt.b\\u{2066}",')
      .and.to.contain('schema: "\\u{e0041}\\u{2069}",')
      .and.to.contain("of tenant t\\u{202e}.");
  });

  it("wants to be told the setup where Immuta does not say it", () => {
    const { autoBootstrap: _unsaid, ...silent } = integration("1", {
      host: "c.example.net",
      database: "d",
      schema: "s",
    });
    expect(inventoryOf([silent]).leftOut[0]?.reason).to.contain("give --setup");
    expect(inventoryOf([silent], "manual").adoptable[0]?.inputs.autoBootstrap).to.equal(false);
  });

  it("leaves out what is on its way somewhere", () => {
    const place = { host: "c.example.net", database: "d", schema: "s" };
    const found = inventoryOf([{ ...integration("1", place), status: "creating" }]);
    expect(found.leftOut[0]?.reason).to.equal("it is in state creating; adopt it when Immuta says enabled");
    expect(inventoryOf([{ ...integration("1", place), status: "deleted" }])).to.deep.equal({
      adoptable: [],
      leftOut: [],
    });
  });

  it("leaves out two integrations on one database", () => {
    const place = { host: "c.example.net", database: "d" };
    const found = inventoryOf([
      integration("1", { ...place, schema: "s" }),
      integration("2", { ...place, schema: "t" }),
    ]);
    expect(found.adoptable).to.deep.equal([]);
    expect(found.leftOut.map(({ reason }) => reason.slice(0, 30))).to.deep.equal([
      ...["Immuta has more than one on th", "Immuta has more than one on th"],
    ]);
  });
});
