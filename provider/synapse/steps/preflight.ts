import { roleOf } from "../account";
import { refuseFound, refuseRole } from "../identity";
import { bootstrapLogin } from "../login";
import { inputsOn } from "./means";
import { type Operation, type Side, type Step, step } from "./step";

type What = "everything" | "role";

/** Is there anything in the pool already of what the scripts would make? Whoever runs them by hand looks there himself. */
const preflightFor = (what: What, refuse: typeof refuseFound): Step =>
  step({
    name: "preflight",
    needs: { connection: "new" },
    calls: [],
    byHand: [],
    do: async (operation) => {
      refuse(inputsOn("new", operation), await foundInPool(what, "new", operation));
    },
  });

/** Only before the first script: afterwards the pool holds what this resource made. */
export const preflight = preflightFor("everything", refuseFound);
/** Of an impersonation role that a change brings. */
export const preflightOfRole = preflightFor("role", refuseRole);

/** What the pool has of what the scripts make, in words. */
export function foundInPool(what: What, side: Side, operation: Operation): Promise<string[]> {
  const { ports } = operation;
  const inputs = inputsOn(side, operation);
  const { database, schema, username = "" } = inputs;
  const role = roleOf(inputs);
  const sought = {
    database,
    ...(what === "everything" ? { schema, username } : {}),
    ...(role === undefined ? {} : { role }),
  };
  return ports.preflight(bootstrapLogin(inputs, ports), sought);
}
