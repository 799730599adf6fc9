import { expect } from "chai";

import { Cloud } from "../../../sandbox/azure/cloud";
import { check, diff, previewCreate, previewUpdate, readInputs } from "../../../sandbox/azure/provider";
import type { ResourceType } from "../../../sandbox/azure/resource";
import { resourceType } from "../../../sandbox/azure/resource-types";
import type { SqlPlane } from "../../../sandbox/azure/sql-plane";
import { unknown, type Properties } from "../../../sandbox/azure/values";

function nothing(): void {
  // Nobody listens in these tests.
}
const silent: SqlPlane = {
  createWorkspace: nothing,
  setAdministratorPassword: nothing,
  dropWorkspace: nothing,
  createPool: nothing,
  dropPool: nothing,
};

function typeOf(shortToken: string): ResourceType {
  const found = resourceType(`azure-native:${shortToken}`);
  if (found === undefined) throw new Error(shortToken);
  return found;
}
const group = typeOf("resources:ResourceGroup");
const workspace = typeOf("synapse:Workspace");
const pool = typeOf("synapse:SqlPool");

describe("azure-native's handling of inputs in the Azure sandbox", () => {
  let cloud: Cloud;
  beforeEach(() => {
    cloud = new Cloud(silent);
  });

  function checked(type: ResourceType, news: Properties, olds: Properties = {}, defaultLocation?: string) {
    return check(cloud, { type, logicalName: "claims", olds, news, seed: Uint8Array.of(1), defaultLocation });
  }

  describe("check", () => {
    it("makes up a name that is left out, and marks it as made up", () => {
      const { inputs, failures } = checked(group, {}, {}, "westeurope");
      expect(inputs["resourceGroupName"]).to.match(/^claims[0-9a-f]{8}$/);
      expect(inputs["__createBeforeDelete"]).to.equal(true);
      expect(failures).to.deep.equal([]);
    });

    it("keeps the name that was made up before", () => {
      const { inputs } = checked(group, {}, { resourceGroupName: "claims01234567" }, "westeurope");
      expect(inputs["resourceGroupName"]).to.equal("claims01234567");
    });

    it("checks a made-up name too", () => {
      const { failures } = check(cloud, {
        type: pool,
        logicalName: "data-warehouse",
        olds: {},
        news: { resourceGroupName: "rg", workspaceName: "claims", location: "westeurope" },
        seed: Uint8Array.of(1),
        defaultLocation: undefined,
      });
      expect(failures.map(({ property }) => property)).to.deep.equal(["sqlPoolName"]);
    });

    it("takes the configured location, then the resource group's", () => {
      cloud.create(group, { resourceGroupName: "rg", location: "northeurope" });
      expect(checked(workspace, { resourceGroupName: "rg" }, {}, "westeurope").inputs["location"]).to.equal(
        "westeurope",
      );
      expect(checked(workspace, { resourceGroupName: "rg" }).inputs["location"]).to.equal("northeurope");
    });

    it("leaves the location unknown while the resource group is", () => {
      expect(checked(workspace, { resourceGroupName: unknown }).inputs["location"]).to.equal(unknown);
      expect(checked(workspace, { resourceGroupName: "not-yet" }).inputs["location"]).to.equal(unknown);
    });

    it("names every required property that is missing", () => {
      expect(checked(pool, {}).failures).to.deep.equal([
        { property: "resourceGroupName", reason: "missing required property 'resourceGroupName'" },
        { property: "workspaceName", reason: "missing required property 'workspaceName'" },
        { property: "location", reason: "missing required property 'location'" },
      ]);
    });

    it("lets what is not known yet pass", () => {
      const news = { resourceGroupName: unknown, workspaceName: unknown, sqlPoolName: unknown };
      expect(checked(pool, news).failures).to.deep.equal([]);
    });

    it("refuses a bad name with the rule and the name", () => {
      const { failures } = checked(workspace, {
        resourceGroupName: "rg",
        workspaceName: "Claims",
        location: "x",
      });
      expect(failures).to.have.length(1);
      expect(failures[0]).to.include({ property: "workspaceName" });
      expect(failures[0]?.reason).to.match(/^'workspaceName' may only have lower-case letters.*: "Claims"$/);
    });
  });

  describe("diff", () => {
    const old = {
      resourceGroupName: "rg",
      workspaceName: "claims",
      sqlPoolName: "dw",
      location: "West Europe",
      sku: { name: "DW100c" },
    };

    it("sees nothing in nothing, nor in another spelling of a location", () => {
      expect(diff(pool, old, { ...old, location: "westeurope", collation: null }).changes.size).to.equal(0);
    });

    it("names the path of a change inside an object", () => {
      const { changes, replaces } = diff(pool, old, {
        ...old,
        sku: { name: "DW200c" },
        tags: { team: "claims" },
      });
      expect([...changes]).to.deep.equal([
        ["sku.name", "update"],
        ["tags", "add"],
      ]);
      expect(replaces).to.deep.equal([]);
    });

    for (const property of ["resourceGroupName", "workspaceName", "sqlPoolName", "location"]) {
      it(`replaces on a change of ${property}, the old one deleted first`, () => {
        const { replaces, deleteBeforeReplace } = diff(pool, old, { ...old, [property]: "other" });
        expect(replaces).to.deep.equal([property]);
        expect(deleteBeforeReplace).to.equal(true);
      });
    }

    it("makes the new one first where the name was made up", () => {
      const madeUp = { ...old, __createBeforeDelete: true };
      const { replaces, deleteBeforeReplace } = diff(pool, madeUp, { ...madeUp, location: "northeurope" });
      expect(replaces).to.deep.equal(["location"]);
      expect(deleteBeforeReplace).to.equal(false);
    });
  });

  describe("preview", () => {
    const inputs = {
      resourceGroupName: "rg",
      workspaceName: "claims",
      location: "West Europe",
      sqlAdministratorLoginPassword: "x",
      tags: { a: unknown },
    };

    it("of a create shows the inputs that Azure gives back, and nothing else", () => {
      expect(previewCreate(workspace, inputs)).to.deep.equal({
        location: "westeurope",
        tags: { a: unknown },
      });
    });

    it("of an update adds the name and the location, and no other output", () => {
      const olds = {
        name: "claims",
        location: "westeurope",
        connectivityEndpoints: { sql: "x" },
        workspaceUID: "y",
      };
      expect(previewUpdate(workspace, olds, inputs)).to.deep.equal({
        name: "claims",
        location: "westeurope",
        tags: { a: unknown },
      });
    });
  });

  it("reads inputs from Azure, save for what Azure never tells", () => {
    const stored = {
      resourceGroupName: "rg",
      workspaceName: "claims",
      location: "westeurope",
      defaultDataLakeStorage: { accountUrl: "https://lake.dfs.core.windows.net/", filesystem: "files" },
      sqlAdministratorLoginPassword: "Changed-outside-1",
      tags: { changed: "outside" },
    };
    cloud.create(group, { resourceGroupName: "rg", location: "westeurope" });
    const resource = cloud.create(workspace, stored);
    const old = {
      ...stored,
      sqlAdministratorLoginPassword: "Made-up-1",
      tags: {},
      __createBeforeDelete: true,
    };
    expect(readInputs(resource, old)).to.deep.equal({
      ...stored,
      sqlAdministratorLoginPassword: "Made-up-1",
      __createBeforeDelete: true,
    });
    expect(readInputs(resource, {})).not.to.have.property("sqlAdministratorLoginPassword");
  });
});
