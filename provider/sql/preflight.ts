import { type Clock, systemClock } from "../core/clock";
import type { Reporter } from "../core/reporter";
import { told } from "../core/strangers";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import { defaultRequestTimeout, type Outcome, resultOf } from "./batch";
import { PoolUnreachable } from "./errors";
import { troubleFrom } from "./driver-errors";
import type { PoolLogin } from "./connect/login";
import { connectPatiently, pause } from "./retry-policy";
import { howItBroke, interruptionIn } from "./trouble";

/** What a new integration would make, looked for before it is made. */
export interface Sought {
  database: string;
  /** The target schema; left out where only the account is new, and Immuta's schemas are there rightly. */
  schema?: string;
  /** The system account. */
  username: string;
}

/** Reading can be done again as often as wanted; a connection that always breaks will not mend itself. */
const mostAttempts = 3;

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
    for (let attempt = 1; ; attempt++) {
      const { rows, errors } = await askOnce(login, where, query, { reporter, auditLog, clock });
      const [first] = errors;
      if (first === undefined)
        return rows.map((row) => `${String(row["kind"])} ${String(row["name"])} in database ${where}`);
      const interruption = interruptionIn(errors.map(troubleFrom), login);
      if (interruption === undefined || attempt === mostAttempts)
        throw new PoolUnreachable(
          `The catalog of database ${where} on ${login.host} could not be read: ` +
            told(first.number === 0 ? first.message : `Msg ${first.number}: ${first.message}`),
          troubleFrom(first),
        );
      reporter.info(
        `${howItBroke(interruption)} while the catalog of database ${where} was read; it is read again`,
      );
      await clock.sleep(pause(attempt - 1));
    }
  };
  return [
    ...(await ask("master", loginQuery(sought.username))),
    ...(await ask(sought.database, databaseQuery(sought))),
  ];
}

async function askOnce(
  login: PoolLogin,
  database: string,
  query: string,
  { reporter, auditLog, clock }: { reporter: Reporter; auditLog: AuditLog; clock: Clock },
): Promise<Outcome> {
  const connection = await connectPatiently(login, database, true, reporter, clock);
  try {
    const ended = auditLog.begin({ act: "preflight", on: login.host, database, statement: "SELECT" });
    const outcome = await connection.batch(query, login.requestTimeout ?? defaultRequestTimeout);
    ended(resultOf(outcome));
    return outcome;
  } finally {
    await connection.close();
  }
}

const literal = (value: string): string => `N'${value.replaceAll("'", "''")}'`;

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
