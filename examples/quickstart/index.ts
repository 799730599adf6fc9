import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import * as storage from "@pulumi/azure-native/storage";
import * as synapse from "@pulumi/azure-native/synapse";
import * as immuta from "pulumi-immuta";

// Everything below costs money from its first hour, and is of no use without Immuta.
if (!process.env["IMMUTA_URL"] && !new pulumi.Config("immuta").get("url"))
  throw new pulumi.RunError(
    "Nothing is made in Azure before it is known which Immuta is to govern it: set IMMUTA_URL, or `pulumi config set immuta:url https://<your tenant>`.",
  );

const config = new pulumi.Config();
const administrator = { username: "sqladmin", password: config.requireSecret("sqlAdminPassword") };
const impersonationRole = config.get("impersonationRole");

const group = new resources.ResourceGroup("claims");

const lake = new storage.StorageAccount("claimslake", {
  resourceGroupName: group.name,
  kind: storage.Kind.StorageV2,
  sku: { name: storage.SkuName.Standard_LRS },
  isHnsEnabled: true,
});
const filesystem = new storage.BlobContainer("synapse", {
  resourceGroupName: group.name,
  accountName: lake.name,
});

const workspace = new synapse.Workspace("claims", {
  resourceGroupName: group.name,
  identity: { type: synapse.ResourceIdentityType.SystemAssigned },
  defaultDataLakeStorage: {
    accountUrl: lake.primaryEndpoints.dfs,
    filesystem: filesystem.name,
  },
  sqlAdministratorLogin: administrator.username,
  sqlAdministratorLoginPassword: administrator.password,
});

// Azure's own name for "services inside Azure", Immuta's SaaS among them; narrow it to what you use.
const azureServices = new synapse.IpFirewallRule("azure-services", {
  resourceGroupName: group.name,
  workspaceName: workspace.name,
  ruleName: "AllowAllWindowsAzureIps",
  startIpAddress: "0.0.0.0",
  endIpAddress: "0.0.0.0",
});

// The machine that runs `pulumi up` connects to the pool too, to run Immuta's scripts.
const runnerAddress = config.get("runnerAddress");
const runner =
  runnerAddress === undefined
    ? []
    : [
        new synapse.IpFirewallRule("runner", {
          resourceGroupName: group.name,
          workspaceName: workspace.name,
          startIpAddress: runnerAddress,
          endIpAddress: runnerAddress,
        }),
      ];

const pool = new synapse.SqlPool("claims", {
  resourceGroupName: group.name,
  workspaceName: workspace.name,
  sqlPoolName: "claims",
  sku: { name: "DW100c" },
  createMode: synapse.CreateMode.Default,
});

const integration = new immuta.SynapseIntegration(
  "claims",
  {
    host: workspace.connectivityEndpoints.apply((endpoints) => endpoints["sql"] ?? ""),
    database: "claims",
    schema: "governed",
    autoBootstrap: false,
    username: "immuta_system_account",
    password: config.requireSecret("immutaPassword"),
    bootstrap: administrator,
    impersonation: { enabled: impersonationRole !== undefined, role: impersonationRole },
    metadataDelimiters: { hashDelimiter: config.get("hashDelimiter") },
  },
  { dependsOn: [pool, azureServices, ...runner] },
);

export const host = integration.host;
export const integrationId = integration.integrationId;
export const status = integration.status;
