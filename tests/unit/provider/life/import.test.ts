import { expect } from "chai";
import { check } from "../../../../provider/synapse/check";
import * as life from "../../../../provider/synapse/integration";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import { automatic, manual } from "../samples";
import { Stage, answered, failureOf, made } from "./stage";

describe("the life of a SynapseIntegration: import", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  const imported = async (inputs: Inputs = manual, id = "7"): Promise<life.ReadState> => {
    await made(stage, inputs);
    return life.importExisting(id, stage.ports());
  };
  const { username: _account, password: _password, bootstrap: _login, ...told } = manual;
  const place = "organization.azure.com/immuta/sample_schema";

  for (const [id, acts] of [
    ["7", ["get 7"]],
    [place, ["list"]],
    ["Organization.Azure.com./IMMUTA/Sample_Schema", ["list"]],
  ] as const)
    it(`knows an integration by ${id}, with GETs only`, async () => {
      const state = await imported(manual, id);
      expect(stage.acts).to.deep.equal(acts);
      expect(state.id).to.equal(place);
      expect(state.inputs).to.deep.equal(told);
      expect(state.props).to.deep.include({
        integrationId: "7",
        tenant: "https://tenant.example",
        status: "enabled",
      });
    });

  it("previews as unchanged with what Immuta told", async () => {
    for (const inputs of [manual, automatic]) {
      stage = new Stage();
      const { props, inputs: shown } = await imported(inputs);
      const { inputs: checked, failures } = check(shown, shown);
      expect(failures).to.deep.equal([]);
      expect(life.diff("", props, checked)).to.deep.include({ changes: false });
    }
  });

  it("stores the account that the program then names, and calls nobody", async () => {
    const { props, inputs } = await imported();
    const { inputs: news, failures } = check({ ...manual, password: "weak7" }, inputs);
    expect(failures).to.deep.equal([]);
    expect(life.planOf(props, news)).to.deep.include({ action: "store", steps: [] });
    stage.acts.splice(0);
    const { outs } = await life.update(place, props, news as Inputs, stage.ports());
    expect(stage.acts).to.deep.equal([]);
    expect(outs).to.deep.include({ username: manual.username, password: "weak7", integrationId: "7" });
    expect(life.diff("", outs, news)).to.deep.include({ changes: false });
  });

  it("asks for the rest as soon as the program names the account", async () => {
    const { inputs } = await imported();
    const { failures } = check({ ...inputs, username: "immuta" }, inputs);
    expect(failures.map(({ reason }) => reason.split(":")[0])).to.deep.equal(["bootstrap"]);
  });

  it("runs the edit script alone for a change that comes with the account, and undoes it as that account", async () => {
    const { props } = await imported();
    const news: Inputs = { ...manual, impersonation: { enabled: true, role: "R" } };
    stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
    const error = await failureOf(life.update(place, props, news, stage.ports()));
    expect(error.message).to.contain("The integration is what it was before.");
    expect(stage.acts.filter((act) => act.startsWith("run "))).to.deep.equal([
      "run edit in immuta",
      "run edit in immuta",
    ]);
  });

  it("rotates the account of an integration that a program has completed", async () => {
    const { props } = await imported();
    const { outs } = await life.update(place, props, manual, stage.ports());
    const { differences } = life.planOf(outs, { ...manual, password: "An-0ther" });
    expect(differences).to.deep.equal([{ path: "password", change: "credentials", known: true }]);
  });

  it("refuses what is not there, is another platform's, or is not settled", async () => {
    await imported();
    const refused = async (id: string): Promise<string> =>
      (await failureOf(life.importExisting(id, stage.ports()))).message;
    expect(await refused("99")).to.match(
      /^Immuta https:\/\/tenant\.example has no integration with id 99\. It has 7 \(/,
    );
    expect(await refused("a/b/c")).to.contain("no integration on host a, database b, schema c");
    const found = stage.integrations.get("7");
    if (found === undefined) throw new Error("there is none");
    found.status = "creating";
    expect(await refused("7")).to.contain("is in state creating");
    Object.assign(found, { type: "Snowflake", status: "enabled" });
    expect(await refused("7")).to.contain("cannot be imported: it is of type Snowflake");
  });
});
