import { refuseFound } from "../identity";
import { bootstrapLogin } from "../login";
import { inputsOn } from "./means";
import { type Operation, type Step, step } from "./step";

/** Is there anything in the pool already of what the scripts would make? Whoever runs them by hand looks there himself. */
const preflightFor = (what: "everything" | "account"): Step =>
  step({
    name: "preflight",
    needs: { connection: "new" },
    calls: [],
    byHand: [],
    do: (operation) => preflightOf(what, operation),
  });

/** Only before the first script: afterwards the pool holds what this resource made. */
export const preflight = preflightFor("everything");
/** Of the system account alone. */
export const preflightOfAccount = preflightFor("account");

async function preflightOf(what: "everything" | "account", operation: Operation): Promise<void> {
  const { ports } = operation;
  const inputs = inputsOn("new", operation);
  const sought = {
    database: inputs.database,
    username: inputs.username ?? "",
    ...(what === "everything" ? { schema: inputs.schema } : {}),
  };
  refuseFound(
    inputs,
    await ports.preflight(bootstrapLogin(inputs, ports), sought, ports.reporter, ports.auditLog),
  );
}
