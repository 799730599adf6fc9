import fc from "fast-check";

/** Values that nobody expects where they stand. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, 0, -1, 1e308, "", " ", "\u0000\u001b[31m\u202e", "[object Object]", [], [[]], {}],
    ...["__proto__", "constructor", "toString", "x".repeat(100_000)],
    ...[{ length: -1 }, { toString: 1, valueOf: 1 }, { then: true }, { __proto__: null }],
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
    JSON.parse("[".repeat(200) + "]".repeat(200)),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Places in a JSON value, down to some depth: keys on the way to each. */
function placesIn(value: unknown, depth = 5): string[][] {
  if (typeof value !== "object" || value === null || depth === 0) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesIn(inner, depth - 1).map((place) => [key, ...place]),
    ),
  ];
}

function changedAt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) =>
      String(index) === key ? changedAt(inner, rest, other) : inner,
    );
  const fields = value as Record<string, unknown>;
  // As JSON.parse makes it: an own property, whatever its name.
  const copy = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>;
  if (other === undefined && rest.length === 0) Reflect.deleteProperty(copy, key);
  else copy[key] = changedAt(fields[key], rest, other);
  return copy;
}

/** A right value with one to three of its parts missing or odd. */
export const spoilt = (right: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.nat(), fc.oneof(odd, fc.constant(undefined))), { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce((value: unknown, [at, other]) => {
        const places = placesIn(value);
        return changedAt(value, places[at % places.length] ?? [], other);
      }, right),
    );

/** A mistake of the code, as against an error that somebody thought of. */
const isMistake = (error: unknown): boolean =>
  (error !== undefined && !(error instanceof Error)) ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof SyntaxError ||
  error instanceof ReferenceError;

/** Runs it; gives the error that it ended with. Throws where that is a mistake, or a prototype was changed. */
export async function survived(work: () => unknown): Promise<Error | undefined> {
  const error = await ended(work);
  if (isMistake(error)) throw error;
  if ("polluted" in {}) throw new Error("Object.prototype was changed");
  return error as Error | undefined;
}

async function ended(work: () => unknown): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}
