import { unknown } from "./unknown";

/** Inputs or outputs, by name. */
export type PropertyMap = Record<string, unknown>;

export const isPropertyMap = (value: unknown): value is PropertyMap =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Value at a dotted path; unknown where the object around it is. */
export function valueAt(map: PropertyMap, path: string): unknown {
  const [head = "", leaf] = path.split(".");
  const value = map[head];
  if (leaf === undefined || value === unknown) return value;
  return isPropertyMap(value) ? value[leaf] : undefined;
}
