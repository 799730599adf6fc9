import { expect } from "chai";
import { anyType } from "../../../sandbox/azure/any-type";
import { Cloud, outputsOf } from "../../../sandbox/azure/cloud";
import { check } from "../../../sandbox/azure/provider";
import type { Resource } from "../../../sandbox/azure/resource";
import { resourceType } from "../../../sandbox/azure/resource-types";
import type { Properties } from "../../../sandbox/azure/values";

const nothing = (): void => undefined;
const subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
const group = `${subscription}/resourceGroups/claims`;
const inGroup = { resourceGroupName: "claims" };

describe("a type that the Azure sandbox does not emulate", () => {
  let cloud: Cloud;
  const made = (token: string, inputs: Properties): Resource =>
    cloud.create(resourceType(`azure-native:${token}`) ?? anyType(`azure-native:${token}`, inputs), inputs);

  beforeEach(() => {
    cloud = new Cloud({
      ...{ createWorkspace: nothing, setAdministratorPassword: nothing, dropWorkspace: nothing },
      ...{ createPool: nothing, dropPool: nothing },
    });
    made("resources:ResourceGroup", { ...inGroup, location: "westeurope" });
  });

  it("gives back what it was given, under an id as Azure makes it, until it is deleted", () => {
    const inputs = {
      ...inGroup,
      virtualNetworkName: "net",
      addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
    };
    const { id } = made("network/v20240101:VirtualNetwork", inputs);
    expect(id).to.equal(`${group}/providers/Microsoft.Network/virtualNetworks/net`);
    const found = cloud.get(id) ?? expect.fail("it is not there");
    expect(outputsOf(found)).to.deep.include({
      addressSpace: inputs.addressSpace,
      name: "net",
      provisioningState: "Succeeded",
    });
    cloud.delete(id);
    expect(cloud.get(id)).to.equal(undefined);
  });

  it("lies in what it names, and goes with it", () => {
    const net = made("network:VirtualNetwork", { ...inGroup, virtualNetworkName: "net" });
    const subnet = made("network:Subnet", { ...inGroup, virtualNetworkName: "net", subnetName: "runners" });
    expect(subnet.id).to.equal(`${net.id}/subnets/runners`);
    cloud.delete(net.id);
    expect(cloud.get(subnet.id)).to.equal(undefined);
  });

  it("lies under its scope, or in the subscription", () => {
    const assigned = { scope: `${group}/providers/Microsoft.KeyVault/vaults/v`, roleAssignmentName: "r" };
    expect(made("authorization:RoleAssignment", assigned).id).to.equal(
      `${assigned.scope}/providers/Microsoft.Authorization/roleAssignments/r`,
    );
    expect(made("authorization:PolicyDefinition", { policyDefinitionName: "p" }).id).to.equal(
      `${subscription}/providers/Microsoft.Authorization/policyDefinitions/p`,
    );
  });

  it("gets a name where it has none, and needs its resource group", () => {
    const type = anyType("azure-native:keyvault:Vault", inGroup);
    const { inputs, failures } = check(cloud, {
      ...{ type, logicalName: "keys", olds: {}, news: inGroup, seed: new Uint8Array([1]) },
      defaultLocation: undefined,
    });
    expect(failures).to.deep.equal([]);
    expect(inputs["vaultName"]).to.match(/^keys[0-9a-f]{8}$/);
    const elsewhere = { resourceGroupName: "none", vaultName: "v" };
    expect(() => made("keyvault:Vault", elsewhere)).to.throw("Resource group 'none' could not be found.");
  });
});
