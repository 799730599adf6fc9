import {
  packageVersion,
  type Configuration,
  openConnection,
  type Address,
  dial,
  PoolUnreachable,
  type PoolLogin,
  nameOfLogin,
  routeOf,
} from "../../provider";
import { lookup } from "node:dns/promises";
import { fail, failOf, ok, type Result, skipped } from "./result";

export interface Place {
  host: string;
  database: string;
  trustServerCertificate: boolean;
}

const timeout = 15_000;
const checks = ["DNS", "port", "login in master", "rights in master", "login in database"];

/** The pool's side, from its name to what the login may do there. Reads only. */
export async function examinePool(place: Place, configuration: Configuration): Promise<Result[]> {
  const login = loginFor(place, configuration);
  if (login === undefined)
    return [
      fail(
        "SQL login",
        "no login is given",
        "Set IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD, or IMMUTA_SQL_ACCESS_TOKEN.",
      ),
      ...checks.map((check) => skipped(check, "no login")),
    ];
  const { server, port } = routeOf(login);
  const name = await resolved(server);
  if (name.result === "fail") return [name, ...checks.slice(1).map((check) => skipped(check, "no address"))];
  const open = await reachable(server, port);
  if (open.result === "fail")
    return [name, open, ...checks.slice(2).map((check) => skipped(check, "no connection"))];
  return [
    name,
    open,
    ...(await within(login, "master", "master", masterQuery, (row) => [rightsInMaster(row, login)])),
    ...(await within(login, place.database, "database", databaseQuery, databaseResults)),
  ];
}

function loginFor(
  { host, trustServerCertificate }: Place,
  configuration: Configuration,
): PoolLogin | undefined {
  const { username, password } = configuration.sqlAdministrator;
  const { sqlAccessToken: accessToken } = configuration;
  const authentication =
    username !== undefined && password !== undefined
      ? ({ type: "sql", username, password } as const)
      : accessToken !== undefined
        ? ({ type: "entra-access-token", accessToken } as const)
        : undefined;
  if (authentication === undefined) return undefined;
  return {
    host,
    port: 1433,
    authentication,
    route: configuration.sqlRoute(),
    trustServerCertificate,
    applicationName: `pulumi-immuta/${packageVersion()}`,
    connectTimeout: timeout,
    requestTimeout: timeout,
    pauseIsAwaited: false,
  };
}

async function resolved(server: string): Promise<Result> {
  try {
    const { address } = await lookup(server);
    return ok("DNS", server === address ? address : `${server} is ${address}`);
  } catch (error) {
    return fail(
      "DNS",
      `${server} cannot be resolved (${(error as NodeJS.ErrnoException).code ?? "unknown cause"})`,
      "Check --host, or name a private endpoint in IMMUTA_SQL_SERVER.",
    );
  }
}

async function reachable(server: string, port: number): Promise<Result> {
  try {
    (await dial({ server, port }, timeout)).destroy();
    return ok("port", `${server}:${port} answers`);
  } catch (error) {
    return fail(
      "port",
      `${server}:${port} does not answer (${(error as NodeJS.ErrnoException).code ?? "unknown cause"})`,
      "Let this machine out to that port, or name another way in IMMUTA_SQL_SERVER and IMMUTA_SQL_PORT.",
    );
  }
}

type Row = Readonly<Record<string, unknown>>;

/** Logs in and asks one question. */
async function within(
  login: PoolLogin,
  database: string,
  where: "master" | "database",
  query: string,
  read: (row: Row) => Result[],
): Promise<Result[]> {
  const check = `login in ${where}`;
  const silent = (): void => undefined;
  try {
    const connection = await openConnection(login, database, { info: silent, warn: silent, debug: silent });
    try {
      const { rows, errors } = await connection.batch(query, timeout);
      const { node } = connection;
      const admitted = [
        ...(node === undefined
          ? []
          : [ok(`node of ${where}`, `${login.host} sends on to ${nameOf(node)}, which answers`)]),
        ok(check, `${nameOfLogin(login.authentication)} is let into ${database}`),
      ];
      const [first] = errors;
      if (first !== undefined)
        return [
          ...admitted,
          fail(`rights in ${where}`, `Msg ${first.number}: ${first.message}`, administratorFix),
        ];
      return [...admitted, ...read(rows[0] ?? {})];
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof PoolUnreachable)) throw error;
    const { number, node } = error.trouble;
    const named =
      number === undefined ? (node === undefined ? check : `node of ${where}`) : (names[number] ?? check);
    return [failOf(named, error, "Try again in a few minutes, and see the error's own words.")];
  }
}

const nameOf = ({ server, port }: Address): string => `${server}:${port}`;

/** What an error at the login is really about. */
const names: Readonly<Record<number, string>> = {
  40615: "firewall",
  42108: "pool online",
  42109: "pool online",
  40613: "pool online",
};

const masterQuery =
  "SELECT IS_ROLEMEMBER('loginmanager') AS manager, IS_ROLEMEMBER('db_owner') AS administrator";

const administratorFix = "Use the workspace's SQL administrator, or see docs/rights.md for the least rights.";

function rightsInMaster({ manager, administrator }: Row, login: PoolLogin): Result {
  const check = "rights in master";
  if (administrator === 1) return ok(check, "administrator");
  if (manager === 1) return ok(check, "member of loginmanager");
  const who = nameOfLogin(login.authentication);
  return fail(
    check,
    `${who} may not create logins`,
    `Manual setup needs it: ALTER ROLE loginmanager ADD MEMBER [${who}] in master, or use the workspace's SQL administrator.`,
  );
}

const needed = [
  "ALTER ANY USER",
  "ALTER ANY ROLE",
  "CREATE SCHEMA",
  "CREATE PROCEDURE",
  "CREATE FUNCTION",
  "CREATE VIEW",
  "CREATE TABLE",
] as const;

const databaseQuery =
  "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Edition') AS nvarchar(128)) AS edition, " +
  "CAST(SERVERPROPERTY('EngineEdition') AS nvarchar(128)) AS engine, " +
  "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Status') AS nvarchar(128)) AS status, " +
  needed.map((right, at) => `HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', '${right}') AS right${at}`).join(", ");

function databaseResults(row: Row): Result[] {
  const edition = String(row["edition"]);
  const engine = String(row["engine"]);
  const status = String(row["status"]);
  const missing = needed.filter((_right, at) => row[`right${at}`] !== 1);
  return [
    missing.length === 0
      ? ok("rights in database", "users, roles, schemas, procedures, functions, views, tables")
      : fail("rights in database", `missing: ${missing.join(", ")}`, administratorFix),
    edition === "DataWarehouse" && engine === "6"
      ? ok("dedicated SQL pool", "yes")
      : fail(
          "dedicated SQL pool",
          `no: edition ${edition}, engine edition ${engine}`,
          "Immuta governs dedicated SQL pools: check --host (without -ondemand) and --database.",
        ),
    status === "ONLINE"
      ? ok("pool online", "yes")
      : fail("pool online", status, "Resume the pool, or wait until it is online."),
  ];
}
