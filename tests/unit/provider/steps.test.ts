import { expect } from "chai";
import { phases } from "../../../provider/core/phases";
import { plan, planCreate, planDelete, stepNamed, undo } from "../../../provider/synapse/plan";
import { namesOf, type Step } from "../../../provider/synapse/steps/step";
import { automatic, map, changed, manual, stateOf } from "./samples";

const external = changed(manual, "bootstrap.run", "external");

/** Every step that an operation of either setup takes. */
const all: readonly Step[] = [automatic, manual, external].flatMap((inputs) => [
  ...planCreate(map(inputs)),
  ...plan(stateOf(inputs), map(changed(inputs, "username", "other"))).steps,
  ...plan(stateOf(inputs), map(changed(inputs, "metadataDelimiters.hashDelimiter", "#"))).steps,
  ...[true, false].flatMap((present) => planDelete(stateOf(inputs), present)),
]);

describe("a step", () => {
  it("has the name under which states of earlier builds hold it, where it writes", () => {
    const writing = new Set(namesOf(all.filter(({ writes }) => writes === true)));
    expect(writing).to.deep.equal(
      new Set([...phases.map((phase) => `run ${phase}`), "register", "put", "remove"]),
    );
    for (const name of writing) expect(stepNamed(name)?.name).to.equal(name);
  });

  it("is not known where a newer version alone makes it", () => {
    expect(stepNamed("verify")).to.equal(undefined);
  });

  it("that writes asks somebody for something, and a preview announces it", () => {
    for (const { name, writes, calls, announced } of all) {
      if (writes !== true) continue;
      expect(calls, name).to.have.length(1);
      expect(announced, name).not.to.equal(undefined);
    }
  });

  it("says what takes it back: of a create the cleanup scripts, of an update those of the old payload", () => {
    const undone = (name: string, operation: "create" | "update"): string[] =>
      namesOf([...(stepNamed(name)?.undo?.({ operation, registered: true }) ?? [])]);
    expect(undone("run initial-create", "create")).to.deep.equal(["run post-cleanup"]);
    expect(undone("run create", "create")).to.deep.equal(["run cleanup"]);
    expect(undone("run edit", "create")).to.deep.equal([]);
    expect(undone("register", "create")).to.deep.equal(["remove", "wait until gone"]);
    expect(undone("run initial-create", "update")).to.deep.equal(["run initial-create", "run edit"]);
    expect(undone("run edit", "update")).to.deep.equal(["run edit"]);
    expect(undone("put", "update")).to.deep.equal([]);
  });

  it("is taken back once, however often it was begun", () => {
    const begun = ["run initial-create", "run create", "run initial-create"].map((name) => stepNamed(name)!);
    expect(namesOf(undo(begun, { operation: "create", registered: false }))).to.deep.equal([
      ...["generate cleanup", "generate post-cleanup", "run cleanup", "run post-cleanup"],
    ]);
  });
});
