import { expect } from "chai";
import { Interrupted, Interruption } from "../../../../provider/core/interruption";
import * as life from "../../../../provider/synapse/integration";
import type { Ports } from "../../../../provider/synapse/ports";
import { changed, manual } from "../samples";
import { failureOf, made, partialStateOf, Stage } from "./stage";

describe("the life of a SynapseIntegration: told to stop", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  /** Ports that are told to stop while it runs the phase. */
  const stoppedDuring = (phase: string, ends: "done" | "cut off"): Ports => {
    const ports = stage.ports();
    const interruption = new Interruption();
    ports.interruption = interruption;
    const calm = stage.ports();
    ports.runPhase = async (login, run, reporter) => {
      await calm.runPhase(login, run, reporter);
      if (run.phase !== phase) return;
      interruption.stop("somebody said so");
      if (ends === "cut off") throw new Error("Batch 2 of 3 was cancelled.");
    };
    return ports;
  };

  it("begins no further step and undoes nothing: the next up goes on", async () => {
    const error = await partialStateOf(life.create(manual, stoppedDuring("create", "done")));
    expect(error.message).to.equal(
      "Stopped, because somebody said so.\nDone so far, the last one perhaps in part: run initial-create, run create.",
    );
    expect(stage.acts.at(-1)).to.equal("run create in immuta");
    expect(error.properties["progress"]).to.deep.equal({
      operation: "create",
      done: ["run initial-create", "run create"],
    });
    const { outs } = await life.update(error.id, error.properties, manual, stage.ports());
    expect(outs).to.include({ status: "enabled", integrationId: "7" });
    expect(outs).not.to.have.property("progress");
  });

  it("says in the middle of what it was, and keeps the update that is under way", async () => {
    const { id, outs } = await made(stage, manual);
    const news = changed(manual, "impersonation", { enabled: true, role: "R" });
    const error = await partialStateOf(life.update(id, outs, news, stoppedDuring("edit", "cut off")));
    expect(error.message).to.contain(
      "Stopped, because somebody said so.\nBatch 2 of 3 was cancelled.\nDone so far",
    );
    expect(stage.acts.filter((act) => act.startsWith("run"))).to.deep.equal(["run edit in immuta"]);
    const { outs: settled } = await life.update(id, error.properties, news, stage.ports());
    expect(settled["impersonation"]).to.deep.equal(news.impersonation);
  });

  it("keeps the state of a delete, which the next one finishes", async () => {
    const { outs } = await made(stage, manual);
    const error = await failureOf(life.remove(outs, stoppedDuring("delete", "done")));
    expect(error).to.be.instanceOf(Interrupted);
    stage.acts.length = 0;
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.include.members(["run cleanup in immuta", "run post-cleanup in master"]);
  });

  it("does nothing at all where it was told before", async () => {
    const ports = stage.ports();
    ports.interruption = new Interruption();
    ports.interruption.stop("somebody said so");
    expect((await failureOf(life.create(manual, ports))).message).to.equal(
      "Stopped, because somebody said so.",
    );
    expect(stage.acts).to.deep.equal([]);
  });
});
