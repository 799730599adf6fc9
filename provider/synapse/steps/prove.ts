import { ForeignIntegration, proven } from "../identity";
import type { Integration } from "../api";
import { valueAt } from "../../core/property-map";
import { unlikeSent } from "../sent";
import type { State } from "../state";
import { type Operation, step } from "./step";

/** Is the integration at Immuta still the one of the state? */
export const prove = step({
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
    tellOfDrift(found, state, operation);
  },
});

/** What somebody changed in Immuta since the last refresh is not overwritten without a word. */
function tellOfDrift(
  found: Integration,
  state: State,
  { sides, ports: { reporter }, told }: Operation,
): void {
  const { new: news } = sides;
  if (news === undefined || state.progress !== undefined) return;
  for (const { path, immutas } of unlikeSent(found, state)) {
    const sent = valueAt(news, path);
    if (told.has(path) || sent === immutas) continue;
    told.add(path);
    reporter.warn(
      `somebody changed ${path} in Immuta since the last refresh: it is ${JSON.stringify(immutas)}, and is set to ${JSON.stringify(sent)} now`,
    );
  }
}
