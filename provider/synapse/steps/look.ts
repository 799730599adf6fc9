import { look as lookAtImmuta } from "../identity";
import { contractOf, inputsOn } from "./means";
import { step } from "./step";

/** Is the database free at Immuta? */
export const look = step({
  name: "look",
  calls: ["GET /integrations"],
  do: async (operation) => {
    operation.before = await lookAtImmuta(
      operation.ports.immuta,
      inputsOn("new", operation),
      contractOf(operation),
    );
  },
});
