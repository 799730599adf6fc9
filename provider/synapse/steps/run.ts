import { runsInMaster } from "../api";
import type { Phase } from "../../core/phases";
import { masked } from "../../core/secrets";
import { normalHost } from "../inputs/identifiers";
import { serially } from "../../core/serially";
import { bootstrapLogin } from "../login";
import { databaseOf, databaseWords } from "./fields";
import { handOver } from "./hand-over";
import { clockOf, contractOf, counted, inputsOn, keyOf, secretsOf } from "./means";
import { type Failed, type Operation, type ScriptOf, type Step, stepOfEachScript } from "./step";

/** Runs the batches of a script that was generated before. */
export const run = stepOfEachScript((script) => ({
  name: `run ${script.phase}`,
  writes: true,
  needs: { connection: script.side },
  calls: [`${script.phase} script`],
  announced: {
    fields: ({ news, contract }) => databaseOf(script.phase, news, contract),
    words: (fields) => `${script.phase} script → ${databaseWords(fields)}`,
  },
  script,
  byHand: [handOver(script.phase, script.side)],
  do: (operation) => runScript(script, operation),
  undo: ({ operation }) => (undoneBy[operation][script.phase] ?? []).map((phase): Step => run(phase, "old")),
}));

/** A login was set anew in master: the pool's database follows, though its own script was not begun yet. */
const undoneBy: Readonly<Record<Failed["operation"], Partial<Record<Phase, readonly Phase[]>>>> = {
  create: { "initial-create": ["post-cleanup"], create: ["cleanup"] },
  update: { "initial-create": ["initial-create", "edit"], edit: ["edit"] },
};

/** Whether it makes the system account's login, or sets its password. */
export const setsAccount = ({ writes, script }: Step): boolean =>
  writes === true && script?.phase === "initial-create";

/** Whether it makes the impersonation role, where there is to be one. */
export const makesRole = ({ writes, script }: Step): boolean =>
  writes === true && script?.phase === "edit" && script.side === "new";

async function runScript(wanted: ScriptOf, operation: Operation): Promise<void> {
  const { phase, side } = wanted;
  const { ports } = operation;
  if (phase === "post-cleanup" && operation.sparesLogin === true) return;
  const inputs = inputsOn(side, operation);
  const script = operation.generated.get(keyOf(wanted));
  if (script === undefined) throw new Error(`the ${phase} script was not generated`);
  const inMaster = runsInMaster(phase, contractOf(operation));
  const database = inMaster ? "master" : inputs.database;
  const work = (): Promise<void> => {
    ports.interruption?.stopped.throwIfAborted();
    return ports.runPhase(
      bootstrapLogin(inputs, ports),
      {
        phase,
        database,
        batches: script.batches,
        fresh: operation.kind === "create",
        identity: script.identity,
        auditLog: ports.auditLog,
        mask: (text) => masked(text, secretsOf(operation)),
      },
      ports.reporter,
    );
  };
  ports.reporter.info(`running the ${phase} script in database ${database} (${counted(script)})`);
  // Logins of one server are shared by its pools: phases in master take turns.
  await (inMaster ? serially(`master of ${normalHost(inputs.host)}`, work) : work());
  operation.scripts[phase] = { identity: script.identity, batches: script.batches.length };
  if (phase === "edit") operation.edited = clockOf(operation).now();
}
