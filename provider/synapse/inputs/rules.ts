import { hasControl } from "../../core/rules";
import { unknown } from "../../core/unknown";
import { phases } from "../../core/phases";
import { normalIdentifier } from "./identifiers";

/** What single inputs must be. Each says what is wrong with a known value, or nothing. */

export function host(value: string): string | undefined {
  if (value === "")
    return "is empty. Give the workspace's dedicated SQL endpoint, such as contoso.sql.azuresynapse.net.";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    return "has a scheme. Give the host name alone, such as contoso.sql.azuresynapse.net.";
  if (/[/\\]/.test(value))
    return "has a path. Give the host name alone, such as contoso.sql.azuresynapse.net.";
  if (/[:,]\d+$/.test(value)) return "has a port. Give the host name alone and the port in `port`.";
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?$/i.test(value) || value.length > 253 || value.includes(".."))
    return "is not a valid host name. Use letters, digits, hyphens and dots, such as contoso.sql.azuresynapse.net.";
  if (/^[^.]+-ondemand\./i.test(value))
    return "is the workspace's serverless endpoint. Immuta governs dedicated SQL pools: give the endpoint without -ondemand.";
  return undefined;
}

export function server(value: string): string | undefined {
  if (/^[a-z0-9:.-]+$/i.test(value) && !/:\/\//.test(value) && !/^[^:]*:\d+$/.test(value)) return undefined;
  return "is not a valid host name or address. Give it without scheme, path or port; the port goes into bootstrap.port.";
}

export function identifier(value: string): string | undefined {
  if (value.trim() === "") return "is empty. Give a name of 1 to 128 characters.";
  if (value.length > 128) return `is ${value.length} characters long. SQL identifiers have at most 128.`;
  if (hasControl(value)) return "has a control character. Give a name of printable characters.";
  return undefined;
}

/** Databases that every server has. */
const systemDatabases: ReadonlySet<string> = new Set(["master", "model", "msdb", "tempdb"]);

/** Principals and schemas that every database has: no script can make one of them, and none must be given or dropped. */
const fixedNames: ReadonlySet<string> = new Set([
  ...["public", "guest", "dbo", "sys", "information_schema", "sa"],
  ...["db_owner", "db_accessadmin", "db_securityadmin", "db_ddladmin", "db_backupoperator"],
  ...["db_datareader", "db_datawriter", "db_denydatareader", "db_denydatawriter", "db_exporter"],
  ...["dbmanager", "loginmanager"],
  // Resource classes of a dedicated pool are roles.
  ...["smallrc", "mediumrc", "largerc", "xlargerc"],
  ...[10, 20, 30, 40, 50, 60, 70, 80].map((percent) => `staticrc${percent}`),
]);

export function database(value: string): string | undefined {
  if (systemDatabases.has(normalIdentifier(value.trimEnd())))
    return "is a database of the server's own. Give the dedicated SQL pool that Immuta is to govern.";
  return identifier(value);
}

/** Of a schema, role or account that Immuta's scripts make. */
export function madeName(value: string): string | undefined {
  if (fixedNames.has(normalIdentifier(value.trimEnd())))
    return "is a name that SQL Server keeps for itself: Immuta's scripts can neither make nor drop it. Give a name of its own.";
  return identifier(value);
}

const shortestPassword = 8;
/** A shorter login is not looked for in its password. */
const shortestLogin = 3;

/** What Azure SQL asks of the password of a new login. */
export function newPassword(value: string, login: string | undefined): string | undefined {
  if (value.length < shortestPassword)
    return `is shorter than ${shortestPassword} characters, which Azure SQL refuses. Give a longer one.`;
  const kinds = [/\p{Lu}/u, /\p{Ll}/u, /\d/, /[^\p{Lu}\p{Ll}\d]/u].filter((kind) => kind.test(value));
  if (kinds.length < 3)
    return "has fewer than three of capital letters, small letters, digits and other characters, which Azure SQL refuses. Mix them.";
  if (
    login !== undefined &&
    login.length >= shortestLogin &&
    value.toLowerCase().includes(login.toLowerCase())
  )
    return "contains the name of its login, which Azure SQL refuses. Give another one.";
  return undefined;
}

export const keyVaultSecret = (value: string): string | undefined =>
  /^https:\/\/[a-z0-9.-]+\/secrets\/[a-z0-9-]+\/[0-9a-f]{32}$/i.test(value)
    ? undefined
    : "is not the URI of a secret with its version. Give https://<vault>.vault.azure.net/secrets/<name>/<version>, so that a rotation is a change of the URI.";

export function approvedScripts(value: Record<string, unknown>): string | undefined {
  for (const [phase, identity] of Object.entries(value)) {
    if (!(phases as readonly string[]).includes(phase))
      return `names the phase ${phase}. Phases are ${phases.join(", ")}.`;
    if (identity !== unknown && (typeof identity !== "string" || !/^[0-9a-f]{64}$/.test(identity)))
      return `has no identity for ${phase}. Give the 64 hexadecimal digits that getBootstrapScripts shows.`;
  }
  return undefined;
}

export function authenticationType(value: string): string | undefined {
  return value === "userPassword"
    ? undefined
    : "is not supported. Immuta's Synapse integration supports userPassword only.";
}

export function delimiter(value: string): string | undefined {
  if (value === "") return "is empty. Give one character, such as |.";
  return hasControl(value) ? "has a control character. Give a printable one, such as |." : undefined;
}
