/** Property values as they travel between the engine and a provider. */
import { runtime } from "@pulumi/pulumi";

/** A resource's inputs or outputs: JSON, in which the engine's sentinel string stands for what is not known yet. */
export type Properties = Record<string, unknown>;

/** What the engine sends in a preview in place of a value that is only known after creation. */
export const unknown: string = runtime.unknownValue;

export function isUnknown(value: unknown): boolean {
  return value === unknown;
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the entries that hold nothing; the wire has no undefined, and azure-native takes null for "not given". */
export function withoutEmpty(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** The string under a key; undefined when there is none, or when it is not known yet. */
export function knownString(properties: Properties, key: string): string | undefined {
  const value = properties[key];
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}

/** "West Europe" and "westeurope" are the same place; Azure answers with the latter. */
export function normalizeLocation(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}

export type ChangeKind = "add" | "update" | "delete";

/** The paths ("sku.name") at which two sets of inputs differ. Keys that begin with __ are the provider's own. */
export function changedPaths(olds: Properties, news: Properties): Map<string, ChangeKind> {
  const changes = new Map<string, ChangeKind>();
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    if (!key.startsWith("__")) compare(key, olds[key], news[key], changes);
  }
  return changes;
}

function compare(path: string, old: unknown, now: unknown, changes: Map<string, ChangeKind>): void {
  if (isObject(old) && isObject(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      compare(`${path}.${key}`, old[key], now[key], changes);
    }
  } else if (!isSame(path, old, now)) {
    changes.set(path, old === undefined ? "add" : now === undefined ? "delete" : "update");
  }
}

function isSame(path: string, old: unknown, now: unknown): boolean {
  if (path === "location" && typeof old === "string" && typeof now === "string") {
    return normalizeLocation(old) === normalizeLocation(now);
  }
  return JSON.stringify(old) === JSON.stringify(now);
}
