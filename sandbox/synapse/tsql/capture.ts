/** INSERT … EXEC: the rows a statement would have sent to the client. */
import type { SqlValue } from "../wire/types";
import type { Statement } from "./ast";
import type { Scope } from "./evaluate";
import { Executor } from "./executor";
import type { Output } from "./session-state";

export function captureRows(executor: Executor, statement: Statement, scope: Scope): SqlValue[][] {
  const rows: SqlValue[][] = [];
  const { output } = executor;
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
  const inner = new Executor(executor.session, capturing);
  inner.runStatement(statement, { ...scope, engine: inner });
  return rows;
}
