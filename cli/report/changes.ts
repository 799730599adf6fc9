import {
  type Announcement,
  differences,
  type PropertyMap,
  isPropertyMap,
  valueAt,
  type Change,
  groups,
  properties,
  type Property,
  unknown,
} from "../../provider";
import { secret } from "./preview";

/** A value as a report may show it. `unsaid`: the preview does not tell (a saved plan has no values of before). */
export type Value =
  | { state: "known"; value: string | number | boolean }
  | { state: "absent" | "secret" | "unknown" | "unsaid" };

/** One input that changes. */
export interface ChangeRow {
  /** Dotted path, or the name of a whole object that is known at `up` only. */
  property: string;
  before: Value;
  after: Value;
  /** What a change of this input means; docs/properties.md. */
  change: Change;
  /** Who is called because of it. */
  calls: "nobody" | "somebody" | "maybe";
}

export type Setup = "manual" | "automatic" | "unknown";

interface Changing {
  before: PropertyMap | undefined;
  after: PropertyMap;
  /** In a saved plan: the inputs that change. */
  changed: readonly string[] | undefined;
  /** What the provider says about it. */
  announcement: Announcement | undefined;
  setup: Setup;
  replaces: boolean;
}

/** The rows of an update or a replacement, in the order of the property table. */
export function changesOf(changing: Changing): ChangeRow[] {
  const { before, after, changed, setup, replaces } = changing;
  const row = (property: string, change: Change, from: Value, to: Value): ChangeRow => ({
    property,
    before: from,
    after: to,
    change,
    calls: callsOf(change, to, setup, replaces),
  });
  if (before === undefined) return plannedRows(after, changed ?? [], row);

  const whole = [...groups].filter((group) => isWhole(before[group]) || isWhole(after[group]));
  const inWhole = (path: string): boolean => whole.some((group) => path.startsWith(`${group}.`));
  const found = new Map(differences(before, after).map(({ path, change }) => [path, change]));
  const announced = announcedBy(changing);
  for (const path of announced.filter((one) => bothSecret(before, after, one)))
    found.set(path, propertyAt(path)?.change ?? "local");
  const single = properties.flatMap(({ path }): ChangeRow[] => {
    const change = found.get(path);
    if (change === undefined || inWhole(path)) return [];
    return [row(path, change, valueOf(before, path), valueOf(after, path))];
  });
  return [
    ...single,
    ...whole
      .filter(
        (group) => after[group] !== before[group] || announced.some((path) => path.startsWith(`${group}.`)),
      )
      .map((group) => row(group, strongest(group), groupOf(before, group), groupOf(after, group))),
  ];
}

type MakeRow = (property: string, change: Change, from: Value, to: Value) => ChangeRow;

/** A plan names whole objects: every input of a changed one is listed. */
function plannedRows(after: PropertyMap, changed: readonly string[], row: MakeRow): ChangeRow[] {
  return properties
    .filter(({ path, change }) => change !== "none" && changed.includes(path.split(".")[0] ?? ""))
    .map(({ path, change }) => row(path, change, { state: "unsaid" }, valueOf(after, path)))
    .filter(({ property, after: to }) => to.state !== "absent" || changed.includes(property));
}

/** The rows of a new integration: what is not said beside its name, and is not the default. */
export function settingsOf(after: PropertyMap): ChangeRow[] {
  const told = new Set(["host", "database", "schema", "autoBootstrap"]);
  return properties.flatMap((property): ChangeRow[] => {
    const value = valueAt(after, property.path);
    if (told.has(property.path) || value === undefined || value === property.default) return [];
    const { path, change } = property;
    return [
      { property: path, before: { state: "absent" }, after: valueOf(after, path), change, calls: "maybe" },
    ];
  });
}

/** A preview shows every secret as the same word, so that which one changed is told by the provider alone. */
const announcedBy = ({ announcement }: Changing): string[] => [
  ...(announcement?.changed ?? []),
  ...(announcement?.stored ?? []),
];

const bothSecret = (before: PropertyMap, after: PropertyMap, path: string): boolean =>
  valueAt(before, path) === secret && valueAt(after, path) === secret;

/** An object of which nothing is to be seen. */
const isWhole = (value: unknown): boolean => value === secret || value === unknown;

const propertyAt = (path: string): Property | undefined => properties.find((one) => one.path === path);

function strongest(group: string): Change {
  const order: Change[] = ["replace", "credentials", "put", "local", "none"];
  const inside = properties.filter(({ path }) => path.startsWith(`${group}.`)).map(({ change }) => change);
  return order.find((change) => inside.includes(change)) ?? "none";
}

function callsOf(change: Change, after: Value, setup: Setup, replaces: boolean): ChangeRow["calls"] {
  if (replaces) return "somebody";
  if (change === "local" || change === "none") return "nobody";
  if (change === "credentials" && setup === "automatic") return "nobody";
  return after.state === "unknown" || change === "replace" ? "maybe" : "somebody";
}

export function valueOf(map: PropertyMap, path: string): Value {
  const value = valueAt(map, path);
  const group = map[path.split(".")[0] ?? ""];
  if (value === undefined && isWhole(group)) return shown(group);
  if (propertyAt(path)?.secret === true && value !== undefined && value !== null && value !== unknown)
    return { state: "secret" };
  return shown(value);
}

/** An object as one value: its inputs in one line. */
function groupOf(map: PropertyMap, group: string): Value {
  const value = map[group];
  if (!isPropertyMap(value)) return shown(value);
  const inside = properties.filter(({ path }) => path.startsWith(`${group}.`));
  const told = inside.flatMap(({ path }) => {
    const inner = valueOf(map, path);
    const text = inner.state === "known" ? String(inner.value) : inner.state;
    return inner.state === "absent" ? [] : [`${path.slice(group.length + 1)}: ${text}`];
  });
  return told.length === 0 ? { state: "absent" } : { state: "known", value: told.join(", ") };
}

function shown(value: unknown): Value {
  if (value === undefined || value === null) return { state: "absent" };
  if (value === unknown) return { state: "unknown" };
  if (value === secret) return { state: "secret" };
  return { state: "known", value: value as string | number | boolean };
}
