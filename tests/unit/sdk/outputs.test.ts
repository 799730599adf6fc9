import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Inputs } from "../../../provider/synapse/inputs/table";
import { properties, topLevel } from "../../../provider/synapse/inputs/paths";
import { SynapseIntegration, type EitherSetupArgs } from "../../../sdk";

const place = { host: "contoso.sql.azuresynapse.net", database: "claims", schema: "governed" };
const account = { username: "immuta_system_account", password: "placeholder" };

const automatic = (): SynapseIntegration =>
  new SynapseIntegration("claims", { ...place, autoBootstrap: true });

/** What the engine is told of a resource, and the resource. */
async function declared(
  make: () => SynapseIntegration,
): Promise<{ inputs: Record<string, unknown>; integration: SynapseIntegration }> {
  let inputs: Record<string, unknown> = {};
  await pulumi.runtime.setMocks({
    newResource: (resource: pulumi.runtime.MockResourceArgs) => {
      inputs = resource.inputs as Record<string, unknown>;
      return { id: "id", state: { port: 1433, impersonation: { enabled: false }, ...inputs } };
    },
    call: () => ({}),
  });
  const integration = make();
  await valueOf(integration.urn);
  return { inputs, integration };
}

const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

describe("the inputs of a SynapseIntegration as outputs", () => {
  it("are there, those that were not given too", async () => {
    const { integration } = await declared(automatic);
    for (const input of topLevel)
      expect(pulumi.Output.isInstance(integration[input as keyof Inputs]), input).to.equal(true);
    expect(await valueOf(integration.database)).to.equal("claims");
    expect(await valueOf(integration.port)).to.equal(1433);
    expect(await valueOf(integration.impersonation.enabled)).to.equal(false);
    expect(await valueOf(integration.username)).to.equal(undefined);
  });

  it("do not reach the engine where they were not given", async () => {
    const { inputs } = await declared(automatic);
    expect(Object.keys(inputs).filter((name) => topLevel.has(name))).to.have.members([
      "host",
      "database",
      "schema",
      "autoBootstrap",
    ]);
  });

  it("are secret where the table says so", async () => {
    const bootstrap = { username: "sqladmin", password: "p", clientSecret: "s", accessToken: "t" };
    const { integration } = await declared(
      () => new SynapseIntegration("claims", { ...place, autoBootstrap: false, ...account, bootstrap }),
    );
    const secretOnes = new Set(properties.filter((row) => row.secret).map(({ path }) => path.split(".")[0]));
    for (const input of topLevel)
      expect(
        await pulumi.isSecret(integration[input as keyof Inputs] as pulumi.Output<unknown>),
        input,
      ).to.equal(secretOnes.has(input));
  });

  it("are secret as a whole where the connection is an output or a promise", async () => {
    for (const bootstrap of [pulumi.output({ password: "p" }), Promise.resolve({ password: "p" })]) {
      const args: EitherSetupArgs = {
        ...place,
        autoBootstrap: pulumi.output(false),
        ...account,
        bootstrap,
      };
      const { inputs, integration } = await declared(() => new SynapseIntegration("claims", args));
      expect(inputs["bootstrap"]).to.have.deep.property("value", { password: "p" });
      expect(await pulumi.isSecret(integration.bootstrap)).to.equal(true);
    }
  });
});
