import { packageVersion } from "../core/configuration";
import { type Contract, usualContract } from "../core/contract";
import type { Plan } from "./plan";
import type { PropertyMap } from "../core/property-map";
import type { State } from "./state";
import type { Step } from "./steps/step";
import { type AnnouncedStep, type Announcement, announcementFormat } from "../core/announcement";

/** What a preview announces. Pure: only from the plan, the state and the program. */

export const announcementOf = (
  steps: readonly Step[],
  news: PropertyMap,
  {
    id,
    changed = [],
    contract = usualContract,
  }: { id?: string | undefined; changed?: readonly string[]; contract?: Contract } = {},
): Announcement => ({
  format: announcementFormat,
  provider: packageVersion(),
  steps: steps.flatMap(({ name, announced }): AnnouncedStep[] =>
    announced === undefined ? [] : [{ step: name, ...announced.fields({ id, news, changed, contract }) }],
  ),
});

/** Undefined where nothing is adopted. */
export function announceAdoption({ adopt, adoptMode, ...news }: PropertyMap): Announcement | undefined {
  if (adopt === undefined) return undefined;
  const integration = typeof adopt === "string" ? adopt : true;
  const mode = adoptMode === "converge" ? "converge" : "exact";
  return { ...announcementOf([], news), adopts: { integration, mode } };
}

/** Undefined where nothing changes. */
export function announceChange(
  plan: Plan,
  olds: State,
  news: PropertyMap,
  contract: Contract,
): Announcement | undefined {
  const pathsOf = (known: boolean): string[] =>
    plan.differences.filter((difference) => difference.known === known).map(({ path }) => path);
  const changed = plan.differences.map(({ path }) => path);
  const base = announcementOf(plan.steps, news, { id: olds.integrationId, changed, contract });
  const later = some("unknown", pathsOf(false));
  switch (plan.action) {
    case "none":
      return undefined;
    case "store":
      return { ...base, ...some("stored", pathsOf(true)), ...later };
    case "replace": {
      const { replaces, deleteBeforeReplace } = plan;
      return { ...base, ...some("changed", pathsOf(true)), ...later, replaces, deleteBeforeReplace };
    }
    case "update":
      return {
        ...base,
        ...some("changed", pathsOf(true)),
        ...later,
        ...resumed(olds),
        ...(olds.poolDrift === undefined ? {} : { poolDrift: olds.poolDrift }),
        ...passwordVersion(pathsOf(true), olds, news),
      };
  }
}

function some<Name extends string>(name: Name, paths: string[]): Partial<Record<Name, string[]>> {
  return paths.length === 0 ? {} : ({ [name]: paths } as Record<Name, string[]>);
}

const resumed = ({ progress }: State): Pick<Announcement, "resumes"> =>
  progress === undefined ? {} : { resumes: { operation: progress.operation, after: progress.done } };

function passwordVersion(
  changed: readonly string[],
  olds: State,
  news: PropertyMap,
): Pick<Announcement, "passwordVersion"> {
  if (!changed.includes("passwordVersion")) return {};
  const named = (version: unknown): string | null => (typeof version === "string" ? version : null);
  return { passwordVersion: { from: named(olds.passwordVersion), to: named(news["passwordVersion"]) } };
}
