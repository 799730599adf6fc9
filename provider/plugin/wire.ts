import { isPropertyMap, type PropertyMap, unknown } from "..";

/**
 * Properties as the engine sends them, and as the core has them: without the marks around secrets, and with one word for all
 * that is not known yet. Pure.
 */

/** The names in a property map that lead to a value. */
export type Path = readonly string[];

export interface Unwrapped {
  plain: PropertyMap;
  /** What was marked as a secret. */
  secrets: Path[];
  /** The texts in it. */
  texts: string[];
}

const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/** The engine's words for values that are not known yet, one for each type. */
const unknowns: ReadonlySet<unknown> = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function unwrapped(map: PropertyMap): Unwrapped {
  const secrets: Path[] = [];
  const texts: string[] = [];
  const strip = (value: unknown, path: Path, within: boolean): unknown => {
    if (unknowns.has(value)) return unknown;
    if (within && typeof value === "string") texts.push(value);
    // An item of a list has no name of its own.
    if (Array.isArray(value)) return value.map((item) => strip(item, path, within));
    if (!isPropertyMap(value)) return value;
    if (value[signature] === secret) {
      if (!within) secrets.push(path);
      return strip(value["value"], path, true);
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, strip(inner, [...path, name], within)]),
    );
  };
  return { plain: strip(map, [], false) as PropertyMap, secrets, texts };
}

/** The same with marks around what stands at these paths; where there is nothing, there is no mark. */
export function wrapped(map: PropertyMap, paths: readonly Path[]): PropertyMap {
  return Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const inner = paths.filter(([head]) => head === name).map(([, ...rest]) => rest);
        if (inner.some(({ length }) => length === 0)) return [name, { [signature]: secret, value }];
        return [name, isPropertyMap(value) ? wrapped(value, inner) : value];
      }),
  );
}
