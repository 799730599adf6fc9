import { expect } from "chai";

import { Cloud, outputsOf } from "../../../sandbox/azure/cloud";
import { invoke } from "../../../sandbox/azure/invokes";
import type { ResourceType } from "../../../sandbox/azure/resource";
import { resourceTypes, resourceType } from "../../../sandbox/azure/resource-types";
import type { SqlPlane } from "../../../sandbox/azure/sql-plane";
import type { Properties } from "../../../sandbox/azure/values";

const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000";
const HOST = "claims.sql.azuresynapse.net";

function typeOf(shortToken: string): ResourceType {
  const found = resourceType(`azure-native:${shortToken}`);
  if (found === undefined) throw new Error(shortToken);
  return found;
}

const group = { resourceGroupName: "rg", location: "West Europe" };
const workspace = {
  resourceGroupName: "rg",
  workspaceName: "claims",
  location: "West Europe",
  identity: { type: "SystemAssigned" },
  defaultDataLakeStorage: { accountUrl: "https://lake.dfs.core.windows.net/", filesystem: "files" },
  sqlAdministratorLogin: "claimsadmin",
  sqlAdministratorLoginPassword: "Made-up-1",
};
const pool = {
  resourceGroupName: "rg",
  workspaceName: "claims",
  sqlPoolName: "dw",
  location: "westeurope",
  sku: { name: "DW100c" },
};

const privateEndpoint = {
  resourceGroupName: "rg",
  privateEndpointName: "pe",
  location: "westeurope",
  subnet: { id: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s` },
  privateLinkServiceConnections: [
    {
      name: "claims",
      privateLinkServiceId: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims`,
      groupIds: ["Sql"],
    },
  ],
};

describe("the resources of the Azure sandbox", () => {
  let calls: string[];
  let cloud: Cloud;

  beforeEach(() => {
    calls = [];
    const sql: SqlPlane = {
      createWorkspace: ({ host, administratorLogin, administratorPassword }) =>
        calls.push(`createWorkspace ${host} ${administratorLogin} ${administratorPassword.length}`),
      setAdministratorPassword: (host, password) =>
        calls.push(`setAdministratorPassword ${host} ${password.length}`),
      dropWorkspace: (host) => calls.push(`dropWorkspace ${host}`),
      createPool: (host, database, source) =>
        calls.push(
          `createPool ${host} ${database}${source === undefined ? "" : ` from ${source.host} ${source.database}`}`,
        ),
      dropPool: (host, database) => calls.push(`dropPool ${host} ${database}`),
    };
    cloud = new Cloud(sql);
  });

  function create(token: string, inputs: Properties) {
    return cloud.create(typeOf(token), inputs);
  }

  function createAll() {
    create("resources:ResourceGroup", group);
    create("synapse:Workspace", workspace);
    create("synapse:SqlPool", pool);
  }

  it("are of nine types, each with its parent before it", () => {
    const seen: string[] = [];
    for (const { token, parent } of resourceTypes) {
      if (parent !== undefined) expect(seen).to.include(parent);
      seen.push(token);
    }
    expect(seen).to.have.length(9);
  });

  it("are found by tokens with an API version too", () => {
    expect(resourceType("azure-native:synapse/v20210601:Workspace")).to.equal(typeOf("synapse:Workspace"));
    expect(resourceType("azure-native:synapse/v20210601preview:Workspace")).to.equal(
      typeOf("synapse:Workspace"),
    );
    expect(resourceType("azure-native:synapse:BigDataPool")).to.equal(undefined);
  });

  const ids: [string, Properties, string][] = [
    ["resources:ResourceGroup", group, "/resourceGroups/rg"],
    [
      "storage:StorageAccount",
      { resourceGroupName: "rg", accountName: "lake" },
      "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/lake",
    ],
    [
      "storage:BlobContainer",
      { resourceGroupName: "rg", accountName: "lake", containerName: "files" },
      "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/lake/blobServices/default/containers/files",
    ],
    ["synapse:Workspace", workspace, "/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims"],
    ["synapse:SqlPool", pool, "/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims/sqlPools/dw"],
    [
      "synapse:IpFirewallRule",
      {
        resourceGroupName: "rg",
        workspaceName: "claims",
        ruleName: "all",
        startIpAddress: "0.0.0.0",
        endIpAddress: "255.255.255.255",
      },
      "/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims/firewallRules/all",
    ],
    [
      "synapse:WorkspaceAadAdmin",
      { resourceGroupName: "rg", workspaceName: "claims" },
      "/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims/administrators/activeDirectory",
    ],
    [
      "synapse:WorkspaceSqlAadAdmin",
      { resourceGroupName: "rg", workspaceName: "claims" },
      "/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims/sqlAdministrators/activeDirectory",
    ],
  ];

  it("have Azure's ids", () => {
    for (const [token, inputs, path] of ids) expect(create(token, inputs).id).to.equal(SUBSCRIPTION + path);
  });

  it("show the workspace's endpoints, and never its password", () => {
    createAll();
    const outputs = outputsOf(cloud.list()[1]!);
    expect(outputs["connectivityEndpoints"]).to.deep.equal({
      dev: "https://claims.dev.azuresynapse.net",
      sql: HOST,
      sqlOnDemand: "claims-ondemand.sql.azuresynapse.net",
      web: "https://web.azuresynapse.net?workspace=" + encodeURIComponent(cloud.list()[1]!.id),
    });
    expect(outputs).to.include({
      name: "claims",
      location: "westeurope",
      sqlAdministratorLogin: "claimsadmin",
    });
    expect(outputs).not.to.have.any.keys(
      "sqlAdministratorLoginPassword",
      "resourceGroupName",
      "workspaceName",
    );
  });

  it("show when the pool was made and that it is online", () => {
    createAll();
    const outputs = outputsOf(cloud.list()[2]!);
    expect(outputs).to.include({
      name: "dw",
      status: "Online",
      type: "Microsoft.Synapse/workspaces/sqlPools",
    });
    expect(outputs["creationDate"]).to.match(/^\d{4}-\d{2}-\d{2}T.*Z$/);
    expect(outputs["sku"]).to.deep.equal({ capacity: 0, name: "DW100c" });
  });

  it("make up an administrator where the program names none", () => {
    const { sqlAdministratorLogin: _login, sqlAdministratorLoginPassword: _password, ...rest } = workspace;
    create("resources:ResourceGroup", group);
    expect(outputsOf(create("synapse:Workspace", rest))["sqlAdministratorLogin"]).to.equal("sqladminuser");
    expect(calls).to.deep.equal([`createWorkspace ${HOST} sqladminuser 36`]);
  });

  it("reach the SQL plane as servers and databases", () => {
    createAll();
    cloud.update(cloud.list()[1]!.id, { ...workspace, sqlAdministratorLoginPassword: "Another-made-up-1" });
    cloud.update(cloud.list()[1]!.id, {
      ...workspace,
      sqlAdministratorLoginPassword: "Another-made-up-1",
      tags: { a: "b" },
    });
    cloud.update(cloud.list()[2]!.id, { ...pool, sku: { name: "DW200c" } });
    cloud.delete(cloud.list()[2]!.id);
    cloud.delete(cloud.list()[1]!.id);
    expect(calls).to.deep.equal([
      `createWorkspace ${HOST} claimsadmin 9`,
      `createPool ${HOST} dw`,
      `setAdministratorPassword ${HOST} 17`,
      `dropPool ${HOST} dw`,
      `dropWorkspace ${HOST}`,
    ]);
  });

  it("give a restored pool the content of its source", () => {
    createAll();
    const sourceDatabaseId = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/claims/sqlPools/dw`;
    const restored = { ...pool, sqlPoolName: "dw2", createMode: "PointInTimeRestore", sourceDatabaseId };
    expect(() => create("synapse:SqlPool", restored)).to.throw("needs restorePointInTime");
    const restorePointInTime = "2025-01-31T10:00:00Z";
    expect(() =>
      create("synapse:SqlPool", {
        ...restored,
        restorePointInTime,
        sourceDatabaseId: sourceDatabaseId.replace(/dw$/, "gone"),
      }),
    ).to.throw("InvalidResourceReference");
    create("synapse:SqlPool", { ...restored, restorePointInTime });
    expect(calls.at(-1)).to.equal(`createPool ${HOST} dw2 from ${HOST} dw`);
  });

  it("go with what they lie in, the innermost first", () => {
    createAll();
    calls.length = 0;
    cloud.delete(`${SUBSCRIPTION}/resourceGroups/RG`);
    expect(cloud.list()).to.deep.equal([]);
    expect(calls).to.deep.equal([`dropPool ${HOST} dw`, `dropWorkspace ${HOST}`]);
  });

  it("may be deleted twice", () => {
    createAll();
    const id = cloud.list()[2]!.id;
    cloud.delete(id);
    cloud.delete(id);
    expect(cloud.get(id)).to.equal(undefined);
  });

  it("compare ids without regard to case", () => {
    createAll();
    expect(cloud.get(`${SUBSCRIPTION}/RESOURCEGROUPS/RG`)?.name).to.equal("rg");
  });

  describe("are refused", () => {
    const refusals: {
      what: string;
      before?: () => void;
      token: string;
      inputs: Properties;
      error: RegExp;
    }[] = [
      {
        what: "without their resource group",
        token: "synapse:Workspace",
        inputs: { ...workspace, resourceGroupName: "other" },
        error: /^Code="ResourceGroupNotFound" Message="Resource group 'other' could not be found."$/,
      },
      {
        what: "without their workspace",
        token: "synapse:SqlPool",
        inputs: { ...pool, workspaceName: "other" },
        error: /^Code="ParentResourceNotFound" .*'other' \(Microsoft.Synapse\/workspaces\)/,
      },
      {
        what: "twice",
        token: "synapse:SqlPool",
        inputs: pool,
        error: /cannot create already existing resource '.*\/dw'/,
      },
      {
        what: "with a name somebody has in another group",
        token: "synapse:Workspace",
        inputs: { ...workspace, resourceGroupName: "second" },
        error: /^Code="NameNotAvailable" .*'claims' is already taken/,
      },
      {
        what: "as a pool of an unknown size",
        token: "synapse:SqlPool",
        inputs: { ...pool, sqlPoolName: "b", sku: { name: "DW150c" } },
        error: /^Code="InvalidSku" .*DW150c/,
      },
      {
        what: "as a workspace without storage",
        token: "synapse:Workspace",
        inputs: { ...workspace, workspaceName: "b", defaultDataLakeStorage: {} },
        error: /^Code="ValidationFailed" Message="defaultDataLakeStorage/,
      },
      {
        what: "with a reserved administrator",
        token: "synapse:Workspace",
        inputs: { ...workspace, workspaceName: "b", sqlAdministratorLogin: "SA" },
        error: /^Code="InvalidLoginName"/,
      },
      {
        what: "with a simple password, which is not shown",
        token: "synapse:Workspace",
        inputs: { ...workspace, workspaceName: "b", sqlAdministratorLoginPassword: "simple-password" },
        error: /^Code="PasswordNotComplex" (?!.*simple-password)/,
      },
      {
        what: "as a firewall rule that ends before it begins",
        token: "synapse:IpFirewallRule",
        inputs: { ...pool, ruleName: "r", startIpAddress: "10.0.0.2", endIpAddress: "10.0.0.1" },
        error: /^Code="InvalidIpAddressRange"/,
      },
      {
        what: "as a private endpoint without a subnet",
        token: "network:PrivateEndpoint",
        inputs: { ...privateEndpoint, subnet: {} },
        error: /^Code="InvalidRequestFormat"/,
      },
      {
        what: "as a private endpoint to what a workspace does not have",
        token: "network:PrivateEndpoint",
        inputs: {
          ...privateEndpoint,
          privateLinkServiceConnections: [
            { ...privateEndpoint.privateLinkServiceConnections[0], groupIds: ["blob"] },
          ],
        },
        error: /^Code="PrivateEndpointInvalidGroupId"/,
      },
      {
        what: "as a private endpoint to a workspace that is not there",
        token: "network:PrivateEndpoint",
        inputs: {
          ...privateEndpoint,
          privateLinkServiceConnections: [
            {
              groupIds: ["Sql"],
              privateLinkServiceId: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/none`,
            },
          ],
        },
        error: /^Code="InvalidResourceReference"/,
      },
    ];
    for (const { what, token, inputs, error } of refusals) {
      it(what, () => {
        createAll();
        create("resources:ResourceGroup", { ...group, resourceGroupName: "second" });
        calls.length = 0;
        expect(() => create(token, inputs)).to.throw(error);
        expect(cloud.list()).to.have.length(4);
        expect(calls).to.deep.equal([]);
      });
    }

    it("when what cannot change is changed", () => {
      createAll();
      const changed = { ...workspace, sqlAdministratorLogin: "other" };
      expect(() => cloud.update(cloud.list()[1]!.id, changed)).to.throw(
        `Code="PropertyChangeNotAllowed" Message="Changing property 'sqlAdministratorLogin' is not allowed."`,
      );
    });
  });

  it("as a private endpoint have an address for the workspace's host: this machine's, or the one that was asked for", () => {
    createAll();
    const made = create("network:PrivateEndpoint", privateEndpoint);
    expect(outputsOf(made)["customDnsConfigs"]).to.deep.equal([{ fqdn: HOST, ipAddresses: ["127.0.0.1"] }]);
    const asked = create("network:PrivateEndpoint", {
      ...privateEndpoint,
      privateEndpointName: "asked",
      ipConfigurations: [{ name: "sql", groupId: "Sql", memberName: "Sql", privateIPAddress: "10.0.0.4" }],
    });
    expect(outputsOf(asked)["customDnsConfigs"]).to.deep.equal([{ fqdn: HOST, ipAddresses: ["10.0.0.4"] }]);
  });

  describe("are looked up by functions", () => {
    it("with the lookup of their type", () => {
      createAll();
      const found = invoke(cloud, "azure-native:synapse:getSqlPool", pool);
      expect(found).to.include({ id: cloud.list()[2]!.id, status: "Online" });
    });

    it("and a lookup of what is not there fails", () => {
      expect(() => invoke(cloud, "azure-native:synapse:getSqlPool", pool)).to.throw(
        /^Code="ResourceNotFound"/,
      );
    });

    it("and a function that is not served says so", () => {
      expect(() => invoke(cloud, "azure-native:storage:listStorageAccountKeys", {})).to.throw(
        /^azure-native:storage:listStorageAccountKeys is not emulated/,
      );
    });
  });
});
