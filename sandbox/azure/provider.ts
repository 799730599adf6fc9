/** azure-native's side of things: what it makes of a program's inputs before and after it asks Azure. */
import { visibleInputs, type Cloud } from "./cloud";
import { automaticName, nameProblem } from "./names";
import type { Resource, ResourceType } from "./resource";
import { idOf, pathInputs, resourceType } from "./resource-types";
import {
  changedPaths,
  isUnknown,
  knownString,
  unknown,
  withoutEmpty,
  type ChangeKind,
  type Properties,
} from "./values";

/** In inputs whose name was made up: such a resource may be replaced before its old one is deleted. */
const createBeforeDelete = "__createBeforeDelete";

export interface Check {
  inputs: Properties;
  failures: { property: string; reason: string }[];
}

export interface CheckRequest {
  type: ResourceType;
  /** The resource's name in the program. */
  logicalName: string;
  olds: Properties;
  news: Properties;
  seed: Uint8Array;
  /** azure-native:location, when configured. */
  defaultLocation: string | undefined;
}

/** Fills in a name and a location, and refuses what Azure would certainly refuse. */
export function check(cloud: Cloud, request: CheckRequest): Check {
  const { type, logicalName, olds, seed, defaultLocation } = request;
  const inputs = withoutEmpty(request.news);
  if (type.name !== undefined && inputs[type.name.input] === undefined) {
    inputs[type.name.input] = olds[type.name.input] ?? automaticName(logicalName, seed);
    inputs[createBeforeDelete] = true;
  }
  if (type.located && inputs["location"] === undefined) {
    const location = defaultLocation ?? groupLocation(cloud, type, inputs);
    if (location !== undefined) inputs["location"] = location;
  }
  return { inputs, failures: failuresOf(type, inputs) };
}

/** A resource without a location goes where its resource group is, which a preview may not know yet. */
function groupLocation(cloud: Cloud, type: ResourceType, inputs: Properties): string | undefined {
  const group = resourceType("azure-native:resources:ResourceGroup");
  if (type.parent === undefined || group === undefined) return undefined;
  const name = inputs["resourceGroupName"];
  if (name === undefined) return undefined;
  const found = isUnknown(name) ? undefined : cloud.get(idOf(group, inputs));
  return found === undefined ? unknown : knownString(found.inputs, "location");
}

function failuresOf(type: ResourceType, inputs: Properties): Check["failures"] {
  const required = [...type.required, ...(type.located ? ["location"] : [])];
  const missing = required
    .filter((property) => inputs[property] === undefined)
    .map((property) => ({ property, reason: `missing required property '${property}'` }));
  if (type.name === undefined) return missing;
  const { input, rule } = type.name;
  const name = inputs[input];
  if (isUnknown(name)) return missing;
  const problem = typeof name === "string" ? nameProblem(rule, name) : "must be a string";
  return problem === undefined ? missing : [...missing, { property: input, reason: `'${input}' ${problem}` }];
}

export interface Difference {
  changes: Map<string, ChangeKind>;
  /** Paths whose change means another resource. */
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** Compares old inputs with new ones: another id or another location is another resource. */
export function diff(type: ResourceType, oldInputs: Properties, news: Properties): Difference {
  const changes = changedPaths(oldInputs, withoutEmpty(news));
  const identity = [...pathInputs(type), "location"];
  const replaces = [...changes.keys()].filter((path) => identity.includes(path));
  return {
    changes,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && oldInputs[createBeforeDelete] !== true,
  };
}

/** A preview's outputs: the inputs Azure gives back. What is left out the engine takes for not known yet. */
export function previewCreate(type: ResourceType, inputs: Properties): Properties {
  return visibleInputs(type, withoutEmpty(inputs));
}

/** An update may change any output but the name and the place, so a preview leaves all others out. */
export function previewUpdate(type: ResourceType, olds: Properties, inputs: Properties): Properties {
  const { name, location } = olds;
  return { ...previewCreate(type, inputs), ...withoutEmpty({ name, location }) };
}

/**
 * A resource's inputs as a refresh finds them: Azure's, save for what Azure never tells, which stays as it was.
 *
 * @param oldInputs empty when the resource is being imported
 */
export function readInputs({ type, inputs }: Resource, oldInputs: Properties): Properties {
  const kept = (key: string) => type.writeOnly.includes(key) || key.startsWith("__");
  const found = Object.entries(inputs).filter(([key]) => !kept(key));
  const untold = Object.entries(oldInputs).filter(([key]) => kept(key));
  return Object.fromEntries([...found, ...untold]);
}
