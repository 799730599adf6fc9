/** Functions a program may call: who is logged in, and the lookups of the resource types that are served. */
import { outputsOf, type Cloud } from "./cloud";
import { AzureError } from "./errors";
import type { ResourceType } from "./resource";
import { idOf, resourceTypes, subscriptionId, tenantId } from "./resource-types";
import type { Properties } from "./values";

const clientConfig = "azure-native:authorization:getClientConfig";

/** Throws AzureError when a lookup finds nothing; Error for a function that is not served. */
export function invoke(cloud: Cloud, token: string, args: Properties): Properties {
  if (token === clientConfig) {
    return {
      clientId: "22222222-2222-2222-2222-222222222222",
      objectId: "33333333-3333-3333-3333-333333333333",
      subscriptionId: subscriptionId,
      tenantId: tenantId,
    };
  }
  const type = resourceTypes.find((candidate) => lookupToken(candidate) === token);
  if (type === undefined) {
    const known = [clientConfig, ...resourceTypes.map(lookupToken)].join(", ");
    throw new Error(`${token} is not emulated. The functions that are: ${known}.`);
  }
  const id = idOf(type, args);
  const found = cloud.get(id);
  if (found === undefined) throw new AzureError("ResourceNotFound", `The resource '${id}' was not found.`);
  return { id: found.id, ...outputsOf(found) };
}

/** azure-native:synapse:Workspace is looked up with azure-native:synapse:getWorkspace. */
function lookupToken({ token }: ResourceType): string {
  return token.replace(/:(\w+)$/, ":get$1");
}
