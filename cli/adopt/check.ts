import {
  adoptionDifferences,
  findForAdoption,
  stateOfAdopted,
  ForeignIntegration,
  type Immuta,
  plan,
  planCreate,
  stepNamed,
  stepsOfChange,
  type PropertyMap,
  valueAt,
  type Inputs,
  properties,
  type Call,
  type Step,
  unknown,
} from "../../provider";
import { type Integration, reportOf } from "../report/model";
import type { Preview, PreviewStep } from "../report/preview";

export interface Finding {
  name: string;
  /** Why it is no adoption that writes nothing. */
  problems: string[];
}

/** What `adopt --check` prints with `--format json`. */
export interface Verdict {
  format: 1;
  /** Host name of the tenant that was read. */
  tenant: string;
  /** Integrations that the preview would touch; those that only the state is told about are left out. */
  total: number;
  matching: number;
  /** What `up` would do. */
  calls: Calls;
  findings: Finding[];
}

export interface Calls {
  post: number;
  put: number;
  delete: number;
  scripts: number;
}

/**
 * Whether a preview takes over what Immuta has, and does nothing else. A preview calls nobody, so the tenant is read:
 * one GET, and each planned integration is compared with what it names by the rules of the takeover itself.
 */
export async function checkAdoption(preview: Preview, immuta: Immuta): Promise<Verdict> {
  const known = await immuta.list();
  const remembered: Pick<Immuta, "tenant" | "list" | "get"> = {
    tenant: immuta.tenant,
    list: () => Promise.resolve(known),
    get: (id) => Promise.resolve(known.find((integration) => integration.id === id)),
  };
  const verdict: Verdict = {
    format: 1,
    tenant: immuta.tenant,
    total: 0,
    matching: 0,
    calls: { post: 0, put: 0, delete: 0, scripts: 0 },
    findings: [],
  };
  const takers = new Map<string, string>();
  for (const one of reportOf(preview).integrations) {
    const step = stepOf(preview, one);
    if (one.action === "store" || step === undefined) continue;
    const judged = adopts(step)
      ? await judgeAdoption(one, step.after ?? {}, remembered, takers)
      : { problems: [words[one.action] ?? "is changed"], steps: stepsOf(one, step.after ?? {}) };
    verdict.total++;
    count(verdict.calls, judged.steps);
    if (judged.problems.length === 0) verdict.matching++;
    else verdict.findings.push({ name: one.name, problems: judged.problems });
  }
  return verdict;
}

const words: Readonly<Partial<Record<Integration["action"], string>>> = {
  create: "is made anew: the program gives no `adopt`",
  update: "is changed",
  replace: "is replaced",
  delete: "is deleted",
};

const stepOf = ({ steps }: Preview, { urn, action }: Integration): PreviewStep | undefined =>
  steps.find((step) => step.urn === urn && (step.operation === "delete") === (action === "delete"));

/** New, or known in the state by another id than the program's. */
function adopts({ operation, before, after }: PreviewStep): boolean {
  const adopt = after?.["adopt"];
  if (adopt === undefined || adopt === null) return false;
  if (operation === "create") return true;
  return operation === "update" && typeof adopt === "string" && adopt !== before?.["integrationId"];
}

interface Judged {
  problems: string[];
  steps: readonly Step[];
}

async function judgeAdoption(
  { name }: Integration,
  after: PropertyMap,
  immuta: Pick<Immuta, "tenant" | "list" | "get">,
  takers: Map<string, string>,
): Promise<Judged> {
  const open = properties.filter(
    ({ path, change }) =>
      (change === "replace" || change === "put" || path === "adopt") && valueAt(after, path) === unknown,
  );
  if (open.length > 0) return { problems: open.map(({ path }) => `${path}: is known at up only`), steps: [] };
  const inputs = after as Inputs;
  try {
    const found = await findForAdoption(inputs, { immuta });
    const other = takers.get(found.id);
    takers.set(found.id, name);
    if (other !== undefined)
      return { problems: [`integration ${found.id} is adopted by ${other} too`], steps: [] };
    const state = stateOfAdopted(found, inputs, immuta.tenant);
    const problems = adoptionDifferences(state, inputs);
    // An exact takeover that differs is refused: nothing is written.
    const steps = inputs.adoptMode === "converge" ? plan(state, after).steps : [];
    return { problems, steps };
  } catch (error) {
    if (error instanceof ForeignIntegration) return { problems: [error.message], steps: [] };
    throw error;
  }
}

/** What is no takeover: as announced. A saved plan tells only which inputs change. */
function stepsOf({ action, announcement, changes }: Integration, after: PropertyMap): readonly Step[] {
  if (announcement !== undefined) return announcement.steps.flatMap(({ step }) => stepNamed(step) ?? []);
  if (action === "create") return planCreate(after);
  return stepsOfChange(after, new Set(changes.map(({ change }) => change)));
}

const counted: Readonly<Record<keyof Calls, (call: Call) => boolean>> = {
  post: (call) => call === "POST /integrations",
  put: (call) => call.startsWith("PUT "),
  delete: (call) => call.startsWith("DELETE "),
  scripts: (call) => call.endsWith(" script"),
};

function count(calls: Calls, steps: readonly Step[]): void {
  const made = steps.flatMap((step) => step.calls);
  for (const kind of Object.keys(counted) as (keyof Calls)[])
    calls[kind] += made.filter(counted[kind]).length;
}

/** Such as "60 of 60 match, 0 PUT, 0 scripts". */
export function summary({ matching, total, calls }: Verdict): string {
  const others = [
    ...(calls.post > 0 ? [`${calls.post} POST`] : []),
    ...(calls.delete > 0 ? [`${calls.delete} DELETE`] : []),
  ];
  return [
    `${matching} of ${total} match`,
    `${calls.put} PUT`,
    ...others,
    plural(calls.scripts, "script"),
  ].join(", ");
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
