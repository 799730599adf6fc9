import { isRight } from "../sql/catalog-lines";

/** What differs in the pool from what Immuta's scripts made there, in the lines of sql/catalog-lines.ts. */
export interface PoolDrift {
  missing: string[];
  /** Rights that somebody gave. Other objects may come from Immuta itself. */
  added: string[];
}

/** Undefined where the pool is as the scripts left it. */
export function driftOf(left: readonly string[], found: readonly string[]): PoolDrift | undefined {
  const missing = left.filter((line) => !found.includes(line));
  const added = found.filter((line) => isRight(line) && !left.includes(line));
  return missing.length + added.length === 0 ? undefined : { missing, added };
}

/**
 * What a state keeps after scripts ran: the pool as they left it. What was known to differ, and still does, stays a
 * difference.
 */
export function afterScripts(
  found: readonly string[],
  before: PoolDrift | undefined,
): { poolObjects: string[]; poolDrift?: PoolDrift } {
  const { missing = [], added = [] } = before ?? {};
  const poolObjects = [...new Set([...found.filter((line) => !added.includes(line)), ...missing])].sort();
  const poolDrift = driftOf(poolObjects, found);
  return { poolObjects, ...(poolDrift === undefined ? {} : { poolDrift }) };
}

/** Such as "missing: user immuta; given: GRANT CONTROL on the database to immuta". */
export const driftWords = ({ missing, added }: PoolDrift): string =>
  [
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(", ")}`]),
    ...(added.length === 0 ? [] : [`given: ${added.join(", ")}`]),
  ].join("; ");
