/** INSERT … EXEC: the rows a statement would have sent to the client. */
import type { SqlValue } from "../wire/types";
import type { Statement } from "./ast";
import type { Runner } from "./runner";
import type { Scope } from "./scope";
import type { Output } from "./session-state";

export function captureRows(runner: Runner, statement: Statement, scope: Scope): SqlValue[][] {
  const rows: SqlValue[][] = [];
  const { output } = runner;
  const capturing: Output = {
    error: (error) => {
      output.error(error);
    },
    info: (message) => {
      output.info(message);
    },
    columns: () => undefined,
    row: (_columns, values) => rows.push([...values]),
    done: () => undefined,
    enter: () => undefined,
    leave: () => undefined,
  };
  const inner = runner.withOutput(capturing);
  inner.runStatement(statement, { ...scope, engine: inner });
  return rows;
}
