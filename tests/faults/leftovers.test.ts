import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { until } from "../engine/processes";
import { Ground, Life } from "./ground";

describe("what a run leaves running", function () {
  this.timeout(60_000);

  it("is nothing: no process, no socket, no timer", async () => {
    // The test's own timer is set after its first turn.
    await new Promise((resolve) => setImmediate(resolve));
    const before = process.getActiveResourcesInfo();
    const ground = await Ground.open();
    const life = new Life(ground);
    life.program = [{ name: "claims", inputs: life.inputs("manual") }];
    // Once is nothing: what asks is asked again.
    ground.sandbox.immuta.fault({ path: /status$/, when: "before", answer: "drip", times: 2 });
    life.config["immuta:requestTimeout"] = "200ms";
    expect(await life.succeeds(() => life.up())).to.equal(false);
    ground.sandbox.immuta.clearFaults();
    delete life.config["immuta:requestTimeout"];
    await life.up();
    // Each session of the provider has logged out while its process lives on.
    const sessions = (kind: string): number =>
      ground.sandbox.synapse.journal.filter(
        (entry) => entry.kind === kind && entry.applicationName.startsWith("pulumi-immuta"),
      ).length;
    expect(sessions("login")).to.be.greaterThan(0);
    await until(() => sessions("logout") === sessions("login"));
    const { id } = await ground.host();
    await life.end();
    await ground.close();
    expect(() => process.kill(id, 0)).to.throw("ESRCH");
    const lasting = (): string[] => {
      const known = [...before];
      return process.getActiveResourcesInfo().filter((kind) => {
        const at = known.indexOf(kind);
        if (at >= 0) known.splice(at, 1);
        return at < 0 && kind !== "Immediate" && kind !== "CloseReq" && kind !== "TickObject";
      });
    };
    for (let looks = 0; lasting().length > 0 && looks < 500; looks++) await setTimeout(10);
    expect(lasting()).to.deep.equal([]);
  });
});
