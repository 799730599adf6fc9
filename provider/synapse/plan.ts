import { type Difference, differences } from "./differences";
import { type Contract, usualContract } from "../core/contract";
import type { Phase } from "../core/phases";
import { type PropertyMap, valueAt } from "../core/property-map";
import type { Change } from "../core/rows";
import { meaningOf } from "../immuta/status";
import { unknown } from "../core/unknown";
import { isIncomplete } from "./incomplete";
import { sameHost, sameIdentifier } from "./inputs/identifiers";
import type { Progress, State } from "./state";
import { checkPool, checksPool } from "./steps/check-pool";
import { isOwnAccount, isOwnRole } from "./account";
import { accountProof } from "./steps/account";
import { confirm } from "./steps/confirm";
import { generate } from "./steps/generate";
import { look } from "./steps/look";
import { preflight, preflightOfRole } from "./steps/preflight";
import { prove, proveEnabled } from "./steps/prove";
import { put } from "./steps/put";
import { reach } from "./steps/reach";
import { register } from "./steps/register";
import { remove } from "./steps/remove";
import { run } from "./steps/run";
import { type Failed, type Side, type Step, stepNamed } from "./steps/step";
import { untilEnabled, untilGone } from "./steps/wait";

// Whoever asks for a step by its name asks where all of them are loaded.
export { stepNamed };

export interface Plan {
  /** `store`: the state takes the new inputs and nobody is called. */
  action: "none" | "store" | "update" | "replace";
  differences: Difference[];
  replaces: string[];
  deleteBeforeReplace: boolean;
  steps: Step[];
}

/** All are generated before the first is run: one that is not approved keeps the others from running too. */
const generatedFirst = (runs: readonly Step[]): Step[] => [
  ...runs.flatMap(({ script }) => (script === undefined ? [] : [generate(script.phase, script.side)])),
  ...runs,
];
const scripts = (side: Side, ...phases: Phase[]): Step[] =>
  generatedFirst(phases.map((phase) => run(phase, side)));

const removal: readonly Step[] = [remove, untilGone];

/** Guide, "Configure the integration": automatic and manual setup. */
export function planCreate(news: PropertyMap): Step[] {
  const manual = isManual(news);
  return forWhomRuns(news, lookedAt(news, [look, ...(manual ? [preflight] : []), ...creation(manual)]));
}

/** Where that is wanted, the pool is looked at when all is done. */
const lookedAt = (news: PropertyMap, steps: Step[]): Step[] =>
  steps.length > 0 && checksPool(news) ? [...steps, checkPool] : steps;

/** bootstrap.run "external": a person runs the scripts, the provider says which and where. */
function forWhomRuns(map: PropertyMap, steps: Step[]): Step[] {
  if (valueAt(map, "bootstrap.run") !== "external") return steps;
  return steps.flatMap((step) => step.byHand ?? [step]);
}

/** What makes Immuta's objects in the pool. */
export const setupScripts: readonly Step[] = [run("initial-create", "new"), run("create", "new")];

const creation = (manual: boolean): Step[] => [
  ...(manual ? generatedFirst(setupScripts) : []),
  register,
  untilEnabled,
  confirm,
];

/** What a change of the program means, from the state's outputs, the program's inputs and what is set of the contract. */
export function plan(olds: State, news: PropertyMap, contract = usualContract): Plan {
  const found = differences(olds, news).map((one) =>
    isFirst(olds, one) ? { ...one, change: "local" as const } : one,
  );
  const replaces = found.filter((d) => d.change === "replace" && d.known).map((d) => d.path);
  // Also where nothing here replaces: a program may replace it for a reason of its own.
  const base = { differences: found, replaces, deleteBeforeReplace: oldGoesFirst(olds, news, contract) };
  if (replaces.length > 0) return { ...base, action: "replace", steps: [] };
  const change = updateSteps(olds, news, found);
  const unknownPool = checksPool(news) && olds.poolObjects === undefined;
  const steps = forWhomRuns(
    news,
    lookedAt(news, change.length === 0 && unknownPool ? [proveEnabled] : change),
  );
  if (steps.length > 0) return { ...base, action: "update", steps };
  return { ...base, action: found.length > 0 ? "store" : "none", steps };
}

/**
 * Whether a replacement deletes the old integration before it makes the new one: Immuta may refuse a second one on a host,
 * and the end of the old one takes its system account's login from the server.
 */
export function oldGoesFirst(olds: PropertyMap, news: PropertyMap, { conflictOn }: Contract): boolean {
  if (!sameHost(olds["host"], news["host"])) return false;
  const maySame = (name: string): boolean => news[name] === unknown || sameIdentifier(olds[name], news[name]);
  const mayShareLogin = (isManual(olds) || news["autoBootstrap"] !== true) && maySame("username");
  return conflictOn !== "database" || maySame("database") || mayShareLogin;
}

/** What changes of these kinds do to an integration that is there. */
export const stepsOfChange = (news: PropertyMap, kinds: ReadonlySet<Change>): Step[] =>
  forWhomRuns(news, changeSteps(isManual(news), kinds));

/** Guide, "Update an integration configuration": automatic and manual update. */
function changeSteps(manual: boolean, kinds: ReadonlySet<Change>, putOnly = false): Step[] {
  const credentials = manual && kinds.has("credentials");
  if (!credentials && !kinds.has("put")) return [];
  return [...(putOnly ? [] : scriptsOfChange(manual, credentials)), put, untilEnabled, confirm];
}

function updateSteps(olds: State, news: PropertyMap, found: readonly Difference[]): Step[] {
  const manual = isManual(news);
  const { progress } = olds;
  const kinds = new Set([...found.map((d) => d.change), ...(progress?.changes ?? [])]);
  // The pool is what the program says: a second run of the scripts would only open the time until the PUT anew.
  const putOnly =
    progress?.pending === "put" && !found.some((d) => d.change === "put" || d.change === "credentials");
  if (progress?.operation === "update" || (olds.poolDrift !== undefined && checksPool(news)))
    kinds.add("put");
  const change = changeSteps(manual, kinds, putOnly);
  const looks = manual ? looksBeforeScripts(olds, news) : [];
  const looked = change.some(({ script }) => script !== undefined) ? [...looks, ...change] : change;
  if (progress?.operation !== "create") return change.length === 0 ? [] : [proveEnabled, ...looked];
  const withdrawal = undo(begunBefore(progress), { operation: "create", registered: false });
  if (olds.integrationId === undefined) {
    const withdrawn = change.length > 0 ? [...looksBeforeWithdrawal(olds, news), ...withdrawal] : [];
    return [look, ...looks, ...(manual ? withdrawn : []), ...creation(manual)];
  }
  if (meaningOf(olds.status).givenUp === true)
    return [prove, ...looks, ...withdrawal, ...removal, look, ...creation(manual)];
  return [prove, untilEnabled, ...(change.length > 0 ? looked : [confirm])];
}

/** Scripts set the account's password and give the role rights, by their names: neither may be somebody else's. */
function looksBeforeScripts(olds: State, news: PropertyMap): Step[] {
  const username = textAt(news, "username");
  const role =
    valueAt(news, "impersonation.enabled") === true ? textAt(news, "impersonation.role") : undefined;
  return [
    ...(username === undefined || isOwnAccount(olds, username) ? [] : [accountProof("new")]),
    ...(role === undefined || isOwnRole(olds, role) ? [] : [preflightOfRole]),
  ];
}

/** And what is withdrawn is dropped by the name that it had. */
const looksBeforeWithdrawal = (olds: State, news: PropertyMap): Step[] =>
  isOwnAccount(olds, olds.username) || sameIdentifier(olds.username ?? "", textAt(news, "username") ?? "")
    ? []
    : [accountProof("old")];

function textAt(map: PropertyMap, path: string): string | undefined {
  const value = valueAt(map, path);
  return typeof value === "string" ? value : undefined;
}

/**
 * Logins live in master: the system account's new password is set there first. Scripts take their time, so the PUT is
 * preceded by a proof of its own.
 */
const scriptsOfChange = (manual: boolean, credentials: boolean): Step[] =>
  manual
    ? [...scripts("new", ...(credentials ? (["initial-create"] as const) : []), "edit"), proveEnabled]
    : [];

/** The steps that the operation before this one began. */
const begunBefore = (progress: Progress | undefined): Step[] =>
  (progress?.done ?? []).flatMap((name) => stepNamed(name) ?? []);

/**
 * Guide, "Delete an integration". `present`: whether Immuta still knows it. `retain`: what the scripts made stays in
 * the pool.
 */
export function planDelete(
  olds: State,
  present: boolean,
  retain = false,
  { deleteSent }: Contract = usualContract,
): readonly Step[] {
  if (isAutomatic(olds) || retain) return present ? removal : [];
  const last = present && deleteSent === "last";
  // Who runs scripts by hand can have cleanup after a DELETE, but not delete.
  if (olds.bootstrap?.run === "external")
    return forWhomRuns(
      olds,
      last
        ? [...scriptsBeforeDelete]
        : [...(present ? removal : []), run("cleanup", "old"), run("post-cleanup", "old")],
    );
  // The delete script can be had only while the integration exists; cleanup is its stand-in afterwards.
  const phase = present ? "delete" : "cleanup";
  const proof = isOwnAccount(olds, olds.username) ? undefined : accountProof("old");
  return [
    generate(phase, "old"),
    generate("post-cleanup", "old"),
    ...(proof === undefined ? [] : [proof]),
    ...(last
      ? scriptsBeforeDelete
      : [
          ...(present ? [...(proof === undefined ? [reach] : []), ...removal] : []),
          run(phase, "old"),
          run("post-cleanup", "old"),
        ]),
  ];
}

/** The removal of a manual setup the other way round. */
export const scriptsBeforeDelete: readonly Step[] = [
  run("delete", "old"),
  run("post-cleanup", "old"),
  ...removal,
];

/**
 * What takes these steps back, the last of them first. What is in the pool goes before what is at Immuta, and all after a
 * proof where there is an integration.
 */
export function undo(begun: readonly Step[], failed: Failed): Step[] {
  const back = begun.toReversed().flatMap((step) => step.undo?.(failed) ?? []);
  const once = back.filter((step, at) => back.lastIndexOf(step) === at);
  if (once.length === 0) return [];
  const inPool = once.filter(({ script }) => script !== undefined);
  const atImmuta = once.filter(({ script }) => script === undefined);
  return [...(failed.registered ? [prove] : []), ...generatedFirst(inPool), ...atImmuta];
}

/** The account of an imported integration, which no state knew: it is stored, not rotated. */
const isFirst = (olds: State, { change }: Difference): boolean =>
  change === "credentials" && isIncomplete(olds);

const isManual = (map: PropertyMap): boolean => map["autoBootstrap"] === false;
const isAutomatic = (state: State): boolean => state.autoBootstrap;
