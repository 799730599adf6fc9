/** Schemas, tables, views, procedures and functions. */
import { dboId, type DatabaseObject, type ObjectType, type Principal, type Schema } from "../workspace";
import type { ColumnDefinition, ModuleBody, ObjectName, Statement } from "./ast";
import { sqlError, type SqlError } from "./errors";
import { runQuery } from "./query";
import type { Relation, Scope } from "./scope";
import { Frame, type SessionState } from "./session-state";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export function createSchema({ name: given, owner }: Of<"create-schema">, session: SessionState): void {
  const { database, rights } = session;
  const name = given ?? owner ?? "";
  // master of a logical server holds logins and users, and nothing that anybody makes.
  if (database.isMaster || !rights.onDatabase("CREATE SCHEMA"))
    throw schemaFailure(sqlError(262, "CREATE SCHEMA", database.name));
  if (database.schema(name) !== undefined) throw schemaFailure(sqlError(2714, name));
  let { user }: { user: Principal } = session;
  if (owner !== undefined) {
    const principal = database.principal(owner);
    const allowed = principal !== undefined && (rights.isOwner || rights.actsAs(principal.id));
    if (!allowed) throw schemaFailure(sqlError(15151, "find", "user", owner));
    user = principal;
  }
  database.addSchema(name, user.id);
}

/** The server adds a second error to each that keeps a schema from being made. */
function schemaFailure(error: SqlError): SqlError {
  return error.followedBy(sqlError(2759));
}

export function dropSchema({ name, ifExists }: Of<"drop-schema">, session: SessionState): void {
  const { database, rights } = session;
  const schema = database.schema(name);
  if (schema === undefined && ifExists) return;
  if (schema === undefined || !rights.onSchema("CONTROL", schema))
    throw sqlError(15151, "drop", "schema", name);
  if (schema.builtIn) throw sqlError(15150, "schema", schema.name);
  const held = database.objects.find(({ schemaId }) => schemaId === schema.id);
  if (held !== undefined) throw sqlError(3729, schema.name, held.name);
  database.removeSchema(schema);
}

export function alterAuthorization(
  { schema: name, owner }: Of<"alter-authorization">,
  session: SessionState,
): void {
  const { database, rights } = session;
  const schema = database.schema(name);
  if (schema === undefined || schema.builtIn || !rights.onSchema("CONTROL", schema)) {
    throw sqlError(15151, "find", "schema", name);
  }
  const principal = database.principal(owner);
  if (principal === undefined) throw sqlError(15151, "find", "principal", owner);
  schema.ownerId = principal.id;
}

export function transferObject(
  { schema: name, object: objectName }: Of<"transfer">,
  session: SessionState,
): void {
  const { database, rights } = session;
  const schema = database.schema(name);
  if (schema === undefined || !rights.onSchema("ALTER", schema))
    throw sqlError(15151, "alter", "schema", name);
  const object = session.findObject(objectName);
  if (object === undefined || !rights.onObject("CONTROL", object))
    throw sqlError(15151, "find", "object", objectName.name);
  if (database.object(schema.id, object.name) !== undefined) throw sqlError(2714, object.name);
  object.schemaId = schema.id;
}

/** The right to make such objects in the database, and the right to change the schema they go into. */
function requireCreate(what: string, schema: Schema, { rights, database }: SessionState): void {
  const allowed = !database.isMaster && rights.onDatabase(`CREATE ${what}`);
  if (!allowed) throw sqlError(262, `CREATE ${what}`, database.name);
  if (schema.builtIn && schema.id !== dboId) throw sqlError(2760, schema.name);
  if (!rights.onSchema("ALTER", schema)) throw sqlError(2760, schema.name);
}

const moduleTypes: Record<ModuleBody["kind"], ObjectType> = {
  procedure: "P",
  view: "V",
  "scalar-function": "FN",
  "table-function": "IF",
};

export function createModule({ type, alter, name, module, definition }: Of<"module">, scope: Scope): void {
  const { session } = scope;
  if (alter) {
    const object = session.findObject(name);
    if (object === undefined || object.type === "U") throw sqlError(208, shown(name));
    if (object.type !== moduleTypes[module.kind]) throw sqlError(2010, shown(name));
    if (!session.rights.onObject("ALTER", object))
      throw sqlError(15151, "alter", type.toLowerCase(), shown(name));
    bind(module, scope);
    Object.assign(object, { module, definition, modified: new Date() });
    return;
  }
  const schema = session.schemaFor(name);
  requireCreate(type, schema, session);
  requireFree(schema, name, session);
  bind(module, scope);
  session.database.addObject({
    name: name.name,
    schemaId: schema.id,
    type: moduleTypes[module.kind],
    definition,
    module,
    columns: [],
    rows: [],
  });
}

function shown({ schema, name }: ObjectName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

function requireFree(schema: Schema, { name }: ObjectName, { database }: SessionState): void {
  if (database.object(schema.id, name) !== undefined) throw sqlError(2714, name);
}

/** What views and inline functions name must exist when they are made; procedures look when they run. */
function bind(module: ModuleBody, { session, engine }: Scope): void {
  if (module.kind !== "view" && module.kind !== "table-function") return;
  const frame = new Frame("function", "", 1, false);
  const parameters = module.kind === "table-function" ? module.parameters : [];
  for (const { name, type } of parameters) frame.declare(name, type, null);
  const { columns } = runQuery(module.query, { session, engine, frame });
  const names = module.kind === "view" ? module.columns : [];
  if (names.length > 0 && names.length !== columns.length) throw sqlError(8158, "view");
  columns.forEach((column, index) => {
    if (column.name === "" && names.length === 0) throw sqlError(4511, index + 1);
  });
}

export function createTable({ name, columns, source }: Of<"create-table">, scope: Scope): void {
  const { session } = scope;
  const schema = session.schemaFor(name);
  requireCreate("TABLE", schema, session);
  requireFree(schema, name, session);
  if (name.name.startsWith("#")) throw sqlError(40517, "temporary table");
  const selected = source === undefined ? undefined : runQuery(source, scope);
  const definitions = selected === undefined ? columns : columnsOf(selected, name.name);
  const seen = new Set<string>();
  for (const column of definitions) {
    if (seen.has(column.name.toLowerCase())) throw sqlError(2705, column.name, name.name);
    seen.add(column.name.toLowerCase());
  }
  session.database.addObject({
    name: name.name,
    schemaId: schema.id,
    type: "U",
    definition: null,
    module: null,
    columns: definitions,
    rows: selected?.rows ?? [],
  });
}

function columnsOf({ columns }: Relation, table: string): ColumnDefinition[] {
  return columns.map(({ name, type, nullable }, index) => {
    if (name === "") throw sqlError(8155, index + 1, table);
    return { name, type, nullable, initial: undefined };
  });
}

const kinds: Record<ObjectType, string> = {
  U: "TABLE",
  V: "VIEW",
  P: "PROCEDURE",
  FN: "FUNCTION",
  IF: "FUNCTION",
};

export function dropObjects({ type, names, ifExists }: Of<"drop-object">, session: SessionState): void {
  for (const name of names) dropObject(type, name, ifExists, session);
}

function dropObject(type: string, name: ObjectName, ifExists: boolean, session: SessionState): void {
  const object = session.findObject(name);
  if (object === undefined && ifExists) return;
  if (object === undefined || !mayDrop(object, session))
    throw sqlError(3701, type.toLowerCase(), shown(name));
  const kind = kinds[object.type];
  if (kind !== type) throw sqlError(3705, type, shown(name), shown(name), kind.toLowerCase(), kind);
  session.database.removeObject(object);
}

function mayDrop(object: DatabaseObject, { rights, database }: SessionState): boolean {
  const schema = database.schemaById(object.schemaId);
  return rights.onObject("CONTROL", object) || (schema !== undefined && rights.onSchema("ALTER", schema));
}
