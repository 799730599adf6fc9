import { createRequire } from "node:module";

const load = createRequire(__filename);

/**
 * What Node's loader, as this package has it, finds of the driver's modules, to which something is to be done. Undefined where
 * they are not found, as in a user's bundle. The plugin is made without it (tools/plugin.ts): its bundles hold the driver, and
 * what lies beside them is somebody else's.
 */
export function found<T>(look: (loader: NodeJS.Require) => T): T | undefined {
  try {
    return look(load);
  } catch {
    return undefined;
  }
}
