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

/** What scripts are about to make, looked for before they do. What is left out may be there rightly. */
export interface Sought {
  database: string;
  /** The target schema; with it schemas of Immuta's. */
  schema?: string;
  /** The system account. */
  username?: string;
  /** The impersonation role. */
  role?: string;
}

/** What the catalogs say of a system account. A SID (hex) is what ties a user to its login, whatever their names. */
export interface AccountFound {
  /** SID of the login in `master`. */
  login?: string;
  /** SID of the user in the pool's database. */
  user?: string;
  /** Of Immuta's schemas, the target schema among them: whether there are any, and whether the user owns one. */
  schemas: "none" | "others'" | "its own";
  /** CONTROL of the database was granted to the user itself. */
  controls: boolean;
}

/** Reading can be done again as often as wanted; a connection that always breaks will not mend itself. */
const mostAttempts = 3;

/**
 * Looks, with one read-only query in the pool's database and for a system account one in `master`, for what Immuta's
 * scripts would make. Gives what is there already, in words; a role to which Immuta's own objects are granted is Immuta's
 * and is not named. Throws PoolUnreachable.
 */
export async function preflight(
  login: PoolLogin,
  sought: Sought,
  reporter: Reporter,
  auditLog: AuditLog = noAuditLog,
  clock: Clock = systemClock,
): Promise<string[]> {
  const named = async (where: string, query: string): Promise<string[]> => {
    const rows = await ask(login, where, query, { reporter, auditLog, clock });
    return rows.map((row) => `${String(row["kind"])} ${String(row["name"])} in database ${where}`);
  };
  return [
    ...(sought.username === undefined ? [] : await named("master", loginQuery(sought.username))),
    ...(await named(sought.database, databaseQuery(sought))),
  ];
}

/** Looks at a system account that is there perhaps: one read-only query in `master`, one in the pool. Throws PoolUnreachable. */
export async function accountIn(
  login: PoolLogin,
  { database, schema, username }: Required<Omit<Sought, "role">>,
  reporter: Reporter,
  auditLog: AuditLog = noAuditLog,
  clock: Clock = systemClock,
): Promise<AccountFound> {
  const means = { reporter, auditLog, clock };
  const [inMaster] = await ask(login, "master", loginQuery(username), means);
  const rows = await ask(login, database, accountQuery(schema, username), means);
  const sidsOf = (kind: string): (string | undefined)[] =>
    rows.filter((row) => row["kind"] === kind).map((row) => sidIn(row));
  const [user] = sidsOf("user");
  const owners = sidsOf("schema");
  const loginSid = inMaster === undefined ? undefined : sidIn(inMaster);
  return {
    ...(loginSid === undefined ? {} : { login: loginSid }),
    ...(user === undefined ? {} : { user }),
    schemas:
      owners.length === 0 ? "none" : user !== undefined && owners.includes(user) ? "its own" : "others'",
    controls: sidsOf("control").length > 0,
  };
}

const sidIn = ({ sid }: Record<string, unknown>): string | undefined =>
  Buffer.isBuffer(sid) ? sid.toString("hex") : undefined;

interface Means {
  reporter: Reporter;
  auditLog: AuditLog;
  clock: Clock;
}

async function ask(
  login: PoolLogin,
  where: string,
  query: string,
  means: Means,
): Promise<Record<string, unknown>[]> {
  for (let attempt = 1; ; attempt++) {
    const { rows, errors } = await askOnce(login, where, query, means);
    const [first] = errors;
    if (first === undefined) return rows;
    const interruption = interruptionIn(errors.map(troubleFrom), login);
    if (interruption === undefined || attempt === mostAttempts)
      throw new PoolUnreachable(
        `The catalog of database ${where} on ${login.host} could not be read: ` +
          told(first.number === 0 ? first.message : `Msg ${first.number}: ${first.message}`),
        troubleFrom(first),
      );
    means.reporter.info(
      `${howItBroke(interruption)} while the catalog of database ${where} was read; it is read again`,
    );
    await means.clock.sleep(pause(attempt - 1));
  }
}

async function askOnce(
  login: PoolLogin,
  database: string,
  query: string,
  { reporter, auditLog, clock }: Means,
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

const immutasSchemas = "name LIKE 'immuta[_]%'";

const loginQuery = (username: string): string =>
  `SELECT 'login' AS kind, name, sid FROM sys.sql_logins WHERE name = ${literal(username)}`;

function databaseQuery({ schema, username, role }: Sought): string {
  const principal = (kind: string, name: string): string =>
    `SELECT '${kind}' AS kind, name FROM sys.database_principals WHERE name = ${literal(name)}`;
  return [
    ...(schema === undefined
      ? []
      : [
          `SELECT 'schema' AS kind, name FROM sys.schemas WHERE ${immutasSchemas} OR name = ${literal(schema)}`,
        ]),
    ...(username === undefined ? [] : [principal("user", username)]),
    ...(role === undefined ? [] : [`${principal("role", role)} AND principal_id NOT IN (${holders})`]),
  ].join(" UNION ALL ");
}

/** Whoever is granted an object of Immuta's own by name, as the impersonation role is. */
const holders =
  "SELECT p.grantee_principal_id FROM sys.database_permissions AS p " +
  "JOIN sys.objects AS o ON o.object_id = p.major_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id " +
  `WHERE p.class = 1 AND s.${immutasSchemas}`;

const accountQuery = (schema: string, username: string): string =>
  `SELECT 'user' AS kind, sid FROM sys.database_principals WHERE name = ${literal(username)} ` +
  "UNION ALL SELECT 'schema', p.sid FROM sys.schemas AS s JOIN sys.database_principals AS p ON p.principal_id = s.principal_id " +
  `WHERE s.${immutasSchemas} OR s.name = ${literal(schema)} ` +
  "UNION ALL SELECT 'control', u.sid FROM sys.database_permissions AS d JOIN sys.database_principals AS u ON u.principal_id = d.grantee_principal_id " +
  `WHERE d.class = 0 AND d.permission_name = 'CONTROL' AND d.state <> 'D' AND u.name = ${literal(username)}`;
