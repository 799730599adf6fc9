import { check } from "./check";
import { describe, isAt } from "./identity";
import type { Contract } from "../core/contract";
import { scriptPayloadOf } from "./payload";
import { type Immuta, runsInMaster, synapseType } from "./api";
import type { Phase } from "../core/phases";
import { splitBatches } from "../sql/script/split";
import { masked } from "../core/secrets";
import { scriptIdentity } from "../sql/script/identity";
import type { PropertyMap } from "../core/property-map";
import type { Inputs } from "./inputs/table";

export interface BootstrapScript {
  /** T-SQL with lines of GO between its batches. Holds the system account's password. */
  script: string;
  /** SHA-256 of the script with the password replaced, as in the outputs of SynapseIntegration: hex, in lower case. */
  identity: string;
  /** How many batches the lines of GO make of it. */
  batches: number;
  /** The database to run it in: `master`, or that of the dedicated SQL pool. */
  runIn: string;
}

/** Immuta's scripts of a manual setup, by phase. */
export interface BootstrapScripts {
  /** First of a setup, and of a change of the credentials. */
  initialCreate: BootstrapScript;
  /** Second of a setup. */
  create: BootstrapScript;
  /** First of a removal where the setup did not succeed. */
  cleanup: BootstrapScript;
  /** Last of every removal. */
  postCleanup: BootstrapScript;
}

export interface RegisteredBootstrapScripts extends BootstrapScripts {
  /** Of a change, before the PUT. */
  edit: BootstrapScript;
  /** First of a removal. */
  delete: BootstrapScript;
}

const always = {
  initialCreate: "initial-create",
  create: "create",
  cleanup: "cleanup",
  postCleanup: "post-cleanup",
} as const;
const registered = { ...always, edit: "edit", delete: "delete" } as const;

/** Inputs of a manual setup, all known. */
export type ScriptInputs = PropertyMap & { integrationId?: string | undefined };

/** All scripts of a manual setup, validated as the resource's inputs are. Errors hold no password. */
export async function generateScripts(
  immuta: Immuta,
  args: ScriptInputs,
  contract: Contract,
): Promise<BootstrapScripts> {
  const inputs = validated(args);
  const { integrationId: id } = args;
  const of = { inputs, contract, immuta, ...(id === undefined ? {} : { id }) };
  try {
    if (id === undefined) return await all(always, of);
    await requireAt(immuta, id, inputs);
    return await all(registered, of);
  } catch (error) {
    throw withoutPassword(error, inputs.password ?? "");
  }
}

/** The rules of a manual setup's resource; the login that runs the scripts has no part in them. */
function validated({ integrationId, ...setup }: ScriptInputs): Inputs {
  // The account of an integration that is there has its password already.
  const { username, password } = setup;
  const olds = integrationId === undefined ? {} : { username, password };
  const { inputs, failures } = check({ ...setup, autoBootstrap: false, bootstrap: {} }, olds);
  const problems = failures.map(({ reason }) => reason);
  if (integrationId === "") problems.push("integrationId: is empty. Give Immuta's id, or leave it out.");
  if (problems.length === 0) return inputs as Inputs;
  throw new Error(`these inputs cannot work:${problems.map((problem) => `\n  - ${problem}`).join("")}`);
}

/** Immuta's own words come from outside; they must not bring the password along. */
function withoutPassword(error: unknown, password: string): unknown {
  if (!(error instanceof Error)) return error;
  const message = masked(error.message, [password]);
  return message === error.message ? error : new Error(message);
}

/** Another integration's edit or delete script would be for another pool. */
async function requireAt(immuta: Immuta, id: string, inputs: Inputs): Promise<void> {
  const found = await immuta.get(id);
  if (found === undefined) throw new Error(`Immuta ${immuta.tenant} has no integration with id ${id}.`);
  if (found.type === synapseType && isAt(found, inputs)) return;
  throw new Error(
    `integration ${describe(found)} at Immuta ${immuta.tenant} is not the ${synapseType} integration on host ${inputs.host}, ` +
      `database ${inputs.database}, schema ${inputs.schema}. Correct integrationId, or leave it out.`,
  );
}

interface Of {
  inputs: Inputs;
  contract: Contract;
  immuta: Immuta;
  /** Immuta's. */
  id?: string;
}

async function all<Name extends string>(
  phases: Record<Name, Phase>,
  of: Of,
): Promise<Record<Name, BootstrapScript>> {
  const entries = Object.entries<Phase>(phases).map(async ([name, phase]) => [
    name,
    await scriptOf(phase, of),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, BootstrapScript>;
}

async function scriptOf(phase: Phase, { inputs, contract, immuta, id }: Of): Promise<BootstrapScript> {
  const ofTheIntegration = phase === "edit" || phase === "delete";
  const { username = "", password = "" } = inputs;
  const payload = scriptPayloadOf(phase, inputs, () => ({ username, password }), contract);
  const script = await immuta.script(phase, payload, ofTheIntegration ? id : undefined);
  return {
    script,
    identity: scriptIdentity(script, password),
    batches: splitBatches(script).length,
    runIn: runsInMaster(phase, contract) ? "master" : inputs.database,
  };
}
