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
  const lose = (method: string, when: FaultRule["when"], answer: FaultRule["answer"]): void => {
    one.sandbox.immuta.fault({ method, path: /^\/integrations(\/\d+)?$/, when, answer });
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

  it("manual setup, a POST that was not carried out: everything is undone", async () => {
    one.args = manualArgs;
    lose("POST", "before", "reset");
    const text = await one.scenario.fail("up");
    expect(text).to.contain("It was not carried out: Immuta's list holds no such integration.");
    expect(text).to.contain("Everything that was done before it was undone.");
    expect(posts()).to.have.length(1);
    expect(integrations(one.sandbox)).to.deep.equal([]);
    expect(left()).to.deep.equal([]);
  });

  it("automatic setup, a POST that was not carried out: the next up finds none and makes one", async () => {
    one.args = automaticArgs;
    lose("POST", "before", "reset");
    expect(await one.scenario.fail("up")).to.contain("Whether it was carried out is not known");
    expect(posts()).to.have.length(1);
    expect((await one.scenario.act("preview")).changes).to.have.property("update", 1);
    await one.scenario.act("up");
    expect(integrations(one.sandbox)).to.have.length(1);
  });

  it("a PUT that was carried out: the next up settles it", async () => {
    one.args = manualArgs;
    await one.scenario.act("up");
    one.args = { ...manualArgs, metadataDelimiters: { hashDelimiter: "#" } };
    lose("PUT", "after", "reset");
    expect(await one.scenario.fail("up")).to.contain("PUT /integrations/");
    expect((await one.scenario.act("preview")).changes).to.have.property("update", 1);
    await one.scenario.act("up");
    expect(configOf(integrations(one.sandbox)[0])["metadataDelimiters"]).to.include({ hashDelimiter: "#" });
    await settled();
  });

  it("a DELETE that was carried out: the next destroy finishes", async () => {
    one.args = manualArgs;
    await one.scenario.act("up");
    lose("DELETE", "after", "reset");
    await one.scenario.fail("destroy");
    await one.scenario.act("destroy");
    expect(left()).to.deep.equal([]);
  });
});
