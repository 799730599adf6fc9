import { ForeignIntegration, proven } from "../identity";
import { step } from "./step";

/** Is the integration at Immuta still the one of the state? */
export const prove = step({
  name: "prove",
  calls: ["GET /integrations/{id}"],
  do: async ({ ports: { immuta }, state, integrationId }) => {
    if (state === undefined || integrationId === undefined)
      throw new Error("nothing to prove without a state");
    if ((await proven(immuta, state, integrationId)) === undefined)
      throw new ForeignIntegration(
        `Integration ${integrationId} is gone from Immuta ${immuta.tenant}. Nothing was changed. ` +
          "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
      );
  },
});
