/** Private endpoints of Synapse workspaces. A private network of the sandbox is this machine. */
import { AzureError } from "./errors";
import { privateEndpointName } from "./names";
import type { ResourceType } from "./resource";
import { isObject, knownString, type Properties } from "./values";

/** What a private endpoint can lead to in a workspace, with the host that gets its address. */
const hosts: Record<string, (workspace: string) => string> = {
  Sql: (workspace) => `${workspace}.sql.azuresynapse.net`,
  SqlOnDemand: (workspace) => `${workspace}-ondemand.sql.azuresynapse.net`,
  Dev: (workspace) => `${workspace}.dev.azuresynapse.net`,
};
const workspaceId = /\/providers\/Microsoft\.Synapse\/workspaces\/([^/]+)$/i;

export const synapseEndpoint: Pick<
  ResourceType,
  "token" | "azureType" | "apiVersion" | "name" | "required" | "refuses" | "refersTo" | "computed"
> = {
  token: "azure-native:network:PrivateEndpoint",
  azureType: "Microsoft.Network/privateEndpoints",
  apiVersion: "2024-05-01",
  name: { input: "privateEndpointName", rule: privateEndpointName },
  required: ["resourceGroupName"],
  refuses: (inputs) => {
    const { subnet } = inputs;
    if (!isObject(subnet) || knownString(subnet, "id") === undefined) {
      return new AzureError("InvalidRequestFormat", "A private endpoint needs a subnet with its id.");
    }
    const wrong = connections(inputs).find(({ id, group }) => !workspaceId.test(id) || !(group in hosts));
    if (wrong === undefined) return undefined;
    return new AzureError(
      "PrivateEndpointInvalidGroupId",
      `The group ${wrong.group} of ${wrong.id} is not emulated. Those that are, of Synapse workspaces: ${Object.keys(hosts).join(", ")}.`,
    );
  },
  refersTo: (inputs) => connections(inputs).map(({ id }) => id),
  computed: (inputs, { id }) => {
    const address = askedAddress(inputs) ?? "127.0.0.1";
    return {
      customDnsConfigs: connections(inputs).map((connection) => ({
        fqdn: hosts[connection.group]?.(workspaceId.exec(connection.id)?.[1] ?? ""),
        ipAddresses: [address],
      })),
      networkInterfaces: [{ id: id.replace("/privateEndpoints/", "/networkInterfaces/") }],
      provisioningState: "Succeeded",
    };
  },
};

/** The connections that need nobody's approval, one for each group. */
function connections(inputs: Properties): { id: string; group: string }[] {
  const given = inputs["privateLinkServiceConnections"];
  return (Array.isArray(given) ? given.filter(isObject) : []).flatMap((connection) => {
    const groups: unknown = connection["groupIds"];
    const id = knownString(connection, "privateLinkServiceId") ?? "";
    return (Array.isArray(groups) ? groups : [""]).map((group) => ({ id, group: String(group) }));
  });
}

function askedAddress(inputs: Properties): string | undefined {
  const given = inputs["ipConfigurations"];
  const [first] = Array.isArray(given) ? given.filter(isObject) : [];
  return first === undefined ? undefined : knownString(first, "privateIPAddress");
}
