import { type PropertyMap, valueAt } from "../core/property-map";
import type { Change } from "../core/rows";
import { properties } from "./inputs/paths";
import { unknown } from "../core/unknown";

export interface Difference {
  path: string;
  change: Change;
  /** False where the new value is known at `up` only. */
  known: boolean;
}

/** What differs between the inputs of the state and those of the program, in the order of the table. */
export function differences(olds: PropertyMap, news: PropertyMap): Difference[] {
  return properties.flatMap((property): Difference[] => {
    if (property.change === "none") return [];
    const before = valueAt(olds, property.path);
    const after = valueAt(news, property.path);
    if (after === unknown) return [{ path: property.path, change: property.change, known: false }];
    if (property.path === "impersonation.role" && roleIsIdle(olds) && roleIsIdle(news)) return [];
    if (before === after || ((before ?? null) === null && (after ?? null) === null)) return [];
    const same = property.same?.bind(property);
    if (same !== undefined && before !== undefined && after !== undefined && same(before, after)) return [];
    return [{ path: property.path, change: property.change, known: true }];
  });
}

/** With impersonation off no role is sent to Immuta, so its name does not matter. */
const roleIsIdle = (map: PropertyMap): boolean => valueAt(map, "impersonation.enabled") === false;
