/** The resources that exist, as Azure keeps them. */
import { AzureError } from "./errors";
import type { Resource, ResourceType } from "./resource";
import { idOf, pathInputs, resourceType } from "./resource-types";
import { sqlCreate, sqlDelete, sqlUpdate, type SqlPlane } from "./sql-plane";
import { isUnknown, normalizeLocation, type Properties } from "./values";

/** Ids and names compare without regard to case, as everywhere in Azure. */
export class Cloud {
  private readonly resources = new Map<string, Resource>();

  constructor(private readonly sql: SqlPlane) {}

  get(id: string): Resource | undefined {
    return this.resources.get(id.toLowerCase());
  }

  /** Sorted by id, so that parents come before children. */
  list(): Resource[] {
    return [...this.resources.values()].sort((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
  }

  create(type: ResourceType, inputs: Properties): Resource {
    const id = type.idAmong?.(inputs, this.list()) ?? idOf(type, inputs);
    const name = decodeURIComponent(id.slice(id.lastIndexOf("/") + 1));
    if (this.get(id) !== undefined) {
      throw new AzureError("Conflict", `cannot create already existing resource '${id}'`);
    }
    this.demandParent(type, inputs);
    this.demandFreeName(type, name);
    demandAgreement(type, inputs);
    this.demandTargets(type, inputs);
    const resource: Resource = { id, type, name, inputs, created: new Date().toISOString() };
    sqlCreate(this.sql, resource);
    this.resources.set(id.toLowerCase(), resource);
    return resource;
  }

  update(id: string, inputs: Properties): Resource {
    const old = this.get(id);
    if (old === undefined) throw new AzureError("ResourceNotFound", `The resource '${id}' was not found.`);
    for (const input of old.type.immutable) {
      if (JSON.stringify(old.inputs[input]) !== JSON.stringify(inputs[input])) {
        throw new AzureError("PropertyChangeNotAllowed", `Changing property '${input}' is not allowed.`);
      }
    }
    demandAgreement(old.type, inputs);
    const resource: Resource = { ...old, inputs };
    sqlUpdate(this.sql, old, resource);
    this.resources.set(id.toLowerCase(), resource);
    return resource;
  }

  /** Deletes a resource and, as Azure does, all that lies in it. What is gone already is no error. */
  delete(id: string): void {
    const key = id.toLowerCase();
    const going = [...this.resources.entries()]
      .filter(([other]) => other === key || other.startsWith(`${key}/`))
      .sort(([a], [b]) => b.length - a.length);
    for (const [other, resource] of going) {
      sqlDelete(this.sql, resource);
      this.resources.delete(other);
    }
  }

  private demandParent(type: ResourceType, inputs: Properties): void {
    const parent = type.parent === undefined ? undefined : resourceType(type.parent);
    if (parent === undefined || this.get(idOf(parent, inputs)) !== undefined) return;
    const id = idOf(parent, inputs);
    const name = decodeURIComponent(id.slice(id.lastIndexOf("/") + 1));
    throw parent.parent === undefined
      ? new AzureError("ResourceGroupNotFound", `Resource group '${name}' could not be found.`)
      : new AzureError(
          "ParentResourceNotFound",
          `The parent resource '${name}' (${parent.azureType}) was not found.`,
        );
  }

  private demandTargets(type: ResourceType, inputs: Properties): void {
    const missing = type.refersTo?.(inputs).find((id) => this.get(id) === undefined);
    if (missing !== undefined)
      throw new AzureError("InvalidResourceReference", `The resource ${missing} was not found.`);
  }

  private demandFreeName(type: ResourceType, name: string): void {
    if (!type.globalName) return;
    const taken = this.list().some(
      (other) => other.type === type && other.name.toLowerCase() === name.toLowerCase(),
    );
    if (taken)
      throw new AzureError("NameNotAvailable", `The ${type.azureType} name '${name}' is already taken.`);
  }
}

function demandAgreement(type: ResourceType, inputs: Properties): void {
  const refusal = type.refuses(inputs);
  if (refusal !== undefined) throw refusal;
}

/** What of the inputs Azure gives back: not the names in the id, nothing write-only, nothing of the provider's own. */
export function visibleInputs(type: ResourceType, inputs: Properties): Properties {
  const hidden = new Set([...pathInputs(type), ...type.writeOnly]);
  const visible = Object.fromEntries(
    Object.entries(inputs).filter(([key]) => !hidden.has(key) && !key.startsWith("__")),
  );
  const location = visible["location"];
  return typeof location === "string" && !isUnknown(location)
    ? { ...visible, location: normalizeLocation(location) }
    : visible;
}

/** A resource's outputs. */
export function outputsOf({ id, type, name, inputs, created }: Resource): Properties {
  const visible = visibleInputs(type, inputs);
  const location = typeof visible["location"] === "string" ? visible["location"] : "";
  return {
    ...visible,
    ...type.computed(inputs, { id, name, location, time: created }),
    azureApiVersion: type.apiVersion,
    name,
    type: type.azureType,
  };
}
