import type { Clock } from "../immuta/wait";
import type { Reporter } from "../reporter";
import { PoolUnreachable } from "./errors";
import { troubleFrom } from "./faults";
import type { PoolLogin } from "./login";
import { connectPatiently } from "./patience";

/** What a new integration would make, looked for before it is made. */
export interface Sought {
  database: string;
  schema: string;
  /** The system account. */
  username: string;
}

/**
 * Looks, with one read-only query in `master` and one in the pool's database, for what Immuta's scripts would make:
 * the system account's login and user, schemas of Immuta's, the target schema. Gives what is there already, in words.
 * Throws PoolUnreachable.
 */
export async function survey(
  login: PoolLogin,
  sought: Sought,
  reporter: Reporter,
  clock?: Clock,
): Promise<string[]> {
  const ask = async (database: string, query: string): Promise<string[]> => {
    const connection = await connectPatiently(login, database, true, reporter, clock);
    try {
      const { rows, errors } = await connection.batch(query, login.requestTimeout ?? 600_000);
      const [first] = errors;
      if (first !== undefined)
        throw new PoolUnreachable(
          `The catalog of database ${database} on ${login.host} could not be read: ` +
            (first.number === 0 ? first.message : `Msg ${first.number}: ${first.message}`),
          troubleFrom(first),
        );
      return rows.map((row) => `${String(row["kind"])} ${String(row["name"])} in database ${database}`);
    } finally {
      await connection.close();
    }
  };
  return [
    ...(await ask("master", loginQuery(sought.username))),
    ...(await ask(sought.database, databaseQuery(sought))),
  ];
}

const literal = (value: string): string => `N'${value.replaceAll("'", "''")}'`;

const loginQuery = (username: string): string =>
  `SELECT 'login' AS kind, name FROM sys.sql_logins WHERE name = ${literal(username)}`;

const databaseQuery = ({ schema, username }: Sought): string =>
  `SELECT 'schema' AS kind, name FROM sys.schemas WHERE name LIKE 'immuta[_]%' OR name = ${literal(schema)} ` +
  `UNION ALL SELECT 'user' AS kind, name FROM sys.database_principals WHERE name = ${literal(username)}`;
