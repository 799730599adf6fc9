import { valueAt } from "../../core/property-map";
import { meaningOf } from "../../immuta/status";
import type { Integration } from "../api";
import { ForeignIntegration, proven, switchedOff } from "../identity";
import { isFixed, unlikeSent } from "../sent";
import type { State } from "../state";
import { type Operation, type Step, step } from "./step";

/** Is the integration at Immuta still the one of the state? Not switched off, where that is wanted too? */
const proofThat = (wanted: "ours" | "ours and enabled"): Step =>
  step({
    name: "prove",
    calls: ["GET /integrations/{id}"],
    do: async (operation) => {
      const { state, integrationId } = operation;
      const { immuta } = operation.ports;
      if (state === undefined || integrationId === undefined)
        throw new Error("nothing to prove without a state");
      const found = await proven(immuta, state, integrationId);
      if (found === undefined)
        throw new ForeignIntegration(
          "gone",
          `Integration ${integrationId} is gone from Immuta ${immuta.tenant}. Nothing was changed. ` +
            "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
        );
      if (wanted === "ours and enabled" && meaningOf(found.status).disabled === true)
        throw switchedOff(found, state);
      tellOfDrift(found, state, operation);
    },
  });

/** Before what takes something back, which a disabled integration does not keep from it. */
export const prove = proofThat("ours");
/** Before a change. */
export const proveEnabled = proofThat("ours and enabled");

/** What somebody changed in Immuta since the last refresh is not overwritten without a word. */
function tellOfDrift(
  found: Integration,
  state: State,
  { sides, ports: { reporter }, told }: Operation,
): void {
  const { new: news } = sides;
  if (news === undefined || state.progress !== undefined) return;
  for (const one of unlikeSent(found, state)) {
    const { path, immutas } = one;
    const sent = valueAt(news, path);
    if (isFixed(one) || told.has(path) || sent === immutas) continue;
    told.add(path);
    reporter.warn(
      `somebody changed ${path} in Immuta since the last refresh: it is ${JSON.stringify(immutas)}, and is set to ${JSON.stringify(sent)} now`,
    );
  }
}
