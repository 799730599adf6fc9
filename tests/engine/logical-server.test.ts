import * as immuta from "pulumi-immuta";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { manualArgs } from "./one-integration";
import { configOf, integrations, leftIn, open, root, type Scenario } from "./support";

const host = "contoso.database.windows.net";

/** A dedicated pool of a logical server (Microsoft.Sql, formerly SQL DW), which no GovernedSqlPool makes. */
describe("a SynapseIntegration on a logical SQL server", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    sandbox.synapse.createWorkspace({
      host,
      administratorLogin: manualArgs.bootstrap.username,
      administratorPassword: manualArgs.bootstrap.password,
    });
    sandbox.synapse.createPool(host, "claims");
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "logical-server",
      program: () => {
        const claims = new immuta.SynapseIntegration("claims", {
          ...manualArgs,
          host,
          autoBootstrap: false,
        });
        return Promise.resolve({ status: claims.status });
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("is made in manual setup, stays, and is removed", async () => {
    const { outputs } = await scenario.act("up");
    expect(outputs["status"]?.value).to.equal("enabled");
    expect(configOf(integrations(sandbox)[0])).to.deep.include({ host, database: "claims" });
    expect((await scenario.act("refresh")).changes).to.deep.equal({ same: 2 });
    await scenario.act("destroy");
    expect(integrations(sandbox)).to.deep.equal([]);
    expect([...leftIn(sandbox, host, "claims"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
  });
});
