import { bootstrapLogin } from "../login";
import { inputsOn } from "./means";
import { step } from "./step";

/** Does the pool answer? What is deleted at Immuta cannot be asked for its scripts again. */
export const reach = step({
  name: "reach",
  needs: { connection: "old" },
  calls: [],
  byHand: [],
  do: async (operation) => {
    const { ports } = operation;
    const { database, schema, username = "" } = inputsOn("old", operation);
    const login = bootstrapLogin(inputsOn("old", operation), ports);
    await ports.preflight(login, { database, schema, username }, ports.reporter, ports.auditLog);
  },
});
