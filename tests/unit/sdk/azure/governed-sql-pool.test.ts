import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { GovernedSqlPoolArgs } from "../../../../sdk/azure";
import { created, declare, type Declared, valueOf } from "./mocks";

const base: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator: { password: "Administrator-1" },
  systemAccount: { password: "System-1" },
  network: { allowAzureServices: true, immutaAddresses: ["203.0.113.7"] },
};
const there = {
  schema: "governed",
  systemAccount: { password: "System-1" },
  resourceGroup: { existing: "platform" },
  workspace: { existing: "contoso" },
  sqlPool: { existing: "claims" },
} satisfies GovernedSqlPoolArgs;

const integration = "pulumi-nodejs:dynamic/immuta:SynapseIntegration";

/** The inputs of a resource. The mocks wrap secrets, and an object with one as a whole; a text is marked, an object is not. */
function inputsOf({ registered }: Declared, type: string): Record<string, unknown> {
  const found = registered.find((resource) => resource.type === type);
  if (found === undefined)
    throw new Error(`no ${type} among ${registered.map((one) => one.type).join(", ")}`);
  return JSON.parse(JSON.stringify(found.inputs), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || !("value" in value)) return value;
    return typeof value.value === "string" ? `secret ${value.value}` : value.value;
  }) as Record<string, unknown>;
}

describe("GovernedSqlPool, over Pulumi's mocks", function () {
  this.timeout(30_000);
  after(() => {
    pulumi.runtime.resetOptions("", "", -1, "", "", false, "");
  });

  it("makes a workspace without a public endpoint in a managed virtual network", async () => {
    const privateEndpoint = { server: "10.0.0.4" };
    const made = async (args: Partial<GovernedSqlPoolArgs>): Promise<Record<string, unknown>> =>
      inputsOf(await declare({ ...base, ...args }), "azure-native:synapse:Workspace");
    const closed = { publicNetworkAccess: "Disabled", managedVirtualNetwork: "default" };
    expect(await made({ network: { privateEndpoint } })).to.include(closed);
    expect(await made({ network: {}, workspace: { args: { publicNetworkAccess: "Disabled" } } })).to.include(
      closed,
    );
    const open = { publicNetworkAccess: "Enabled" };
    const managed = { ...open, managedVirtualNetwork: "default" };
    const both = await made({ network: { privateEndpoint }, workspace: { args: open } });
    expect(both, "asked to stay open").to.include(managed);
    const hybrid = { privateEndpoint, immutaAddresses: ["203.0.113.7"] };
    expect(await made({ network: hybrid }), "with a rule").to.include(managed);
    expect(await made({ network: { privateEndpoint, immutaAddresses: [] } }), "without a rule").to.include(
      closed,
    );
    expect(await made({}))
      .to.include(open)
      .and.not.to.have.property("managedVirtualNetwork");
  });

  it("lets Immuta in by a rule, and sends the scripts over the private endpoint", async () => {
    const declared = await declare({
      ...base,
      network: { privateEndpoint: { subnetId: "/azure/subnet" }, immutaAddresses: ["203.0.113.7"] },
    });
    const made = declared.registered.map(({ type, name }) => `${type.split(":").at(-1) ?? ""} ${name}`);
    expect(made).to.include.members(["IpFirewallRule claims-immuta-203.0.113.7", "PrivateEndpoint claims"]);
    expect(inputsOf(declared, integration)["bootstrap"]).to.deep.include({ server: "10.9.9.9" });
  });

  it("makes everything, and an integration that follows from it", async () => {
    const declared = await declare(base);
    expect(declared.registered.map(({ type, name }) => `${type} ${name}`).sort()).to.deep.equal([
      "azure-native:resources:ResourceGroup claims",
      "azure-native:storage:BlobContainer claims",
      "azure-native:storage:StorageAccount claims",
      "azure-native:synapse:IpFirewallRule claims-azure-services",
      "azure-native:synapse:IpFirewallRule claims-immuta-203.0.113.7",
      "azure-native:synapse:SqlPool claims",
      "azure-native:synapse:Workspace claims",
      "immuta:azure:GovernedSqlPool claims",
      `${integration} claims`,
    ]);
    const { __provider, __context, ...inputs } = inputsOf(declared, integration);
    expect(inputs).to.deep.equal({
      host: "claims-automatic.sql.azuresynapse.net",
      database: "claims",
      schema: "governed",
      autoBootstrap: false,
      username: "immuta_claims",
      password: "secret System-1",
      bootstrap: { username: "sqladmin", password: "Administrator-1" },
      poolIdentity: "2025-01-31T10:00:00.123Z",
    });
    expect(declared.calls).to.deep.equal([]);
  });

  it("gives what the next program needs, and its resources", async () => {
    const { component } = await declare(base);
    expect(await valueOf(pulumi.all([component.host, component.database, component.schema]))).to.deep.equal([
      "claims-automatic.sql.azuresynapse.net",
      "claims",
      "governed",
    ]);
    expect(await valueOf(pulumi.all([component.integrationId, component.status]))).to.deep.equal([
      "7",
      "enabled",
    ]);
    expect(await valueOf(component.workspace!.name)).to.equal("claims-automatic");
    expect(component.firewallRules).to.have.length(2);
    expect(component.privateEndpoint).to.equal(undefined);
  });

  it("takes everything that exists, and looks up the pool alone", async () => {
    const declared = await declare(there);
    expect(declared.registered.map(({ type }) => type)).to.deep.equal([
      "immuta:azure:GovernedSqlPool",
      integration,
    ]);
    expect(declared.calls).to.deep.equal([
      {
        token: "azure-native:synapse:getSqlPool",
        inputs: { resourceGroupName: "platform", workspaceName: "contoso", sqlPoolName: "claims" },
      },
    ]);
    expect(inputsOf(declared, integration)).to.deep.include({
      host: "contoso.sql.azuresynapse.net",
      bootstrap: {},
      poolIdentity: new Date(created).toISOString(),
    });
    expect(declared.component.workspace).to.equal(undefined);
  });

  it("makes no rule that was not asked for", async () => {
    const { registered, component } = await declare({ ...base, network: {} });
    expect(registered.filter(({ type }) => type.endsWith("IpFirewallRule"))).to.deep.equal([]);
    expect(component.firewallRules).to.deep.equal([]);
  });

  it("connects to the private endpoint that exists, to the address of the one that is made, or where it is told to", async () => {
    const subnetId = "/azure/subnet";
    const bootstrapWith = async (
      privateEndpoint: { server: string } | { subnetId: string; server?: string },
    ): Promise<unknown> =>
      inputsOf(await declare({ ...there, network: { privateEndpoint } }), integration)["bootstrap"];
    expect(await bootstrapWith({ server: "10.0.0.4" })).to.deep.equal({ server: "10.0.0.4" });
    expect(await bootstrapWith({ subnetId })).to.deep.equal({ server: "10.9.9.9" });
    expect(await bootstrapWith({ subnetId, server: "pool.internal" })).to.deep.equal({
      server: "pool.internal",
    });
  });

  it("hands no SQL login over where Entra logs in, and lets `bootstrap` win", async () => {
    const bootstrapOf = async (args: Partial<GovernedSqlPoolArgs>): Promise<unknown> =>
      inputsOf(await declare({ ...base, ...args }), integration)["bootstrap"];
    expect(await bootstrapOf({ bootstrap: { authentication: "entra-default" } })).to.deep.equal({
      authentication: "entra-default",
    });
    expect(await bootstrapOf({ bootstrap: { username: "deployer", guard: "strict" } })).to.deep.equal({
      username: "deployer",
      password: "Administrator-1",
      guard: "strict",
    });
  });

  it("fetches the administrator's password from where it is, for the workspace and for the scripts", async () => {
    process.env["SQL_ADMIN"] = "Administrator-2";
    try {
      const reference = pulumi.output({ env: "SQL_ADMIN" });
      const declared = await declare({ ...base, administrator: { passwordFrom: reference } });
      expect(inputsOf(declared, "azure-native:synapse:Workspace")).to.include({
        sqlAdministratorLogin: "sqladmin",
        sqlAdministratorLoginPassword: "secret Administrator-2",
      });
      expect(inputsOf(declared, integration)["bootstrap"]).to.deep.equal({
        username: "sqladmin",
        password: "Administrator-2",
      });
    } finally {
      delete process.env["SQL_ADMIN"];
    }
  });

  it("hands a reference to the password over, and no password", async () => {
    const systemAccount = { passwordFrom: { env: "CLAIMS_PASSWORD" }, passwordVersion: "2" };
    const inputs = inputsOf(await declare({ ...base, systemAccount }), integration);
    expect(inputs).to.deep.include(systemAccount);
    expect(inputs).not.to.have.property("password");
  });

  it("lets the integration's own arguments win", async () => {
    const args = { adopt: "42", poolIdentity: "mine", host: "contoso.private.example" } as const;
    const declared = await declare({ ...base, systemAccount: {}, integration: { args } });
    expect(inputsOf(declared, integration)).to.deep.include(args);
  });

  it("adds tags to those that are given, for everything that can have some", async () => {
    const declared = await declare({
      ...base,
      tags: { owner: "claims", stage: "dev" },
      sqlPool: { args: { tags: { stage: "prod" } } },
    });
    const tags: Record<string, unknown> = Object.fromEntries(
      declared.registered.map(({ type, inputs }): [string, unknown] => [
        type.split(":").at(-1) ?? "",
        inputs["tags"],
      ]),
    );
    const common = { owner: "claims", stage: "dev" };
    expect(tags).to.deep.equal({
      GovernedSqlPool: undefined,
      ResourceGroup: common,
      StorageAccount: common,
      BlobContainer: undefined,
      Workspace: common,
      IpFirewallRule: undefined,
      SqlPool: { owner: "claims", stage: "prod" },
      SynapseIntegration: undefined,
    });
  });

  it("asks Azure for the host outside of the public cloud", async () => {
    pulumi.runtime.setAllConfig({ "azure-native:environment": "china" });
    try {
      const declared = await declare(base);
      expect(inputsOf(declared, integration)["host"]).to.equal("contoso.sql.azuresynapse.azure.cn");
    } finally {
      pulumi.runtime.setAllConfig({});
    }
  });

  it("leaves the program's arguments as they were", async () => {
    const args = structuredClone(base);
    await declare(args);
    expect(args).to.deep.equal(base);
  });
});
