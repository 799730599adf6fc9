/** Types of azure-native that are not emulated: each gives back what it is given, under an id as Azure would make it. */
import type { Resource, ResourceType } from "./resource";
import { idOf, pathInputs } from "./resource-types";
import { isUnknown, knownString, type Properties } from "./values";

const anyName = { min: 1, max: 260, pattern: /^[^/]+$/, says: "must not contain a slash" };

/** The type that a token and a resource's inputs stand for. Throws Error for a token of another provider. */
export function anyType(token: string, inputs: Properties): ResourceType {
  const [, namespace, kind] = /^azure-native:(\w+)(?:\/\w+)?:(\w+)$/.exec(token) ?? [];
  if (namespace === undefined || kind === undefined)
    throw new Error(`${token} is no type of azure-native's.`);
  const azureType = `Microsoft.${namespace.charAt(0).toUpperCase()}${namespace.slice(1)}/${pluralOf(kind)}`;
  const input = nameInput(kind, inputs);
  const group = inputs["resourceGroupName"] === undefined ? "" : "/resourceGroups/{resourceGroupName}";
  const type: ResourceType = {
    token: `azure-native:${namespace}:${kind}`,
    azureType,
    apiVersion: "",
    path: `${group}/providers/${azureType}/{${input}}`,
    name: { input, rule: anyName },
    ...(group === "" ? {} : { parent: "azure-native:resources:ResourceGroup" }),
    required: [],
    located: false,
    globalName: false,
    writeOnly: [],
    immutable: [],
    refuses: () => undefined,
    computed: () => ({ provisioningState: "Succeeded" }),
    idAmong: (given, others) => {
      const name = encodeURIComponent(knownString(given, input) ?? "");
      const scope = knownString(given, "scope");
      if (scope !== undefined) return `${scope}/providers/${azureType}/${name}`;
      const parent = parentAmong(given, input, others);
      return parent === undefined ? idOf(type, given) : `${parent.id}/${pluralOf(kind)}/${name}`;
    },
  };
  return type;
}

/** "vaultName" is the name of a Vault, "ruleName" that of a FirewallRule; where none is given, one named as the type. */
function nameInput(kind: string, inputs: Properties): string {
  const own = Object.keys(inputs)
    .filter((key) => key.endsWith("Name") && key !== "resourceGroupName")
    .filter((key) => kind.toLowerCase().endsWith(key.slice(0, -"Name".length).toLowerCase()))
    .sort((a, b) => b.length - a.length);
  return own[0] ?? `${kind.charAt(0).toLowerCase()}${kind.slice(1)}Name`;
}

/** The innermost resource that the inputs name beside the resource itself: what it lies in. */
function parentAmong(inputs: Properties, own: string, others: readonly Resource[]): Resource | undefined {
  const names = (type: ResourceType): string[] => pathInputs(type).filter((input) => input !== own);
  return others
    .filter(
      ({ type }) =>
        type.name !== undefined && type.name.input !== own && type.name.input !== "resourceGroupName",
    )
    .filter(({ type, inputs: theirs }) =>
      names(type).every((input) => !isUnknown(inputs[input]) && inputs[input] === theirs[input]),
    )
    .sort((a, b) => b.id.length - a.id.length)[0];
}

const pluralOf = (kind: string): string => {
  const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`;
};
