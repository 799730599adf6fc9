/** GRANT, DENY and REVOKE. */
import type { DatabaseObject, Permission, Principal } from "../workspace";
import type { Securable, Statement } from "./ast";
import { sqlError } from "./errors";
import type { SessionState } from "./session-state";

type PermissionStatement = Extract<Statement, { kind: "permission" }>;

const words = (text: string): string[] => text.split(",").map((word) => word.trim());

const databasePermissions = new Set(
  words(
    "ADMINISTER DATABASE BULK OPERATIONS, ALTER, ALTER ANY COLUMN MASTER KEY, ALTER ANY DATASPACE, ALTER ANY EXTERNAL DATA SOURCE, " +
      "ALTER ANY EXTERNAL FILE FORMAT, ALTER ANY MASK, ALTER ANY ROLE, ALTER ANY SCHEMA, ALTER ANY SECURITY POLICY, ALTER ANY USER, " +
      "BACKUP DATABASE, CONNECT, CONTROL, CREATE FUNCTION, CREATE PROCEDURE, CREATE ROLE, CREATE SCHEMA, CREATE TABLE, CREATE VIEW, " +
      "DELETE, EXECUTE, INSERT, KILL DATABASE CONNECTION, REFERENCES, SELECT, SHOWPLAN, TAKE OWNERSHIP, UNMASK, UPDATE, " +
      "VIEW ANY COLUMN ENCRYPTION KEY DEFINITION, VIEW DATABASE STATE, VIEW DEFINITION",
  ),
);
const schemaPermissions = new Set(
  words(
    "ALTER, CONTROL, DELETE, EXECUTE, INSERT, REFERENCES, SELECT, TAKE OWNERSHIP, UPDATE, VIEW DEFINITION, CREATE SEQUENCE",
  ),
);
const anyObject = words("ALTER, CONTROL, REFERENCES, TAKE OWNERSHIP, VIEW DEFINITION");
const rows = words("DELETE, INSERT, SELECT, UPDATE");
const objectPermissions: Record<DatabaseObject["type"], Set<string>> = {
  U: new Set([...anyObject, ...rows]),
  V: new Set([...anyObject, ...rows]),
  P: new Set([...anyObject, "EXECUTE"]),
  FN: new Set([...anyObject, "EXECUTE"]),
  IF: new Set([...anyObject, ...rows]),
};
const principalPermissions = new Set(words("ALTER, CONTROL, IMPERSONATE, TAKE OWNERSHIP, VIEW DEFINITION"));
const known = new Set([...databasePermissions, ...schemaPermissions, ...principalPermissions]);

export const isPermission = (name: string): boolean => known.has(name);

export function changePermissions(statement: PermissionStatement, session: SessionState): void {
  const target = resolve(statement.on, session);
  const grantees = statement.principals.map((name) => grantee(name, session));
  for (const permission of statement.permissions) {
    if (!target.allowed.has(permission)) throw sqlError(4606, permission);
    if (!session.rights.grants(permission, target)) throw target.hidden;
    for (const { id } of grantees) change(statement, permission, id, target, session);
  }
}

interface Target {
  class: Permission["class"];
  majorId: number;
  allowed: ReadonlySet<string>;
  /** What a session hears that may not hand permissions on here. */
  hidden: Error;
}

function resolve(on: Securable, session: SessionState): Target {
  const { database } = session;
  switch (on.kind) {
    case "database":
      if (on.name !== undefined && on.name.toLowerCase() !== database.name.toLowerCase())
        throw sqlError(15151, "find", "database", on.name);
      return { class: 0, majorId: 0, allowed: databasePermissions, hidden: sqlError(15247) };
    case "schema": {
      const schema = database.schema(on.name);
      const hidden = sqlError(15151, "find", "schema", on.name);
      if (schema === undefined) throw hidden;
      return { class: 3, majorId: schema.id, allowed: schemaPermissions, hidden };
    }
    case "object": {
      const object = session.findObject(on.name);
      const hidden = sqlError(15151, "find", "object", on.name.name);
      if (object === undefined) throw hidden;
      return { class: 1, majorId: object.id, allowed: objectPermissions[object.type], hidden };
    }
    case "principal": {
      if (on.type === "login") throw sqlError(40517, "LOGIN");
      const principal = database.principal(on.name);
      const hidden = sqlError(15151, "find", on.type, on.name);
      if (principal === undefined) throw hidden;
      return { class: 4, majorId: principal.id, allowed: principalPermissions, hidden };
    }
  }
}

function grantee(name: string, { database, user }: SessionState): Principal {
  const principal = database.principal(name);
  if (principal === undefined) throw sqlError(15151, "find", "user", name);
  if (principal.builtIn && principal.type === "R" && principal.id !== 0) throw sqlError(4617);
  if (["dbo", "sys", "information_schema"].includes(principal.name.toLowerCase()) || principal === user)
    throw sqlError(4624);
  return principal;
}

function change(
  { action, grantOption }: PermissionStatement,
  permission: string,
  granteeId: number,
  target: Target,
  { database, user }: SessionState,
): void {
  const { class: level, majorId } = target;
  const same = (entry: Permission): boolean =>
    entry.class === level &&
    entry.majorId === majorId &&
    entry.granteeId === granteeId &&
    entry.permission === permission;
  const before = database.permissions.find(same);
  database.permissions = database.permissions.filter((entry) => !same(entry));
  if (action === "REVOKE") return;
  const keepsOption = grantOption || before?.state === "GRANT_WITH_GRANT_OPTION";
  const state = action === "DENY" ? "DENY" : keepsOption ? "GRANT_WITH_GRANT_OPTION" : "GRANT";
  database.permissions.push({ class: level, majorId, granteeId, grantorId: user.id, permission, state });
}
