import {
  announcementOf,
  type AnnouncedStep,
  type Announcement,
  type Contract,
  usualContract,
  type Line,
  parseUrn,
  wordsOf,
  type PropertyMap,
  valueAt,
  unknown,
} from "../../provider";
import { CommandError } from "../io";
import { visible } from "../text";
import { type ChangeRow, changesOf, settingsOf, type Value, valueOf } from "./changes";
import { countsOf } from "./operations";
import { type Message, type Preview, type PreviewStep } from "./preview";
import { handoversIn } from "./handover";
import { stepsOfDelete, stepsOfReplacement } from "./derived-steps";

/**
 * What a report says; `--format json` prints exactly this. Within one `format` fields are only added.
 */
export interface Report {
  format: 1;
  /** "project/stack". */
  stack: string;
  /** The engine gave up, so that what is here is not all. */
  failed: boolean;
  errors: string[];
  /** Integrations by what happens to them. Unchanged ones only where the preview lists them (events, plans, `--show-sames`). */
  counts: Record<Action | "mayReplace" | "unchanged", number>;
  /** Changed ones, most dangerous first; unchanged ones are left out. */
  integrations: Integration[];
  /** Operations on other resources, such as `{ "create": 3 }`. */
  others: Readonly<Record<string, number>>;
}

/** `update` calls Immuta; `store` only writes the state. */
export type Action = "delete" | "replace" | "update" | "adopt" | "create" | "store";

/**
 * What a reviewer may want to stop for; the words of `--fail-on`. `handover`: one run adopts and removes one integration,
 * which any other word stops for too.
 */
export const risks = [
  "handover",
  "delete",
  "replace",
  "impersonation",
  "role",
  "delimiters",
  "adopt",
] as const;
export type Risk = (typeof risks)[number];

export interface Integration {
  name: string;
  urn: string;
  action: Action;
  /** Inputs that are known at `up` only, and replace the integration if they turn out to be others. */
  mayReplace: string[];
  /** Inputs that replace it. */
  replacedBecause: string[];
  risks: Risk[];
  /** Where it is; of a new one, and in a saved plan, where it will be. */
  host: Value;
  database: Value;
  schema: Value;
  setup: "manual" | "automatic" | "unknown";
  /** Immuta's id; absent for a new one, and in a saved plan. */
  integrationId?: string;
  changes: ChangeRow[];
  /** What the provider announced, as data, with the steps of a removal too; absent where the preview does not tell. */
  announcement?: Announcement;
  /** The same in words: what will be done, in order. */
  steps: string[];
  warnings: string[];
}

export function reportOf(preview: Preview, contract = usualContract): Report {
  const names = namesOf(preview.steps);
  const all = preview.steps.map((step) =>
    integrationOf(step, names.get(step.urn) ?? step.urn, preview, contract),
  );
  const integrations = withHandovers(all.filter((one) => one !== undefined));
  integrations.sort((a, b) => danger(a) - danger(b) || (a.name < b.name ? -1 : Number(a.name > b.name)));
  const count = (action: Action): number => integrations.filter((one) => one.action === action).length;
  return {
    format: 1,
    stack: preview.stack,
    failed: preview.failed,
    errors: preview.messages.filter(({ severity }) => severity === "error").map(({ text }) => text),
    counts: {
      delete: count("delete"),
      replace: count("replace"),
      mayReplace: integrations.filter((one) => one.mayReplace.length > 0).length,
      update: count("update"),
      adopt: count("adopt"),
      create: count("create"),
      store: count("store"),
      unchanged: all.length - integrations.length,
    },
    integrations,
    others: preview.others,
  };
}

/** Those of a handover have its risk, and who adopts says which alias is meant. */
function withHandovers(integrations: readonly Integration[]): Integration[] {
  const handovers = handoversIn(integrations);
  return integrations.map((one) => {
    const own = handovers.filter(({ taker, giver }) => taker === one || giver === one);
    if (own.length === 0) return one;
    const words = own.filter(({ taker }) => taker === one).map((handover) => handover.words);
    return { ...one, risks: ["handover", ...one.risks], warnings: [...words, ...one.warnings] };
  });
}

/** The lower, the more dangerous. */
function danger({ action, mayReplace, risks: found }: Integration): number {
  if (found.includes("handover")) return -1;
  if (action === "delete") return 0;
  if (action === "replace") return 1;
  if (mayReplace.length > 0) return 2;
  const first = risks.findIndex((risk) => found.includes(risk));
  if (first >= 0 && action !== "create") return 3 + first;
  return 3 + risks.length + ["update", "create", "store"].indexOf(action);
}

/** Names by URN; where two integrations of different components have one name, with the components' types. */
function namesOf(steps: readonly PreviewStep[]): Map<string, string> {
  const parsed = steps.map(({ urn }) => ({ urn, ...parseUrn(urn) }));
  const counts = countsOf([...new Map(parsed.map(({ urn, name = urn }) => [urn, name])).values()]);
  return new Map(
    parsed.map(({ urn, name = urn, types = [] }) => [
      urn,
      (counts[name] ?? 0) > 1 ? [...types.slice(0, -1), name].join(" › ") : name,
    ]),
  );
}

function integrationOf(
  step: PreviewStep,
  name: string,
  preview: Preview,
  contract: Contract,
): Integration | undefined {
  const { operation, before, after } = step;
  if (operation === "same") return undefined;
  const own = preview.messages.filter(({ urn }) => urn === step.urn);
  const announced = own.find(({ announcement }) => announcement !== undefined)?.announcement;
  if (announced === undefined) requireAnnouncement(step, own, preview);
  const place = before ?? after ?? {};
  const setup = setupOf(after ?? place);
  const changes = rows(step, announced, setup);
  const mayReplace =
    operation === "update"
      ? changes.filter(({ change }) => change === "replace").map((row) => row.property)
      : [];
  const action = actionOf(step, changes, announced);
  const id = before?.["integrationId"];
  const announcement = withDerivedSteps(step, announced, contract);
  return {
    name,
    urn: step.urn,
    action,
    mayReplace,
    replacedBecause: operation === "replace" ? becauseOf(step, changes) : [],
    risks: risksOf(action, mayReplace, changes, after ?? {}),
    host: valueOf(place, "host"),
    database: valueOf(place, "database"),
    schema: valueOf(place, "schema"),
    setup,
    ...(typeof id === "string" ? { integrationId: id } : {}),
    changes,
    ...(announcement === undefined ? {} : { announcement }),
    steps: announcement === undefined ? [] : stepWords(announcement, action),
    warnings: [
      // Of a replacement the provider tells what it means; its steps are derived.
      ...(operation === "replace" && announced !== undefined ? meaningWords(announced) : []),
      ...(step.leftBehind ? ["An interrupted replacement left it behind."] : []),
      ...(preview.source === "plan" && action === "update" ? ["A saved plan does not tell the steps."] : []),
      ...own.filter(({ severity }) => severity === "warning").map(({ text }) => text),
    ],
  };
}

function rows(
  step: PreviewStep,
  announcement: Announcement | undefined,
  setup: Integration["setup"],
): ChangeRow[] {
  const { operation, before, after } = step;
  if (operation === "delete" || after === undefined) return [];
  if (operation === "create") return settingsOf(after);
  return changesOf({
    before,
    after,
    changed: step.changed,
    announcement,
    setup,
    replaces: operation === "replace",
  });
}

function actionOf(
  { operation, before, after }: PreviewStep,
  changes: ChangeRow[],
  announced: Announcement | undefined,
): Action {
  if (operation === "create") return adopts(after) ? "adopt" : "create";
  if (operation === "update") {
    const unfinished = before?.["progress"] !== undefined;
    const silent =
      announced === undefined || (announced.steps.length === 0 && announced.adopts === undefined);
    return !unfinished && silent && changes.every(callsNobody) ? "store" : "update";
  }
  return operation === "delete" ? "delete" : "replace";
}

const callsNobody = (row: ChangeRow): boolean => row.calls === "nobody";

const adopts = (after: PropertyMap | undefined): boolean =>
  ![undefined, null, false].includes(after?.["adopt"] as null);

function becauseOf({ replacedBecause }: PreviewStep, changes: readonly ChangeRow[]): string[] {
  if (replacedBecause.length > 0) return replacedBecause;
  return changes.filter(({ change }) => change === "replace").map(({ property }) => property);
}

/**
 * Whether a hidden value changes is seen by the provider alone, so a preview in which it says nothing is not told as if
 * nothing changed. Where the engine repeats a failed operation there may be nothing to say.
 */
function requireAnnouncement(step: PreviewStep, own: readonly Message[], { source, failed }: Preview): void {
  if (source === "plan" || failed || step.operation === "delete") return;
  if (step.failedBefore && own.every(({ severity }) => severity !== "info")) return;
  throw new CommandError(
    `the preview does not say what happens to ${visible(step.urn)}: an older pulumi-immuta made it, or its messages were taken out. Update pulumi-immuta in the program, and make the preview anew.`,
  );
}

/** The engine asks the provider nothing about a removal, and a replacement has one. */
function withDerivedSteps(
  { operation, before, after = {}, oldFirst }: PreviewStep,
  announced: Announcement | undefined,
  contract: Contract,
): Announcement | undefined {
  const derived = (steps: AnnouncedStep[]): Announcement => ({
    ...(announced ?? announcementOf([], {})),
    steps,
  });
  if (operation === "replace") return derived(stepsOfReplacement(before, after, contract, oldFirst));
  if (operation !== "delete") return announced;
  return before === undefined ? undefined : derived(stepsOfDelete(before, contract));
}

const wordsAbout = (announcement: Announcement, ...about: Line["about"][]): string[] =>
  wordsOf(announcement)
    .filter((line) => about.includes(line.about))
    .map(({ text }) => text);

/** The table says already which values change. */
export const stepWords = (announcement: Announcement, action: Action): string[] =>
  action === "replace"
    ? wordsAbout(announcement, "step")
    : wordsAbout(announcement, "adoption", "stored", "step", "open");

const meaningWords = (announcement: Announcement): string[] =>
  wordsAbout(announcement, "adoption", "replacement", "open");

function risksOf(action: Action, mayReplace: string[], changes: ChangeRow[], after: PropertyMap): Risk[] {
  const touches = (path: string): boolean =>
    changes.some(({ property }) => property === path || path.startsWith(`${property}.`));
  const idle = valueAt(after, "impersonation.enabled") === false;
  const fresh = action === "create" || action === "adopt";
  const found: Record<Risk, boolean> = {
    // Seen where all integrations are known.
    handover: false,
    delete: action === "delete",
    replace: action === "replace" || mayReplace.length > 0,
    impersonation: touches("impersonation.enabled") && !(fresh && idle),
    role: touches("impersonation.role") && !(fresh && idle),
    delimiters: !fresh && changes.some(({ property }) => property.startsWith("metadataDelimiters")),
    adopt: action === "adopt",
  };
  return risks.filter((risk) => found[risk]);
}

function setupOf(map: PropertyMap): Integration["setup"] {
  const automatic = map["autoBootstrap"];
  if (automatic === undefined || automatic === unknown) return "unknown";
  return automatic === true ? "automatic" : "manual";
}
