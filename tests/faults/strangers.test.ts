import { expect } from "chai";
import { expectHarmless, nasty, nastyTold } from "../unit/provider/nasty";
import { Ground, Life, setups } from "./ground";

/** What the engine gets from the provider's process is what a terminal and a pipeline get. */
describe("what Immuta and a pool say, when it reaches the engine", function () {
  this.timeout(60_000);
  let ground: Ground;
  let life: Life;
  before(async () => {
    ground = await Ground.open();
  });
  after(() => ground.close());
  beforeEach(() => {
    life = new Life(ground);
    ground.written();
  });
  afterEach(async () => {
    ground.sandbox.immuta.clearFaults();
    await life.end();
  });

  for (const setup of setups)
    it(`is harmless in lines, errors and states where its validation tests fail (${setup} setup)`, async () => {
      life.program = [{ name: "claims", inputs: { ...life.inputs(setup), onCreateFailure: "keep" } }];
      ground.sandbox.immuta.failNext("create", nasty);
      expect(await life.succeeds(() => life.up())).to.equal(false);
      const told = life.failures.at(-1) ?? "";
      expect(told).to.contain(`failed (${nastyTold})`);
      const written = ground.written();
      expect(written).to.contain(nastyTold);
      for (const text of [told, written, life.stack.text, life.stack.stored]) expectHarmless(text);
    });

  it("is harmless and bounded where what the pool prints and raises is not", async () => {
    life.program = [{ name: "claims", inputs: life.inputs("manual") }];
    const literal = `N'${nasty.replaceAll("%", "%%")}'`;
    ground.sandbox.immuta.fault({
      path: /\/scripts\/create$/,
      when: "before",
      answer: {
        status: 200,
        headers: { "content-type": "text/plain" },
        body: `${`PRINT N'${nasty}'\n`.repeat(500)}GO\nRAISERROR(${literal}, 16, 1)\nGO\n`,
      },
    });
    expect(await life.succeeds(() => life.up())).to.equal(false);
    const told = life.failures.at(-1) ?? "";
    expect(told).to.contain(`: ${nastyTold}\n`);
    const written = ground.written();
    expect(written.split(`the pool says: ${nastyTold}`)).to.have.length(21);
    expect(written).to.contain("the pool says: … and 480 more lines of this batch");
    for (const text of [told, written]) expectHarmless(text);
  });

  it("is harmless and bounded where an error body, its tests and the request's id are not", async () => {
    life.program = [{ name: "claims", inputs: life.inputs("automatic") }];
    ground.sandbox.immuta.fault({
      method: "POST",
      path: /^\/integrations$/,
      when: "before",
      answer: {
        status: 400,
        headers: { "x-request-id": "##vso[task.complete]" },
        body: {
          statusCode: 400,
          message: nasty + "x".repeat(1_000_000),
          validationResults: {
            status: "failed",
            validationTests: Array.from({ length: 5000 }, (_, at) => ({
              name: `${nasty}${at}`,
              status: "failed",
              message: nasty,
            })),
          },
        },
      },
    });
    expect(await life.succeeds(() => life.up())).to.equal(false);
    const told = life.failures.at(-1) ?? "";
    expect(told).to.contain(`HTTP 400 (request ## vso[task.complete]): ${nastyTold}xxx`);
    expect(told).to.match(/x… and [\d,]+ characters more\n/);
    expect(told).to.contain(`\n  - ${nastyTold}0: failed (${nastyTold})\n`);
    expect(told).to.contain("\n  - … and 4,980 more validation tests");
    for (const text of [told, ground.written()]) {
      expectHarmless(text);
      expect(text.length).to.be.lessThan(30_000);
      expect(text.split("\n").length).to.be.lessThan(60);
    }
  });

  it("passes a last net where nothing else stands before it: what a refusal and an error quote of the program", async () => {
    const claims = life.inputs("automatic");
    for (const odd of [
      { host: `${nasty}.example` },
      { impersonation: { enabled: true, role: nasty }, [nasty]: 1 },
      { adopt: `##vso[task.complete]\u202e` },
    ]) {
      life.program = [{ name: "claims", inputs: { ...claims, ...odd } }];
      expect(await life.succeeds(() => life.up())).to.equal(false);
      const told = life.failures.at(-1) ?? "";
      expect(told).to.contain("## vso[task.");
      expectHarmless(told);
    }
    expectHarmless(ground.written());
  });

  it("is harmless and bounded in the state of an integration with many tests that fail", async () => {
    life.program = [{ name: "claims", inputs: life.inputs("automatic") }];
    await life.up();
    const found = {
      ...ground.sandbox.immuta.snapshot().at(-1),
      status: "recurringValidationError",
      validationResults: {
        status: nasty,
        validationTests: Array.from({ length: 5000 }, (_, at) => ({
          name: `${nasty}${at}`,
          status: "failed",
        })),
      },
    };
    for (const [path, body] of [
      [/^\/integrations$/, [found]],
      [/^\/integrations\/\w+$/, found],
    ] as const)
      ground.sandbox.immuta.fault({
        method: "GET",
        path,
        times: Infinity,
        when: "before",
        answer: { status: 200, body },
      });
    await life.stack.refresh();
    ground.sandbox.immuta.clearFaults();
    const { validation } = life.stack.resources.get("claims")?.outputs as {
      validation: { status: string; failed: string[] };
    };
    expect(validation.status).to.equal(nastyTold);
    expect(validation.failed).to.have.length(101);
    expect([validation.failed[0], validation.failed[100]]).to.deep.equal([
      `${nastyTold}0`,
      "… and 4,900 more tests",
    ]);
    expectHarmless(ground.written());
  });
});
