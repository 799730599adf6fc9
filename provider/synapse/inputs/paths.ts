import type { PropertyMap } from "../../core/property-map";
import { type Change, type Group, isGroup, type Row, type Setup } from "../../core/rows";
import { type Inputs, table } from "./table";

/** A row of the table with its place in it. */
export interface Property extends Row {
  /** Dotted path, such as `impersonation.role`. */
  path: string;
}

const entries: [string, Row | Group][] = Object.entries<Row | Group>(table);

/** The rows that check, diff and plan read, in the order of the table. */
export const properties: readonly Property[] = entries.flatMap(([name, entry]): Property[] =>
  isGroup(entry)
    ? Object.entries(entry.fields).map(([field, row]) => ({ path: `${name}.${field}`, ...row }))
    : [{ path: name, ...entry }],
);

export const topLevel: ReadonlySet<string> = new Set(entries.map(([name]) => name));
/** Inputs that are objects. */
export const groups: ReadonlySet<string> = new Set(
  entries.filter(([, entry]) => isGroup(entry)).map(([name]) => name),
);
export const delimiterNames = Object.keys(
  table.metadataDelimiters.fields,
) as (keyof Inputs["metadataDelimiters"])[];
export const secretPaths: readonly string[] = properties.filter((row) => row.secret).map(({ path }) => path);

/** What an input is for, in one of the setups. */
export const docIn = (setup: Setup, { doc }: Row): string => (typeof doc === "string" ? doc : doc[setup]);

/** What a change of an input means, in sentences for who reads of it. */
export function changeIn(change: Change, setup?: Setup): string[] {
  if (change === "replace") return ["A change replaces the integration."];
  if (change === "put") return ["A change is a PUT, in manual setup after the edit script."];
  if (change !== "credentials") return [];
  if (setup === "automatic") return ["A change is only stored."];
  return [
    `A change is a rotation${setup === "manual" ? "" : " in manual setup"}: initial-create script, edit script, PUT.`,
  ];
}

/** The inputs among a state's outputs. */
export function inputsOf(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => topLevel.has(name)));
}
