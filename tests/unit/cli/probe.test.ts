import { expect } from "chai";
import type { Switches } from "../../../sandbox";
import { expectHarmless, nasty } from "../provider/nasty";
import { type Bench, openBench } from "./tenant";

const host = "claims.sql.azuresynapse.net";
const canary = "Canary-S3cret!4711";
const config = { host, database: "claims", schema: "governed", username: "immuta_claims", password: canary };

interface Probe {
  findings: { about: string; result: string; detail: string; set?: string }[];
  settings: Record<string, string>;
}

describe("pulumi-immuta doctor --probe", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    bench.sandbox.immuta.seed({ id: 7, autoBootstrap: false, config });
  });
  afterEach(() => bench.close());

  async function probed(switches: Partial<Switches>, env: Record<string, string> = {}): Promise<Probe> {
    Object.assign(bench.sandbox.immuta.switches, switches);
    const seen = await bench.run(["doctor", "--probe", "--json"], env);
    return (JSON.parse(seen.out) as { probe: Probe }).probe;
  }
  const resultOf = ({ findings }: Probe, wanted: string): string | undefined =>
    findings.find(({ about }) => about === wanted)?.result;

  it("says what it will ask, asks that alone, and finds that all holds which can be tried", async () => {
    const { immuta, synapse } = bench.sandbox;
    const before = immuta.snapshot();
    const seen = await bench.run(["doctor", "--probe"]);
    expect(seen).to.include({ code: 0, err: "" });
    const announced = [...seen.out.matchAll(/^probe: ((?:GET|POST) [^ \n]+)/gm)].map(
      ([, request]) => request,
    );
    expect(announced).to.deep.equal([
      "GET /integrations",
      "GET /integrations/7",
      "GET /integrations/7/status",
      "POST /integrations/scripts/create",
      "POST /integrations/scripts/cleanup",
      "POST /integrations/scripts/post-cleanup",
      "POST /integrations/7/scripts/edit",
      "POST /integrations/7/scripts/delete",
    ]);
    const calls = bench.calls();
    expect(new Set(calls)).to.deep.equal(new Set(announced));
    expect(calls.filter((call) => call === "POST /integrations/scripts/create")).to.have.length(4);
    expect(seen.out).not.to.match(/^otherwise/m);
    expect(seen.out).to.contain("\nThere is nothing to set.\n");
    expect(seen.out.match(/^untried.*$/gm)).to.deep.equal([
      "untried   conflictOn: no host has two integrations; a POST would show it",
      "untried   deleteSent: a DELETE would show it",
      "untried   repeat429: Immuta would have to be busy",
      "untried   listLag: a POST would show it",
    ]);
    expect(immuta.snapshot()).to.deep.equal(before);
    expect(synapse.journal).to.deep.equal([]);
  });

  const turned: [Partial<Switches>, setting: string, value: string][] = [
    [{ editScriptRunsIn: "master" }, "editScriptIn", "master"],
    [{ statusEndpoint: "missing" }, "askStatus", "no"],
    [{ portInPayload: "refused" }, "sendPort", "never"],
    [{ portInPayload: "required" }, "sendPort", "always"],
    [{ deleteScriptTakes: "config" }, "deletePayload", "config"],
    [{ deleteScriptTakes: "none" }, "deletePayload", "none"],
    [{ cleanupScriptTakes: "config" }, "cleanupPayload", "config"],
    [{ postCleanupScriptTakes: "none" }, "postCleanupPayload", "none"],
    [{ scriptAgain: "refused" }, "repeatScripts", "no"],
    [{ scriptAgain: "another" }, "repeatScripts", "no"],
  ];
  for (const [switches, name, value] of turned)
    it(`${JSON.stringify(switches)}: says to set ${name} to ${value}, and is content when it is set`, async () => {
      const found = await probed(switches);
      expect(found.settings).to.deep.equal({ [name]: value });
      expect(resultOf(found, name)).to.equal("otherwise");
      const calls = bench.calls();
      expect(
        calls.filter((call) => !/^(GET \/integrations|POST \S+\/scripts\/[a-z-]+$)/.test(call)),
      ).to.deep.equal([]);

      const again = await probed(switches, { IMMUTA_CONTRACT: `${name}=${value}` });
      expect(resultOf(again, name)).to.equal("holds");
      expect(again.findings.filter(({ set }) => set !== undefined)).to.deep.equal([]);
      // Set for nothing, it is found out as well.
      if (name === "editScriptIn" || name === "askStatus") {
        const usual = { editScriptRunsIn: "database", statusEndpoint: "there" } as const;
        expect(resultOf(await probed(usual, { IMMUTA_CONTRACT: `${name}=${value}` }), name)).to.equal(
          "otherwise",
        );
      }
    });

  it("prints what to write, in both forms, with what is set already", async () => {
    Object.assign(bench.sandbox.immuta.switches, { portInPayload: "refused", deleteScriptTakes: "none" });
    const seen = await bench.run(["doctor", "--probe"], { IMMUTA_CONTRACT: "listLag=30" });
    expect(seen.code).to.equal(0);
    expect(seen.out).to.match(/^otherwise sendPort: is refused: HTTP 400: "config\.port" is not allowed$/m);
    expect(seen.out.slice(seen.out.indexOf("To set:"))).to.equal(
      "To set:\n" +
        "  pulumi config set --path immuta:contract.sendPort never\n" +
        "  pulumi config set --path immuta:contract.deletePayload none\n" +
        'or IMMUTA_CONTRACT="deletePayload=none,sendPort=never,listLag=30"\n',
    );
  });

  it("tells in which shapes answers come, and that a list which is none stops it", async () => {
    const text = await probed({ jsonType: "text/plain", scriptFormat: "json-object" });
    const details = Object.fromEntries(text.findings.map(({ about, detail }) => [about, detail]));
    expect(details["jsonLabel"]).to.equal("JSON is labelled text/plain; charset=utf-8; it is read");
    expect(details["scriptShape"]).to.match(/^a JSON object that holds it, labelled application\/json/);
    Object.assign(bench.sandbox.immuta.switches, { listShape: "object" });
    const none = await bench.run(["doctor", "--probe"]);
    expect(none.code).to.equal(1);
    expect(none.out).to.match(/^otherwise list: the answer is a JSON object, not a list of integrations/m);
  });

  it("takes two integrations of one host for a proof, and looks at the one that is named", async () => {
    bench.sandbox.immuta.seed({ id: 8, autoBootstrap: false, config: { ...config, database: "sales" } });
    const found = await probed({}, { IMMUTA_CONTRACT: "conflictOn=host" });
    expect(found.settings).to.deep.equal({ conflictOn: "database" });
    bench.calls();
    await bench.run(["doctor", "--probe", "--id", "8"]);
    expect(bench.calls())
      .to.include("POST /integrations/8/scripts/delete")
      .and.not.to.include("GET /integrations/7");
    expect((await bench.run(["doctor", "--probe", "--id", "9"])).err).to.contain("the id of --id");
    expect((await bench.run(["doctor", "--id", "8"])).err).to.contain("--id goes with --probe");
  });

  it("tries what it can of a tenant without an integration", async () => {
    bench.sandbox.immuta.remove(7);
    const without = await probed({});
    expect(
      without.findings.filter(({ result }) => result === "holds").map(({ about }) => about),
    ).to.deep.equal(["list", "jsonLabel"]);
    const { out } = await bench.run(["doctor", "--probe", "--host", host, "--database", "claims"]);
    expect(out)
      .to.match(/^holds {5}sendPort: /m)
      .and.to.match(/^untried {3}deletePayload: the tenant has no/m);
  });

  it("shows no secret, and nothing that a terminal obeys, whatever Immuta says", async () => {
    bench.sandbox.immuta.fault({
      ...{ method: "POST", path: /scripts/, times: Infinity, when: "before" },
      answer: { status: 400, body: { statusCode: 400, error: "Bad Request", message: `${nasty} ${canary}` } },
    });
    for (const args of [
      ["doctor", "--probe"],
      ["doctor", "--probe", "--json"],
    ]) {
      const { out, err } = await bench.run(args, { IMMUTA_SQL_ADMIN_PASSWORD: canary });
      expect(out).to.contain("sendPort");
      expect(out + err)
        .not.to.contain(canary)
        .and.not.to.contain(bench.sandbox.apiKey);
      for (const text of [out, err]) expectHarmless(text);
    }
  });
});
