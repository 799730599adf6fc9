import type { Immuta, Integration } from "./api";
import { synapseType } from "./api";
import type { Clock } from "../core/clock";
import { isThere, meaningOf } from "../immuta/status";
import type { Inputs } from "./inputs/table";
import { normalHost, normalIdentifier } from "./inputs/identifiers";
import type { State } from "./state";
import { bounded, longestName, told } from "../core/strangers";

/**
 * Own or foreign, decided in one place: what a resource's id is, whether an integration at Immuta is the one of a
 * state, and whether something stands where a new one is to go.
 */

/** Found where nothing was expected, or another than expected: nothing is written to it. */
export class ForeignIntegration extends Error {
  override readonly name = "ForeignIntegration";
}

export interface Place {
  host: string;
  database: string;
  schema: string;
}

/** The Pulumi id: our own and stable, known before Immuta has given one. */
export const resourceId = (place: Place): string =>
  [normalHost(place.host), normalIdentifier(place.database), normalIdentifier(place.schema)].join("/");

/** The integration at Immuta that stands on the same database; Immuta keeps at most one there. */
export const standingAt = (integrations: readonly Integration[], place: Place): Integration | undefined =>
  integrations.find(
    (integration) =>
      integration.type === synapseType &&
      isThere(integration) &&
      normalHost(integration.config.host ?? "") === normalHost(place.host) &&
      normalIdentifier(integration.config.database ?? "") === normalIdentifier(place.database),
  );

/** Throws ForeignIntegration where Immuta already governs the database of a new integration. */
export async function look(immuta: Immuta, inputs: Inputs): Promise<Integration[]> {
  const integrations = await immuta.list();
  const found = standingAt(integrations, inputs);
  if (found !== undefined)
    throw new ForeignIntegration(
      `Immuta ${immuta.tenant} already has integration ${found.id} on database ${nameOf(found.config.database)} of ${nameOf(found.config.host)} ` +
        `(schema ${nameOf(found.config.schema)}, ${found.status}), which this stack did not make. Nothing was changed. ` +
        `Take it over with adopt: "${found.id}", or name another database, or delete that integration in Immuta first.`,
    );
  return integrations;
}

/** Throws ForeignIntegration where the pool already holds what the scripts would make. */
export function refuseFound(inputs: Inputs, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new ForeignIntegration(
    `The pool already holds what Immuta's scripts would make, and this stack did not make it: ${bounded(found.map(nameOf), "of them").join(", ")}. Nothing was changed. ` +
      "If it belongs to an integration, take that over with `adopt`. If it is left over, run Immuta's cleanup and post-cleanup scripts " +
      `(getBootstrapScripts gives them). Otherwise name another schema or another system account for ${inputs.host}.`,
  );
}

/**
 * Throws ForeignIntegration where the state belongs to another tenant than the configured one. `previous`: the tenant
 * that somebody says it is moved from, on purpose.
 */
export function sameTenant(state: State, tenant: string, previous?: string): void {
  if (state.tenant === tenant || state.tenant === previous) return;
  throw new ForeignIntegration(
    `This integration belongs to the Immuta tenant ${state.tenant}, but IMMUTA_URL (or immuta:url) names ${tenant}. ` +
      "Nothing was changed. Set the URL and API key of the tenant it belongs to; " +
      `if the tenant has moved to ${tenant}, set IMMUTA_PREVIOUS_URL to its old URL for one run.`,
  );
}

/** The state's id is unknown to Immuta, but another integration stands in its place. */
export async function refuseOtherInPlace(immuta: Immuta, state: State, id: string): Promise<void> {
  const other = standingAt(await immuta.list(), state);
  if (other === undefined) return;
  throw new ForeignIntegration(
    `This state knows the integration as ${id}, which Immuta ${immuta.tenant} does not have; on database ${state.database} of ${state.host} it has integration ${other.id}. ` +
      `Nothing was changed. If it is the same one (a restored or lost state), set adopt: "${other.id}" for one run.`,
  );
}

/**
 * Asks Immuta for the state's integration and proves that it is ours. Undefined where it is gone.
 * Throws ForeignIntegration where another one has its id or its place. The tenant is the caller's to prove.
 */
export async function proven(immuta: Immuta, state: State, id: string): Promise<Integration | undefined> {
  const found = await immuta.get(id);
  if (found === undefined || !isThere(found)) {
    await refuseOtherInPlace(immuta, state, id);
    return undefined;
  }
  const { config } = found;
  const differing = [
    found.id === id ? "" : `id ${found.id}`,
    found.type === synapseType ? "" : `type ${found.type}`,
    normalHost(config.host ?? "") === normalHost(state.host) ? "" : `host ${config.host ?? "unknown"}`,
    normalIdentifier(config.database ?? "") === normalIdentifier(state.database)
      ? ""
      : `database ${config.database ?? "unknown"}`,
    normalIdentifier(config.schema ?? "") === normalIdentifier(state.schema)
      ? ""
      : `schema ${config.schema ?? "unknown"}`,
  ].filter((difference) => difference !== "");
  if (differing.length > 0)
    throw new ForeignIntegration(
      `Integration ${id} at Immuta ${immuta.tenant} is not the one of this state: it has ${differing.join(", ")}, ` +
        `where the state has ${synapseType}, host ${state.host}, database ${state.database}, schema ${state.schema}. ` +
        "Nothing was changed.",
    );
  return found;
}

/** Somebody switched it off in Immuta: nobody but a person knows whether that was meant. */
export const switchedOff = ({ id }: Integration, { database, host, tenant, onDisabled }: State): Error =>
  new Error(
    `Integration ${id} on database ${database} of ${host} was disabled in Immuta ${tenant}: its policies are not enforced. ` +
      "Enable it in Immuta again, or " +
      (onDisabled === "recreate" ? "" : 'set onDisabled: "recreate" alone, run `pulumi up`, and then ') +
      "run `pulumi up --refresh` to have it made anew.",
  );

/** POST was sent, and nothing tells whether it was carried out. The next operation looks again. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** Milliseconds between the looks for an integration whose POST lost its answer. */
const looksAgainAfter = [500, 1000, 1500, 2000];

/**
 * Finds an integration again whose POST lost its answer: it was not in the list before and has our place. Looks for
 * a few seconds, because what is not in the list yet may be on its way there. Undefined where it never came.
 */
export async function foundAfterLostAnswer(
  immuta: Immuta,
  before: readonly Integration[],
  inputs: Inputs,
  clock: Clock,
): Promise<string | undefined> {
  const known = new Set(before.map((integration) => integration.id));
  for (const pause of [...looksAgainAfter, undefined]) {
    const found = atPlace(await immuta.list(), inputs);
    if (found !== undefined && !known.has(found.id)) return found.id;
    if (pause !== undefined) await clock.sleep(pause);
  }
  return undefined;
}

/** The state with the id that Immuta gave to a POST whose answer never came, where it was carried out after all. */
export async function withIdOfLostPost(immuta: Immuta, state: State): Promise<State> {
  if (state.integrationId !== undefined || state.progress?.unanswered !== true) return state;
  const found = atPlace(await immuta.list(), state);
  return found === undefined ? state : { ...state, integrationId: found.id, status: found.status };
}

/** The state of a failed create without the id of an integration whose removal, begun to undo it, has come to its end. */
export async function withoutRemoved(immuta: Immuta, state: State): Promise<State> {
  const { integrationId, ...rest } = state;
  if (integrationId === undefined || state.progress?.operation !== "create") return state;
  if (meaningOf(state.status).removal === undefined) return state;
  return (await proven(immuta, state, integrationId)) === undefined ? rest : state;
}

/** The look before the POST found nothing there, so what has the very same place is what the POST made. */
function atPlace(integrations: readonly Integration[], place: Place): Integration | undefined {
  const found = standingAt(integrations, place);
  return found !== undefined && isAt(found, place) ? found : undefined;
}

/** Whether an integration governs this host, database and schema. */
export const isAt = ({ config }: Integration, place: Place): boolean =>
  normalHost(config.host ?? "") === normalHost(place.host) &&
  normalIdentifier(config.database ?? "") === normalIdentifier(place.database) &&
  normalIdentifier(config.schema ?? "") === normalIdentifier(place.schema);

/** Such as `7 (Azure Synapse Analytics, enabled, contoso.sql.azuresynapse.net/claims/governed)`. */
export function describe({ id, type, status, config }: Integration): string {
  const place = [config.host, config.database, config.schema]
    .filter((part) => part !== undefined)
    .map(nameOf);
  return `${id} (${[type, status, ...(place.length === 0 ? [] : [place.join("/")])].join(", ")})`;
}

/** Of something at Immuta or in a pool, for a message. */
const nameOf = (given = ""): string => told(given, { longest: longestName });
