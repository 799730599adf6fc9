import {
  ForeignIntegration,
  foundAfterLostAnswer,
  look,
  OutcomeUnknown,
  proven,
  refuseFound,
} from "./identity";
import { ImmutaError } from "./immuta/errors";
import { deleteCredentials, payloadOf } from "./immuta/payload";
import {
  type Integration,
  type IntegrationPayload,
  type IntegrationStatus,
  type Phase,
  runsInMaster,
} from "./immuta/types";
import { Interrupted, type Interruption } from "./interruption";
import { type Clock, systemClock, waitUntil } from "./immuta/wait";
import { nameOf, type Side, type Step } from "./plan";
import { concernsIn, type Own } from "./pool/guard";
import { PoolUnreachable } from "./pool/errors";
import { splitBatches } from "./pool/batches";
import { masked, scriptIdentity } from "./pool/script-identity";
import { type Inputs, normalHost } from "./properties";
import { serially } from "./serially";
import { bounded, listed, told } from "./strangers";
import type { State } from "./state";
import { milliseconds } from "./validation";
import { bootstrapLogin, payloadCredentials, type World } from "./world";

/** One operation under way: what it is about, and what it has done so far. */
export interface Job {
  world: World;
  operation: "create" | "update" | "delete";
  /** Inputs of the program and of the state. */
  sides: { new?: Inputs; old?: Inputs };
  /** The state that an existing integration is proven against. */
  state?: State;
  integrationId?: string;
  /** Steps that were begun and change the world, by name. */
  begun: string[];
  /** Immuta's list before POST. */
  before: Integration[];
  status?: IntegrationStatus;
  generated: Map<string, Script>;
  /** Passwords that references of either side name. */
  passwords: Map<Side, string>;
  scripts: NonNullable<State["scripts"]>;
  /** When the edit script came to its end: until the PUT, Immuta and the pool do not agree. */
  edited?: number;
}

interface Script {
  batches: ReturnType<typeof splitBatches>;
  identity: string;
}

export function newJob(job: Pick<Job, "world" | "operation" | "sides"> & Partial<Job>): Job {
  return { begun: [], before: [], generated: new Map(), passwords: new Map(), scripts: {}, ...job };
}

/** Carries the steps out in order; the first failure ends it. Throws Interrupted where it was told to stop. */
export async function carryOut(steps: readonly Step[], job: Job): Promise<void> {
  const { interruption } = job.world;
  interruption?.stopped.throwIfAborted();
  await resolveCredentials(steps, job);
  for (const step of steps) {
    if (isStopped(interruption)) throw whenStopped(job);
    const writes = step.do === "run" || step.do === "register" || step.do === "put" || step.do === "remove";
    if (writes) job.begun.push(nameOf(step));
    try {
      await perform(step, job);
    } catch (error) {
      // Without a connection not a batch was sent: there is nothing to take back.
      if (writes && error instanceof PoolUnreachable && !error.afterBatches) job.begun.pop();
      if (!isStopped(interruption) || error instanceof OutcomeUnknown) throw error;
      throw whenStopped(job, error);
    }
  }
}

const isStopped = (interruption?: Interruption): boolean => interruption?.stopped.aborted === true;

/** However a step took it that it was cut off, that is why. */
function whenStopped({ begun, world }: Job, during?: unknown): Interrupted {
  const reason: unknown = world.interruption?.stopped.reason;
  const lines = [reason, ...(during === undefined || during === reason ? [] : [during])].map((error) =>
    error instanceof Error ? error.message : String(error),
  );
  if (begun.length > 0) lines.push(`Done so far, the last one perhaps in part: ${begun.join(", ")}.`);
  return new Interrupted(lines.join("\n"));
}

/** Every credential is had before the first write: a missing one leaves nothing half done. */
async function resolveCredentials(steps: readonly Step[], job: Job): Promise<void> {
  const fetched = new Map<string, Promise<string>>();
  for (const side of ["new", "old"] as const) {
    const reference = job.sides[side]?.passwordFrom;
    if (reference === undefined || job.passwords.has(side)) continue;
    const key = JSON.stringify(reference);
    const password = fetched.get(key) ?? job.world.password(reference);
    fetched.set(key, password);
    job.passwords.set(side, await password);
  }
  for (const step of steps) {
    if (step.do === "generate") payloadOn(step.side, job);
    else if (step.do === "survey") bootstrapLogin(inputsOn("new", job), job.world);
    else if (step.do === "run") bootstrapLogin(inputsOn(step.side, job), job.world);
    else if (step.do === "register" || step.do === "put") payloadOn("new", job);
    else if (step.do === "remove" && inputsOn("old", job).autoBootstrap) payloadOn("old", job);
  }
}

function perform(step: Step, job: Job): Promise<void> {
  switch (step.do) {
    case "look":
      return lookFirst(job);
    case "survey":
      return surveyFirst(step.for, job);
    case "prove":
      return prove(job);
    case "generate":
      return generate(step.phase, step.side, job);
    case "run":
      return run(step, job);
    case "hand over":
      handOver(step, job);
      return Promise.resolve();
    case "register":
      return register(job);
    case "put":
      return put(job);
    case "remove":
      return remove(job);
    case "wait":
      return wait(step.until, job);
  }
}

async function lookFirst(job: Job): Promise<void> {
  job.before = await look(job.world.immuta, inputsOn("new", job));
}

async function surveyFirst(what: "everything" | "account", { world, sides }: Job): Promise<void> {
  const inputs = sides.new;
  if (inputs === undefined) throw new Error("no new inputs in this operation");
  const sought = {
    database: inputs.database,
    username: inputs.username ?? "",
    ...(what === "everything" ? { schema: inputs.schema } : {}),
  };
  refuseFound(inputs, await world.survey(bootstrapLogin(inputs, world), sought, world.reporter, world.trail));
}

async function prove(job: Job): Promise<void> {
  const { immuta } = job.world;
  const { state, integrationId } = job;
  if (state === undefined || integrationId === undefined) throw new Error("nothing to prove without a state");
  if ((await proven(immuta, state, integrationId)) === undefined)
    throw new ForeignIntegration(
      `Integration ${integrationId} is gone from Immuta ${immuta.tenant}. Nothing was changed. ` +
        "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
    );
}

async function generate(phase: Phase, side: Side, job: Job): Promise<void> {
  const { immuta, reporter } = job.world;
  const needsId = phase === "edit" || phase === "delete";
  const payload = payloadOn(side, job);
  const text = await immuta.script(phase, payload, needsId ? existing(job) : undefined);
  const identity = scriptIdentity(text, payload.config.password, secretsOf(job));
  const script = { batches: splitBatches(text), identity };
  reporter.debug(`${phase} script: ${counted(script)}, identity ${script.identity}`);
  approve(phase, script, inputsOn(side, job), job);
  job.generated.set(`${phase} ${side}`, script);
}

/** Before a batch of it runs: is it a script that was reviewed, and does it keep to Immuta's own objects? */
function approve(phase: Phase, script: Script, inputs: Inputs, job: Job): void {
  const { bootstrap } = inputs;
  const approved = bootstrap?.approvedScripts;
  if (approved !== undefined && approved[phase] !== script.identity)
    throw new Error(
      `The ${phase} script that Immuta generates has the identity ${script.identity}, and bootstrap.approvedScripts ` +
        `${approved[phase] === undefined ? "approves no script of this phase" : `approves ${approved[phase]}`}. None of its batches was run. ` +
        "Review its text (getBootstrapScripts gives it), and approve this identity.",
    );
  const concerns = concernsIn(script.batches, ownOf(inputs, phase, job));
  if (concerns.length === 0) return;
  const mask = (text: string): string => masked(text, secretsOf(job));
  const lines = concerns.map(
    ({ batch, line, what }) => `batch ${batch} (script line ${line}) ${told(what, { mask })}`,
  );
  if (bootstrap?.guard === "strict")
    throw new Error(
      `The ${phase} script reaches beyond Immuta's own objects, and bootstrap.guard is "strict". None of its batches was run.${listed(lines, "places")}`,
    );
  for (const line of bounded(lines, "places"))
    job.world.reporter.warn(`the ${phase} script reaches beyond Immuta's own objects: ${line}`);
}

/** What both sides of an operation and the state know to be Immuta's. */
function ownOf({ schema, database }: Inputs, phase: Phase, { sides, state }: Job): Own {
  const both = [sides.new, sides.old, state];
  const given = (names: (string | undefined)[]): string[] => names.filter((name) => name !== undefined);
  return {
    schema,
    database,
    accounts: given([...both.map((inputs) => inputs?.username), ...(state?.formerAccounts ?? [])]),
    roles: given(both.map((inputs) => inputs?.impersonation.role)),
    inMaster: runsInMaster(phase),
  };
}

async function run(step: Extract<Step, { do: "run" }>, job: Job): Promise<void> {
  const { world } = job;
  const inputs = inputsOn(step.side, job);
  const script = job.generated.get(`${step.phase} ${step.side}`);
  if (script === undefined) throw new Error(`the ${step.phase} script was not generated`);
  const database = step.in === "master" ? "master" : inputs.database;
  const work = (): Promise<void> => {
    world.interruption?.stopped.throwIfAborted();
    return world.runPhase(
      bootstrapLogin(inputs, world),
      {
        phase: step.phase,
        database,
        batches: script.batches,
        fresh: job.operation === "create",
        identity: script.identity,
        trail: world.trail,
        mask: (text) => masked(text, secretsOf(job)),
      },
      world.reporter,
    );
  };
  world.reporter.info(`running the ${step.phase} script in database ${database} (${counted(script)})`);
  // Logins of one server are shared by its pools: phases in master take turns.
  await (step.in === "master" ? serially(`master of ${normalHost(inputs.host)}`, work) : work());
  job.scripts[step.phase] = { identity: script.identity, batches: script.batches.length };
  if (step.phase === "edit") job.edited = clockOf(job).now();
}

const clockOf = (job: Job): Clock => job.world.clock ?? systemClock;

/** The script's text is nowhere written: it holds the system account's password. */
function handOver(step: Extract<Step, { do: "hand over" }>, job: Job): void {
  const inputs = inputsOn(step.side, job);
  const script = job.generated.get(`${step.phase} ${step.side}`);
  const which = script === undefined ? "" : ` (${counted(script)}, identity ${script.identity})`;
  job.world.reporter.info(
    `run the ${step.phase} script${which} in database ${step.in === "master" ? "master" : inputs.database} of ${inputs.host}; getBootstrapScripts gives its text`,
  );
  if (script !== undefined)
    job.scripts[step.phase] = { identity: script.identity, batches: script.batches.length };
}

/** Immuta finds out by its validation whether the scripts were run. */
function withExternalAdvice(error: unknown, job: Job): unknown {
  if (!(error instanceof ImmutaError) || error.status !== 422) return error;
  if (inputsOn("new", job).bootstrap?.run !== "external") return error;
  error.message += `\nThe scripts are run outside of Pulumi (bootstrap.run: "external"). Run those named above, then run \`pulumi up\` again.`;
  return error;
}

const counted = (script: Script): string =>
  script.batches.length === 1 ? "1 batch" : `${script.batches.length} batches`;

async function register(job: Job): Promise<void> {
  const { immuta, reporter } = job.world;
  try {
    const status = await immuta.create(payloadOn("new", job));
    job.integrationId = status.id;
    job.status = status;
    reporter.info(`registered as integration ${status.id}`);
  } catch (error) {
    if (!(error instanceof ImmutaError) || !error.mayHaveBeenCarriedOut) throw withExternalAdvice(error, job);
    job.integrationId = await idOfLostPost(error, job);
  }
}

/** Throws OutcomeUnknown where it may yet be carried out, and the error of the POST where it was not. */
async function idOfLostPost(error: ImmutaError, job: Job): Promise<string> {
  const { immuta, reporter } = job.world;
  const inputs = inputsOn("new", job);
  const unknown = (why: string): OutcomeUnknown =>
    new OutcomeUnknown(
      `${error.message}\nWhether it was carried out is not known: ${why} \`pulumi up\` looks again and goes on from there; \`pulumi destroy\` removes it.`,
    );
  const id = await foundAfterLostAnswer(immuta, job.before, inputs, clockOf(job)).catch((second: unknown) => {
    throw unknown(second instanceof Error ? second.message : String(second));
  });
  if (id !== undefined) {
    reporter.info(`the answer to POST /integrations was lost, but it was carried out: integration ${id}`);
    return id;
  }
  // Immuta prepares the pool itself before it lists the integration. In manual setup undoing the scripts ends it.
  if (inputs.autoBootstrap) throw unknown("Immuta's list holds no such integration yet.");
  throw new Error(`${error.message}\nIt was not carried out: Immuta's list holds no such integration.`, {
    cause: error,
  });
}

async function put(job: Job): Promise<void> {
  const { immuta, reporter } = job.world;
  const id = existing(job);
  job.status = await whenLeft(job, () => immuta.update(id, payloadOn("new", job))).catch((error: unknown) => {
    throw withExternalAdvice(error, job);
  });
  const gap = job.edited === undefined ? "" : `, ${clockOf(job).now() - job.edited} ms after the edit script`;
  reporter.info(`PUT /integrations/${id} accepted${gap}`);
}

async function remove(job: Job): Promise<void> {
  const { immuta, reporter } = job.world;
  const id = existing(job);
  const inputs = inputsOn("old", job);
  const credentials = inputs.autoBootstrap ? deleteCredentials(payloadOn("old", job).config) : undefined;
  const status = await whenLeft(job, () => immuta.remove(id, credentials));
  if (status !== undefined) job.status = status;
  reporter.info(`DELETE /integrations/${id} accepted`);
}

/** "Unable to edit integration … in current state …": tries again when Immuta has left that state. */
async function whenLeft<T>(job: Job, request: () => Promise<T>): Promise<T> {
  const clock = clockOf(job);
  const started = clock.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      const busy = error instanceof ImmutaError && error.status === 409 && /current state/i.test(error.said);
      if (!busy || clock.now() - started >= limitOf(job)) throw error;
      if (attempt === 0) job.world.reporter.info(`Immuta is busy with it (${error.said}): waiting`);
      await clock.sleep(Math.min(500 * 1.5 ** attempt, 15_000));
    }
  }
}

async function wait(until: "enabled" | "gone", job: Job): Promise<void> {
  const { immuta, reporter, clock } = job.world;
  const status = await waitUntil(immuta, {
    id: existing(job),
    until,
    limit: limitOf(job),
    reporter,
    ...(clock === undefined ? {} : { clock }),
  });
  if (status !== undefined) job.status = status;
  if (until === "gone") delete job.integrationId;
}

const defaultLimit = "20m";

const limitOf = (job: Job): number =>
  milliseconds((job.sides.new ?? job.sides.old)?.timeouts?.[job.operation] ?? defaultLimit) ?? 1_200_000;

export function inputsOn(side: Side, job: Job): Inputs {
  const inputs = job.sides[side];
  if (inputs === undefined) throw new Error(`no ${side} inputs in this operation`);
  return inputs;
}

function payloadOn(side: Side, job: Job): IntegrationPayload {
  const inputs = inputsOn(side, job);
  const password = job.passwords.get(side);
  const known = password === undefined ? inputs : { ...inputs, password };
  return payloadOf(inputs, payloadCredentials(known, job.world.configuration));
}

function existing(job: Job): string {
  if (job.integrationId === undefined) throw new Error("the integration has no id yet");
  return job.integrationId;
}

/** Everything that must not show: the passwords of both sides and of the login that runs the scripts. */
export function secretsOf(job: Job): string[] {
  const given = [job.sides.new, job.sides.old].flatMap((inputs) => [
    inputs?.password,
    inputs?.bootstrap?.password,
    inputs?.bootstrap?.clientSecret,
    inputs?.bootstrap?.accessToken,
  ]);
  const { sqlAdministrator, sqlAccessToken } = job.world.configuration;
  return [...given, ...job.passwords.values(), sqlAdministrator.password, sqlAccessToken].filter(
    (secret) => secret !== undefined,
  );
}
