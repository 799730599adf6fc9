import { runsInMaster } from "../api";
import { databaseOf, databaseWords } from "./fields";
import { contractOf, counted, inputsOn, keyOf } from "./means";
import { type Operation, type ScriptOf, stepOfEachScript } from "./step";

/** A person runs the script: says which and where. */
export const handOver = stepOfEachScript((script) => ({
  name: `hand over ${script.phase}`,
  calls: [`${script.phase} script`],
  announced: {
    fields: ({ news, contract }) => databaseOf(script.phase, news, contract),
    words: (fields) => `${script.phase} script: to be run by you in ${databaseWords(fields)}`,
  },
  script,
  do: (operation) => {
    sayWhich(script, operation);
    return Promise.resolve();
  },
}));

/** The script's text is nowhere written: it holds the system account's password. */
function sayWhich(wanted: ScriptOf, operation: Operation): void {
  const { phase, side } = wanted;
  const inputs = inputsOn(side, operation);
  const script = operation.generated.get(keyOf(wanted));
  const which = script === undefined ? "" : ` (${counted(script)}, identity ${script.identity})`;
  operation.ports.reporter.info(
    `run the ${phase} script${which} in database ${runsInMaster(phase, contractOf(operation)) ? "master" : inputs.database} of ${inputs.host}; getBootstrapScripts gives its text`,
  );
  if (script !== undefined)
    operation.scripts[phase] = { identity: script.identity, batches: script.batches.length };
}
