import { expect } from "chai";
import { Holdings } from "../../../../provider/synapse/holdings";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import { automatic, changed, manual, map } from "../samples";
import { answered, failureOf, made, Stage } from "./stage";

describe("the life of a SynapseIntegration: what others of the run hold", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  for (const [setup, inputs] of Object.entries<Inputs>({ automatic, manual }))
    it(`${setup} setup: a rename by adopt deletes nothing, runs no script, and names aliases`, async () => {
      const { outs } = await made(stage, inputs);
      stage.run = new Holdings();
      await life.create({ ...inputs, adopt: "7" }, stage.ports());
      stage.acts.length = 0;
      const error = await failureOf(life.remove(outs, stage.ports()));
      expect(error.message).to.match(/^Integration 7 on database .* it was not deleted\.\n[^]*aliases/);
      expect(stage.acts).to.deep.equal([]);
      expect([...stage.integrations.keys()]).to.deep.equal(["7"]);
    });

  it("is not deleted where another resource of the program lives on with it", async () => {
    const { id, outs } = await made(stage, manual);
    stage.run = new Holdings();
    const { holdings, ...ports } = stage.ports();
    life.keeps(life.diff(id, outs, map(manual)), outs, holdings, "urn:new");
    const remove = (urn: string): Promise<void> => life.remove(outs, { ...ports, holdings, urn });
    expect((await failureOf(remove("urn:old"))).message).to.contain("is held by urn:new of this program");
    expect(stage.acts).to.deep.equal([]);
    await remove("urn:new");
    expect([...stage.integrations.keys()]).to.deep.equal([]);
  });

  it("is no longer kept by a resource that is replaced", async () => {
    const { id, outs } = await made(stage, manual);
    stage.run = new Holdings();
    const { holdings, ...ports } = stage.ports();
    life.keeps(life.diff(id, outs, map(changed(manual, "schema", "other"))), outs, holdings, "urn:new");
    await life.remove(outs, { ...ports, holdings, urn: "urn:old" });
    expect([...stage.integrations.keys()]).to.deep.equal([]);
  });

  it("comes to a good end in one up after a failed replacement and a program that was reverted", async () => {
    const { outs } = await made(stage, manual);
    await life.remove(outs, stage.ports());
    stage.failures.set("post", answered(400, "POST", "/integrations"));
    await failureOf(life.create(changed(manual, "schema", "other"), stage.ports()));
    stage.run = new Holdings();
    const again = await life.create(manual, stage.ports());
    stage.acts.length = 0;
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal([]);
    expect([...stage.integrations.keys()]).to.deep.equal([String(again.outs["integrationId"])]);
  });
});
