import type { Announcement } from "../core/announcement";
import type { Configuration } from "../core/configuration";
import { usualContract } from "../core/contract";
import { Failure, failureKind } from "../core/failure";
import type { PropertyMap } from "../core/property-map";
import { unknown } from "../core/unknown";
import { ImmutaError } from "../immuta/errors";
import { meaningOf } from "../immuta/status";
import { PoolUnreachable } from "../sql/errors";
import { adoptionDifferences, findForAdoption, refuseDifferences, stateOfAdopted } from "./adoption";
import { announceAdoption, announceChange, announcementOf } from "./announce";
import type { Integration } from "./api";
import { check as checkInputs, type Checked } from "./check";
import { oddities, withImmutasSettings } from "./drift";
import type { Holdings } from "./holdings";
import { atTenant, proven, resourceId, switchedOff, withIdOfLostPost, withoutRemoved } from "./identity";
import { importedState } from "./importing";
import { completed } from "./incomplete";
import { normalIdentifier } from "./inputs/identifiers";
import { inputsOf } from "./inputs/paths";
import type { Inputs } from "./inputs/table";
import { carryOut, newOperation } from "./operation";
import { accountBefore, clean, formerAccounts, kept, reported, settled, withoutPool } from "./outputs";
import { plan, type Plan, planCreate, planDelete, scriptsBeforeDelete, setupScripts } from "./plan";
import { driftOf, driftWords } from "./pool-drift";
import type { Ports } from "./ports";
import { afterFailedCreate, afterFailedUpdate, PartialState } from "./recover";
import { readState, type State } from "./state";
import { checksPool, poolOf } from "./steps/check-pool";
import { beginTime, keyOf } from "./steps/means";
import { put } from "./steps/put";
import { remove as removal } from "./steps/remove";
import { namesOf, type Operation } from "./steps/step";

export { PartialState };

/**
 * The life of a SynapseIntegration, in the order the engine asks: check, diff, create, read, update, delete.
 * Check and diff call nobody. What create, update and delete do is decided by plan.ts and carried out by operation.ts.
 */

const noPassword = failureKind({
  code: "IMMUTA-PASSWORD-MISSING",
  title: "A change needs the system account's password, and the program does not give it.",
  remedy:
    "Give `password` or `passwordFrom`, or take the change back. What was adopted may do without until then.",
});

/** Fills in defaults and refuses what is wrong, all of it at once. */
export function check(olds: PropertyMap, news: PropertyMap, administrator?: string): Checked {
  return checkInputs(news, olds, administrator);
}

export interface DiffResult {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** A lost or restored state: the program says which integration it really is. */
const adoptsAnother = (olds: State, news: Pick<Inputs, "adopt">): boolean =>
  typeof news.adopt === "string" && news.adopt !== olds.integrationId;

/** What a preview says about a resource that is new. */
export const announcementOfCreate = (news: PropertyMap, contract = usualContract): Announcement =>
  announceAdoption(news) ?? announcementOf(planCreate(news), news, { contract });

/** And about one that is there; undefined where nothing changes. */
export function announcementOfChange(
  olds: PropertyMap,
  news: PropertyMap,
  planned = planOf(olds, news),
  contract = usualContract,
): Announcement | undefined {
  const state = readState(olds);
  return adoptsAnother(state, news) ? announceAdoption(news) : announceChange(planned, state, news, contract);
}

/** Old outputs against new inputs. */
export const planOf = (olds: PropertyMap, news: PropertyMap, contract = usualContract): Plan =>
  plan(readState(olds), news, contract);

/** What a preview knows of the outputs: the inputs, and of a resource that is there what no step changes. */
export function previewed(news: PropertyMap, olds?: PropertyMap): PropertyMap {
  const state = olds === undefined ? undefined : readState(olds);
  if (state === undefined || adoptsAnother(state, news)) return { ...open(outputNames), ...news };
  const settles = plan(state, news).steps.length > 0;
  const { progress: _stopped, ...stays } = kept(state);
  return {
    ...stays,
    ...(state.integrationId === undefined ? open(["integrationId"]) : {}),
    ...(settles ? open(["status", "validation", "scripts"]) : {}),
    ...news,
  };
}

const outputNames = ["integrationId", "tenant", "status", "validation", "scripts"] as const;
const open = (names: readonly (typeof outputNames)[number][]): PropertyMap =>
  Object.fromEntries(names.map((name) => [name, unknown]));

/**
 * A state that is not settled always differs. `configured`: the tenant that the run is for, where it is known; a state
 * of another one is refused here, so that a preview does not call it unchanged.
 */
export function diff(
  _id: string,
  olds: PropertyMap,
  news: PropertyMap,
  planned = planOf(olds, news),
  { namedTenant, previousTenant }: Pick<Configuration, "namedTenant" | "previousTenant"> = {},
): DiffResult {
  const state = readState(olds);
  const { action, replaces, deleteBeforeReplace, steps } = planned;
  const adopts = replaces.length === 0 && adoptsAnother(state, news);
  if (namedTenant !== undefined && !adopts) atTenant(state, namedTenant, previousTenant);
  if (
    steps.includes(put) &&
    news["autoBootstrap"] === false &&
    news["password"] === undefined &&
    news["passwordFrom"] === undefined
  )
    throw new Failure(
      noPassword,
      "password: is missing, and this change needs it: it goes into the edit script and the PUT. Give the system account's password, or take the change back.",
    );
  return { changes: action !== "none" || adopts, replaces, deleteBeforeReplace };
}

/** A resource that lives on keeps its integration: no other one of the run may delete it. */
export function keeps(
  { replaces }: DiffResult,
  olds: PropertyMap,
  holdings: Holdings,
  urn: string | undefined,
): void {
  const { integrationId } = readState(olds);
  if (urn !== undefined && replaces.length === 0 && integrationId !== undefined)
    holdings.keep(integrationId, urn);
}

/**
 * Sets the integration up. A failure is undone; where that fails as well, or where Immuta's end is not known,
 * throws PartialState, from which the next `up` goes on.
 */
export async function create(inputs: Inputs, ports: Ports): Promise<{ id: string; outs: PropertyMap }> {
  const id = resourceId(inputs);
  beginTime(ports, "create", inputs);
  if (inputs.adopt !== undefined) return { id, outs: await adopt(id, inputs, ports) };
  const operation = newOperation({ ports, kind: "create", sides: { new: inputs } });
  try {
    await carryOut(planCreate(inputs), operation);
  } catch (error) {
    const left = await afterFailedCreate(id, operation, inputs, error);
    if (left instanceof PartialState) holds(operation, inputs);
    throw left;
  }
  holds(operation, inputs);
  return { id, outs: settled(operation, inputs) };
}

function holds({ ports: { holdings }, integrationId }: Operation, inputs: Inputs): void {
  if (integrationId !== undefined) holdings.make(inputs, integrationId);
}

/**
 * Takes over what Immuta has already: exactly, with GETs only, or by bringing it to the program. What was adopted is
 * never undone. Throws ForeignIntegration with every difference.
 */
async function adopt(id: string, inputs: Inputs, ports: Ports): Promise<PropertyMap> {
  const found = await findForAdoption(inputs, ports);
  const state = stateOfAdopted(found, inputs, ports.immuta.tenant);
  if (inputs.adoptMode !== "converge")
    refuseDifferences(found, ports.immuta.tenant, adoptionDifferences(state, inputs));
  ports.holdings.make(inputs, found.id);
  ports.reporter.info(
    `adopted integration ${found.id}: another stack that has it must let go without a delete (\`pulumi state delete\`, or retainOnDelete)`,
  );
  const outputs = clean({ ...state, ...reported(found) });
  return (await update(id, outputs, inputs, ports)).outs;
}

export interface ReadState {
  id: string;
  props: PropertyMap;
  inputs: PropertyMap;
}

/** Takes over what Immuta has, by Immuta's id or by `host/database/schema`. GETs only. Throws where it cannot be taken over. */
export async function importExisting(id: string, ports: Ports): Promise<ReadState> {
  const props = clean(await importedState(id, ports));
  return { id: resourceId(props as State), props, inputs: inputsOf(props) };
}

/** Asks Immuta only. A blank id says that the integration is gone. */
export async function read(id: string, outputs: PropertyMap, ports: Ports): Promise<ReadState> {
  const { tenant } = ports.immuta;
  const stored = atTenant(readState(outputs), tenant, ports.configuration.previousTenant);
  const unchanged = { id, props: outputs, inputs: inputsOf(outputs) };
  if (stored.integrationId === undefined) return unchanged;
  const found = await proven(ports.immuta, stored, stored.integrationId);
  const state = { ...stored, tenant };
  if (found === undefined) {
    ports.reporter.warn(
      `integration ${stored.integrationId} is gone from Immuta ${tenant}: the next \`up\` makes it anew`,
    );
    return state.autoBootstrap ? { ...unchanged, id: "" } : orphaned(id, state);
  }
  if (meaningOf(found.status).disabled === true) return disabled(id, state, found, unchanged);
  for (const oddity of oddities(state, found)) ports.reporter.warn(oddity);
  const pool = await poolDrift(state, ports);
  const props = clean({ ...withImmutasSettings(state, found), ...reported(found), ...pool });
  return { id, props, inputs: inputsOf(props) };
}

/** On request: how the pool differs from what Immuta's scripts left there. Throws PoolUnreachable. */
async function poolDrift(state: State, ports: Ports): Promise<Pick<State, "poolDrift">> {
  const asked = ports.configuration.checkPool() ?? checksPool(state);
  if (!asked || state.autoBootstrap || state.bootstrap?.run === "external") return {};
  if (state.poolObjects === undefined) {
    ports.reporter.warn(
      `what Immuta's scripts made in database ${state.database} is not known: give bootstrap.checkPool, and the next \`up\` looks`,
    );
    return {};
  }
  try {
    const found = driftOf(state.poolObjects, await poolOf(state, ports));
    if (found !== undefined) ports.reporter.warn(`database ${state.database}: ${driftWords(found)}`);
    return { poolDrift: found } as Pick<State, "poolDrift">;
  } catch (error) {
    if (!(error instanceof PoolUnreachable)) throw error;
    throw error.noted(
      "Whether the pool is what Immuta's scripts made is not known. IMMUTA_CHECK_POOL=0 refreshes without looking there.",
    );
  }
}

function disabled(id: string, state: State, found: Integration, unchanged: ReadState): ReadState {
  if (state.onDisabled === "recreate")
    return state.autoBootstrap ? { ...unchanged, id: "" } : orphaned(id, state);
  throw switchedOff(found, state);
}

/** Immuta forgot it, but what the scripts made is still in the pool and ours: `up` registers it anew. */
function orphaned(id: string, state: State): ReadState {
  const { integrationId: _forgotten, ...rest } = state;
  const props = clean({
    ...rest,
    status: "missing",
    progress: { operation: "create", done: namesOf(setupScripts) },
  });
  return { id, props, inputs: inputsOf(props) };
}

/** Makes Immuta and the pool what the program says. Throws PartialState where it stopped half way. */
export async function update(
  id: string,
  outputs: PropertyMap,
  inputs: Inputs,
  ports: Ports,
): Promise<{ outs: PropertyMap }> {
  const stored = completed(readState(outputs), inputs);
  beginTime(ports, "update", inputs);
  if (adoptsAnother(stored, inputs)) return { outs: await adopt(id, inputs, ports) };
  const here = atTenant(stored, ports.immuta.tenant, ports.configuration.previousTenant);
  const before = plan(stored, inputs);
  if (before.steps.length === 0) return { outs: clean({ ...withoutPool(kept(stored), inputs), ...inputs }) };
  const olds = await withoutRemoved(ports.immuta, await withIdOfLostPost(ports, here));
  const planned = olds === here ? before : plan(olds, inputs);
  const operation = newOperation({
    ports,
    kind: "update",
    sides: { new: inputs, old: inputsOf(stored) as Inputs },
    state: olds,
    scripts: { ...olds.scripts },
    ...(olds.integrationId === undefined ? {} : { integrationId: olds.integrationId }),
  });
  try {
    await carryOut(planned.steps, operation);
  } catch (error) {
    throw await afterFailedUpdate(id, operation, olds, inputs, planned, error);
  }
  const former = formerAccounts(olds, accountBefore(olds, operation), inputs.username);
  return { outs: { ...settled(operation, inputs), ...former } };
}

/** Removes the integration and what its scripts made. Gone already counts as done; run twice it finishes. */
export async function remove(outputs: PropertyMap, ports: Ports): Promise<void> {
  const stored = atTenant(readState(outputs), ports.immuta.tenant, ports.configuration.previousTenant);
  const successor = ports.holdings.successorOf(stored, ports.urn);
  if (successor !== undefined) {
    ports.reporter.info(
      `integration ${successor} of this run stands in its place: there is nothing to delete, and no script is run`,
    );
    return;
  }
  const inputs = inputsOf(outputs) as Inputs;
  beginTime(ports, "delete", inputs);
  const state = await withIdOfLostPost(ports, stored);
  const operation = newOperation({ ports, kind: "delete", sides: { old: inputs }, state });
  const found =
    state.integrationId === undefined ? undefined : await proven(ports.immuta, state, state.integrationId);
  if (found !== undefined) operation.integrationId = found.id;
  const retain = retainsObjects(state, ports);
  if (retain) ports.reporter.info(`what Immuta's scripts made stays in database ${state.database}`);
  const contract = ports.configuration.contract();
  try {
    await carryOut(planDelete(state, found !== undefined, retain, contract), operation);
  } catch (error) {
    if (contract.deleteSent === "first-or-last" && wantsScriptsFirst(error, operation, retain)) {
      await carryOut(scriptsBeforeDelete, { ...operation, begun: [] });
      return;
    }
    if (!(error instanceof PoolUnreachable)) throw error;
    throw error.noted(
      `Where the pool is gone for good, IMMUTA_RETAIN_POOL_OBJECTS=${state.database} lets \`pulumi destroy\` remove the integration from Immuta alone.`,
    );
  }
}

/** The contract leaves open whether DELETE wants the pool cleaned before it: then Immuta's validation says so. */
const wantsScriptsFirst = (error: unknown, operation: Operation, retain: boolean): boolean =>
  error instanceof ImmutaError &&
  error.status === 422 &&
  !retain &&
  operation.begun.at(-1) === removal &&
  operation.generated.has(keyOf({ phase: "delete", side: "old" }));

/** A destroy gets the configuration and inputs of the last up, so the environment can say it too. */
const retainsObjects = (state: State, { configuration }: Ports): boolean =>
  state.retainPoolObjects === true ||
  configuration.retainPoolObjects.some(
    (name) =>
      name === "all" ||
      normalIdentifier(name) === normalIdentifier(state.database) ||
      name === resourceId(state),
  );
