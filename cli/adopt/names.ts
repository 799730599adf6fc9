import { normalHost } from "../../provider";

/**
 * Names that are made of a place alone, so that an integration that comes or goes renames no other. No two places have
 * the same one.
 */

const endpoint = ".sql.azuresynapse.net";
const reserved = new Set(["index"]);

/** Of a workspace `claims`, other hosts as a whole; a host without dots gets a mark that no workspace's name has. */
export function nameOfHost(given: string): string {
  const host = normalHost(given);
  if (!host.includes(".")) return `_${host}`;
  const workspace = host.endsWith(endpoint) ? host.slice(0, -endpoint.length) : "";
  return workspace === "" || workspace.includes(".") || reserved.has(workspace) ? host : workspace;
}

export const fileOf = (host: string): string => `${nameOfHost(host)}.ts`;

/** Name of the resource: Immuta keeps one integration for a database. */
export const resourceName = (host: string, database: string): string => `${nameOfHost(host)}/${database}`;

/** Name of a setting of the stack, of the characters that a configuration key may well have. */
export function settingName(host: string, database: string, what: string): string {
  const plain = database.replace(
    /[^A-Za-z0-9_-]/gu,
    (character) => `~${(character.codePointAt(0) ?? 0).toString(16)}~`,
  );
  return `${nameOfHost(host)}.${plain}.${what}`;
}

/** The same where a dot would lead into an object, as it does in YAML's `config`. */
export function plainSettingName(host: string, database: string, what: string): string {
  const place = nameOfHost(host);
  const rest = settingName(host, database, what).slice(place.length + 1);
  return [place.replaceAll(".", "~2e~"), ...rest.split(".")].join("/");
}
