import { adoptionDifferences, findForAdoption, refuseDifferences, stateOfAdopted } from "./adoption";
import { announceAdoption, announceChange, announcementOf } from "./announce";
import type { Announcement } from "../core/announcement";
import { check as checkInputs, type Checked } from "./check";
import {
  OutcomeUnknown,
  proven,
  resourceId,
  sameTenant,
  switchedOff,
  withIdOfLostPost,
  withoutRemoved,
} from "./identity";
import { ImmutaError } from "../immuta/errors";
import type { Integration } from "./api";
import { meaningOf } from "../immuta/status";
import type { IntegrationStatus } from "../immuta/types";
import { Interrupted } from "../core/interruption";
import { IntegrationFailed, WaitedTooLong } from "../immuta/wait";
import { carryOut, newOperation } from "./operation";
import { plan, type Plan, planCreate, planDelete, scriptsBeforeDelete, setupScripts, undo } from "./plan";
import { PoolUnreachable } from "../sql/errors";
import type { PropertyMap } from "../core/property-map";
import { inputsOf } from "./inputs/paths";
import type { Inputs } from "./inputs/table";
import { normalIdentifier } from "./inputs/identifiers";
import { oddities, withImmutasSettings } from "./drift";
import { type Progress, readState, type State, stateFormat } from "./state";
import { keyOf } from "./steps/means";
import { put } from "./steps/put";
import { register } from "./steps/register";
import { remove as removal } from "./steps/remove";
import { setsAccount } from "./steps/run";
import { namesOf, type Operation } from "./steps/step";
import { bounded } from "../core/strangers";
import type { Ports } from "./ports";

/**
 * The life of a SynapseIntegration, in the order the engine asks: check, diff, create, read, update, delete.
 * Check and diff call nobody. What create, update and delete do is decided by plan.ts and carried out by operation.ts.
 */

/** A failed operation that left something behind: the engine keeps `properties` and says `reasons`. */
export class PartialState extends Error {
  override readonly name = "PartialState";
  readonly reasons: string[];
  constructor(
    readonly id: string,
    readonly properties: PropertyMap,
    message: string,
  ) {
    super(message);
    this.reasons = [message];
  }
}

/** Fills in defaults and refuses what is wrong, all of it at once. */
export function check(olds: PropertyMap, news: PropertyMap): Checked {
  return checkInputs(news, olds);
}

export interface DiffResult {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** The accounts besides `current` whose logins scripts of this resource made. */
function formerAccounts(olds: State, made: string | undefined, current: string | undefined): PropertyMap {
  if (olds.autoBootstrap) return {};
  const names = [...(olds.formerAccounts ?? []), made].filter(
    (name) => name !== undefined && normalIdentifier(name) !== normalIdentifier(current ?? ""),
  );
  const distinct = [...new Map(names.map((name) => [normalIdentifier(name ?? ""), name])).values()];
  return distinct.length === 0 ? {} : { formerAccounts: distinct };
}

/** A lost or restored state: the program says which integration it really is. */
const adoptsAnother = (olds: State, news: Pick<Inputs, "adopt">): boolean =>
  typeof news.adopt === "string" && news.adopt !== olds.integrationId;

/** What a preview says about a resource that is new. */
export const announcementOfCreate = (news: PropertyMap): Announcement =>
  announceAdoption(news) ?? announcementOf(planCreate(news), news);

/** And about one that is there; undefined where nothing changes. */
export function announcementOfChange(
  olds: PropertyMap,
  news: PropertyMap,
  planned = planOf(olds, news),
): Announcement | undefined {
  const state = readState(olds);
  return adoptsAnother(state, news) ? announceAdoption(news) : announceChange(planned, state, news);
}

/** Old outputs against new inputs. */
export const planOf = (olds: PropertyMap, news: PropertyMap): Plan => plan(readState(olds), news);

/** A state that is not settled always differs. */
export function diff(
  _id: string,
  olds: PropertyMap,
  news: PropertyMap,
  planned = planOf(olds, news),
): DiffResult {
  const state = readState(olds);
  const { action, replaces, deleteBeforeReplace, steps } = planned;
  if (
    steps.includes(put) &&
    news["autoBootstrap"] === false &&
    news["password"] === undefined &&
    news["passwordFrom"] === undefined
  )
    throw new Error(
      "password: is missing, and this change needs it: it goes into the edit script and the PUT. Give the system account's password, or take the change back.",
    );
  const adopts = replaces.length === 0 && adoptsAnother(state, news);
  return { changes: action !== "none" || adopts, replaces, deleteBeforeReplace };
}

/**
 * Sets the integration up. A failure is undone; where that fails as well, or where Immuta's end is not known,
 * throws PartialState, from which the next `up` goes on.
 */
export async function create(inputs: Inputs, ports: Ports): Promise<{ id: string; outs: PropertyMap }> {
  const id = resourceId(inputs);
  if (inputs.adopt !== undefined) return { id, outs: await adopt(id, inputs, ports) };
  const operation = newOperation({ ports, kind: "create", sides: { new: inputs } });
  try {
    await carryOut(planCreate(inputs), operation);
  } catch (error) {
    throw await afterFailedCreate(id, operation, inputs, error);
  }
  return { id, outs: settled(operation, inputs) };
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
  ports.reporter.info(`adopted integration ${found.id}`);
  const outputs = clean({ ...state, ...reported(found) });
  return (await update(id, outputs, inputs, ports)).outs;
}

async function afterFailedCreate(
  id: string,
  operation: Operation,
  inputs: Inputs,
  error: unknown,
): Promise<Error> {
  const { begun } = operation;
  const done = namesOf(begun);
  if (error instanceof IntegrationFailed) operation.status = error.status;
  if (begun.length === 0) return asError(error);
  const steps = undo(begun, { operation: "create", registered: operation.integrationId !== undefined });
  if (isConflict(error, operation))
    return new Error(`${textOf(error)}\n${afterConflict(error, done, steps.length > 0)}`);
  if (mayStillSucceed(error))
    return new PartialState(id, uncreated(operation, inputs, done, error), textOf(error));
  if (inputs.onCreateFailure === "keep")
    return new PartialState(
      id,
      uncreated(operation, inputs, done),
      `${textOf(error)}\nEverything is left as it is (onCreateFailure: "keep"). \`pulumi up\` tries again from here; \`pulumi destroy\` removes it.`,
    );
  if (steps.length === 0) return asError(error);
  const undoing = undoOfCreate(operation, inputs);
  try {
    operation.ports.reporter.info(`undoing what was done: ${done.join(", ")}`);
    await carryOut(steps, undoing);
    return new Error(`${textOf(error)}\nEverything that was done before it was undone.`);
  } catch (undoError) {
    return new PartialState(
      id,
      uncreated(undoing, inputs, done),
      `${textOf(error)}\nUndoing it failed as well: ${textOf(undoError)}\n` +
        `Done so far: ${done.join(", ")}. \`pulumi up\` goes on from here; \`pulumi destroy\` removes it.`,
    );
  }
}

/** What the program gave is what is removed, and what this run made is what is proven before it. */
function undoOfCreate(operation: Operation, inputs: Inputs): Operation {
  const password = operation.passwords.get("new");
  return newOperation({
    ...operation,
    kind: "delete",
    begun: [],
    sides: { old: inputs },
    passwords: new Map(password === undefined ? [] : [["old", password]]),
    state: unsettled(operation, inputs, undefined),
  });
}

function afterConflict(error: unknown, done: readonly string[], inPool: boolean): string {
  const [, id] = /\(id = ([\w-]+)\)/.exec(textOf(error)) ?? [];
  const other = id === undefined ? "that integration" : `integration ${id}`;
  const cleanUp = inPool
    ? "run Immuta's cleanup and post-cleanup scripts for what was made here (getBootstrapScripts gives them), "
    : "";
  return (
    `Nothing was cleaned up, because Immuta's cleanup would remove the other integration's objects too. What was done: ${done.join(", ")}. ` +
    `If ${other} governs this database, take it over with adopt${id === undefined ? "" : `: "${id}"`}. ` +
    `Otherwise delete it in Immuta, ${cleanUp}and run \`pulumi up\` again.`
  );
}

/** POST answered 409: somebody else's integration is there. */
const isConflict = (error: unknown, operation: Operation): boolean =>
  error instanceof ImmutaError &&
  error.status === 409 &&
  error.path === "/integrations" &&
  operation.begun.at(-1) === register;

/** It may come to a good end on its own or at the next run: undoing it now could undo a success, and takes its time. */
const mayStillSucceed = (error: unknown): boolean =>
  error instanceof WaitedTooLong ||
  error instanceof OutcomeUnknown ||
  error instanceof Interrupted ||
  (error instanceof ImmutaError &&
    (error.path.endsWith("/status") || (error.mayHaveBeenCarriedOut && !error.path.includes("/scripts/"))));

export interface ReadState {
  id: string;
  props: PropertyMap;
  inputs: PropertyMap;
}

/** Asks Immuta only. A blank id says that the integration is gone. */
export async function read(id: string, outputs: PropertyMap, ports: Ports): Promise<ReadState> {
  const state = readState(outputs);
  const unchanged = { id, props: outputs, inputs: inputsOf(outputs) };
  sameTenant(state, ports.immuta.tenant, ports.configuration.previousTenant);
  if (state.integrationId === undefined) return unchanged;
  const found = await proven(ports.immuta, state, state.integrationId);
  if (found === undefined) return state.autoBootstrap ? { ...unchanged, id: "" } : orphaned(id, state);
  if (meaningOf(found.status).disabled === true) return disabled(id, state, found, unchanged);
  for (const oddity of oddities(state, found)) ports.reporter.warn(oddity);
  const tenant = ports.immuta.tenant;
  const props = clean({ ...withImmutasSettings(state, found), ...reported(found), tenant });
  return { id, props, inputs: inputsOf(props) };
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
  const stored = readState(outputs);
  if (adoptsAnother(stored, inputs)) return { outs: await adopt(id, inputs, ports) };
  const before = plan(stored, inputs);
  if (before.steps.length === 0) return { outs: clean({ ...kept(stored), ...inputs }) };
  sameTenant(stored, ports.immuta.tenant, ports.configuration.previousTenant);
  const olds = await withoutRemoved(ports.immuta, await withIdOfLostPost(ports.immuta, stored));
  const planned = olds === stored ? before : plan(olds, inputs);
  const operation = newOperation({
    ports,
    kind: "update",
    sides: { new: inputs, old: inputsOf(outputs) as Inputs },
    state: olds,
    scripts: { ...olds.scripts },
    ...(olds.integrationId === undefined ? {} : { integrationId: olds.integrationId }),
  });
  try {
    await carryOut(planned.steps, operation);
  } catch (error) {
    throw await afterFailedUpdate(id, operation, olds, inputs, planned, error);
  }
  return { outs: { ...settled(operation, inputs), ...formerAccounts(olds, olds.username, inputs.username) } };
}

async function afterFailedUpdate(
  id: string,
  operation: Operation,
  olds: State,
  inputs: Inputs,
  planned: Plan,
  error: unknown,
): Promise<Error> {
  const { begun } = operation;
  const done = namesOf(begun);
  if (olds.progress?.operation === "create") {
    if (error instanceof IntegrationFailed) operation.status = error.status;
    const base = operation.integrationId === undefined ? inputs : (operation.sides.old ?? inputs);
    return new PartialState(
      id,
      uncreated(operation, base, [...olds.progress.done, ...done], error, olds.progress.unanswered),
      textOf(error),
    );
  }
  if (begun.length === 0) return asError(error);
  const changes = [
    ...new Set([...planned.differences.map((d) => d.change), ...(olds.progress?.changes ?? [])]),
  ];
  const progress: Progress = { operation: "update", done, changes };
  if (mayStillSucceed(error) && begun.includes(put) && !inputs.autoBootstrap)
    return new PartialState(id, allButPut(operation, olds, inputs, progress), textOf(error));
  if (mayStillSucceed(error) || olds.progress !== undefined)
    return new PartialState(id, clean({ ...olds, progress }), textOf(error));
  try {
    const steps = undo(begun, { operation: "update", registered: true });
    if (steps.length > 0) operation.ports.reporter.info("putting the pool back to what it was");
    await carryOut(steps, newOperation({ ...operation, begun: [] }));
    if (steps.length === 0) return asError(error);
    const message = `${textOf(error)}\nThe integration is what it was before.`;
    const former = begun.some(setsAccount) ? formerAccounts(olds, inputs.username, olds.username) : {};
    // The new account's login stays: the state must know that it is ours.
    return former["formerAccounts"] === undefined
      ? new Error(message)
      : new PartialState(id, clean({ ...olds, ...former }), message);
  } catch (undoError) {
    return new PartialState(
      id,
      clean({ ...olds, progress }),
      `${textOf(error)}\nPutting the pool back failed as well: ${textOf(undoError)}\n\`pulumi up\` goes on from here.`,
    );
  }
}

/** The pool is changed to its end, and nothing tells whether the PUT was carried out: it alone is to be repeated. */
function allButPut(operation: Operation, olds: State, inputs: Inputs, progress: Progress): PropertyMap {
  const before = olds.progress?.pending === "put" ? olds.progress.done : [];
  return clean({
    ...kept(olds),
    ...inputs,
    scripts: operation.scripts,
    ...formerAccounts(olds, olds.username, inputs.username),
    progress: { ...progress, done: [...new Set([...before, ...progress.done])], pending: "put" },
  });
}

/** Removes the integration and what its scripts made. Gone already counts as done; run twice it finishes. */
export async function remove(outputs: PropertyMap, ports: Ports): Promise<void> {
  const stored = readState(outputs);
  sameTenant(stored, ports.immuta.tenant, ports.configuration.previousTenant);
  const state = await withIdOfLostPost(ports.immuta, stored);
  const inputs = inputsOf(outputs) as Inputs;
  const operation = newOperation({ ports, kind: "delete", sides: { old: inputs }, state });
  const found =
    state.integrationId === undefined ? undefined : await proven(ports.immuta, state, state.integrationId);
  if (found !== undefined) operation.integrationId = found.id;
  const retain = retainsObjects(state, ports);
  if (retain) ports.reporter.info(`what Immuta's scripts made stays in database ${state.database}`);
  try {
    await carryOut(planDelete(state, found !== undefined, retain), operation);
  } catch (error) {
    if (wantsScriptsFirst(error, operation, retain)) {
      await carryOut(scriptsBeforeDelete, { ...operation, begun: [] });
      return;
    }
    if (error instanceof PoolUnreachable)
      error.message +=
        `\nWhere the pool is gone for good, IMMUTA_RETAIN_POOL_OBJECTS=${state.database} lets \`pulumi destroy\` ` +
        "remove the integration from Immuta alone.";
    throw error;
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

/** The state after an operation that came to its end. */
function settled(operation: Operation, inputs: Inputs): PropertyMap {
  return clean({
    ...inputs,
    stateFormat,
    tenant: operation.ports.immuta.tenant,
    integrationId: operation.integrationId,
    ...(operation.status === undefined ? {} : reported(operation.status)),
    scripts: operation.scripts,
  });
}

function unsettled(operation: Operation, inputs: Inputs, progress: Progress | undefined): State {
  return {
    ...inputs,
    stateFormat,
    tenant: operation.ports.immuta.tenant,
    ...(operation.integrationId === undefined ? {} : { integrationId: operation.integrationId }),
    ...lastReported(operation),
    scripts: operation.scripts,
    ...(progress === undefined ? {} : { progress }),
  };
}

/** What Immuta said last: in this operation, else in the one before it. */
function lastReported({ status, state }: Operation): Pick<State, "status" | "validation"> {
  if (status === undefined && state !== undefined)
    return { status: state.status, validation: state.validation };
  const { validation } = reported(status ?? { id: "", status: "unregistered" });
  return { status: status?.status ?? "unregistered", validation };
}

/** The state after a create that stopped half way. */
const uncreated = (
  operation: Operation,
  inputs: Inputs,
  done: string[],
  error?: unknown,
  before = false,
): PropertyMap => {
  const unanswered = operation.integrationId === undefined && (before || error instanceof OutcomeUnknown);
  return clean(
    unsettled(operation, inputs, { operation: "create", done, ...(unanswered ? { unanswered } : {}) }),
  );
};

/** A state of many tests names so many. */
const mostNames = 100;

/** What a state keeps of Immuta's answers: names and states, no times and no results. */
function reported(status: IntegrationStatus | Integration): Pick<State, "status" | "validation"> {
  const tests = status.validation?.tests ?? [];
  const named = (wanted: string): string[] =>
    bounded(
      tests.filter((test) => test.status === wanted).map((test) => test.name),
      "tests",
      mostNames,
    );
  return {
    status: meaningOf(status.status).keptAs ?? status.status,
    validation: {
      status: status.validation?.status ?? "unknown",
      failed: named("failed"),
      warnings: named("warning"),
    },
  };
}

/** The outputs that are no inputs. */
const kept = (state: State): PropertyMap => {
  const inputs = inputsOf(state);
  return Object.fromEntries(Object.entries(state).filter(([name]) => !(name in inputs)));
};

/** The engine's wire knows no undefined. */
function clean(value: object): PropertyMap {
  return JSON.parse(JSON.stringify(value)) as PropertyMap;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
