/** Where an expression stands, and what it stands on. */
import type { SqlType, SqlValue } from "../wire/types";
import type { Query } from "./ast";
import type { Frame, SessionState } from "./session-state";

/** A column that expressions can name. */
export interface BoundColumn {
  qualifier: string;
  name: string;
  type: SqlType;
  nullable: boolean;
}

export interface Relation {
  columns: BoundColumn[];
  rows: SqlValue[][];
}

/** Where an expression stands: session, module, the row it is about, and the queries around it. */
export interface Scope {
  session: SessionState;
  frame: Frame;
  /** Runs queries and user functions; given here so that expressions need not know how. */
  engine: Engine;
  columns?: readonly BoundColumn[];
  /** Absent where only types are asked for. */
  row?: readonly SqlValue[] | undefined;
  /** The rows that aggregates run over. */
  group?: readonly (readonly SqlValue[])[];
  outer?: Scope | undefined;
  common?: ReadonlyMap<string, Relation>;
}

export interface Engine {
  query(query: Query, scope: Scope): Relation;
  /** undefined: there is no such function. */
  userFunctionType(schema: string | undefined, name: string, scope: Scope): SqlType | undefined;
  callUserFunction(schema: string | undefined, name: string, values: SqlValue[], scope: Scope): SqlValue;
}
