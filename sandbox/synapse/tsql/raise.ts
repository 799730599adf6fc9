/** RAISERROR and THROW. */
import type { SqlValue } from "../wire/types";
import type { Statement } from "./ast";
import { SqlError, sqlError } from "./errors";
import { evaluate } from "./evaluate";
import type { Scope } from "./scope";
import type { Output } from "./session-state";
import { textOf } from "./values";

const userMessage = 50_000;

export function raise(
  statement: Extract<Statement, { kind: "raiserror" | "throw" }>,
  scope: Scope,
  output: Output,
): void {
  if (statement.kind === "throw") raiseThrow(statement, scope);
  const { message, severity, state, arguments: values } = statement;
  const level = Number(evaluate(severity, scope));
  const text = formatMessage(
    textOf(evaluate(message, scope) ?? ""),
    values.map((value) => evaluate(value, scope)),
  );
  if (level <= 10) {
    const { procedureName } = scope.frame;
    output.info({
      number: userMessage,
      severity: level,
      state: Number(evaluate(state, scope)),
      text,
      line: statement.line,
      procedureName,
    });
    return;
  }
  if (level > 18) throw sqlError(2754);
  throw new SqlError(userMessage, level, Number(evaluate(state, scope)), text);
}

/** Always throws: THROW ends the batch. */
function raiseThrow({ error }: Extract<Statement, { kind: "throw" }>, scope: Scope): never {
  if (error !== undefined) {
    const number = Number(evaluate(error.number, scope));
    if (number < userMessage) throw sqlError(35100, number);
    const text = textOf(evaluate(error.message, scope) ?? "");
    throw new SqlError(number, 16, Number(evaluate(error.state, scope)), text, "batch");
  }
  const { caught } = scope.frame;
  if (caught === undefined) throw sqlError(10704);
  const again = new SqlError(caught.number, caught.severity, caught.state, caught.message, "batch");
  again.line = caught.line;
  again.procedureName = caught.procedureName;
  throw again;
}

/** printf as RAISERROR knows it: %s, %d, %i, %u, %x and %%. */
function formatMessage(text: string, values: SqlValue[]): string {
  let next = 0;
  return text.replaceAll(
    /%(?:[-+0 #]*\d*(?:\.\d+)?[hl]?(s|d|i|u|x|X|o)|%)/g,
    (_whole, kind: string | undefined) => {
      if (kind === undefined) return "%";
      const value = values[next++] ?? null;
      if (value === null) return "(null)";
      if (kind === "x" || kind === "X") return Number(value).toString(16);
      return textOf(value);
    },
  );
}
