/** What lasts from batch to batch in one session, and what one running module has of its own. */
import type { SqlType, SqlValue } from "../wire/types";
import type { Column } from "../wire/tokens";
import { Rights } from "../permissions";
import type { Database, DatabaseObject, Login, Principal, Schema, Workspace } from "../workspace";
import type { ObjectName } from "./ast";
import { sqlError, type SqlError } from "./errors";
import type { PoolDialect } from "./lexer";

export interface Identity {
  /** As SUSER_SNAME() tells it. */
  loginName: string;
  /** Absent for an Entra identity. */
  login: Login | undefined;
  /** The workspace's administrator: dbo in every database. */
  administrator: boolean;
}

/** Takes what statements produce, in order. */
export interface Output {
  error(error: SqlError): void;
  info(message: {
    number: number;
    severity: number;
    state: number;
    text: string;
    line: number;
    procedureName: string;
  }): void;
  columns(columns: readonly Column[]): void;
  row(columns: readonly Column[], values: readonly SqlValue[]): void;
  /** A statement ended; `count` is the number of rows that `command` returned or changed. */
  done(end: { count?: number; command?: "select" | "insert" | "update" | "delete"; failed?: boolean }): void;
  /** What follows runs inside a procedure or dynamic text, until left. */
  enter(): void;
  leave(returnStatus: number | undefined): void;
}

export interface PreparedStatement {
  text: string;
  /** The declarations of its parameters. */
  parameters: string;
}

export class SessionState {
  quotedIdentifier = true;
  noCount = false;
  abortOnError = false;
  /** A statement that reads or changes something begins a transaction where none is open. */
  implicitTransactions = false;
  /** Undoes the changes of the open transaction, last first. */
  transaction: { depth: number; undo: (() => void)[]; doomed: boolean } | undefined;
  lastError = 0;
  rowCount = 0;
  readonly since = new Date();
  readonly context = new Map<string, SqlValue>();
  /** Statements that the client prepared, by handle. */
  readonly prepared = new Map<number, PreparedStatement>();
  private lastHandle = 0;

  constructor(
    readonly workspace: Workspace,
    readonly database: Database,
    readonly identity: Identity,
    readonly user: Principal,
    readonly client: {
      spid: number;
      applicationName: string;
      hostName: string;
      isLoggedIn: (login: Login) => boolean;
      /** The sessions that are open in the same database, this one included. */
      others: () => readonly SessionState[];
    },
  ) {}

  /** As a dedicated pool names it. */
  get id(): string {
    return `SID${this.client.spid}`;
  }

  /** Looked up anew for each question: grants change while a session lives. */
  get rights(): Rights {
    return new Rights(this.database, this.user);
  }

  /** Of a dedicated pool; none in master. */
  get dialect(): PoolDialect | undefined {
    return this.database.isMaster ? undefined : this.workspace.dialect;
  }

  /** May this session manage logins? Only in master, as administrator or member of loginmanager. */
  get managesLogins(): boolean {
    return this.identity.administrator || (this.database.isMaster && this.rights.isMember("loginmanager"));
  }

  get defaultSchema(): Schema | undefined {
    return this.database.schema(this.user.defaultSchema ?? "dbo");
  }

  /** The schema that an object name without one is made in. */
  schemaFor(name: ObjectName): Schema {
    const wanted = name.schema ?? this.user.defaultSchema ?? "dbo";
    const schema = this.database.schema(wanted);
    if (schema === undefined) throw sqlError(2760, wanted);
    return schema;
  }

  /** An existing object: in the named schema, or the user's default one and then dbo. */
  findObject(name: ObjectName): DatabaseObject | undefined {
    if (name.schema !== undefined) {
      const schema = this.database.schema(name.schema);
      return schema === undefined ? undefined : this.database.object(schema.id, name.name);
    }
    const { defaultSchema } = this;
    const found = defaultSchema === undefined ? undefined : this.database.object(defaultSchema.id, name.name);
    return found ?? this.database.object(1, name.name);
  }

  begin(): void {
    if (this.transaction === undefined) this.transaction = { depth: 1, undo: [], doomed: false };
    else this.transaction.depth += 1;
  }

  /** In a dedicated pool an error leaves nothing to a transaction but its rollback. */
  doomTransaction(): void {
    if (this.dialect !== undefined && this.transaction !== undefined) this.transaction.doomed = true;
  }

  /** Before data is read or changed, or anything defined. */
  requireSoundTransaction(): void {
    if (this.transaction?.doomed !== true) return;
    this.abandonTransaction();
    throw sqlError(111233);
  }

  commit(): void {
    if (this.transaction === undefined) throw sqlError(this.dialect === undefined ? 3902 : 111214);
    this.transaction.depth -= 1;
    if (this.transaction.depth === 0) this.transaction = undefined;
  }

  rollback(): void {
    if (this.transaction === undefined) throw sqlError(this.dialect === undefined ? 3903 : 111214);
    this.abandonTransaction();
  }

  /** Takes back what an open transaction did, if there is one. */
  abandonTransaction(): void {
    for (const undo of this.transaction?.undo.reverse() ?? []) undo();
    this.transaction = undefined;
  }

  /** Keeps a statement; its handle has not been another's in this session. */
  keep(statement: PreparedStatement): number {
    this.lastHandle += 1;
    this.prepared.set(this.lastHandle, statement);
    return this.lastHandle;
  }

  /** What a reset of the connection brings back to its start. */
  reset(): void {
    this.abandonTransaction();
    this.quotedIdentifier = true;
    this.noCount = false;
    this.abortOnError = false;
    this.implicitTransactions = false;
    this.lastError = 0;
    this.rowCount = 0;
    this.context.clear();
    this.prepared.clear();
  }
}

export interface Variable {
  type: SqlType;
  value: SqlValue;
}

/** One batch, procedure, function or dynamic text while it runs. */
export class Frame {
  readonly variables = new Map<string, Variable>();
  /** The error that the CATCH block now running is about. */
  caught: SqlError | undefined;

  constructor(
    readonly kind: "batch" | "procedure" | "function",
    /** Of the module that runs; empty in a batch. */
    readonly procedureName: string,
    readonly depth: number,
    /** Inside a module, objects are read with its owner's rights. */
    readonly ownerRights: boolean,
  ) {}

  declare(name: string, type: SqlType, value: SqlValue): void {
    const key = name.toLowerCase();
    if (this.variables.has(key)) throw sqlError(134, name);
    this.variables.set(key, { type, value });
  }

  variable(name: string): Variable {
    const variable = this.variables.get(name.toLowerCase());
    if (variable === undefined) throw sqlError(137, name);
    return variable;
  }
}
