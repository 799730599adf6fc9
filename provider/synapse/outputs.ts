import type { PropertyMap } from "../core/property-map";
import { bounded } from "../core/strangers";
import { meaningOf } from "../immuta/status";
import type { IntegrationStatus } from "../immuta/types";
import type { Integration } from "./api";
import { normalIdentifier } from "./inputs/identifiers";
import { inputsOf } from "./inputs/paths";
import type { Inputs } from "./inputs/table";
import { type Progress, type State, stateFormat } from "./state";
import { checksPool } from "./steps/check-pool";
import { hasAccount, isOwnRole, roleOf } from "./account";
import type { Operation } from "./steps/step";

/** What an operation leaves in the state. */

/** The account of the state before an operation, where it was this resource's to change. */
export const accountBefore = (olds: State, { proved }: Operation): string | undefined =>
  hasAccount(olds) || proved.has(normalIdentifier(olds.username ?? "")) ? olds.username : undefined;

/** The accounts besides `current` whose logins scripts of this resource made. */
export function formerAccounts(
  olds: State,
  made: string | undefined,
  current: string | undefined,
): PropertyMap {
  if (olds.autoBootstrap) return {};
  const names = [...(olds.formerAccounts ?? []), made].filter(
    (name) => name !== undefined && normalIdentifier(name) !== normalIdentifier(current ?? ""),
  );
  const distinct = [...new Map(names.map((name) => [normalIdentifier(name ?? ""), name])).values()];
  return distinct.length === 0 ? {} : { formerAccounts: distinct };
}

/** The pool is changed to its end, and nothing tells whether the PUT was carried out: it alone is to be repeated. */
export function allButPut(
  operation: Operation,
  olds: State,
  inputs: Inputs,
  progress: Progress,
): PropertyMap {
  const before = olds.progress?.pending === "put" ? olds.progress.done : [];
  return clean({
    ...kept(olds),
    ...inputs,
    scripts: operation.scripts,
    ...formerAccounts(olds, accountBefore(olds, operation), inputs.username),
    progress: { ...progress, done: [...new Set([...before, ...progress.done])], pending: "put" },
  });
}

/** The state after an operation that came to its end. */
export function settled(operation: Operation, inputs: Inputs): PropertyMap {
  return clean({
    ...inputs,
    stateFormat,
    tenant: operation.ports.immuta.tenant,
    integrationId: operation.integrationId,
    ...(operation.status === undefined ? {} : reported(operation.status)),
    scripts: operation.scripts,
    ...operation.pool,
  });
}

export function unsettled(operation: Operation, inputs: Inputs, progress: Progress | undefined): State {
  return {
    ...inputs,
    stateFormat,
    tenant: operation.ports.immuta.tenant,
    ...(operation.integrationId === undefined ? {} : { integrationId: operation.integrationId }),
    ...lastReported(operation),
    ...scriptsOf(operation, inputs),
    ...(progress === undefined ? {} : { progress }),
  };
}

/** An adopted integration's account stays unproven where an operation ended before the proof. */
function scriptsOf(
  { kind, state, scripts, proved }: Operation,
  { username = "" }: Inputs,
): Pick<State, "scripts"> {
  const proven = kind !== "update" || state === undefined || hasAccount(state);
  return proven || proved.has(normalIdentifier(username)) ? { scripts } : {};
}

/** What an update that failed adds to the state before it: accounts and roles that its scripts made or may have made. */
export function leftByUpdate(
  olds: State,
  inputs: Inputs,
  begun: { account: boolean; role: boolean },
): PropertyMap {
  const role = begun.role ? roleOf(inputs) : undefined;
  return {
    ...(begun.account ? formerAccounts(olds, inputs.username, olds.username) : {}),
    ...(role === undefined || isOwnRole(olds, role) ? {} : { leftRoles: [...(olds.leftRoles ?? []), role] }),
  };
}

/** What Immuta said last: in this operation, else in the one before it. */
function lastReported({ status, state }: Operation): Pick<State, "status" | "validation"> {
  if (status === undefined && state !== undefined)
    return { status: state.status, validation: state.validation };
  const { validation } = reported(status ?? { id: "", status: "unregistered" });
  return { status: status?.status ?? "unregistered", validation };
}

/** A state of many tests names so many. */
const mostNames = 100;

/** What a state keeps of Immuta's answers: names and states, no times and no results. */
export function reported(status: IntegrationStatus | Integration): Pick<State, "status" | "validation"> {
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
export const kept = (state: State): PropertyMap => {
  const inputs = inputsOf(state);
  return Object.fromEntries(Object.entries(state).filter(([name]) => !(name in inputs)));
};

/** Who no longer looks into the pool knows nothing of it. */
export function withoutPool(outputs: PropertyMap, inputs: Inputs): PropertyMap {
  const { poolObjects: _objects, poolDrift: _drift, ...rest } = outputs;
  return checksPool(inputs) ? outputs : rest;
}

/** The engine's wire knows no undefined. */
export function clean(value: object): PropertyMap {
  return JSON.parse(JSON.stringify(value)) as PropertyMap;
}
