/** What a user may do in a database: grants and denials, roles, ownership, and what one permission implies. */
import {
  dboId,
  publicId,
  type Database,
  type DatabaseObject,
  type Principal,
  type Schema,
} from "./workspace";

/** What the fixed roles bring with them, at the level of the database. */
const fixedRoleRights = new Map<string, string[]>([
  ["db_datareader", ["SELECT"]],
  ["db_datawriter", ["INSERT", "UPDATE", "DELETE"]],
  ["db_accessadmin", ["ALTER ANY USER", "CREATE SCHEMA"]],
  [
    "db_securityadmin",
    ["ALTER ANY ROLE", "CREATE SCHEMA", "CREATE ROLE", "VIEW DEFINITION", "MANAGE GRANTS"],
  ],
  [
    "db_ddladmin",
    [
      "ALTER ANY SCHEMA",
      "CREATE SCHEMA",
      "CREATE TABLE",
      "CREATE VIEW",
      "CREATE PROCEDURE",
      "CREATE FUNCTION",
      "VIEW DEFINITION",
    ],
  ],
]);

const fixedRoleDenials = new Map<string, string[]>([
  ["db_denydatareader", ["SELECT"]],
  ["db_denydatawriter", ["INSERT", "UPDATE", "DELETE"]],
]);

/** The permissions on the whole database that include a given one. */
function implying(permission: string): string[] {
  const implied = ["CONTROL", permission];
  if (permission.startsWith("CREATE ") || permission.startsWith("ALTER ANY ")) implied.push("ALTER");
  if (permission === "CREATE SCHEMA") implied.push("ALTER ANY SCHEMA");
  if (permission === "CREATE ROLE") implied.push("ALTER ANY ROLE");
  return implied;
}

export class Rights {
  private readonly principals: Set<number>;
  readonly isOwner: boolean;

  constructor(
    private readonly database: Database,
    readonly user: Principal,
  ) {
    this.principals = withRoles(database, user.id);
    const owner = database.principal("db_owner");
    this.isOwner = user.id === dboId || (owner !== undefined && this.principals.has(owner.id));
  }

  /** Is the user this principal, or a direct or indirect member of it? */
  actsAs(principalId: number): boolean {
    return this.principals.has(principalId);
  }

  isMember(roleName: string): boolean {
    const role = this.database.principal(roleName);
    return role !== undefined && this.principals.has(role.id);
  }

  onDatabase(permission: string): boolean {
    if (this.isOwner) return true;
    const names = implying(permission);
    return (
      !this.denied(0, 0, [permission, "CONTROL"]) && (this.granted(0, 0, names) || this.byFixedRole(names))
    );
  }

  onSchema(permission: string, schema: Schema): boolean {
    if (this.isOwner) return true;
    const names = [permission, "CONTROL", ...(permission === "VIEW DEFINITION" ? ["ALTER"] : [])];
    if (this.denied(3, schema.id, names) || this.deniedAbove(names)) return false;
    if (this.actsAs(schema.ownerId) && schema.ownerId !== dboId) return true;
    const above = permission === "ALTER" || permission === "CONTROL" ? ["ALTER", "ALTER ANY SCHEMA"] : [];
    return (
      this.granted(3, schema.id, names) ||
      this.granted(0, 0, [...names, ...above]) ||
      this.byFixedRole([...names, ...above])
    );
  }

  onObject(permission: string, object: DatabaseObject): boolean {
    if (this.isOwner) return true;
    const names = [permission, "CONTROL"];
    if (this.denied(1, object.id, names)) return false;
    const schema = this.database.schemaById(object.schemaId);
    if (schema === undefined) return false;
    if (this.denied(3, schema.id, names) || this.deniedAbove(names)) return false;
    return this.granted(1, object.id, names) || this.onSchema(permission, schema);
  }

  /** Metadata of an object shows to those who hold any permission on it. */
  sees(object: DatabaseObject): boolean {
    return ["VIEW DEFINITION", "SELECT", "EXECUTE", "INSERT", "UPDATE", "DELETE", "ALTER"].some(
      (permission) => this.onObject(permission, object),
    );
  }

  seesPrincipal(principal: Principal): boolean {
    return (
      principal.builtIn ||
      this.actsAs(principal.id) ||
      this.onDatabase("VIEW DEFINITION") ||
      this.onDatabase(principal.type === "R" ? "ALTER ANY ROLE" : "ALTER ANY USER")
    );
  }

  /** May the user hand this permission on? */
  grants(permission: string, on: { class: 0 | 1 | 3 | 4; majorId: number }): boolean {
    if (this.isOwner || this.byFixedRole(["MANAGE GRANTS"])) return true;
    const { database } = this;
    const owned = on.class === 3 && database.schemaById(on.majorId);
    if (owned !== false && owned !== undefined && this.onSchema("CONTROL", owned)) return true;
    const object = on.class === 1 ? database.objectById(on.majorId) : undefined;
    if (object !== undefined && this.onObject("CONTROL", object)) return true;
    if (this.granted(0, 0, ["CONTROL"])) return true;
    return database.permissions.some(
      (entry) =>
        entry.state === "GRANT_WITH_GRANT_OPTION" &&
        entry.class === on.class &&
        entry.majorId === on.majorId &&
        entry.permission === permission &&
        this.actsAs(entry.granteeId),
    );
  }

  private granted(level: 0 | 1 | 3 | 4, majorId: number, names: string[]): boolean {
    return this.holds(level, majorId, names, false);
  }

  private denied(level: 0 | 1 | 3 | 4, majorId: number, names: string[]): boolean {
    return this.holds(level, majorId, names, true);
  }

  private deniedAbove(names: string[]): boolean {
    return this.denied(0, 0, names) || this.byFixedRole(names, fixedRoleDenials);
  }

  private holds(level: 0 | 1 | 3 | 4, majorId: number, names: string[], denied: boolean): boolean {
    return this.database.permissions.some(
      (entry) =>
        entry.class === level &&
        entry.majorId === majorId &&
        names.includes(entry.permission) &&
        (entry.state === "DENY") === denied &&
        this.principals.has(entry.granteeId),
    );
  }

  private byFixedRole(names: string[], table = fixedRoleRights): boolean {
    return [...table].some(
      ([role, rights]) => rights.some((right) => names.includes(right)) && this.isMember(role),
    );
  }
}

function withRoles(database: Database, id: number): Set<number> {
  const found = new Set([id, publicId]);
  for (const principal of found) {
    for (const { roleId, memberId } of database.roleMembers) if (memberId === principal) found.add(roleId);
  }
  return found;
}
