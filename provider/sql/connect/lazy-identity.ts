import { createRequire, Module } from "node:module";
import type * as identity from "@azure/identity";
import { found } from "./loader";

/**
 * tedious loads @azure/identity with itself, which takes as long as all the rest, and needs it for logins of Microsoft Entra
 * alone. Here it gets one that loads when it is asked for something. Loaded before mssql.
 */

/** Loads it. */
export const azureIdentity = (): typeof identity =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
  require("@azure/identity") as typeof identity;

function loadDriver(): void {
  const wanted = wantedByDriver();
  if (wanted === undefined || wanted.load.cache[wanted.path] !== undefined) return;
  const { load, path } = wanted;
  const exports = new Proxy({}, { get: (_none, name) => Reflect.get(load(path) as object, name) as unknown });
  load.cache[path] = Object.assign(new Module(path), { exports, loaded: true });
  try {
    load("tedious");
  } finally {
    // Whoever else loads it gets the real one.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- how Node has a module forgotten
    delete load.cache[path];
  }
}

/** Undefined in a bundle; the plugin's does the same as it is made. */
const wantedByDriver = (): { load: NodeJS.Require; path: string } | undefined =>
  found((load) => ({ load, path: createRequire(load.resolve("tedious")).resolve("@azure/identity") }));

loadDriver();
