import { expect } from "chai";
import { automaticArgs, host, manualArgs, type OneIntegration, oneIntegration } from "./one-integration";
import { lives, processesOf, until } from "./processes";
import { integrations, leftIn, resourceIn } from "./support";

/** With the engine that the tests use: whether a running operation heeds Ctrl-C depends on its Pulumi. */
describe("an operation that is told to stop", function () {
  this.timeout(120_000);
  let one: OneIntegration;
  afterEach(() => one.close());

  const start = async (args: Record<string, unknown>): Promise<void> => {
    one = await oneIntegration(args);
  };

  /** Sends a signal to the engine once the action has come so far. Gives what was printed, and the processes of the run. */
  const signalled = async (
    action: "up" | "destroy",
    signal: "SIGINT" | "SIGTERM" | "SIGKILL",
    soFar: () => boolean,
  ): Promise<{ text: string; started: number[] }> => {
    const failing = one.scenario.fail(action);
    await until(soFar);
    const { engine, started } = processesOf(one.scenario.opened.folder);
    process.kill(engine, signal);
    return { text: await failing, started };
  };

  const polled = (): boolean => one.sandbox.immuta.journal.some(({ path }) => path.endsWith("/status"));

  for (const [setup, args] of [
    ["automatic", automaticArgs],
    ["manual", manualArgs],
  ] as const)
    it(`by Ctrl-C while it waits for Immuta stops, keeps how far it came, and is gone on with (${setup} setup)`, async () => {
      await start({ ...args, timeouts: { create: "10h" } });
      one.sandbox.immuta.delays.creating = 600_000;
      const { text } = await signalled("up", "SIGINT", polled);
      expect(text).to.contain("Stopped, because Pulumi was told to (Ctrl-C, SIGINT or SIGTERM).");
      const { outputs } = await resourceIn(one.scenario);
      expect(outputs).to.include({ integrationId: "3" });
      expect(outputs?.["progress"]).to.include({ operation: "create" });

      one.sandbox.immuta.settle();
      const { calls } = await one.scenario.act("up");
      expect(calls.filter((call) => call.startsWith("POST"))).to.deep.equal([]);
      expect((await resourceIn(one.scenario)).outputs).not.to.have.property("progress");
      expect(integrations(one.sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
      await one.scenario.act("destroy");
      expect([...leftIn(one.sandbox, host, "claims"), ...leftIn(one.sandbox, host, "master")]).to.deep.equal(
        [],
      );
    });

  it("by SIGTERM in the middle of a batch has it cancelled in the pool, and is gone on with", async () => {
    await start(manualArgs);
    const { synapse } = one.sandbox;
    synapse.setFault(host, "claims", { kind: "slow", batch: 6 });
    // The create script has begun in the pool, and nothing comes any more.
    let [length, quiet] = [0, 0];
    const stuck = (): boolean => {
      quiet = synapse.journal.length === length ? quiet + 1 : 0;
      length = synapse.journal.length;
      const begun = synapse.journal.some(({ database, batch = 0 }) => database === "claims" && batch > 2);
      return begun && quiet > 50;
    };
    const { text } = await signalled("up", "SIGTERM", stuck);
    expect(text).to.contain("the batch was cancelled, because the operation was told to stop");
    expect(synapse.journal.map(({ kind }) => kind)).to.include("attention");
    synapse.setFault(host, "claims", undefined);
    await one.scenario.act("up");
    expect(integrations(one.sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
    await one.scenario.act("destroy");
    expect([...leftIn(one.sandbox, host, "claims"), ...leftIn(one.sandbox, host, "master")]).to.deep.equal(
      [],
    );
  });

  it("by the end of its engine (kill -9) stops, and its process ends by itself", async () => {
    await start(manualArgs);
    one.sandbox.immuta.delays.creating = 600_000;
    const { started } = await signalled("up", "SIGKILL", polled);
    expect(started).not.to.deep.equal([]);
    await until(() => !started.some(lives));
    const asked = one.sandbox.immuta.journal.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(one.sandbox.immuta.journal).to.have.length(asked);
  });
});
