/** Functions that ask about the server, the session, its objects and rights. */
import { int, nvarchar, sysname, type SqlType, type SqlValue } from "../wire/types";
import type { DatabaseObject } from "../workspace";
import type { ObjectName } from "./ast";
import type { BuiltIn } from "./built-in";
import { TokenCursor } from "./cursor";
import { SqlError } from "./errors";
import { tokenize } from "./lexer";
import type { Scope } from "./scope";
import { textOf } from "./values";

export const version =
  "Microsoft Azure SQL Data Warehouse - 10.0.15661.0 (sandbox) \n\tCopyright (c) Microsoft Corporation";

type Run = (values: string[], scope: Scope) => SqlValue;

/** Arguments as text; the functions here take null for "no answer". */
function metadata(
  name: string,
  arity: readonly [number, number],
  type: SqlType,
  run: Run,
): [string, BuiltIn] {
  return [
    name,
    {
      arity,
      type,
      run: (values, scope) =>
        run(
          values.map((value) => (value === null ? "" : textOf(value))),
          scope,
        ),
    },
  ];
}

/** A name given as text: 'schema.name', '[schema].[name]', or null when it is no name. */
export function parseName(text: string): ObjectName | null {
  try {
    const cursor = new TokenCursor(text, tokenize(text));
    const name = cursor.objectName();
    return cursor.atEnd ? name : null;
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

function visible(object: DatabaseObject | undefined, scope: Scope): DatabaseObject | undefined {
  return object !== undefined && scope.session.rights.sees(object) ? object : undefined;
}

function objectId([text = "", type]: string[], { session }: Scope): number | null {
  const name = parseName(text);
  if (name === null) return null;
  const object = session.findObject(name);
  if (object === undefined || !session.rights.sees(object)) return null;
  return type === undefined || type.trim().toUpperCase() === object.type ? object.id : null;
}

const objectById = (id: string | undefined, scope: Scope): DatabaseObject | undefined =>
  visible(scope.session.database.objectById(Number(id)), scope);

function isRoleMember([role = "", name]: string[], { session }: Scope): number | null {
  const { database, user } = session;
  const found = database.principal(role);
  if (found?.type !== "R") return null;
  const principal = name === undefined ? user : database.principal(name);
  if (principal === undefined) return null;
  if (principal.id === 1) return found.name === "db_owner" || found.name === "public" ? 1 : 0;
  return memberIds(found.id, { session }).has(principal.id) || found.id === 0 ? 1 : 0;
}

function memberIds(roleId: number, { session }: Pick<Scope, "session">): Set<number> {
  const found = new Set([roleId]);
  for (const role of found) {
    for (const member of session.database.roleMembers) if (member.roleId === role) found.add(member.memberId);
  }
  found.delete(roleId);
  return found;
}

/** HAS_PERMS_BY_NAME(securable, class, permission); ANY asks for any permission at all. */
function hasPermission(
  [securable = "", securableClass = "", permission = ""]: string[],
  { session }: Scope,
): number | null {
  const { rights, database } = session;
  const wanted = permission.toUpperCase();
  switch (securableClass.toUpperCase()) {
    case "DATABASE":
    case "":
      return rights.onDatabase(wanted) ? 1 : 0;
    case "SCHEMA": {
      const schema = database.schema(parseName(securable)?.name ?? "");
      return schema === undefined ? null : rights.onSchema(wanted, schema) ? 1 : 0;
    }
    case "OBJECT": {
      const name = parseName(securable);
      const object = name === null ? undefined : session.findObject(name);
      if (object === undefined) return null;
      return (wanted === "ANY" ? rights.sees(object) : rights.onObject(wanted, object)) ? 1 : 0;
    }
    default:
      return null;
  }
}

const serverProperties = new Map<string, string | number>([
  ["edition", "SQL Azure"],
  ["engineedition", 6],
  ["productversion", "10.0.15661.0"],
  ["productlevel", "RTM"],
  ["collation", "SQL_Latin1_General_CP1_CI_AS"],
]);

function serverProperty([name = ""]: string[], { session }: Scope): string | null {
  if (name.toLowerCase() === "servername") return session.workspace.name;
  return serverProperties.get(name.toLowerCase())?.toString() ?? null;
}

function databaseProperty([name = "", property = ""]: string[], { session }: Scope): string | null {
  const database = session.workspace.database(name);
  if (database === undefined) return null;
  const properties = new Map([
    ["status", "ONLINE"],
    ["edition", database.isMaster ? "System" : "DataWarehouse"],
    ["serviceobjective", database.isMaster ? "System2" : "DW100c"],
    ["collation", "SQL_Latin1_General_CP1_CI_AS"],
    ["updateability", "READ_WRITE"],
    ["isautocreatestatistics", "1"],
  ]);
  return properties.get(property.toLowerCase()) ?? null;
}

const userName: Run = ([id], { session }) =>
  (id === undefined ? session.user : session.database.principalById(Number(id)))?.name ?? null;

const loginName: Run = (_values, { session }) => session.identity.loginName;

export const metadataFunctions: [string, BuiltIn][] = [
  metadata(
    "db_name",
    [0, 1],
    sysname,
    ([id], { session: { workspace, database } }) =>
      (id === undefined ? database : workspace.databases.find((other) => other.id === Number(id)))?.name ??
      null,
  ),
  metadata(
    "db_id",
    [0, 1],
    int,
    ([name], { session: { workspace, database } }) =>
      (name === undefined ? database : workspace.database(name))?.id ?? null,
  ),
  metadata("original_db_name", [0, 0], sysname, (_values, { session }) => session.database.name),
  metadata("suser_sname", [0, 1], sysname, loginName),
  metadata("suser_name", [0, 1], sysname, loginName),
  metadata("original_login", [0, 0], sysname, loginName),
  metadata("system_user", [0, 0], sysname, loginName),
  metadata("user_name", [0, 1], sysname, userName),
  metadata("current_user", [0, 0], sysname, userName),
  metadata("session_user", [0, 0], sysname, userName),
  metadata("user", [0, 0], sysname, userName),
  metadata(
    "user_id",
    [0, 1],
    int,
    ([name], { session: { database, user } }) =>
      (name === undefined ? user : database.principal(name))?.id ?? null,
  ),
  metadata("database_principal_id", [0, 1], int, ([name], { session: { database, user, rights } }) => {
    const principal = name === undefined ? user : database.principal(name);
    return principal !== undefined && rights.seesPrincipal(principal) ? principal.id : null;
  }),
  metadata("object_id", [1, 2], int, objectId),
  metadata("object_name", [1, 2], sysname, ([id], scope) => objectById(id, scope)?.name ?? null),
  metadata("object_schema_name", [1, 2], sysname, ([id], scope) => {
    const object = objectById(id, scope);
    return object === undefined ? null : (scope.session.database.schemaById(object.schemaId)?.name ?? null);
  }),
  metadata(
    "object_definition",
    [1, 1],
    nvarchar("max"),
    ([id], scope) => objectById(id, scope)?.definition ?? null,
  ),
  metadata(
    "schema_id",
    [0, 1],
    int,
    ([name], { session }) =>
      (name === undefined ? session.defaultSchema : session.database.schema(name))?.id ?? null,
  ),
  metadata(
    "schema_name",
    [0, 1],
    sysname,
    ([id], { session }) =>
      (id === undefined ? session.defaultSchema : session.database.schemaById(Number(id)))?.name ?? null,
  ),
  metadata("is_rolemember", [1, 2], int, isRoleMember),
  metadata("is_member", [1, 1], int, isRoleMember),
  ["has_perms_by_name", { ...metadata("", [3, 5], int, hasPermission)[1], nullable: true }],
  metadata("has_dbaccess", [1, 1], int, ([name = ""], { session: { workspace, identity } }) => {
    const database = workspace.database(name);
    if (database === undefined) return null;
    if (identity.administrator) return 1;
    return database.principals.some(({ sid }) => sid !== null && identity.login?.sid.equals(sid) === true)
      ? 1
      : 0;
  }),
  metadata("serverproperty", [1, 1], nvarchar(256), serverProperty),
  metadata("databasepropertyex", [2, 2], nvarchar(256), databaseProperty),
  metadata("@@version", [0, 0], nvarchar(300), () => version),
  metadata("@@servername", [0, 0], sysname, (_values, { session }) => session.workspace.name),
];
