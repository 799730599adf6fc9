import { createRequire } from "node:module";

/**
 * mssql takes tedious of two majors, and yarn gives it the newest although ours lies beside it: one that wants a later Node,
 * and in which the guards of a session (line.ts) find nothing to hold on to. So mssql gets the one that this package pins.
 * Loaded before mssql.
 */
const load = createRequire(__filename);
const places = placesOfTedious();
if (places !== undefined && places.own !== places.ofDriver) {
  load("tedious");
  load.cache[places.ofDriver] = load.cache[places.own];
}

/** Undefined where mssql is part of a bundle, which has one tedious. */
function placesOfTedious(): { own: string; ofDriver: string } | undefined {
  try {
    const ofDriver = createRequire(load.resolve("mssql")).resolve("tedious");
    return { own: load.resolve("tedious"), ofDriver };
  } catch {
    return undefined;
  }
}
