import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { expect } from "chai";
import { GovernedSqlPool, type GovernedSqlPoolArgs } from "pulumi-immuta/azure";
import { startSandbox, type Sandbox } from "../../sandbox";
import { expectGolden, planned } from "./planned";
import {
  configOf,
  everythingIn,
  integrations,
  open,
  openInAzure,
  resourceIn,
  secret,
  type Scenario,
} from "./support";

const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
const subnetId = `${subscription}/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/hub/subnets/pools`;
const administrator = { password: "c4nary-Adm1n!" };

const base: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator,
  systemAccount: { password: "c4nary-Immuta1!" },
  network: {},
};

interface Variant {
  args: GovernedSqlPoolArgs;
  opts?: ComponentResourceOptions;
}

/** What the platform team made: a group, a lake, a workspace and a pool. */
const platform = { resourceGroupName: "platform", location: "westeurope" };
const contoso = { ...platform, workspaceName: "contoso" };
const inPlatform: [string, Record<string, unknown>][] = [
  ["azure-native:resources:ResourceGroup", platform],
  [
    "azure-native:synapse:Workspace",
    {
      ...contoso,
      defaultDataLakeStorage: {
        accountUrl: "https://contosolake.dfs.core.windows.net/",
        filesystem: "synapse",
      },
      sqlAdministratorLogin: "contosoadmin",
      sqlAdministratorLoginPassword: administrator.password,
    },
  ],
  ["azure-native:synapse:SqlPool", { ...contoso, sqlPoolName: "claims 2025", sku: { name: "DW100c" } }],
];

const existing: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator: { username: "contosoadmin", ...administrator },
  systemAccount: { password: "c4nary-Immuta1!" },
  resourceGroup: { existing: "platform" },
  workspace: { existing: "contoso" },
  sqlPool: { existing: "claims 2025" },
};

const variants: Record<string, Variant> = {
  "named-workspace": {
    args: {
      ...base,
      workspace: { args: { workspaceName: "contoso" } },
      network: {
        immutaAddresses: ["203.0.113.0/28", "198.51.100.4-198.51.100.6"],
        runnerAddresses: ["192.0.2.1"],
        firewallRules: { office: { args: { startIpAddress: "192.0.2.64", endIpAddress: "192.0.2.127" } } },
      },
      impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
    },
  },
  "private-endpoint": {
    args: { ...base, network: { privateEndpoint: { subnetId } }, tags: { owner: "claims" } },
  },
  "private-endpoint-that-exists": {
    args: { ...base, network: { privateEndpoint: { server: "10.0.0.4" } } },
  },
  "runner-by-private-endpoint": {
    args: { ...base, network: { privateEndpoint: { subnetId }, immutaAddresses: ["203.0.113.0/28"] } },
  },
  "password-by-reference": {
    args: {
      ...base,
      systemAccount: { passwordFrom: { env: "CLAIMS_PASSWORD" }, passwordVersion: "2025-02" },
    },
  },
  "administrator-by-reference": {
    args: { ...base, administrator: { passwordFrom: { env: "C4NARY_SQL_ADMIN" } } },
  },
  "entra-administrator": {
    args: {
      schema: "governed",
      systemAccount: base.systemAccount,
      network: { allowAzureServices: true },
      entraAdministrator: { login: "data-platform", objectId: "44444444-4444-4444-4444-444444444444" },
      bootstrap: { authentication: "entra-default" },
    },
  },
  "pool-in-a-workspace-that-exists": {
    args: {
      ...base,
      resourceGroup: { existing: "platform" },
      workspace: { existing: "contoso" },
      sqlPool: { args: { sqlPoolName: "sales" } },
      network: { immutaAddresses: ["203.0.113.7"] },
    },
  },
  "all-that-exists": { args: existing },
  "private-endpoint-to-a-workspace-that-exists": {
    args: { ...existing, network: { privateEndpoint: { subnetId } } },
  },
  "lake-that-exists": {
    args: {
      ...base,
      resourceGroup: { existing: "platform" },
      storageAccount: { existing: "contosolake" },
      filesystem: { existing: "synapse" },
    },
  },
  overridden: {
    args: {
      ...base,
      sku: "DW500c",
      location: "northeurope",
      tags: { owner: "claims", stage: "dev" },
      resourceGroup: { args: { resourceGroupName: "claims-platform" } },
      storageAccount: { args: { accountName: "claimslake", sku: { name: "Standard_GRS" } } },
      filesystem: { args: { containerName: "files" } },
      workspace: { args: { workspaceName: "claims-dev", tags: { stage: "test" } } },
      sqlPool: { args: { sqlPoolName: "warehouse", storageAccountType: "LRS" }, opts: { protect: true } },
      systemAccount: { username: "immuta_reader", password: "c4nary-Immuta1!" },
      integration: { args: { timeouts: { create: "45m" }, onCreateFailure: "keep" } },
      protect: false,
    },
    opts: {
      transformations: [
        ({ type, props, opts }) =>
          type === "azure-native:storage:StorageAccount"
            ? { props: { ...(props as object), enableHttpsTrafficOnly: true }, opts }
            : undefined,
      ],
      transforms: [
        ({ type, props, opts }) =>
          type === "azure-native:synapse:SqlPool"
            ? { props: { ...(props as object), maxSizeBytes: 1_099_511_627_776 }, opts }
            : undefined,
      ],
    },
  },
};

describe("examples/governed-sql-pool", function () {
  this.timeout(120_000);

  it("brings an empty subscription to a governed pool", async () => {
    const sandbox = await startSandbox({ connectionPolicy: "redirect" });
    const scenario = await open(sandbox, "governed-sql-pool", {
      config: {
        "azure-native:location": "westeurope",
        sqlAdminPassword: secret(administrator.password),
        immutaPassword: secret("c4nary-Immuta1!"),
        immutaAddresses: '["203.0.113.0/28"]',
        runnerAddresses: '["192.0.2.1"]',
      },
    });
    try {
      const { outputs, changes } = await scenario.act("up");
      expect(changes).to.deep.equal({ create: 10 });
      expect(outputs["status"]?.value).to.equal("enabled");
      expect(scenario.printed()).not.to.contain("c4nary");
    } finally {
      scenario.opened.remove();
      await sandbox.close();
    }
  });
});

describe("variants of a GovernedSqlPool", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let variant: Variant;

  before(async () => {
    // An inline program reads it in this process.
    process.env["C4NARY_SQL_ADMIN"] = administrator.password;
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    for (const [type, inputs] of inPlatform) sandbox.azure.createResource(type, inputs);
    scenario = await openInAzure(sandbox, () => {
      const { host, integrationId } = new GovernedSqlPool("claims", variant.args, variant.opts);
      return Promise.resolve({ host, integrationId });
    });
  });
  after(async () => {
    delete process.env["C4NARY_SQL_ADMIN"];
    scenario.opened.remove();
    await sandbox.close();
  });

  for (const [name, planOf] of Object.entries(variants))
    it(`${name}: is planned as recorded`, async () => {
      variant = planOf;
      expectGolden(`governed-sql-pool/${name}`, await planned(scenario));
    });

  it("administrator-by-reference: the workspace and the scripts have the password, and the state has it encrypted", async () => {
    const { args } = variants["administrator-by-reference"]!;
    variant = { args: { ...args, protect: false } };
    await scenario.act("up");
    expect(integrations(sandbox)).to.have.length(1);
    expect(everythingIn(scenario.opened.folder)).not.to.contain(administrator.password);
    expect((await scenario.act("preview")).changes).to.have.all.keys("same");
    await scenario.act("destroy");
  });

  it("administrator-by-reference: what gives no password ends the preview, and the up, and names the reference", async () => {
    variant = variants["administrator-by-reference"]!;
    delete process.env["C4NARY_SQL_ADMIN"];
    const missing =
      "administrator.passwordFrom: The password from the environment variable C4NARY_SQL_ADMIN is not there.";
    expect(await scenario.fail("preview")).to.contain(missing);
    expect(await scenario.fail("up")).to.contain(missing);
    expect(integrations(sandbox)).to.deep.equal([]);
    await scenario.act("destroy");
  });

  it("all that exists: the integration alone is made, and removed, and nothing of Azure's touched", async () => {
    variant = { args: { ...existing, protect: false } };
    const before = sandbox.azure.resources();
    expect((await scenario.act("up")).changes).to.deep.equal({ create: 3 });
    const { host, database } = configOf(integrations(sandbox)[0]);
    expect({ host, database }).to.deep.equal({
      host: "contoso.sql.azuresynapse.net",
      database: "claims 2025",
    });
    expect((await scenario.act("destroy")).changes).to.deep.equal({ delete: 3 });
    expect(integrations(sandbox)).to.deep.equal([]);
    expect(sandbox.azure.resources()).to.deep.equal(before);
  });

  it("private-endpoint: the scripts go to the endpoint's address, and no rule is made", async () => {
    variant = { args: { ...variants["private-endpoint"]!.args, protect: false } };
    await scenario.act("up");
    const made = sandbox.azure.resources().map(({ type }) => type);
    expect(made).to.include("azure-native:network:PrivateEndpoint");
    expect(made).not.to.include("azure-native:synapse:IpFirewallRule");
    const { inputs } = await resourceIn(scenario);
    expect(inputs?.["bootstrap"]).to.deep.include({ server: "127.0.0.1" });
    expect(integrations(sandbox)).to.have.length(1);
  });

  it("runner-by-private-endpoint: goes public and back without another workspace", async () => {
    const way = { subnetId };
    const network = (more: object): Variant => ({
      args: { ...base, protect: false, network: { privateEndpoint: way, ...more } },
    });
    variant = network({});
    await scenario.act("up");
    variant = network({ immutaAddresses: ["203.0.113.0/28"] });
    expect((await scenario.act("up")).changes)
      .to.include({ create: 1, update: 1 })
      .and.not.to.have.key("replace");
    const workspace = sandbox.azure
      .resources()
      .find(({ properties }) => properties["name"] !== "contoso" && "publicNetworkAccess" in properties);
    expect(workspace?.properties["publicNetworkAccess"]).to.equal("Enabled");
    variant = network({});
    expect((await scenario.act("up")).changes).to.include({ delete: 1, update: 1 });
  });
});

describe("a second GovernedSqlPool in the workspace of a first", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    scenario = await openInAzure(sandbox, () => {
      const claims = new GovernedSqlPool("claims", {
        ...base,
        location: "northeurope",
        network: { privateEndpoint: { subnetId }, immutaAddresses: ["203.0.113.0/28"] },
        bootstrap: { guard: "strict" },
        protect: false,
      });
      const sales = new GovernedSqlPool("sales", {
        schema: "governed",
        systemAccount: { password: "c4nary-Immuta2!" },
        workspace: { of: claims },
        protect: false,
      });
      return Promise.resolve({ claims: claims.host, sales: sales.host });
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("repeats nothing of the first", async () => {
    expectGolden("governed-sql-pool/second-pool", await planned(scenario));
  });

  it("is made in one run with the first, after the same rules, and removed with it", async () => {
    const { outputs, changes } = await scenario.act("up");
    expect(changes).to.deep.equal({ create: 13 });
    expect(outputs["sales"]?.value).to.equal(outputs["claims"]?.value);
    const logins = sandbox.synapse.catalog(String(outputs["sales"]?.value), "master").logins;
    expect(logins).to.deep.equal(["immuta_claims", "immuta_sales"]);
    const { dependencies = [] } = await resourceIn(scenario, "sales");
    expect(dependencies.map((urn) => urn.split("$").at(-1))).to.include.members([
      "azure-native:synapse:SqlPool::sales",
      "azure-native:synapse:IpFirewallRule::claims-immuta-203.0.113.0-28",
      "azure-native:network:PrivateEndpoint::claims",
    ]);
    expect((await scenario.act("destroy")).changes).to.deep.equal({ delete: 13 });
    expect(integrations(sandbox)).to.deep.equal([]);
  });
});
