/** What runs statements, for those that it runs: a procedure's body and EXEC's text are statements again. */
import type { SqlValue } from "../wire/types";
import type { Statement } from "./ast";
import type { Engine, Scope } from "./scope";
import type { Frame, Output, SessionState } from "./session-state";

/** How a statement ended: what comes next. */
export type Flow = { kind: "next" | "break" | "continue" } | { kind: "return"; value: SqlValue };

export interface Runner extends Engine {
  readonly session: SessionState;
  readonly output: Output;
  /** The same session, for statements whose output goes elsewhere. */
  withOutput(output: Output): Runner;
  /** Throws SqlError. */
  parse(text: string): Statement[];
  scope(frame: Frame): Scope;
  run(statements: readonly Statement[], scope: Scope): Flow;
  runStatement(statement: Statement, scope: Scope): Flow;
  /** EXEC ('…') and sp_executesql: a batch of its own inside the one that runs. */
  runText(text: string, scope: Scope, parameters?: (frame: Frame) => void): Frame;
}
