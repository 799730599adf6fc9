import type { Difference } from "./differences";
import type { Plan, Step } from "./plan";
import { type Bag, properties, valueAt } from "./properties";
import type { State } from "./state";
import { unknown } from "./unknown";

/**
 * What a preview says of a plan, a line for each step that reaches somebody. Pure: only from the plan, the state and
 * the program, with unknown values shown as such.
 */
export function announceCreate(steps: readonly Step[], news: Bag): string[] {
  return steps.flatMap((step) => line(step, undefined, news));
}

/** Undefined where nothing is adopted. */
export function announceAdoption(news: Bag): string[] | undefined {
  const { adopt, adoptMode } = news;
  if (adopt === undefined) return undefined;
  const which =
    adopt === true
      ? "the integration on this host, database and schema"
      : `integration ${JSON.stringify(adopt)}`;
  return [
    adoptMode === "converge"
      ? `ADOPTS ${which} and brings it to the program: where they differ, edit script and PUT`
      : `adopts ${which} exactly: nothing is written, and a difference is an error`,
  ];
}

export function announce(plan: Plan, olds: State, news: Bag): string[] {
  const pending = plan.differences.filter((difference) => !difference.known);
  const later =
    pending.length === 0 ? [] : [`may change, known at up: ${pending.map(({ path }) => path).join(", ")}`];
  switch (plan.action) {
    case "none":
      return [];
    case "store":
      return [...stored(plan.differences), ...later];
    case "replace":
      return [
        `REPLACES the integration (${plan.replaces.join(", ")}): its policy views are dropped and built again. ` +
          (plan.deleteBeforeReplace
            ? "The old one is deleted before the new one is made."
            : "The new one is made before the old one is deleted."),
        ...later,
      ];
    case "update":
      return [
        ...resumed(olds),
        ...credentials(plan.differences, olds, news),
        ...plan.steps.flatMap((step) => line(step, olds.integrationId, news)),
        ...later,
      ];
  }
}

function stored(differences: readonly Difference[]): string[] {
  const known = differences.filter((difference) => difference.known).map(({ path }) => path);
  return known.length === 0 ? [] : [`stored only, nobody is called: ${known.join(", ")}`];
}

/** What the engine's own diff hides, or shows among much else: that a credential becomes another. */
function credentials(differences: readonly Difference[], olds: State, news: Bag): string[] {
  const changed = differences.filter(({ known }) => known).map(({ path }) => path);
  const hidden = changed.filter((path) => properties.some((row) => row.path === path && row.secret));
  const named = (version: unknown): string => (typeof version === "string" ? version : "(none)");
  const version = changed.includes("passwordVersion")
    ? [`password version ${named(olds.passwordVersion)} → ${named(news["passwordVersion"])}`]
    : [];
  return [...version, ...(hidden.length === 0 ? [] : [`changed, value not shown: ${hidden.join(", ")}`])];
}

function resumed({ progress }: State): string[] {
  return progress === undefined
    ? []
    : [`goes on with the ${progress.operation} that stopped after: ${progress.done.join(", ")}`];
}

function line(step: Step, id: string | undefined, news: Bag): string[] {
  const shown = (path: string): string => {
    const value = valueAt(news, path);
    return value === unknown ? "(known at up)" : String(value);
  };
  const integration = `/integrations${id === undefined ? "" : `/${id}`}`;
  switch (step.do) {
    case "run":
      return [`${step.phase} script → database ${step.in === "master" ? "master" : shown("database")}`];
    case "hand over":
      return [
        `${step.phase} script: to be run by you in database ${step.in === "master" ? "master" : shown("database")}`,
      ];
    case "register":
      return [
        `POST /integrations (${news["autoBootstrap"] === true ? "automatic" : "manual"} setup, ${impersonation(shown)})`,
      ];
    case "put":
      return [`PUT ${integration} (${impersonation(shown)})`];
    case "remove":
      return [`DELETE ${integration}`];
    default:
      return [];
  }
}

const impersonation = (shown: (path: string) => string): string =>
  shown("impersonation.enabled") === "true"
    ? `impersonation on, role ${shown("impersonation.role")}`
    : `impersonation ${shown("impersonation.enabled") === "false" ? "off" : "known at up"}`;
