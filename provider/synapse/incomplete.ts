import type { PropertyMap } from "../core/property-map";
import type { State } from "./state";

/**
 * A manual setup that was imported, and that no program has completed yet: Immuta does not tell the system account, and no
 * script was run for it. Reads inputs or outputs.
 */
export const isIncomplete = (olds: PropertyMap): boolean =>
  olds["host"] !== undefined && olds["autoBootstrap"] === false && olds["username"] === undefined;

const untold = ["username", "password", "passwordFrom", "passwordVersion", "bootstrap"] as const;

/** The account that the program names is the one that the integration has, as in an adoption; so with who runs scripts. */
export function completed(olds: State, news: PropertyMap): State {
  if (!isIncomplete(olds)) return olds;
  const given = untold.flatMap((name) => (news[name] === undefined ? [] : [[name, news[name]] as const]));
  return { ...olds, ...Object.fromEntries(given) };
}
