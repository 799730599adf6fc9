import { createRequire } from "node:module";

/**
 * Node's loader as this package has it, for what is done to the modules of the driver. None in the plugin, whose bundles hold
 * the driver: what lies beside them is somebody else's (tools/plugin.ts).
 */
export const loader: NodeJS.Require | undefined = createRequire(__filename);

/** Undefined where modules are not found, as in a user's bundle. */
export function found<T>(look: (loader: NodeJS.Require) => T): T | undefined {
  try {
    return loader === undefined ? undefined : look(loader);
  } catch {
    return undefined;
  }
}
