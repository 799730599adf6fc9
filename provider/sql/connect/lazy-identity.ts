import { createRequire, Module } from "node:module";
import type * as identity from "@azure/identity";

/**
 * tedious loads @azure/identity with itself, which takes as long as all the rest, and needs it for logins of Microsoft Entra
 * alone. Here it gets one that loads when it is asked for something. Loaded before mssql.
 */

/** Loads it. */
export const azureIdentity = (): typeof identity =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
  require("@azure/identity") as typeof identity;

const load = createRequire(__filename);

function loadDriver(): void {
  const path = wantedByDriver();
  if (path === undefined || load.cache[path] !== undefined) return;
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

/** Undefined where the driver is part of a bundle, which does the same as it is made. */
function wantedByDriver(): string | undefined {
  try {
    return createRequire(load.resolve("tedious")).resolve("@azure/identity");
  } catch {
    return undefined;
  }
}

loadDriver();
