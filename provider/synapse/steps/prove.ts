import { meaningOf } from "../../immuta/status";
import { ForeignIntegration, proven, switchedOff } from "../identity";
import { type Step, step } from "./step";

/** Is the integration at Immuta still the one of the state? Not switched off, where that is wanted too? */
const proofThat = (wanted: "ours" | "ours and enabled"): Step =>
  step({
    name: "prove",
    calls: ["GET /integrations/{id}"],
    do: async ({ ports: { immuta }, state, integrationId }) => {
      if (state === undefined || integrationId === undefined)
        throw new Error("nothing to prove without a state");
      const found = await proven(immuta, state, integrationId);
      if (found === undefined)
        throw new ForeignIntegration(
          `Integration ${integrationId} is gone from Immuta ${immuta.tenant}. Nothing was changed. ` +
            "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
        );
      if (wanted === "ours and enabled" && meaningOf(found.status).disabled === true)
        throw switchedOff(found, state);
    },
  });

/** Before what takes something back, which a disabled integration does not keep from it. */
export const prove = proofThat("ours");
/** Before a change. */
export const proveEnabled = proofThat("ours and enabled");
