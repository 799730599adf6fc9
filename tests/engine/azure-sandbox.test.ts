import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { ensureEngine } from "../../tools/engine";
import { openStack, type OpenedStack } from "../../tools/engine/stack";
import { startAzure, type Azure, type SqlPlane } from "../../sandbox/azure";

const PASSWORD = "Str0ng-but-made-up!";
const HOST = "claims.sql.azuresynapse.net";
const GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/claims-group";

/** A SQL plane that writes down what it is told; of passwords only whether one came. */
function recordingPlane(calls: string[]): SqlPlane {
  const known = (password: string) => (password === PASSWORD ? "the given password" : "another password");
  return {
    createWorkspace: ({ host, administratorLogin, administratorPassword }) =>
      calls.push(`createWorkspace ${host} ${administratorLogin} with ${known(administratorPassword)}`),
    setAdministratorPassword: (host, password) =>
      calls.push(`setAdministratorPassword ${host} to ${known(password)}`),
    dropWorkspace: (host) => calls.push(`dropWorkspace ${host}`),
    createPool: (host, database) => calls.push(`createPool ${host} ${database}`),
    dropPool: (host, database) => calls.push(`dropPool ${host} ${database}`),
  };
}

describe("the Azure sandbox behind the real engine and the real @pulumi/azure-native", function () {
  this.timeout(120_000);

  const sqlCalls: string[] = [];
  const hostsSeen: (string | undefined)[] = [];
  const namesSeen: string[] = [];
  let cloud: Azure;
  let opened: OpenedStack;
  let units: string;
  let password: string;
  let workspaceName: string;
  let breaking: "no" | "storage name" | "unknown type";

  async function program() {
    const group = new azure.resources.ResourceGroup("group", { resourceGroupName: "claims-group" });
    const storage = new azure.storage.StorageAccount("lake", {
      resourceGroupName: group.name,
      ...(breaking === "storage name" ? { accountName: "Claims-Lake" } : {}),
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      isHnsEnabled: true,
    });
    if (breaking === "unknown type") {
      new azure.network.VirtualNetwork("network", {
        resourceGroupName: group.name,
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
      });
    }
    const files = new azure.storage.BlobContainer("files", {
      resourceGroupName: group.name,
      accountName: storage.name,
      containerName: "files",
    });
    const workspace = new azure.synapse.Workspace("claims", {
      resourceGroupName: group.name,
      workspaceName,
      identity: { type: "SystemAssigned" },
      defaultDataLakeStorage: { accountUrl: storage.primaryEndpoints.dfs, filesystem: files.name },
      sqlAdministratorLogin: "claimsadmin",
      sqlAdministratorLoginPassword: pulumi.secret(password),
    });
    new azure.synapse.IpFirewallRule("everyone", {
      resourceGroupName: group.name,
      workspaceName: workspace.name,
      startIpAddress: "0.0.0.0",
      endIpAddress: "255.255.255.255",
    });
    const pool = new azure.synapse.SqlPool("pool", {
      resourceGroupName: group.name,
      workspaceName: workspace.name,
      sqlPoolName: "dw",
      sku: { name: units },
    });
    // An apply only runs on what is known.
    const host = workspace.connectivityEndpoints.apply((endpoints) => endpoints["sql"]);
    host.apply((known) => hostsSeen.push(known));
    workspace.name.apply((known) => namesSeen.push(known));
    const client = await azure.authorization.getClientConfig();
    return {
      host,
      poolName: pool.name,
      poolLocation: pool.location,
      creationDate: pool.creationDate,
      subscription: client.subscriptionId,
    };
  }

  before(async () => {
    const engine = await ensureEngine();
    cloud = await startAzure({ sql: recordingPlane(sqlCalls) });
    opened = await openStack({
      engine,
      projectName: "azure-sandbox",
      program,
      env: { PULUMI_DEBUG_PROVIDERS: `azure-native:${cloud.port}` },
      config: { "azure-native:location": "West Europe" },
    });
  });

  beforeEach(() => {
    units = "DW100c";
    password = PASSWORD;
    workspaceName = "claims";
    breaking = "no";
    for (const seen of [sqlCalls, hostsSeen, namesSeen]) seen.length = 0;
    cloud.clearJournal();
  });

  after(async () => {
    opened.remove();
    await cloud.close();
  });

  it("refuses a name that Azure would refuse, in the preview", async () => {
    breaking = "storage name";
    const error = await failureOf(opened.stack.preview());
    expect(error).to.include(`'accountName' may only have lower-case letters and digits: "Claims-Lake"`);
    expect(cloud.resources()).to.have.length(0);
  });

  it("takes a resource of a type that it does not emulate", async () => {
    breaking = "unknown type";
    expect((await opened.stack.preview()).changeSummary).to.deep.equal({ create: 8 });
    expect(cloud.resources()).to.have.length(0);
  });

  it("previews without making anything, and leaves unknown what only Azure knows", async () => {
    const preview = await opened.stack.preview();
    expect(preview.changeSummary).to.deep.equal({ create: 7 });
    expect(cloud.resources()).to.have.length(0);
    expect(sqlCalls).to.deep.equal([]);
    expect(
      cloud.journal.filter(({ call, preview: dry }) => call === "create" && dry !== true),
    ).to.have.length(0);
    expect(preview.stdout).to.match(/host\s*: \[unknown\]/);
    expect(preview.stdout).to.match(/creationDate\s*: \[unknown\]/);
    expect(preview.stdout).to.match(/poolLocation\s*: "westeurope"/);
  });

  it("makes the resources, and the workspace and pool on the SQL plane, in order", async () => {
    const up = await opened.stack.up();
    expect(up.summary.resourceChanges).to.deep.equal({ create: 7 });
    expect(sqlCalls).to.deep.equal([
      `createWorkspace ${HOST} claimsadmin with the given password`,
      `createPool ${HOST} dw`,
    ]);
    expect(up.outputs["host"]?.value).to.equal(HOST);
    expect(up.outputs["poolName"]?.value).to.equal("dw");
    expect(up.outputs["poolLocation"]?.value).to.equal("westeurope");
    expect(up.outputs["creationDate"]?.value).to.match(/^\d{4}-\d{2}-\d{2}T/);
    expect(up.outputs["subscription"]?.value).to.equal("00000000-0000-0000-0000-000000000000");
    expect(cloud.resources().map(({ id }) => id.replace(/lake[0-9a-f]{8}/, "lake********"))).to.deep.equal([
      GROUP,
      `${GROUP}/providers/Microsoft.Storage/storageAccounts/lake********`,
      `${GROUP}/providers/Microsoft.Storage/storageAccounts/lake********/blobServices/default/containers/files`,
      `${GROUP}/providers/Microsoft.Synapse/workspaces/claims`,
      ...cloud
        .resources()
        .filter(({ type }) => type === "azure-native:synapse:IpFirewallRule")
        .map(({ id }) => id),
      `${GROUP}/providers/Microsoft.Synapse/workspaces/claims/sqlPools/dw`,
    ]);
  });

  it("keeps the administrator's password out of everything but the encrypted state", () => {
    const written = readdirSync(opened.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    const holdsState = written.filter((text) => text.includes("azure-native:synapse:Workspace"));
    expect(holdsState).not.to.have.length(0);
    for (const text of written) expect(text.includes(PASSWORD)).to.equal(false);
    expect(JSON.stringify(cloud.resources())).not.to.include(PASSWORD);
    expect(JSON.stringify(cloud.journal)).not.to.include(PASSWORD);
  });

  it("sees no change in an unchanged program, before and after a refresh", async () => {
    expect((await opened.stack.preview()).changeSummary).to.deep.equal({ same: 7 });
    expect((await opened.stack.refresh()).summary.resourceChanges).to.deep.equal({ same: 7 });
    expect((await opened.stack.preview()).changeSummary).to.deep.equal({ same: 7 });
    expect(sqlCalls).to.deep.equal([]);
  });

  it("scales the pool in place", async () => {
    units = "DW200c";
    const preview = await opened.stack.preview({ diff: true });
    expect(preview.changeSummary).to.deep.equal({ same: 6, update: 1 });
    expect(preview.stdout).to.match(/name: "DW100c" => "DW200c"/);
    const up = await opened.stack.up();
    expect(up.summary.resourceChanges).to.deep.equal({ same: 6, update: 1 });
    expect(sqlCalls).to.deep.equal([]);
  });

  it("hands a changed administrator password on, and leaves the endpoint unknown in that preview", async () => {
    units = "DW200c";
    password = "An0ther-made-up!";
    const preview = await opened.stack.preview({ diff: true });
    expect(preview.changeSummary).to.deep.equal({ same: 6, update: 1 });
    expect(hostsSeen).to.deep.equal([]);
    expect(namesSeen).to.deep.equal(["claims"]);
    await opened.stack.up();
    expect(sqlCalls).to.deep.equal([`setAdministratorPassword ${HOST} to another password`]);
  });

  it("makes a pool again that somebody deleted", async () => {
    const pool = cloud.resources().find(({ type }) => type === "azure-native:synapse:SqlPool");
    cloud.deleteResource(pool!.id);
    expect((await opened.stack.refresh()).summary.resourceChanges).to.deep.equal({ delete: 1, same: 6 });
    await opened.stack.up();
    expect(sqlCalls.slice(0, 2)).to.deep.equal([
      `dropPool ${HOST} dw`,
      `setAdministratorPassword ${HOST} to the given password`,
    ]);
    expect(sqlCalls.slice(2)).to.deep.equal([`createPool ${HOST} dw`]);
  });

  it("replaces a renamed workspace and all in it, the old ones first", async () => {
    workspaceName = "renamed";
    const preview = await opened.stack.preview();
    expect(preview.changeSummary).to.deep.equal({ same: 4, replace: 3 });
    await opened.stack.up();
    expect(sqlCalls).to.deep.equal([
      `dropPool ${HOST} dw`,
      `dropWorkspace ${HOST}`,
      "createWorkspace renamed.sql.azuresynapse.net claimsadmin with the given password",
      "createPool renamed.sql.azuresynapse.net dw",
    ]);
  });

  it("takes everything away again, pool before workspace", async () => {
    workspaceName = "renamed";
    const destroyed = await opened.stack.destroy();
    expect(destroyed.summary.resourceChanges).to.deep.equal({ delete: 7 });
    expect(cloud.resources()).to.deep.equal([]);
    expect(sqlCalls).to.deep.equal([
      "dropPool renamed.sql.azuresynapse.net dw",
      "dropWorkspace renamed.sql.azuresynapse.net",
    ]);
  });
});

async function failureOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return String(error);
  }
  throw new Error("The run was expected to fail, and did not.");
}
