import type { Phase } from "../../core/phases";
import { runsInMaster } from "../api";
import { splitBatches } from "../../sql/script/split";
import { concernsIn, type Own } from "../../sql/script/guard";
import { masked } from "../../core/secrets";
import { scriptIdentity } from "../../sql/script/identity";
import type { Inputs } from "../inputs/table";
import { Failure, failureKind } from "../../core/failure";
import { bounded, listed, told } from "../../core/strangers";
import {
  contractOf,
  counted,
  existing,
  inputsOn,
  keyOf,
  passwordOn,
  scriptPayloadOn,
  secretsOf,
  whenLeft,
} from "./means";
import { type Operation, type Script, type ScriptOf, stepOfEachScript } from "./step";

const notApproved = failureKind({
  code: "IMMUTA-SCRIPT-NOT-APPROVED",
  title: "Immuta generated a script that `bootstrap.approvedScripts` does not approve.",
  remedy:
    "None of its batches was run. Review its text (`npx pulumi-immuta scripts`), and approve the identity that the message names.",
});

const beyond = failureKind({
  code: "IMMUTA-SCRIPT-GUARD",
  title: "A script reaches beyond Immuta's own objects, and `bootstrap.guard` is strict.",
  remedy:
    'None of its batches was run. The message lists the places. Review them; `guard: "log"` runs the script and names them. [Scripts](scripts.md) says what passes.',
});

const ofTheIntegration = (phase: Phase): boolean => phase === "edit" || phase === "delete";

/** Has Immuta write a script, and looks whether it may run. */
export const generate = stepOfEachScript((script) => ({
  name: `generate ${script.phase}`,
  needs: { credentials: script.side, script: script.phase },
  calls: [`POST /integrations${ofTheIntegration(script.phase) ? "/{id}" : ""}/scripts/${script.phase}`],
  do: (operation) => generateScript(script, operation),
}));

async function generateScript(wanted: ScriptOf, operation: Operation): Promise<void> {
  const { phase, side } = wanted;
  const { immuta, reporter } = operation.ports;
  const id = ofTheIntegration(phase) ? existing(operation) : undefined;
  const payload = scriptPayloadOn(phase, side, operation);
  const text = await whenLeft(operation, () => immuta.script(phase, payload, id));
  const identity = scriptIdentity(text, passwordOn(side, operation), secretsOf(operation));
  const script = { batches: splitBatches(text), identity };
  reporter.debug(`${phase} script: ${counted(script)}, identity ${script.identity}`);
  approve(phase, script, inputsOn(side, operation), operation);
  operation.generated.set(keyOf(wanted), script);
}

/** Before a batch of it runs: is it a script that was reviewed, and does it keep to Immuta's own objects? */
function approve(phase: Phase, script: Script, inputs: Inputs, operation: Operation): void {
  const { bootstrap } = inputs;
  const approved = bootstrap?.approvedScripts;
  if (approved !== undefined && approved[phase] !== script.identity)
    throw new Failure(
      notApproved,
      `The ${phase} script that Immuta generates has the identity ${script.identity}, and bootstrap.approvedScripts ` +
        `${approved[phase] === undefined ? "approves no script of this phase" : `approves ${approved[phase]}`}. None of its batches was run. ` +
        "Review its text (getBootstrapScripts gives it), and approve this identity.",
    );
  const concerns = concernsIn(script.batches, ownOf(inputs, phase, operation));
  if (concerns.length === 0) return;
  const mask = (text: string): string => masked(text, secretsOf(operation));
  const lines = concerns.map(
    ({ batch, line, what }) => `batch ${batch} (script line ${line}) ${told(what, { mask })}`,
  );
  if (bootstrap?.guard === "strict")
    throw new Failure(
      beyond,
      `The ${phase} script reaches beyond Immuta's own objects, and bootstrap.guard is "strict". None of its batches was run.${listed(lines, "places")}`,
    );
  for (const line of bounded(lines, "places"))
    operation.ports.reporter.warn(`the ${phase} script reaches beyond Immuta's own objects: ${line}`);
}

/** What both sides of an operation and the state know to be Immuta's. */
function ownOf({ schema, database }: Inputs, phase: Phase, operation: Operation): Own {
  const { sides, state } = operation;
  const both = [sides.new, sides.old, state];
  const given = (names: (string | undefined)[]): string[] => names.filter((name) => name !== undefined);
  return {
    schema,
    database,
    accounts: given([...both.map((inputs) => inputs?.username), ...(state?.formerAccounts ?? [])]),
    roles: given(both.map((inputs) => inputs?.impersonation.role)),
    inMaster: runsInMaster(phase, contractOf(operation)),
  };
}
