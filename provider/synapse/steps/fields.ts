import type { Contract } from "../../core/contract";
import type { Phase } from "../../core/phases";
import { runsInMaster } from "../api";
import { type PropertyMap, valueAt } from "../../core/property-map";
import { delimiterNames, properties } from "../inputs/paths";
import { unknown } from "../../core/unknown";
import type { Fields } from "../../core/announcement";

/** Values of announcements that several steps share, and how they read. */

/** A value of the program; null where it is known at `up` only. */
function valueOrLater(news: PropertyMap, path: string): string | null {
  const value = valueAt(news, path);
  return value === unknown ? null : String(value);
}

const shown = (value: Fields[string] | undefined): string => String(value ?? "(known at up)");

export const databaseOf = (phase: Phase, news: PropertyMap, contract: Contract): Fields => ({
  database: runsInMaster(phase, contract) ? "master" : valueOrLater(news, "database"),
});

/** `true` stands for the integration's own, whichever it is. */
export const databaseWords = ({ database }: Fields): string =>
  database === true ? "its database" : `database ${shown(database)}`;

export function impersonationOf(news: PropertyMap): Fields {
  const enabled = valueAt(news, "impersonation.enabled");
  if (enabled === true) return { impersonation: true, role: valueOrLater(news, "impersonation.role") };
  return { impersonation: enabled === false ? false : null };
}

export function impersonationWords({ impersonation, role }: Fields): string {
  if (impersonation === true) return `impersonation on, role ${shown(role)}`;
  return `impersonation ${impersonation === false ? "off" : "known at up"}`;
}

/** Of what a PUT sends that which changes; where nothing is known to, whether somebody may impersonate. */
export function settingsOf(news: PropertyMap, changed: readonly string[]): Fields {
  const delimiters = delimiterNames.filter((name) => changed.includes(`metadataDelimiters.${name}`));
  const account = changed.some((path) => accountPaths.has(path));
  const impersonation = changed.some((path) => path.startsWith("impersonation."));
  return {
    ...(impersonation || (delimiters.length === 0 && !account) ? impersonationOf(news) : {}),
    ...Object.fromEntries(
      delimiters.map((name) => [name, valueOrLater(news, `metadataDelimiters.${name}`)] as const),
    ),
    ...(account ? { account } : {}),
  };
}

const accountPaths: ReadonlySet<string> = new Set(
  properties.filter(({ change }) => change === "credentials").map(({ path }) => path),
);

export function settingsWords(fields: Fields): string {
  const delimiters = delimiterNames.filter((name) => fields[name] !== undefined);
  return [
    ...("impersonation" in fields ? [impersonationWords(fields)] : []),
    ...delimiters.map((name) => `${name} ${shown(fields[name])}`),
    ...(fields["account"] === true ? ["the system account"] : []),
  ].join(", ");
}

export const idOf = (id: string | undefined): Fields => (id === undefined ? {} : { id });

/** The integration's address at Immuta. */
export const addressWords = ({ id }: Fields): string =>
  typeof id === "string" ? `/integrations/${id}` : "/integrations";
