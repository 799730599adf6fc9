import { differences } from "./differences";
import { isThere, meaningOf } from "../immuta/status";
import { withImmutasSettings } from "./drift";
import { ForeignIntegration, standingAt, unlikePlace } from "./identity";
import { synapseType, type Integration } from "./api";
import type { Inputs } from "./inputs/table";
import { valueAt } from "../core/property-map";
import { type State, stateFormat } from "./state";
import { told } from "../core/strangers";
import type { Ports } from "./ports";

/** The integration that `adopt` names, as Immuta has it. GETs only. Throws ForeignIntegration where there is none. */
export async function findForAdoption(
  inputs: Inputs,
  { immuta }: { immuta: Pick<Ports["immuta"], "tenant" | "list" | "get"> },
): Promise<Integration> {
  const place = `database ${inputs.database} of ${inputs.host}, schema ${inputs.schema}`;
  const found =
    typeof inputs.adopt === "string"
      ? await immuta.get(inputs.adopt)
      : standingAt(await immuta.list(), inputs);
  if (found === undefined || !isThere(found))
    throw new ForeignIntegration(
      "adoption",
      typeof inputs.adopt === "string"
        ? `Immuta ${immuta.tenant} has no integration ${inputs.adopt} to adopt. Nothing was changed. Check \`adopt\`, or give true to find it by host, database and schema.`
        : `Immuta ${immuta.tenant} has no integration on ${place} to adopt. Nothing was changed. Take \`adopt\` out to have it made.`,
    );
  if (meaningOf(found.status).adoptable !== true)
    throw new ForeignIntegration(
      "adoption",
      `Integration ${found.id} at Immuta ${immuta.tenant} is in state ${found.status}, so it is not adopted. Nothing was changed. Adopt it when Immuta says enabled.`,
    );
  const elsewhere = placeDifferences(found, inputs);
  if (elsewhere.length > 0)
    throw new ForeignIntegration(
      "adoption",
      `Integration ${found.id} at Immuta ${immuta.tenant} is not on ${place}, so it is not adopted. Nothing was changed.${listed(elsewhere)}`,
    );
  return found;
}

/** What Immuta has otherwise than the program, in words; empty where they match. */
export function adoptionDifferences(state: State, inputs: Inputs): string[] {
  return differences(state, inputs)
    .filter(({ change }) => change !== "local" && change !== "credentials")
    .map(({ path }) => difference(path, valueAt(state, path), valueAt(inputs, path)));
}

/** Throws ForeignIntegration with every difference. */
export function refuseDifferences(found: Integration, tenant: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  throw new ForeignIntegration(
    "adoption",
    `Integration ${found.id} at Immuta ${tenant} differs from the program, so it is not adopted. Nothing was changed.${listed(lines)}\n` +
      'Change the program to match, or set adoptMode: "converge" to have the integration brought to the program.',
  );
}

/** The state of an integration that was found rather than made. */
export function stateOfAdopted(found: Integration, inputs: Inputs, tenant: string): State {
  const state: State = {
    ...inputs,
    stateFormat,
    integrationId: found.id,
    tenant,
    status: found.status,
    validation: { status: "unknown", failed: [], warnings: [] },
    port: found.config.port ?? inputs.port,
    autoBootstrap: found.autoBootstrap ?? inputs.autoBootstrap,
  };
  return withImmutasSettings(state, found);
}

const placeDifferences = (found: Integration, inputs: Inputs): string[] => [
  ...(found.type === synapseType ? [] : [difference("type", found.type, synapseType)]),
  ...unlikePlace(found, inputs).map((name) => difference(name, found.config[name], inputs[name])),
];

const difference = (path: string, immutas: unknown, programs: unknown): string =>
  `${path}: Immuta has ${told(shown(immutas))}, the program ${shown(programs)}`;

const shown = (value: unknown): string => (value === undefined ? "none" : JSON.stringify(value));

const listed = (lines: readonly string[]): string => lines.map((line) => `\n  - ${line}`).join("");
