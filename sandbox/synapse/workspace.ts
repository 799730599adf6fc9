/** The state of a workspace: its logins, and the databases on it. Plain data and look-ups, no T-SQL. */
import { randomBytes } from "node:crypto";
import type { ColumnDefinition, ModuleBody } from "./tsql/ast";
import { documentedDialect, type PoolDialect } from "./tsql/lexer";
import type { SqlValue } from "./wire/types";

/** Names compare as the default collation does: without case. */
export const fold = (name: string): string => name.toLowerCase();

export const sameName = (left: string, right: string): boolean => fold(left) === fold(right);

export interface Login {
  id: number;
  name: string;
  password: string;
  /** What ties users of databases to their login: a login created anew under an old name has another one. */
  sid: Buffer;
  enabled: boolean;
  created: Date;
  modified: Date;
}

export type PrincipalType = "S" | "E" | "R";

export interface Principal {
  id: number;
  name: string;
  /** S: SQL user, E: Entra user, R: database role. */
  type: PrincipalType;
  sid: Buffer | null;
  defaultSchema: string | null;
  ownerId: number | null;
  /** Made with the database, not by a statement. */
  builtIn: boolean;
  created: Date;
  modified: Date;
}

export interface Schema {
  id: number;
  name: string;
  ownerId: number;
  builtIn: boolean;
}

/** U: table, V: view, P: procedure, FN: scalar function, IF: inline table-valued function. */
export type ObjectType = "U" | "V" | "P" | "FN" | "IF";

export interface DatabaseObject {
  id: number;
  name: string;
  schemaId: number;
  type: ObjectType;
  created: Date;
  modified: Date;
  /** Of modules: the text they were made with, and what it parses to. */
  definition: string | null;
  module: ModuleBody | null;
  /** Of tables. */
  columns: readonly ColumnDefinition[];
  rows: readonly (readonly SqlValue[])[];
}

export interface Permission {
  /** 0 database, 1 object, 3 schema, 4 principal, 100 server. */
  class: 0 | 1 | 3 | 4;
  /** Id of the schema, object or principal; 0 for the database. */
  majorId: number;
  granteeId: number;
  grantorId: number;
  permission: string;
  state: "GRANT" | "DENY" | "GRANT_WITH_GRANT_OPTION";
}

export const publicId = 0;
export const dboId = 1;
const firstUserId = 5;
const firstSchemaId = 5;
const firstObjectId = 1_093_578_934;

const fixedRoles: [number, string][] = [
  [16384, "db_owner"],
  [16385, "db_accessadmin"],
  [16386, "db_securityadmin"],
  [16387, "db_ddladmin"],
  [16389, "db_backupoperator"],
  [16390, "db_datareader"],
  [16391, "db_datawriter"],
  [16392, "db_denydatareader"],
  [16393, "db_denydatawriter"],
];

export class Database {
  readonly principals: Principal[] = [];
  readonly schemas: Schema[] = [];
  readonly objects: DatabaseObject[] = [];
  permissions: Permission[] = [];
  roleMembers: { roleId: number; memberId: number }[] = [];
  readonly created = new Date();
  private lastObjectId = firstObjectId;

  constructor(
    readonly name: string,
    readonly id: number,
    administratorSid: Buffer,
  ) {
    const builtIn = (
      principalId: number,
      principalName: string,
      type: PrincipalType,
      sid: Buffer | null,
    ): void => {
      const defaultSchema = type === "S" ? (principalId <= 2 ? principalName : null) : null;
      const { created } = this;
      this.principals.push({
        id: principalId,
        name: principalName,
        type,
        sid,
        defaultSchema,
        ownerId: type === "R" ? dboId : null,
        builtIn: true,
        created,
        modified: created,
      });
    };
    builtIn(publicId, "public", "R", null);
    builtIn(dboId, "dbo", "S", administratorSid);
    builtIn(2, "guest", "S", Buffer.from([0]));
    builtIn(3, "INFORMATION_SCHEMA", "S", null);
    builtIn(4, "sys", "S", null);
    for (const [roleId, roleName] of fixedRoles) builtIn(roleId, roleName, "R", null);
    if (this.isMaster) {
      builtIn(16394, "dbmanager", "R", null);
      builtIn(16395, "loginmanager", "R", null);
    }

    ["dbo", "guest", "INFORMATION_SCHEMA", "sys"].forEach((schema, index) => {
      this.schemas.push({ id: index + 1, name: schema, ownerId: index + 1, builtIn: true });
    });
    for (const [roleId, roleName] of fixedRoles) {
      this.schemas.push({ id: roleId, name: roleName, ownerId: roleId, builtIn: true });
    }
  }

  get isMaster(): boolean {
    return sameName(this.name, "master");
  }

  principal(name: string): Principal | undefined {
    return this.principals.find((principal) => sameName(principal.name, name));
  }

  principalById(id: number): Principal | undefined {
    return this.principals.find((principal) => principal.id === id);
  }

  schema(name: string): Schema | undefined {
    return this.schemas.find((schema) => sameName(schema.name, name));
  }

  schemaById(id: number): Schema | undefined {
    return this.schemas.find((schema) => schema.id === id);
  }

  object(schemaId: number, name: string): DatabaseObject | undefined {
    return this.objects.find((object) => object.schemaId === schemaId && sameName(object.name, name));
  }

  objectById(id: number): DatabaseObject | undefined {
    return this.objects.find((object) => object.id === id);
  }

  addPrincipal(principal: Pick<Principal, "name" | "type" | "sid" | "defaultSchema" | "ownerId">): Principal {
    const now = new Date();
    const id = nextId(
      this.principals.filter((other) => other.id < 16384),
      firstUserId,
    );
    const added: Principal = { ...principal, id, builtIn: false, created: now, modified: now };
    this.principals.push(added);
    return added;
  }

  removePrincipal(principal: Principal): void {
    remove(this.principals, principal);
    this.roleMembers = this.roleMembers.filter((member) => member.memberId !== principal.id);
    this.permissions = this.permissions.filter(
      (entry) => entry.granteeId !== principal.id && !(entry.class === 4 && entry.majorId === principal.id),
    );
  }

  addSchema(name: string, ownerId: number): Schema {
    const id = nextId(
      this.schemas.filter((other) => other.id < 16384),
      firstSchemaId,
    );
    const schema = { id, name, ownerId, builtIn: false };
    this.schemas.push(schema);
    return schema;
  }

  removeSchema(schema: Schema): void {
    remove(this.schemas, schema);
    this.permissions = this.permissions.filter((entry) => entry.class !== 3 || entry.majorId !== schema.id);
  }

  addObject(object: Omit<DatabaseObject, "id" | "created" | "modified">): DatabaseObject {
    const now = new Date();
    this.lastObjectId += 16;
    const added: DatabaseObject = { ...object, id: this.lastObjectId, created: now, modified: now };
    this.objects.push(added);
    return added;
  }

  /** The content of another database, in place of its own. Who administers its server stays `dbo`. */
  takeFrom(other: Database): void {
    const sid = this.principalById(dboId)?.sid ?? null;
    const taken = <T extends object>(things: readonly T[]): T[] => things.map((thing) => ({ ...thing }));
    const principals = taken(other.principals);
    this.principals.splice(
      0,
      Infinity,
      ...principals.map((one) => (one.id === dboId ? { ...one, sid } : one)),
    );
    this.schemas.splice(0, Infinity, ...taken(other.schemas));
    this.objects.splice(0, Infinity, ...taken(other.objects));
    this.permissions = taken(other.permissions);
    this.roleMembers = taken(other.roleMembers);
    this.lastObjectId = other.lastObjectId;
  }

  removeObject(object: DatabaseObject): void {
    remove(this.objects, object);
    this.permissions = this.permissions.filter((entry) => entry.class !== 1 || entry.majorId !== object.id);
  }
}

function nextId(existing: readonly { id: number }[], first: number): number {
  return existing.reduce((highest, { id }) => Math.max(highest, id), first - 1) + 1;
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

/** An Entra identity that a token stands for. */
export interface TokenIdentity {
  principalName: string;
  /** Is it the workspace's Entra administrator, and so dbo everywhere? */
  administrator: boolean;
  sid: Buffer;
}

export class Workspace {
  readonly logins: Login[] = [];
  readonly databases: Database[] = [];
  readonly tokens = new Map<string, TokenIdentity>();
  readonly administrator: Login;
  private lastDatabaseId = 0;

  constructor(
    readonly host: string,
    administratorLogin: string,
    administratorPassword: string,
    /** What the parser of its pools takes. */
    readonly dialect: PoolDialect = documentedDialect,
  ) {
    this.administrator = this.addLogin(administratorLogin, administratorPassword);
    this.addDatabase("master");
  }

  /** The workspace's name: the first label of its host name. */
  get name(): string {
    return this.host.split(".")[0] ?? this.host;
  }

  get master(): Database {
    const [master] = this.databases;
    if (master === undefined) throw new Error("a workspace always has its master database");
    return master;
  }

  login(name: string): Login | undefined {
    return this.logins.find((login) => sameName(login.name, name));
  }

  database(name: string): Database | undefined {
    return this.databases.find((database) => sameName(database.name, name));
  }

  addLogin(name: string, password: string): Login {
    const now = new Date();
    const id = nextId(this.logins, 257);
    const login = { id, name, password, sid: randomBytes(16), enabled: true, created: now, modified: now };
    this.logins.push(login);
    return login;
  }

  removeLogin(login: Login): void {
    remove(this.logins, login);
  }

  addDatabase(name: string): Database {
    this.lastDatabaseId += 1;
    const database = new Database(name, this.lastDatabaseId, this.administrator.sid);
    this.databases.push(database);
    return database;
  }

  removeDatabase(database: Database): void {
    remove(this.databases, database);
  }

  acceptToken(token: string, principalName: string, administrator: boolean): void {
    const known = [...this.tokens.values()].find((identity) =>
      sameName(identity.principalName, principalName),
    );
    this.tokens.set(token, { principalName, administrator, sid: known?.sid ?? randomBytes(16) });
  }
}
