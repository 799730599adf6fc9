import { createRequire } from "node:module";
import { found } from "./loader";

/**
 * mssql takes tedious of two majors, and yarn gives it the newest although ours lies beside it: one that wants a later Node,
 * and in which the guards of a session (line.ts) find nothing to hold on to. So mssql gets the one that this package pins.
 * Loaded before mssql.
 */
const places = found((load) => ({
  load,
  own: load.resolve("tedious"),
  ofDriver: createRequire(load.resolve("mssql")).resolve("tedious"),
}));
if (places !== undefined && places.own !== places.ofDriver) {
  const { load, own, ofDriver } = places;
  load("tedious");
  load.cache[ofDriver] = load.cache[own];
}
