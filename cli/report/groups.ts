import type { AnnouncedStep } from "../../provider";
import { type Integration, stepWords } from "./model";

/** Integrations that change in the same way. */
export interface Group {
  members: [Integration, ...Integration[]];
  /** The steps that all of them have, with each one's own names left out where they differ. */
  steps: string[];
}

/** In the order of their first members. */
export function groupsOf(integrations: readonly Integration[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of integrations) {
    const steps = generalSteps(one);
    const { action, mayReplace, replacedBecause, risks, setup, changes, warnings } = one;
    const key = JSON.stringify([action, mayReplace, replacedBecause, risks, setup, changes, warnings, steps]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { members: [one], steps: one.steps });
    else {
      group.members.push(one);
      if (!sameSteps(group.members[0], one)) group.steps = steps;
    }
  }
  return [...groups.values()];
}

const sameSteps = (a: Integration, b: Integration): boolean =>
  a.steps.length === b.steps.length && a.steps.every((step, at) => step === b.steps[at]);

/** The steps in words that hold for integrations of other names too. */
function generalSteps({ announcement, integrationId, database, action }: Integration): string[] {
  if (announcement === undefined) return [];
  const own = database.state === "known" ? database.value : undefined;
  const general = (step: AnnouncedStep): AnnouncedStep => ({
    ...step,
    ...(step["id"] === integrationId && integrationId !== undefined ? { id: "…" } : {}),
    ...(step["database"] === own && own !== undefined ? { database: true } : {}),
  });
  return stepWords({ ...announcement, steps: announcement.steps.map(general) }, action);
}
