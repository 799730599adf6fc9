import { foundInPool } from "./preflight";
import { step } from "./step";

/** Does the pool answer? What is deleted at Immuta cannot be asked for its scripts again. */
export const reach = step({
  name: "reach",
  needs: { connection: "old" },
  calls: [],
  byHand: [],
  // What is there is to be removed.
  do: async (operation) => {
    await foundInPool("everything", "old", operation);
  },
});
