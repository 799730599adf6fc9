import { expect } from "chai";
import { readIntegration, readIntegrations } from "../../../provider/immuta/answers";
import { isThere, meaningOf, type Status, statusOf } from "../../../provider/immuta/status";

/** Those of a state's traits that are so. */
function traitsOf(state: string): string[] {
  const { end, adoptable, givenUp, removal, disabled, keptAs } = meaningOf(state);
  return [
    end,
    ...(adoptable === true ? ["adoptable"] : []),
    ...(givenUp === true ? ["given up"] : []),
    ...(removal === undefined ? [] : [`removal ${removal}`]),
    ...(disabled === true ? ["disabled"] : []),
    ...(keptAs === undefined ? [] : [`kept as ${keptAs}`]),
  ];
}

const expected: Record<Status, string[]> = {
  creating: ["working"],
  createError: ["failed", "given up"],
  enabled: ["settled", "adoptable"],
  editing: ["working"],
  editError: ["failed", "adoptable"],
  deleting: ["working", "given up", "removal begun"],
  deleted: ["gone"],
  deleteError: ["failed", "adoptable", "given up", "removal failed"],
  disabled: ["failed", "disabled"],
  migrating: ["working"],
  migrateError: ["failed", "adoptable"],
  recurringValidationError: ["settled", "adoptable", "kept as enabled"],
};

describe("Immuta's states", () => {
  for (const [state, traits] of Object.entries(expected)) {
    it(`${state}: ${traits.join(", ")}, in whichever case it comes`, () => {
      for (const spelling of [state, state.toUpperCase(), state.toLowerCase()]) {
        expect(traitsOf(spelling), spelling).to.deep.equal(traits);
        expect(statusOf(spelling), spelling).to.equal(state);
        expect(isThere({ status: spelling }), spelling).to.equal(state !== "deleted");
      }
    });
  }

  it("that nobody knows are failures, there, and as Immuta spells them", () => {
    for (const word of ["Paused", "", "constructor", "__proto__"]) {
      expect(traitsOf(word), word).to.deep.equal(["failed"]);
      expect(statusOf(word)).to.equal(word);
      expect(isThere({ status: word })).to.equal(true);
    }
  });

  it("and the words of its validation are read as the reference spells them", () => {
    const answer = {
      id: "7",
      type: "Snowflake",
      status: "RECURRINGVALIDATIONERROR",
      validationResults: { status: "FAILED", validationTests: [{ name: "Connect", status: "Failed" }] },
    };
    expect(readIntegration(answer, () => ({}))).to.deep.equal({
      id: "7",
      type: "Snowflake",
      status: "recurringValidationError",
      validation: { status: "failed", tests: [{ name: "Connect", status: "failed" }] },
      config: {},
    });
  });

  it("and of a list's integrations those tests alone are read that somebody asks for", () => {
    let read = 0;
    const listed = ["1", "2", "3"].map((id) => ({
      id,
      type: "Snowflake",
      status: "enabled",
      validationResults: {
        get status() {
          read++;
          return "passed";
        },
        validationTests: [],
      },
    }));
    const list = readIntegrations(listed, () => ({}));
    expect(read).to.equal(0);
    const [, second] = list;
    expect([second?.validation, second?.validation]).to.deep.equal(
      Array<unknown>(2).fill({ status: "passed", tests: [] }),
    );
    expect(read).to.equal(1);
  });
});
