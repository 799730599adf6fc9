import { askCatalog, type Asker } from "./ask";
import type { PoolLogin } from "./connect/login";
import { immutasSchemas, literal } from "./query";

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

/** As the audit log has it. */
const act = "preflight";

/**
 * Looks, with one read-only query in the pool's database and for a system account one in `master`, for what Immuta's
 * scripts would make. Gives what is there already, in words; a role to which Immuta's own objects are granted is Immuta's
 * and is not named. Throws PoolUnreachable.
 */
export async function preflight(login: PoolLogin, sought: Sought, asker: Asker): Promise<string[]> {
  const named = async (where: string, query: string): Promise<string[]> => {
    const [rows = []] = await askCatalog(login, where, [query], act, asker);
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
  asker: Asker,
): Promise<AccountFound> {
  const [[inMaster] = []] = await askCatalog(login, "master", [loginQuery(username)], act, asker);
  const [rows = []] = await askCatalog(login, database, [accountQuery(schema, username)], act, asker);
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
