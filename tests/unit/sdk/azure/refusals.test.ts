import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { GovernedSqlPoolArgs, WorkspaceOf } from "../../../../sdk/azure";
import { refuseImpossible } from "../../../../sdk/azure/refusals";

const base: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator: { password: "Place-holder-1" },
  systemAccount: { password: "Place-holder-1" },
  network: { allowAzureServices: true },
};
const group = { resourceGroup: { existing: "platform" } };
const workspace = { ...group, workspace: { existing: "contoso" } };

const { network: _network, ...withoutNetwork } = base;
const { administrator: _administrator, ...withoutAdministrator } = base;

const { schema, systemAccount } = base;
const joining = { schema, systemAccount };
/** A component's workspace, of which the refusals see the arguments alone. */
const other = (args: GovernedSqlPoolArgs): WorkspaceOf => ({ of: { args } });

describe("what a GovernedSqlPool cannot be made of", () => {
  const accepted: Record<string, GovernedSqlPoolArgs> = {
    "a pool in another component's workspace": { ...joining, workspace: other(base) },
    "a pool that exists in another component's workspace that does": {
      ...joining,
      workspace: other({ ...joining, workspace: other({ ...base, ...workspace }) }),
      sqlPool: { existing: "claims" },
    },
    "all new": base,
    "all there": { ...withoutNetwork, ...workspace, sqlPool: { existing: "claims" } },
    "a new pool in a workspace that exists": { ...base, ...workspace },
    "a lake that exists": {
      ...base,
      ...group,
      storageAccount: { existing: "lake" },
      filesystem: { existing: "files" },
    },
    "no administrator, where Entra logs in": {
      ...withoutAdministrator,
      bootstrap: { authentication: "entra-default" },
    },
    "a network of somebody else": { ...base, network: {} },
    "a private endpoint": { ...base, network: { privateEndpoint: { server: "10.0.0.4" } } },
    "a private endpoint beside a public one": {
      ...base,
      network: { privateEndpoint: { server: "10.0.0.4" } },
      workspace: { args: { publicNetworkAccess: "Enabled", managedVirtualNetwork: "" } },
    },
    "Immuta by rules, and the runner by a private endpoint": {
      ...base,
      network: {
        privateEndpoint: { server: "10.0.0.4" },
        immutaAddresses: ["203.0.113.0/28"],
        allowAzureServices: true,
        runnerAddresses: [],
      },
    },
    "public access off, and rules nowhere": {
      ...base,
      network: { immutaAddresses: [], allowAzureServices: false },
      workspace: { args: { publicNetworkAccess: "Disabled", managedVirtualNetwork: "default" } },
    },
    "the whole internet, said twice": {
      ...base,
      network: {
        allowWholeInternet: true,
        runnerAddresses: ["0.0.0.0/0"],
        firewallRules: { open: { args: { startIpAddress: "0.0.0.0", endIpAddress: "255.255.255.255" } } },
      },
    },
    "a rule of few addresses": {
      ...base,
      network: {
        firewallRules: { office: { args: { startIpAddress: "203.0.113.0", endIpAddress: "203.0.113.9" } } },
      },
    },
    "the largest size, in any case": { ...base, sku: "dw30000C" },
    "what is known at up only": {
      ...base,
      sku: pulumi.output("DW100"),
      administrator: { username: pulumi.output("sa"), password: pulumi.secret("abc") },
    },
    "the login of a workspace that exists, whose password is what it is": {
      ...base,
      ...workspace,
      administrator: { username: "sa", password: "abc" },
    },
    "the size of a pool that exists": {
      ...withoutNetwork,
      ...workspace,
      sqlPool: { existing: "claims" },
      sku: "DW100",
    },
    "an explicit mixed authentication": {
      ...base,
      workspace: { args: { azureADOnlyAuthentication: false } },
    },
  };
  for (const [what, args] of Object.entries(accepted))
    it(`is not ${what}`, () => {
      expect(() => {
        refuseImpossible("claims", args);
      }).not.to.throw();
    });

  const refused: Record<string, { args: unknown; says: string }> = {
    "a pool that exists in a workspace that does not": {
      args: { ...base, sqlPool: { existing: "claims" } },
      says: "sqlPool.existing needs workspace.existing: what lies in something new cannot be there already.",
    },
    "a workspace that exists in a group that does not": {
      args: { ...base, workspace: { existing: "contoso" } },
      says: "workspace.existing needs resourceGroup.existing: what lies in something new cannot be there already.",
    },
    "an account that exists in a group that does not": {
      args: { ...base, storageAccount: { existing: "lake" } },
      says: "storageAccount.existing needs resourceGroup.existing: what lies in something new cannot be there already.",
    },
    "a filesystem that exists in an account that does not": {
      args: { ...base, filesystem: { existing: "files" } },
      says: "filesystem.existing needs storageAccount.existing: what lies in something new cannot be there already.",
    },
    "a logical SQL server, by its host": {
      args: { ...base, ...group, workspace: { existing: "contoso.database.windows.net" } },
      says: 'workspace.existing: "contoso.database.windows.net" is a logical SQL server (Microsoft.Sql, formerly SQL DW), and this component knows Synapse workspaces alone. Govern its pool with a SynapseIntegration of its own, whose host is <server>.database.windows.net.',
    },
    "a logical SQL server, by its id": {
      args: {
        ...base,
        ...group,
        workspace: { existing: "/subscriptions/0/resourceGroups/g/providers/Microsoft.Sql/servers/contoso" },
      },
      says: 'workspace.existing: "/subscriptions/0/resourceGroups/g/providers/Microsoft.Sql/servers/contoso" is a logical SQL server',
    },
    "a logical SQL server in the integration's own arguments": {
      args: { ...base, integration: { args: { host: "contoso.database.windows.net" } } },
      says: 'integration.args.host: "contoso.database.windows.net" is a logical SQL server',
    },
    "a workspace by its host": {
      args: { ...base, ...group, workspace: { existing: "contoso.sql.azuresynapse.net" } },
      says: 'workspace.existing: "contoso.sql.azuresynapse.net" is not the name of a workspace. Give the name alone, such as contoso, without host or Azure\'s id.',
    },
    "what the workspace of another component has": {
      args: { ...base, workspace: other(base), resourceGroup: {} },
      says: "resourceGroup, administrator, network: the workspace of workspace.of has its own. Give it to the component that has the workspace.",
    },
    "a pool that exists in another component's workspace that does not": {
      args: { ...joining, workspace: other(base), sqlPool: { existing: "claims" } },
      says: "sqlPool.existing needs workspace.existing: what lies in something new cannot be there already.",
    },
    "a system account that is the administrator of another component's workspace": {
      args: {
        ...joining,
        workspace: other({ ...base, bootstrap: { authentication: "entra-default" } }),
        systemAccount: { username: "sqladmin", password: "Imm-uta1" },
      },
      says: 'systemAccount.username: "sqladmin" is the workspace\'s administrator',
    },
    "a lake for a workspace that exists": {
      args: { ...base, ...workspace, storageAccount: {} },
      says: "storageAccount and filesystem have no use where workspace.existing is given: it has its own.",
    },
    "nobody to run the scripts in a new workspace": {
      args: withoutAdministrator,
      says: "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password or passwordFrom, or set bootstrap.authentication to one of Entra's.",
    },
    "nobody to run the scripts but a SQL login that is not given": {
      args: { ...withoutAdministrator, bootstrap: { authentication: "sql" } },
      says: "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password or passwordFrom, or set bootstrap.authentication to one of Entra's.",
    },
    "no way into a new workspace": {
      args: withoutNetwork,
      says: "network is required for a workspace that is made: nobody reaches it otherwise, neither Immuta nor the machine that runs Immuta's scripts. Give the addresses of both, or a privateEndpoint; {} says that you see to it yourself.",
    },
    "a rule for the runner beside a private endpoint": {
      args: {
        ...base,
        network: { privateEndpoint: { server: "10.0.0.4" }, runnerAddresses: ["203.0.113.7"] },
      },
      says: "network.runnerAddresses: no rule has a use for `pulumi up` beside network.privateEndpoint, by which it connects. Give either; for other machines there is network.firewallRules.",
    },
    "a rule for the whole internet beside a private endpoint": {
      args: {
        ...base,
        network: { privateEndpoint: { server: "10.0.0.4" }, immutaAddresses: ["0.0.0.0/0"] },
      },
      says: 'network.immutaAddresses: "0.0.0.0/0" lets in more than 16 million addresses.',
    },
    "an address that is none": {
      args: { ...base, network: { runnerAddresses: ["my laptop"] } },
      says: 'network.runnerAddresses: "my laptop" is not a valid IPv4 address, block or range. Write 203.0.113.7, 203.0.113.0/28 or 203.0.113.7-203.0.113.9.',
    },
    "an administrator that Azure reserves": {
      args: { ...base, administrator: { username: "Admin", password: "Place-holder-1" } },
      says: 'administrator.username: "Admin" is a name that Azure reserves. Give another one, such as sqladmin.',
    },
    "an administrator with two passwords": {
      args: { ...base, administrator: { password: "Place-holder-1", passwordFrom: { env: "SQL_ADMIN" } } },
      says: "administrator: give either password or passwordFrom.",
    },
    "an administrator of a workspace that exists, without a password": {
      args: { ...base, ...workspace, administrator: {} },
      says: "administrator: give either password or passwordFrom.",
    },
    "an administrator's password in two places": {
      args: { ...base, administrator: { passwordFrom: { env: "SQL_ADMIN", file: "/run/password" } } },
      says: "administrator.passwordFrom: give exactly one of env, file and keyVault.",
    },
    "an administrator whose password is short": {
      args: { ...base, administrator: { password: "short" } },
      says: "administrator.password: is shorter than 8 characters, which Azure SQL refuses. Give a longer one.",
    },
    "an administrator whose password names it": {
      args: { ...base, administrator: { password: "My-SqlAdmin-1" } },
      says: "administrator.password: contains the name of its login, which Azure SQL refuses. Give another one.",
    },
    "a size of the first generation": {
      args: { ...base, sku: "DW100" },
      says: 'sku: "DW100" is not a size of a dedicated SQL pool of today. Give one of DW100c, DW200c, DW300c, DW400c, DW500c, DW1000c, DW1500c, DW2000c, DW2500c, DW3000c, DW5000c, DW6000c, DW7500c, DW10000c, DW15000c, DW30000c.',
    },
    "a size in the pool's own arguments that there is not": {
      args: { ...base, sqlPool: { args: { sku: { name: "DW600c" } } } },
      says: 'sqlPool.args.sku: "DW600c" is not a size of a dedicated SQL pool of today.',
    },
    "rules for addresses where public access is off": {
      args: {
        ...base,
        network: { immutaAddresses: ["203.0.113.7"], allowAzureServices: true },
        workspace: { args: { publicNetworkAccess: "Disabled" } },
      },
      says: 'workspace.args.publicNetworkAccess: "Disabled" leaves network.allowAzureServices, network.immutaAddresses without effect. Take the rules out, or leave public access on; network.privateEndpoint is a way for `pulumi up` beside either.',
    },
    "a private endpoint outside of a managed virtual network": {
      args: {
        ...base,
        network: { privateEndpoint: { server: "10.0.0.4" } },
        workspace: { args: { managedVirtualNetwork: "" } },
      },
      says: 'workspace.args.managedVirtualNetwork: Azure switches the public endpoint off only in a managed virtual network. Give "default", or leave it out; or leave public access on with workspace.args.publicNetworkAccess: "Enabled".',
    },
    "a rule for the whole internet": {
      args: {
        ...base,
        network: {
          firewallRules: { open: { args: { startIpAddress: "0.0.0.0", endIpAddress: "255.255.255.255" } } },
        },
      },
      says: 'network.firewallRules.open: "0.0.0.0-255.255.255.255" lets in more than 16 million addresses. Give the addresses that are needed, or say network.allowWholeInternet: true beside it.',
    },
    "an address that is the whole internet": {
      args: { ...base, network: { immutaAddresses: ["0.0.0.0/0"] } },
      says: 'network.immutaAddresses: "0.0.0.0/0" lets in more than 16 million addresses. Give the addresses that are needed, or say network.allowWholeInternet: true beside it.',
    },
    "a system account that is the workspace's administrator, though Entra runs the scripts": {
      args: {
        ...base,
        administrator: { username: "SqlAdmin", password: "Adm1n!stration" },
        systemAccount: { username: "sqladmin", password: "Imm-uta1" },
        bootstrap: { authentication: "entra-default" },
      },
      says: "systemAccount.username: \"sqladmin\" is the workspace's administrator, whom Immuta's scripts would change and drop. Give Immuta's system account a name of its own.",
    },
    "a workspace for Entra logins only": {
      args: { ...base, workspace: { args: { azureADOnlyAuthentication: true } } },
      says: "workspace.args.azureADOnlyAuthentication: the workspace takes Microsoft Entra logins only, but Immuta's own account is a SQL login. Allow SQL logins in the workspace.",
    },
  };
  for (const [what, { args, says }] of Object.entries(refused))
    it(`is ${what}`, () => {
      expect(() => {
        refuseImpossible("claims", args as GovernedSqlPoolArgs);
      }).to.throw(Error, `GovernedSqlPool claims: ${says}`);
    });

  it("is told of what outputs give as soon as it is known", function () {
    this.timeout(60_000);
    const program = join(__dirname, "late.ts");
    const { stdout } = spawnSync(process.execPath, ["--require", "tsx/cjs", program], { encoding: "utf8" });
    const told = (JSON.parse(stdout) as string[]).flatMap((message) => message.split("\n"));
    expect(told.map((line) => /GovernedSqlPool claims: (.*?)\. [A-Z]/.exec(line)?.[1])).to.have.members([
      'network.firewallRules.open: "0.0.0.0-255.255.255.255" lets in more than 16 million addresses',
      'sku: "DW100" is not a size of a dedicated SQL pool of today',
      'administrator.username: "sa" is a name that Azure reserves',
      "administrator.password: is shorter than 8 characters, which Azure SQL refuses",
    ]);
  });

  it("is told all at once", () => {
    const { network: _none, ...args } = withoutAdministrator;
    expect(() => {
      refuseImpossible("claims", { ...args, sqlPool: { existing: "claims" } });
    }).to.throw(/sqlPool\.existing.*\n.*administrator is required.*\n.*network is required/);
  });
});
