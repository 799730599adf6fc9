import { expect } from "chai";
import type { GovernedSqlPoolArgs } from "../../../../sdk/azure";
import { refuseImpossible } from "../../../../sdk/azure/refusals";

const base: GovernedSqlPoolArgs = {
  schema: "governed",
  administrator: { password: "placeholder" },
  systemAccount: { password: "placeholder" },
  network: { allowAzureServices: true },
};
const group = { resourceGroup: { existing: "platform" } };
const workspace = { ...group, workspace: { existing: "contoso" } };

const { network: _network, ...withoutNetwork } = base;
const { administrator: _administrator, ...withoutAdministrator } = base;

describe("what a GovernedSqlPool cannot be made of", () => {
  const accepted: Record<string, GovernedSqlPoolArgs> = {
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
    "a lake for a workspace that exists": {
      args: { ...base, ...workspace, storageAccount: {} },
      says: "storageAccount and filesystem have no use where workspace.existing is given: it has its own.",
    },
    "nobody to run the scripts in a new workspace": {
      args: withoutAdministrator,
      says: "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password, or set bootstrap.authentication to one of Entra's.",
    },
    "nobody to run the scripts but a SQL login that is not given": {
      args: { ...withoutAdministrator, bootstrap: { authentication: "sql" } },
      says: "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password, or set bootstrap.authentication to one of Entra's.",
    },
    "no way into a new workspace": {
      args: withoutNetwork,
      says: "network is required for a workspace that is made: nobody reaches it otherwise, neither Immuta nor the machine that runs Immuta's scripts. Give the addresses of both, or a privateEndpoint; {} says that you see to it yourself.",
    },
    "rules beside a private endpoint": {
      args: {
        ...base,
        network: { privateEndpoint: { server: "10.0.0.4" }, allowAzureServices: true, runnerAddresses: [] },
      },
      says: "network.allowAzureServices, network.runnerAddresses: no rule has a use beside network.privateEndpoint. Give either.",
    },
    "an address that is none": {
      args: { ...base, network: { runnerAddresses: ["my laptop"] } },
      says: 'network.runnerAddresses: "my laptop" is no IPv4 address, block or range. Write 203.0.113.7, 203.0.113.0/28 or 203.0.113.7-203.0.113.9.',
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

  it("is told all at once", () => {
    const { network: _none, ...args } = withoutAdministrator;
    expect(() => {
      refuseImpossible("claims", { ...args, sqlPool: { existing: "claims" } });
    }).to.throw(/sqlPool\.existing.*\n.*administrator is required.*\n.*network is required/);
  });
});
