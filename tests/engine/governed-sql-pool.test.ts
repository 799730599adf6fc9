import { expect } from "chai";
import { GovernedSqlPool, type GovernedSqlPoolArgs } from "pulumi-immuta/azure";
import { startSandbox, type Sandbox } from "../../sandbox";
import { expectGolden, planned } from "./planned";
import { configOf, integrations, openInAzure, resourceIn, type Scenario } from "./support";

const base: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator: { password: "c4nary-Adm1n!" },
  systemAccount: { password: "c4nary-Immuta1!" },
  network: { allowAzureServices: true, runnerAddresses: ["203.0.113.7"] },
};

describe("a GovernedSqlPool, from an empty subscription to its removal", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let args: GovernedSqlPoolArgs = base;
  let host: string;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    scenario = await openInAzure(sandbox, () => {
      const { host, database, schema, integrationId, status } = new GovernedSqlPool("claims", args);
      return Promise.resolve({ host, database, schema, integrationId, status });
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  /** Immuta's accounts in the workspace's master. */
  const logins = (): string[] => sandbox.synapse.catalog(host, "master").logins;

  it("is planned as a whole, with nobody called", async () => {
    expectGolden("governed-sql-pool/empty-subscription", await planned(scenario));
    expect(sandbox.azure.resources()).to.deep.equal([]);
    expect(sandbox.immuta.journal).to.deep.equal([]);
  });

  it("makes the integration after the pool and the rules, and gives what the next program needs", async () => {
    const order: string[] = [];
    const up = await scenario.opened.stack.up({
      onEvent: ({ resourcePreEvent, resOutputsEvent }) => {
        if (resourcePreEvent?.metadata.type.endsWith(":SynapseIntegration") === true)
          order.push("integration");
        if (/:(SqlPool|IpFirewallRule)$/.test(resOutputsEvent?.metadata.type ?? "")) order.push("before");
      },
    });
    expect(order).to.deep.equal(["before", "before", "before", "integration"]);
    // What is quick here may be slow in Azure: the order is kept by what the state says, not by luck.
    const { dependencies = [] } = await resourceIn(scenario);
    expect(dependencies.map((urn) => urn.split("$").at(-1))).to.include.members([
      "azure-native:synapse:SqlPool::claims",
      "azure-native:synapse:IpFirewallRule::claims-azure-services",
      "azure-native:synapse:IpFirewallRule::claims-runner-203.0.113.7",
    ]);
    expect(up.summary.resourceChanges).to.deep.equal({ create: 10 });
    const outputs = Object.fromEntries(Object.entries(up.outputs).map(([name, { value }]) => [name, value]));
    host = String(outputs["host"]);
    expect(host).to.match(/^claims[0-9a-f]{8}\.sql\.azuresynapse\.net$/);
    expect(outputs).to.deep.include({
      database: "claims",
      schema: "governed",
      integrationId: "3",
      status: "enabled",
    });
    expect(configOf(integrations(sandbox)[0])).to.deep.include({
      host,
      database: "claims",
      schema: "governed",
    });
    expect(logins()).to.deep.equal(["immuta_claims"]);
  });

  it("has nothing to do after a refresh", async () => {
    expect((await scenario.act("refresh")).changes).to.deep.equal({ same: 10 });
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: 10 });
  });

  it("leaves the integration alone when tags of the workspace change", async () => {
    args = { ...base, workspace: { args: { tags: { owner: "claims" } } } };
    expectGolden("governed-sql-pool/tags-of-the-workspace", await planned(scenario));
  });

  it("cannot know in a preview that a pool which is scaled stays the same one, and calls nobody at up", async () => {
    args = { ...base, sku: "DW200c" };
    expectGolden("governed-sql-pool/scaled", await planned(scenario));
    const up = await scenario.act("up");
    expect(up).to.deep.include({ changes: { same: 9, update: 1 }, calls: [], batches: [] });
  });

  it("is not removed while it is protected", async () => {
    expect(await scenario.fail("destroy")).to.contain("protect");
    expect(integrations(sandbox)).to.have.length(1);
  });

  it("shows a rotation, and rotates", async () => {
    args = { ...args, protect: false, systemAccount: { password: "c4nary-Immuta2!" } };
    expectGolden("governed-sql-pool/rotation", await planned(scenario));
    const up = await scenario.act("up");
    expect(up.changes).to.deep.equal({ same: 9, update: 1 });
    expect(up.calls.slice(-2)).to.deep.equal(["PUT /integrations/3", "GET /integrations/3"]);
  });

  it("makes the integration again where the pool of the same name is another one", async () => {
    const first = sandbox.azure.resources().find(({ type }) => type.endsWith(":SqlPool"))!;
    sandbox.azure.deleteResource(first.id);
    await scenario.act("refresh");
    const up = await scenario.act("up");
    expect(up.changes).to.deep.equal({ create: 1, replace: 1, same: 8 });
    expect(up.calls).to.include.members(["DELETE /integrations/3", "POST /integrations"]);
  });

  it("is removed before the pool and the rules", async () => {
    const order: string[] = [];
    await scenario.opened.stack.destroy({
      onEvent: ({ resourcePreEvent, resOutputsEvent }) => {
        if (resOutputsEvent?.metadata.type.endsWith(":SynapseIntegration") === true)
          order.push("integration");
        if (/:(SqlPool|IpFirewallRule)$/.test(resourcePreEvent?.metadata.type ?? "")) order.push("after");
      },
    });
    expect(order).to.deep.equal(["integration", "after", "after", "after"]);
    expect(integrations(sandbox)).to.deep.equal([]);
    expect(sandbox.azure.resources()).to.deep.equal([]);
  });
});
