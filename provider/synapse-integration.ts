import { adoptionDifferences, findForAdoption, refuseDifferences, stateOfAdopted } from "./adoption";
import { announce, announceAdoption, announceCreate } from "./announce";
import { check as checkInputs, type Checked } from "./check";
import { OutcomeUnknown, proven, resourceId, sameTenant, withIdOfLostPost, withoutRemoved } from "./identity";
import { ImmutaError } from "./immuta/errors";
import type { Integration, IntegrationStatus } from "./immuta/types";
import { Interrupted } from "./interruption";
import { IntegrationFailed, WaitedTooLong } from "./immuta/wait";
import { carryOut, type Job, newJob } from "./perform";
import { plan, planCreate, planDelete, scriptsBeforeDelete, undoCreate, undoUpdate } from "./plan";
import { PoolUnreachable } from "./pool/errors";
import { type Bag, inputsOf, type Inputs, normalIdentifier } from "./properties";
import { withImmutasSettings } from "./drift";
import { type Progress, readState, type State, stateFormat } from "./state";
import { bounded } from "./strangers";
import type { World } from "./world";

/**
 * The life of a SynapseIntegration, in the order the engine asks: check, diff, create, read, update, delete.
 * Check and diff call nobody. What create, update and delete do is decided by plan.ts and carried out by perform.ts.
 */

/** A failed operation that left something behind: the engine keeps `properties` and says `reasons`. */
export class PartialState extends Error {
  override readonly name = "PartialState";
  readonly reasons: string[];
  constructor(
    readonly id: string,
    readonly properties: Bag,
    message: string,
  ) {
    super(message);
    this.reasons = [message];
  }
}

/** Fills in defaults and refuses what is wrong, all of it at once. */
export function check(olds: Bag, news: Bag): Checked {
  return checkInputs(news, olds);
}

export interface DiffResult {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/** The accounts besides `current` whose logins scripts of this resource made. */
function formerAccounts(olds: State, made: string | undefined, current: string | undefined): Bag {
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

/** What a preview says about a resource that is new, and about one that is there. */
export const announcementOfCreate = (news: Bag): string[] =>
  announceAdoption(news) ?? announceCreate(planCreate(news), news);
export function announcementOfChange(olds: Bag, news: Bag): string[] {
  const state = readState(olds);
  if (adoptsAnother(state, news)) return announceAdoption(news) ?? [];
  return announce(plan(state, news), state, news);
}

/** Old outputs against new inputs. A state that is not settled always differs. */
export function diff(_id: string, olds: Bag, news: Bag): DiffResult {
  const state = readState(olds);
  const { action, replaces, deleteBeforeReplace, steps } = plan(state, news);
  if (
    steps.some(({ do: kind }) => kind === "put") &&
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
export async function create(inputs: Inputs, world: World): Promise<{ id: string; outs: Bag }> {
  const id = resourceId(inputs);
  if (inputs.adopt !== undefined) return { id, outs: await adopt(id, inputs, world) };
  const job = newJob({ world, operation: "create", sides: { new: inputs, old: inputs } });
  // What the undo of this run proves before it writes is what this run made.
  job.state = unsettled(job, inputs, undefined);
  try {
    await carryOut(planCreate(inputs as unknown as Bag), job);
  } catch (error) {
    throw await afterFailedCreate(id, job, inputs, error);
  }
  return { id, outs: settled(job, inputs) };
}

/**
 * Takes over what Immuta has already: exactly, with GETs only, or by bringing it to the program. What was adopted is
 * never undone. Throws ForeignIntegration with every difference.
 */
async function adopt(id: string, inputs: Inputs, world: World): Promise<Bag> {
  const found = await findForAdoption(inputs, world);
  const state = stateOfAdopted(found, inputs, world.immuta.tenant);
  if (inputs.adoptMode !== "converge")
    refuseDifferences(found, world.immuta.tenant, adoptionDifferences(state, inputs));
  world.reporter.info(`adopted integration ${found.id}`);
  const outputs = clean({ ...state, ...reported(found) });
  return (await update(id, outputs, inputs, world)).outs;
}

async function afterFailedCreate(id: string, job: Job, inputs: Inputs, error: unknown): Promise<Error> {
  const ran = [...job.begun];
  if (error instanceof IntegrationFailed) job.status = error.status;
  if (ran.length === 0) return asError(error);
  if (isConflict(error, job)) return new Error(`${textOf(error)}\n${afterConflict(error, ran)}`);
  if (mayStillSucceed(error)) return new PartialState(id, uncreated(job, inputs, ran, error), textOf(error));
  if (inputs.onCreateFailure === "keep")
    return new PartialState(
      id,
      uncreated(job, inputs, ran),
      `${textOf(error)}\nEverything is left as it is (onCreateFailure: "keep"). \`pulumi up\` tries again from here; \`pulumi destroy\` removes it.`,
    );
  const undo = newJob({ ...job, operation: "delete", begun: [], sides: { new: inputs, old: inputs } });
  const steps = undoCreate(!inputs.autoBootstrap, ran, job.integrationId !== undefined);
  if (steps.length === 0) return asError(error);
  try {
    job.world.reporter.info(`undoing what was done: ${ran.join(", ")}`);
    await carryOut(steps, undo);
    return new Error(`${textOf(error)}\nEverything that was done before it was undone.`);
  } catch (undoError) {
    return new PartialState(
      id,
      uncreated(undo, inputs, ran),
      `${textOf(error)}\nUndoing it failed as well: ${textOf(undoError)}\n` +
        `Done so far: ${ran.join(", ")}. \`pulumi up\` goes on from here; \`pulumi destroy\` removes it.`,
    );
  }
}

function afterConflict(error: unknown, ran: readonly string[]): string {
  const [, id] = /\(id = ([\w-]+)\)/.exec(textOf(error)) ?? [];
  const other = id === undefined ? "that integration" : `integration ${id}`;
  const cleanUp = ran.includes("run initial-create")
    ? "run Immuta's cleanup and post-cleanup scripts for what was made here (getBootstrapScripts gives them), "
    : "";
  return (
    `Nothing was cleaned up, because Immuta's cleanup would remove the other integration's objects too. What was done: ${ran.join(", ")}. ` +
    `If ${other} governs this database, take it over with adopt${id === undefined ? "" : `: "${id}"`}. ` +
    `Otherwise delete it in Immuta, ${cleanUp}and run \`pulumi up\` again.`
  );
}

/** POST answered 409: somebody else's integration is there. */
const isConflict = (error: unknown, job: Job): boolean =>
  error instanceof ImmutaError &&
  error.status === 409 &&
  error.path === "/integrations" &&
  job.begun.at(-1) === "register";

/** It may come to a good end on its own or at the next run: undoing it now could undo a success, and takes its time. */
const mayStillSucceed = (error: unknown): boolean =>
  error instanceof WaitedTooLong ||
  error instanceof OutcomeUnknown ||
  error instanceof Interrupted ||
  (error instanceof ImmutaError &&
    (error.path.endsWith("/status") || (error.mayHaveBeenCarriedOut && !error.path.includes("/scripts/"))));

export interface ReadState {
  id: string;
  props: Bag;
  inputs: Bag;
}

/** Asks Immuta only. A blank id says that the integration is gone. */
export async function read(id: string, outputs: Bag, world: World): Promise<ReadState> {
  const state = readState(outputs);
  const unchanged = { id, props: outputs, inputs: inputsOf(outputs) };
  sameTenant(state, world.immuta.tenant, world.configuration.previousTenant);
  if (state.integrationId === undefined) return unchanged;
  const found = await proven(world.immuta, state, state.integrationId);
  if (found === undefined) return state.autoBootstrap ? { ...unchanged, id: "" } : orphaned(id, state);
  if (found.status === "disabled") return disabled(id, state, found, unchanged);
  const tenant = world.immuta.tenant;
  const props = clean({ ...withImmutasSettings(state, found), ...reported(found), tenant });
  return { id, props, inputs: inputsOf(props) };
}

/** Somebody switched it off in Immuta: nobody but a person knows whether that was meant. */
function disabled(id: string, state: State, found: Integration, unchanged: ReadState): ReadState {
  if (state.onDisabled === "recreate")
    return state.autoBootstrap ? { ...unchanged, id: "" } : orphaned(id, state);
  throw new Error(
    `Integration ${found.id} on database ${state.database} of ${state.host} was disabled in Immuta ${state.tenant}: its policies are not enforced. ` +
      'Enable it in Immuta again, or set onDisabled: "recreate" and run `pulumi up` to have it made anew.',
  );
}

/** Immuta forgot it, but what the scripts made is still in the pool and ours: `up` registers it anew. */
function orphaned(id: string, state: State): ReadState {
  const { integrationId: _forgotten, ...rest } = state;
  const props = clean({
    ...rest,
    status: "missing",
    progress: { operation: "create", done: ["run initial-create", "run create"] },
  });
  return { id, props, inputs: inputsOf(props) };
}

/** Makes Immuta and the pool what the program says. Throws PartialState where it stopped half way. */
export async function update(id: string, outputs: Bag, inputs: Inputs, world: World): Promise<{ outs: Bag }> {
  const stored = readState(outputs);
  if (adoptsAnother(stored, inputs)) return { outs: await adopt(id, inputs, world) };
  if (plan(stored, inputs as unknown as Bag).steps.length === 0)
    return { outs: clean({ ...kept(stored), ...inputs }) };
  sameTenant(stored, world.immuta.tenant, world.configuration.previousTenant);
  const olds = await withoutRemoved(world.immuta, await withIdOfLostPost(world.immuta, stored));
  const { steps } = plan(olds, inputs as unknown as Bag);
  const job = newJob({
    world,
    operation: "update",
    sides: { new: inputs, old: inputsOf(outputs) as unknown as Inputs },
    state: olds,
    scripts: { ...olds.scripts },
    ...(olds.integrationId === undefined ? {} : { integrationId: olds.integrationId }),
  });
  try {
    await carryOut(steps, job);
  } catch (error) {
    throw await afterFailedUpdate(id, job, olds, inputs, error);
  }
  return { outs: { ...settled(job, inputs), ...formerAccounts(olds, olds.username, inputs.username) } };
}

async function afterFailedUpdate(
  id: string,
  job: Job,
  olds: State,
  inputs: Inputs,
  error: unknown,
): Promise<Error> {
  const begun = [...job.begun];
  if (olds.progress?.operation === "create") {
    if (error instanceof IntegrationFailed) job.status = error.status;
    const base = job.integrationId === undefined ? inputs : (job.sides.old ?? inputs);
    return new PartialState(
      id,
      uncreated(job, base, [...olds.progress.done, ...begun], error, olds.progress.unanswered),
      textOf(error),
    );
  }
  if (begun.length === 0) return asError(error);
  const changes = [
    ...new Set([
      ...plan(olds, inputs as unknown as Bag).differences.map((d) => d.change),
      ...(olds.progress?.changes ?? []),
    ]),
  ];
  const progress: Progress = { operation: "update", done: begun, changes };
  if (mayStillSucceed(error) && begun.includes("put") && !inputs.autoBootstrap)
    return new PartialState(id, allButPut(job, olds, inputs, progress), textOf(error));
  const undo = newJob({ ...job, begun: [] });
  if (mayStillSucceed(error) || olds.progress !== undefined)
    return new PartialState(id, clean({ ...olds, progress }), textOf(error));
  try {
    const steps = undoUpdate(begun);
    if (steps.length > 0) job.world.reporter.info("putting the pool back to what it was");
    await carryOut(steps, undo);
    if (steps.length === 0) return asError(error);
    const message = `${textOf(error)}\nThe integration is what it was before.`;
    const former = begun.includes("run initial-create")
      ? formerAccounts(olds, inputs.username, olds.username)
      : {};
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
function allButPut(job: Job, olds: State, inputs: Inputs, progress: Progress): Bag {
  const before = olds.progress?.pending === "put" ? olds.progress.done : [];
  return clean({
    ...kept(olds),
    ...inputs,
    scripts: job.scripts,
    ...formerAccounts(olds, olds.username, inputs.username),
    progress: { ...progress, done: [...new Set([...before, ...progress.done])], pending: "put" },
  });
}

/** Removes the integration and what its scripts made. Gone already counts as done; run twice it finishes. */
export async function remove(outputs: Bag, world: World): Promise<void> {
  const stored = readState(outputs);
  sameTenant(stored, world.immuta.tenant, world.configuration.previousTenant);
  const state = await withIdOfLostPost(world.immuta, stored);
  const inputs = inputsOf(outputs) as unknown as Inputs;
  const job = newJob({ world, operation: "delete", sides: { old: inputs }, state });
  const found =
    state.integrationId === undefined ? undefined : await proven(world.immuta, state, state.integrationId);
  if (found !== undefined) job.integrationId = found.id;
  const retain = retainsObjects(state, world);
  if (retain) world.reporter.info(`what Immuta's scripts made stays in database ${state.database}`);
  try {
    await carryOut(planDelete(state, found !== undefined, retain), job);
  } catch (error) {
    if (wantsScriptsFirst(error, job, retain)) {
      await carryOut(scriptsBeforeDelete, { ...job, begun: [] });
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
const wantsScriptsFirst = (error: unknown, job: Job, retain: boolean): boolean =>
  error instanceof ImmutaError &&
  error.status === 422 &&
  !retain &&
  job.begun.at(-1) === "remove" &&
  job.generated.has("delete old");

/** A destroy gets the configuration and inputs of the last up, so the environment can say it too. */
const retainsObjects = (state: State, { configuration }: World): boolean =>
  state.retainPoolObjects === true ||
  configuration.retainPoolObjects.some(
    (name) =>
      name === "all" ||
      normalIdentifier(name) === normalIdentifier(state.database) ||
      name === resourceId(state),
  );

/** The state after an operation that came to its end. */
function settled(job: Job, inputs: Inputs): Bag {
  return clean({
    ...inputs,
    stateFormat,
    tenant: job.world.immuta.tenant,
    integrationId: job.integrationId,
    ...(job.status === undefined ? {} : reported(job.status)),
    scripts: job.scripts,
  });
}

function unsettled(job: Job, inputs: Inputs, progress: Progress | undefined): State {
  return {
    ...inputs,
    stateFormat,
    tenant: job.world.immuta.tenant,
    ...(job.integrationId === undefined ? {} : { integrationId: job.integrationId }),
    ...lastReported(job),
    scripts: job.scripts,
    ...(progress === undefined ? {} : { progress }),
  };
}

/** What Immuta said last: in this operation, else in the one before it. */
function lastReported({ status, state }: Job): Pick<State, "status" | "validation"> {
  if (status === undefined && state !== undefined)
    return { status: state.status, validation: state.validation };
  const { validation } = reported(status ?? { id: "", status: "unregistered" });
  return { status: status?.status ?? "unregistered", validation };
}

/** The state after a create that stopped half way. */
const uncreated = (job: Job, inputs: Inputs, done: string[], error?: unknown, before = false): Bag => {
  const unanswered = job.integrationId === undefined && (before || error instanceof OutcomeUnknown);
  return clean(unsettled(job, inputs, { operation: "create", done, ...(unanswered ? { unanswered } : {}) }));
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
    // Comes and goes by itself; the failed tests name it.
    status: status.status === "recurringValidationError" ? "enabled" : status.status,
    validation: {
      status: status.validation?.status ?? "unknown",
      failed: named("failed"),
      warnings: named("warning"),
    },
  };
}

/** The outputs that are no inputs. */
const kept = (state: State): Bag => {
  const inputs = inputsOf(state as unknown as Bag);
  return Object.fromEntries(Object.entries(state).filter(([name]) => !(name in inputs)));
};

/** The engine's wire knows no undefined. */
function clean(value: object): Bag {
  return JSON.parse(JSON.stringify(value)) as Bag;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
