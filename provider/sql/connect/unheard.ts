import { createRequire } from "node:module";
import { found } from "./loader";

/**
 * Where DEBUG switches debug output on, mssql prints each batch, and a script carries the system account's password. Its
 * own lines are switched off; those of everybody else stay. Loaded before mssql, since `debug` reads DEBUG once.
 */
const { DEBUG } = process.env;
if (DEBUG !== undefined && DEBUG !== "") {
  const withoutDriver = `${DEBUG},-mssql:*`;
  process.env["DEBUG"] = withoutDriver;
  debugOfDriver()?.enable(withoutDriver);
}

/** Another library may have loaded it before. Undefined in a bundle, which loads it afterwards. */
function debugOfDriver(): { enable(names: string): void } | undefined {
  return found((load) => createRequire(load.resolve("mssql"))("debug") as { enable(names: string): void });
}
