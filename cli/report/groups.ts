import type { Integration } from "./model";

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
    const steps = one.steps.map((step) => withoutNames(step, one));
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

function withoutNames(step: string, { integrationId, database }: Integration): string {
  const id = integrationId ?? "";
  const general = id === "" ? step : step.replace(`/integrations/${id}`, "/integrations/…");
  const own = database.state === "known" ? `database ${database.value}` : "";
  return own !== "" && general.endsWith(own) ? `${general.slice(0, -own.length)}its database` : general;
}
