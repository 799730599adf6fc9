import { expect } from "chai";
import * as life from "../../../../provider/synapse/integration";
import { automatic, map, changed, manual } from "../samples";
import { Stage, failureOf, made } from "./stage";

describe("the life of a SynapseIntegration: read", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("returns the same state where Immuta says the same", async () => {
    const { id, outs } = await made(stage, changed(manual, "host", "Organization.Azure.com."));
    const result = await life.read(id, outs, stage.ports());
    expect(result.props).to.deep.equal(outs);
    expect(stage.acts).to.deep.equal(["get 7"]);
  });

  it("returns Immuta's settings where they drifted, as inputs too", async () => {
    const { id, outs } = await made(stage, manual);
    const found = stage.integrations.get("7");
    if (found !== undefined) found.config.impersonation = { enabled: true, role: "SOMEBODY" };
    const result = await life.read(id, outs, stage.ports());
    expect(result.props["impersonation"]).to.deep.equal({ enabled: true, role: "SOMEBODY" });
    expect(result.inputs["impersonation"]).to.deep.equal({ enabled: true, role: "SOMEBODY" });
    expect(result.inputs).not.to.have.property("status");
    expect(result.props["password"]).to.equal(manual.password);
  });

  it("warns of a port and a setup that Immuta says otherwise, and plans no replacement for them", async () => {
    const { id, outs } = await made(stage, manual);
    const found = stage.integrations.get("7");
    if (found !== undefined)
      Object.assign(found, { autoBootstrap: true, config: { ...found.config, port: 443 } });
    const warnings: string[] = [];
    const ports = stage.ports();
    ports.reporter = { ...ports.reporter, warn: (line) => void warnings.push(line) };
    const result = await life.read(id, outs, ports);
    expect(result.props).to.deep.equal(outs);
    expect(life.diff(id, result.props, map(manual))).to.include({ changes: false });
    expect(warnings).to.deep.equal([
      "Immuta says autoBootstrap true of integration 7, which was made with false. No PUT changes it, so it is passed over.",
      "Immuta says port 443 of integration 7, which was made with 1433. No PUT changes it, so it is passed over.",
    ]);
  });

  it("says gone of an automatic setup that Immuta forgot", async () => {
    const { id, outs } = await made(stage, automatic);
    stage.integrations.clear();
    expect((await life.read(id, outs, stage.ports())).id).to.equal("");
  });

  it("keeps a manual setup that Immuta forgot: its objects are still in the pool", async () => {
    const { id, outs } = await made(stage, manual);
    stage.integrations.clear();
    const result = await life.read(id, outs, stage.ports());
    expect(result.id).to.equal(id);
    expect(life.diff(id, result.props, map(manual)).changes).to.equal(true);
    stage.acts.length = 0;
    await life.remove(result.props, stage.ports());
    expect(stage.acts).to.deep.equal([
      "script cleanup",
      "script post-cleanup",
      "run cleanup in immuta",
      "run post-cleanup in master",
    ]);
  });

  for (const [setup, inputs] of [
    ["automatic", automatic],
    ["manual", manual],
  ] as const)
    it(`says so where somebody disabled an integration of ${setup} setup, and makes it anew only when asked to`, async () => {
      for (const onDisabled of ["error", "recreate"] as const) {
        stage = new Stage();
        const { id, outs } = await made(stage, { ...inputs, onDisabled });
        const found = stage.integrations.get("7");
        if (found !== undefined) found.status = "disabled";
        if (onDisabled === "error") {
          const error = await failureOf(life.read(id, outs, stage.ports()));
          expect(error.message).to.contain(
            "Integration 7 on database immuta of organization.azure.com was disabled in Immuta",
          );
          expect(error.message).to.contain('set onDisabled: "recreate" alone, run `pulumi up`, and then run');
        } else {
          const result = await life.read(id, outs, stage.ports());
          const anew = result.id === "" || life.diff(id, result.props, map(inputs)).changes;
          expect(anew).to.equal(true);
        }
      }
    });
});
