import { usualContract } from "../core/contract";
import { valueAt } from "../core/property-map";
import { told } from "../core/strangers";
import type { Integration } from "./api";
import { properties } from "./inputs/paths";
import type { Inputs } from "./inputs/table";
import { payloadOf } from "./payload";

/** What Immuta has otherwise than it was sent. */
export interface Unlike {
  path: string;
  immutas: unknown;
  sent: unknown;
}

/** What says which integration it is, and is proven elsewhere. */
const names: readonly string[] = ["host", "database", "schema"];

/** What no PUT changes. What an answer says of it was never documented for a manual setup, so nothing is done about it. */
export const isFixed = ({ path }: Unlike): boolean => path === "port" || path === "autoBootstrap";

/** By field, what Immuta tells otherwise than these inputs are sent; what it does not tell is no difference. */
export function unlikeSent({ autoBootstrap, config }: Integration, inputs: Inputs): Unlike[] {
  // The port may be left out of a payload.
  const all = {
    ...payloadOf(inputs, { username: "", password: "" }, usualContract).config,
    port: inputs.port,
  };
  const setup =
    autoBootstrap === undefined || autoBootstrap === inputs.autoBootstrap
      ? []
      : [{ path: "autoBootstrap", immutas: autoBootstrap, sent: inputs.autoBootstrap }];
  const shown = properties.filter(({ path, immuta }) => immuta === "shown" && !names.includes(path));
  return [
    ...setup,
    ...shown.flatMap(({ path, same = Object.is }) => {
      const immutas = valueAt(config, path);
      const sent = valueAt(all, path);
      const open = immutas === undefined || sent === undefined;
      return open || same(immutas, sent) ? [] : [{ path, immutas, sent }];
    }),
  ];
}

/** Such as `impersonation.enabled true in place of false`. */
export const unlikeWords = (found: readonly Unlike[]): string =>
  found
    .map(({ path, immutas, sent }) => `${path} ${told(shown(immutas))} in place of ${told(shown(sent))}`)
    .join(", ");

const shown = (value: unknown): string => JSON.stringify(value);
