import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { administrator, automaticArgs, host } from "./one-integration";
import { open, resourceIn, root, type Scenario } from "./support";

const argsOf = (database: string): immuta.SynapseIntegrationArgs => ({
  ...automaticArgs,
  autoBootstrap: true,
  database,
});

/** A component of a user's own, in which one integration comes after another. */
class Platform extends pulumi.ComponentResource {
  constructor() {
    super("contoso:platform:Platform", "platform");
    const first = new immuta.SynapseIntegration("claims", argsOf("claims"), { parent: this });
    new immuta.SynapseIntegration("sales", argsOf("sales"), { parent: this, dependsOn: first });
  }
}

describe("integrations in a component of a user's own", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  before(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    for (const database of ["claims", "sales"]) sandbox.synapse.createPool(host, database);
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "platform",
      program: () => {
        new Platform();
        return Promise.resolve(undefined);
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("depend on what the program says and not on the whole component, so that one can come after another", async () => {
    const up = await scenario.act("up");
    expect(up.changes).to.deep.equal({ create: 4 });
    const { urn, dependencies = [] } = await resourceIn(scenario);
    expect(urn).to.match(/::claims$/);
    expect(dependencies).to.deep.equal([]);
  });
});
