import { expect } from "chai";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import { map, changed, manual } from "../samples";
import { Stage, answered, failureOf, made, partialStateOf } from "./stage";

describe("the life of a SynapseIntegration: adoption", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  const there = async (inputs: Inputs = manual): Promise<void> => {
    await made(stage, inputs);
  };

  for (const adopt of ["7", true] as const)
    it(`takes an integration over by ${adopt === true ? "its place" : "its id"} with GETs only`, async () => {
      await there();
      const { outs } = await life.create({ ...manual, adopt }, stage.ports());
      expect(stage.acts).to.deep.equal([adopt === true ? "list" : "get 7"]);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
      expect(life.diff("", outs, map(manual)), "without the flag").to.deep.include({ changes: false });
    });

  it("refuses one that differs, with every difference, and writes nothing", async () => {
    await there({ ...manual, impersonation: { enabled: true, role: "R" } });
    const news: Inputs = { ...changed(manual, "metadataDelimiters.hashDelimiter", "#"), adopt: "7" };
    const error = await failureOf(life.create(news, stage.ports()));
    expect(error.message).to.equal(
      "Integration 7 at Immuta https://tenant.example differs from the program, so it is not adopted. Nothing was changed.\n" +
        "  - impersonation.enabled: Immuta has true, the program false\n" +
        '  - impersonation.role: Immuta has "R", the program none\n' +
        '  - metadataDelimiters.hashDelimiter: Immuta has "|", the program "#"\n' +
        'Change the program to match, or set adoptMode: "converge" to have the integration brought to the program.',
    );
    expect(stage.acts).to.deep.equal(["get 7"]);
  });

  it("refuses one that stands elsewhere, whatever the mode", async () => {
    await there();
    for (const adoptMode of ["exact", "converge"] as const) {
      const news: Inputs = { ...changed(manual, "database", "other"), adopt: "7", adoptMode };
      const error = await failureOf(life.create(news, stage.ports()));
      expect(error.message).to.contain('database: Immuta has "immuta", the program "other"');
    }
    expect(stage.acts).to.deep.equal(["get 7", "get 7"]);
  });

  it("refuses one whose end is not known yet, or that Immuta gave up", async () => {
    await there();
    for (const status of ["creating", "createError", "disabled"]) {
      const found = stage.integrations.get("7");
      if (found !== undefined) found.status = status;
      const error = await failureOf(life.create({ ...manual, adopt: "7" }, stage.ports()));
      expect(error.message).to.contain(`is in state ${status}, so it is not adopted`);
    }
  });

  it("brings it to the program where that is asked for", async () => {
    await there();
    const news: Inputs = {
      ...changed(manual, "metadataDelimiters.hashDelimiter", "#"),
      adopt: "7",
      adoptMode: "converge",
    };
    const { outs } = await life.create(news, stage.ports());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "get 7",
      "account taylor@synapse.com immuta",
      "script edit",
      "run edit in immuta",
      "get 7",
      "put 7",
      "status 7",
      "get 7",
    ]);
    expect(outs).not.to.have.property("progress");
  });

  it("never undoes what was adopted: a failure leaves a state to go on from", async () => {
    await there();
    const news: Inputs = {
      ...changed(manual, "metadataDelimiters.hashDelimiter", "#"),
      adopt: "7",
      adoptMode: "converge",
    };
    stage.lasting.set("put 7", answered(504, "PUT", "/integrations/7"));
    const error = await partialStateOf(life.create(news, stage.ports()));
    expect(error.properties).to.include({ integrationId: "7" });
    expect([...stage.integrations.keys()]).to.deep.equal(["7"]);
    expect(stage.acts).not.to.include("delete 7");
  });

  it("does without the password until the first change that needs it, which the preview refuses", async () => {
    await there();
    const { password: _password, ...rest } = manual;
    const { outs } = await life.create({ ...rest, adopt: "7" }, stage.ports());
    const news = changed(rest, "metadataDelimiters.hashDelimiter", "#");
    expect(life.check(map(rest), map(news)).failures).to.deep.equal([]);
    expect(life.check({}, map(rest)).failures).to.have.length(1);
    expect(() => life.diff("", outs, map(news))).to.throw("password: is missing, and this change needs it");
  });

  it("puts another id into a state that was lost or restored, with a GET only", async () => {
    const { id, outs } = await made(stage, manual);
    const found = stage.integrations.get("7");
    stage.integrations.clear();
    if (found !== undefined) stage.integrations.set("9", { ...found, id: "9" });
    const news: Inputs = { ...manual, adopt: "9" };
    expect(life.diff(id, outs, map(news)).changes).to.equal(true);
    const result = await life.update(id, outs, news, stage.ports());
    expect(result.outs["integrationId"]).to.equal("9");
    expect(stage.acts).to.deep.equal(["get 9"]);
    expect(life.diff(id, result.outs, map(manual)).changes).to.equal(false);
  });

  it("says what there is not", async () => {
    for (const [adopt, sentence] of [
      ["5", "has no integration 5 to adopt"],
      [
        true,
        "has no integration on database immuta of organization.azure.com, schema sample_schema to adopt",
      ],
    ] as const)
      expect((await failureOf(life.create({ ...manual, adopt }, stage.ports()))).message).to.contain(
        sentence,
      );
  });
});
