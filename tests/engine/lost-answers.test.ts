import { expect } from "chai";
import type { FaultRule } from "../../sandbox/immuta";
import { automaticArgs, host, manualArgs, oneIntegration, type OneIntegration } from "./one-integration";
import { configOf, integrations, leftIn, resourceIn } from "./support";

const gateway: FaultRule["answer"] = {
  status: 504,
  headers: { "Content-Type": "text/html" },
  body: "<html></html>",
};

describe("where the answer of Immuta is lost", function () {
  this.timeout(120_000);
  let one: OneIntegration;

  before(async () => {
    one = await oneIntegration(automaticArgs);
  });
  afterEach(async () => {
    one.sandbox.immuta.clearFaults();
    await one.scenario.act("destroy");
    expect(integrations(one.sandbox)).to.deep.equal([]);
    expect(left()).to.deep.equal([]);
  });
  after(() => one.close());

  const left = (): string[] =>
    ["claims", "master"].flatMap((database) => leftIn(one.sandbox, host, database));
  const lose = (method: string, when: FaultRule["when"], answer: FaultRule["answer"], times = 1): void => {
    one.sandbox.immuta.fault({ method, path: /^\/integrations(\/\d+)?$/, when, answer, times });
  };
  const posts = (): string[] => {
    const calls = one.sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`);
    return calls.filter((call) => call === "POST /integrations");
  };
  const settled = async (): Promise<void> => {
    expect((await resourceIn(one.scenario)).outputs).not.to.have.property("progress");
    expect((await one.scenario.act("refresh")).changes).not.to.have.any.keys("update", "delete");
    expect((await one.scenario.act("preview")).changes).to.deep.equal({ same: 2 });
  };

  for (const [setup, args, what, answer] of [
    ["automatic", automaticArgs, "the connection is reset", "reset"],
    ["manual", manualArgs, "a gateway answers 504", gateway],
  ] as const)
    it(`${setup} setup, ${what} after a POST that was carried out: up succeeds with exactly one integration`, async () => {
      one.args = args;
      lose("POST", "after", answer);
      const outcome = await one.scenario.act("up");
      expect(outcome.output).to.contain("the answer to POST /integrations was lost, but it was carried out");
      expect(posts()).to.have.length(1);
      expect(integrations(one.sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
      await settled();
    });

  for (const [setup, args] of [
    ["automatic", automaticArgs],
    ["manual", manualArgs],
  ] as const) {
    it(`${setup} setup, a POST that was not carried out: the same up sends it again`, async () => {
      one.args = args;
      lose("POST", "before", "reset");
      const { output } = await one.scenario.act("up");
      expect(output).to.contain("Immuta has no such integration: it is sent again");
      expect(posts()).to.have.length(2);
      expect(integrations(one.sandbox)).to.have.length(1);
      await settled();
    });

    it(`${setup} setup, a POST that nobody answers: nothing is undone, and the next up makes it`, async () => {
      one.args = args;
      lose("POST", "before", "reset", Infinity);
      const text = await one.scenario.fail("up");
      expect(text).to.contain("Whether it was carried out is not known");
      expect(text).to.contain("npx pulumi-immuta explain IMMUTA-ANSWER-LOST");
      one.sandbox.immuta.clearFaults();
      expect((await one.scenario.act("preview")).changes).to.have.property("update", 1);
      await one.scenario.act("up");
      expect(integrations(one.sandbox)).to.have.length(1);
      await settled();
    });

    it(`${setup} setup, what somebody made in its place meanwhile: neither taken over nor deleted`, async () => {
      one.args = args;
      lose("POST", "before", "reset", Infinity);
      await one.scenario.fail("up");
      one.sandbox.immuta.clearFaults();
      const id = one.sandbox.immuta.seed({
        autoBootstrap: setup === "automatic",
        config: {
          host,
          database: "claims",
          schema: "governed",
          impersonation: { enabled: true, role: "HAND" },
        },
      });
      for (const verb of ["up", "destroy"] as const)
        expect(await one.scenario.fail(verb)).to.contain("nothing proves that this stack made it");
      expect(integrations(one.sandbox).map((found) => found["id"])).to.deep.equal([id]);
      one.sandbox.immuta.remove(id);
      // Nothing of it is left at Immuta: what its scripts made goes as after any create that stopped half way.
    });
  }

  it("a PUT that was carried out: the same up settles it", async () => {
    one.args = manualArgs;
    await one.scenario.act("up");
    one.args = { ...manualArgs, metadataDelimiters: { hashDelimiter: "#" } };
    lose("PUT", "after", "reset");
    await one.scenario.act("up");
    expect(configOf(integrations(one.sandbox)[0])["metadataDelimiters"]).to.include({ hashDelimiter: "#" });
    await settled();
  });

  it("a DELETE that was carried out: the same destroy finishes", async () => {
    one.args = manualArgs;
    await one.scenario.act("up");
    lose("DELETE", "after", "reset");
    await one.scenario.act("destroy");
    expect(left()).to.deep.equal([]);
  });
});
