import { type Clock, systemClock } from "../core/clock";
import type { Reporter } from "../core/reporter";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import { askCatalog } from "./ask";
import type { PoolLogin } from "./connect/login";
import { literal } from "./literal";

/** What a new integration would make, looked for before it is made. */
export interface Sought {
  database: string;
  /** The target schema; left out where only the account is new, and Immuta's schemas are there rightly. */
  schema?: string;
  /** The system account. */
  username: string;
}

/**
 * Looks, with one read-only query in `master` and one in the pool's database, for what Immuta's scripts would make:
 * the system account's login and user, schemas of Immuta's, the target schema. Gives what is there already, in words.
 * Throws PoolUnreachable.
 */
export async function preflight(
  login: PoolLogin,
  sought: Sought,
  reporter: Reporter,
  auditLog: AuditLog = noAuditLog,
  clock: Clock = systemClock,
): Promise<string[]> {
  const ask = async (where: string, query: string): Promise<string[]> => {
    const asker = { act: "preflight", reporter, auditLog, clock };
    const [rows = []] = await askCatalog(login, where, [query], asker);
    return rows.map((row) => `${String(row["kind"])} ${String(row["name"])} in database ${where}`);
  };
  return [
    ...(await ask("master", loginQuery(sought.username))),
    ...(await ask(sought.database, databaseQuery(sought))),
  ];
}

const loginQuery = (username: string): string =>
  `SELECT 'login' AS kind, name FROM sys.sql_logins WHERE name = ${literal(username)}`;

function databaseQuery({ schema, username }: Sought): string {
  const users = `SELECT 'user' AS kind, name FROM sys.database_principals WHERE name = ${literal(username)}`;
  if (schema === undefined) return users;
  return (
    `SELECT 'schema' AS kind, name FROM sys.schemas WHERE name LIKE 'immuta[_]%' OR name = ${literal(schema)} ` +
    `UNION ALL ${users}`
  );
}
