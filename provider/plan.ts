import { type Difference, differences } from "./differences";
import { type Phase, runsInMaster } from "./immuta/types";
import { type Bag, normalHost, normalIdentifier, valueAt } from "./properties";
import type { State } from "./state";

/** Whose payload a script is generated from: the program's, or that of the state (undo, removal). */
export type Side = "new" | "old";

export type Step =
  | { do: "look" }
  | { do: "survey"; for: "everything" | "account" }
  | { do: "prove" }
  | { do: "generate"; phase: Phase; side: Side }
  | { do: "run"; phase: Phase; side: Side; in: "master" | "database" }
  | { do: "hand over"; phase: Phase; side: Side; in: "master" | "database" }
  | { do: "register" }
  | { do: "put" }
  | { do: "remove" }
  | { do: "wait"; until: "enabled" | "gone" };

export interface Plan {
  /** `store`: the state takes the new inputs and nobody is called. */
  action: "none" | "store" | "update" | "replace";
  differences: Difference[];
  replaces: string[];
  deleteBeforeReplace: boolean;
  steps: Step[];
}

const prove: Step = { do: "prove" };
/** Only before the first script: afterwards the pool holds what this resource made. */
const survey: Step = { do: "survey", for: "everything" };
const generate = (phase: Phase, side: Side): Step => ({ do: "generate", phase, side });
const run = (phase: Phase, side: Side): Step => ({
  do: "run",
  phase,
  side,
  in: runsInMaster(phase) ? "master" : "database",
});
/** All are generated before the first is run: one that is not approved keeps the others from running too. */
const scripts = (side: Side, ...phases: Phase[]): Step[] => [
  ...phases.map((phase) => generate(phase, side)),
  ...phases.map((phase) => run(phase, side)),
];

const removal: Step[] = [{ do: "remove" }, { do: "wait", until: "gone" }];

/** Guide, "Configure the integration": automatic and manual setup. */
export function planCreate(news: Bag): Step[] {
  const manual = isManual(news);
  return forWhomRuns(news, [{ do: "look" }, ...(manual ? [survey] : []), ...creation(manual)]);
}

/** bootstrap.run "external": a person runs the scripts, the provider says which and where. */
function forWhomRuns(bag: Bag, steps: Step[]): Step[] {
  if (valueAt(bag, "bootstrap.run") !== "external") return steps;
  return steps
    .filter((step) => step.do !== "survey")
    .map((step) => (step.do === "run" ? { ...step, do: "hand over" } : step));
}

const creation = (manual: boolean): Step[] => [
  ...(manual ? scripts("new", "initial-create", "create") : []),
  { do: "register" },
  { do: "wait", until: "enabled" },
];

/** What a change of the program means, from the state's outputs and the program's inputs alone. */
export function plan(olds: State, news: Bag): Plan {
  const found = differences(olds as unknown as Bag, news);
  const replaces = found.filter((d) => d.change === "replace" && d.known).map((d) => d.path);
  const base = { differences: found, replaces, deleteBeforeReplace: false };
  if (replaces.length > 0)
    return { ...base, action: "replace", deleteBeforeReplace: sameHost(olds, news), steps: [] };
  const steps = forWhomRuns(news, updateSteps(olds, news, found));
  if (steps.length > 0) return { ...base, action: "update", steps };
  return { ...base, action: found.length > 0 ? "store" : "none", steps };
}

/** Guide, "Update an integration configuration": automatic and manual update. */
function updateSteps(olds: State, news: Bag, found: readonly Difference[]): Step[] {
  const manual = isManual(news);
  const credentials = found.some((d) => d.change === "credentials") || left(olds, "credentials");
  const put =
    found.some((d) => d.change === "put") || (manual && credentials) || olds.progress?.operation === "update";
  // A new account must not be somebody else's: initial-create would set that one's password.
  const account = manual && found.some((d) => d.path === "username") && !isOurs(olds, news["username"]);
  // The pool is what the program says: a second run of the scripts would only open the time until the PUT anew.
  const putOnly =
    olds.progress?.pending === "put" && !found.some((d) => d.change === "put" || d.change === "credentials");
  const change: Step[] = put
    ? [
        ...(account ? [{ do: "survey", for: "account" } as const] : []),
        ...(putOnly ? [] : scriptsOfChange(manual, manual && credentials)),
        { do: "put" },
        { do: "wait", until: "enabled" },
      ]
    : [];
  if (olds.progress?.operation !== "create") return change.length === 0 ? [] : [prove, ...change];
  if (olds.integrationId === undefined)
    return [{ do: "look" }, ...(put ? withdrawal(manual, olds.progress.done) : []), ...creation(manual)];
  if (givenUp.has(olds.status))
    return [
      prove,
      ...withdrawal(manual, olds.progress.done),
      ...removal,
      { do: "look" },
      ...creation(manual),
    ];
  return [prove, { do: "wait", until: "enabled" }, ...change];
}

/** States from which a create comes to no good end: Immuta gave it up, or its removal was begun. */
const givenUp: ReadonlySet<string> = new Set(["createError", "deleting", "deleteError"]);

/**
 * Logins live in master: the system account's new password is set there first. Scripts take their time, so the PUT is
 * preceded by a proof of its own.
 */
const scriptsOfChange = (manual: boolean, credentials: boolean): Step[] =>
  manual ? [...scripts("new", ...(credentials ? (["initial-create"] as const) : []), "edit"), prove] : [];

/** An account that scripts of this resource made before, or were about to make when they stopped. */
const isOurs = ({ formerAccounts = [], progress }: State, username: unknown): boolean =>
  (progress?.done.includes("run initial-create") ?? false) ||
  formerAccounts.some((former) => normalIdentifier(former) === normalIdentifier(String(username)));

const left = (olds: State, change: "credentials"): boolean =>
  olds.progress?.changes?.includes(change) ?? false;

/**
 * Guide, "Delete an integration". `present`: whether Immuta still knows it. `retain`: what the scripts made stays in
 * the pool.
 */
export function planDelete(olds: State, present: boolean, retain = false): Step[] {
  if (isAutomatic(olds) || retain) return present ? removal : [];
  // Who runs scripts by hand can have cleanup afterwards, but not delete.
  if (olds.bootstrap?.run === "external")
    return forWhomRuns(olds as unknown as Bag, [
      ...(present ? removal : []),
      run("cleanup", "old"),
      run("post-cleanup", "old"),
    ]);
  // The delete script can be had only while the integration exists; cleanup is its stand-in afterwards.
  const phase = present ? "delete" : "cleanup";
  return [
    generate(phase, "old"),
    generate("post-cleanup", "old"),
    ...(present ? removal : []),
    run(phase, "old"),
    run("post-cleanup", "old"),
  ];
}

/** The removal of a manual setup the other way round. */
export const scriptsBeforeDelete: readonly Step[] = [
  run("delete", "old"),
  run("post-cleanup", "old"),
  ...removal,
];

/** What takes a failed create back. `begun`: the steps that were started, named by `nameOf`. */
export function undoCreate(manual: boolean, begun: readonly string[], registered: boolean): Step[] {
  const taken = withdrawal(manual, begun);
  return registered ? [prove, ...taken, ...removal] : taken;
}

function withdrawal(manual: boolean, begun: readonly string[]): Step[] {
  if (!manual) return [];
  return scripts(
    "old",
    ...(begun.includes("run create") ? (["cleanup"] as const) : []),
    ...(begun.includes("run initial-create") ? (["post-cleanup"] as const) : []),
  );
}

/** What takes a failed update of the pool back: the scripts of the old payload. */
export function undoUpdate(begun: readonly string[]): Step[] {
  const logins = begun.includes("run initial-create");
  if (!logins && !begun.includes("run edit")) return [];
  return [prove, ...scripts("old", ...(logins ? (["initial-create"] as const) : []), "edit")];
}

/** Short and stable: what progress in a state is written in. */
export function nameOf(step: Step): string {
  switch (step.do) {
    case "generate":
    case "run":
    case "hand over":
      return `${step.do} ${step.phase}`;
    case "wait":
      return `wait until ${step.until}`;
    default:
      return step.do;
  }
}

const isManual = (bag: Bag): boolean => bag["autoBootstrap"] === false;
const isAutomatic = (state: State): boolean => state.autoBootstrap;

/** Immuta refuses a second integration on a host it knows: the old one must go first. */
const sameHost = (olds: State, news: Bag): boolean =>
  normalHost(olds.host) === normalHost(String(valueAt(news, "host")));
