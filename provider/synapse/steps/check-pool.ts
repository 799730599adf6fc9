import { asFailure } from "../../core/failure";
import { roleOf } from "../account";
import type { Inputs } from "../inputs/table";
import { bootstrapLogin } from "../login";
import { afterScripts, driftWords } from "../pool-drift";
import type { Ports } from "../ports";
import { databaseOf, databaseWords } from "./fields";
import { inputsOn } from "./means";
import { step } from "./step";

/** Whether a program wants it, and the provider has a login to do it with. */
export const checksPool = ({ autoBootstrap, bootstrap }: Partial<Inputs>): boolean =>
  autoBootstrap === false && bootstrap?.checkPool === true && bootstrap.run !== "external";

/** What the catalog of the pool says now, in the lines of sql/catalog-lines.ts. */
export function poolOf(inputs: Inputs, ports: Ports): Promise<string[]> {
  const { database, schema, username = "" } = inputs;
  const role = roleOf(inputs);
  const governed = { database, schema, username, ...(role === undefined ? {} : { role }) };
  return ports.catalog(bootstrapLogin(inputs, ports), governed);
}

/** After all that writes: what is in the pool is what a refresh compares with. */
export const checkPool = step({
  name: "check pool",
  needs: { connection: "new" },
  calls: [],
  announced: {
    fields: ({ news, contract }) => databaseOf("create", news, contract),
    words: (fields) => `look into the pool → ${databaseWords(fields)}`,
  },
  byHand: [],
  do: async (operation) => {
    const { ports, state } = operation;
    try {
      operation.pool = afterScripts(await poolOf(inputsOn("new", operation), ports), state?.poolDrift);
    } catch (error) {
      // What was to be done is done: the next `up` reads it.
      if (state?.poolDrift !== undefined) operation.pool = { poolDrift: state.poolDrift };
      ports.reporter.warn(`the pool could not be looked at: ${asFailure(error).message}`);
      return;
    }
    const { poolDrift } = operation.pool;
    if (poolDrift !== undefined)
      ports.reporter.warn(
        `the pool still differs from what Immuta's scripts made: ${driftWords(poolDrift)}. They do not put that right. ` +
          "Do it in the pool; or take it as it is, with bootstrap.checkPool false for one `up`.",
      );
  },
});
