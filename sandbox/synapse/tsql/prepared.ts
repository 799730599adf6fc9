/** Text with parameters: sp_executesql, and the statements that a session keeps under a handle. */
import type { SqlType, SqlValue } from "../wire/types";
import type { Parameter } from "./ast";
import { TokenCursor } from "./cursor";
import { sqlError } from "./errors";
import { tokenize } from "./lexer";
import { parseVariable } from "./parse-variable";
import type { Runner } from "./runner";
import type { Scope } from "./scope";
import type { SessionState } from "./session-state";
import { convert, textOf } from "./values";

/** An argument as given: where it is a variable marked OUTPUT, `assign` takes the parameter's last value. */
export interface GivenArgument {
  name: string | undefined;
  /** undefined: DEFAULT was given. */
  value: SqlValue | undefined;
  type: SqlType;
  assign: ((value: SqlValue) => void) | undefined;
}

export type SystemProcedure = (values: GivenArgument[], scope: Scope, runner: Runner) => number;

/** The named or positional argument of a system procedure, as text. */
export function textArgument(
  procedure: string,
  values: readonly GivenArgument[],
  index: number,
  name: string,
): string {
  const given =
    values.find((value) => value.name?.toLowerCase() === name) ??
    (values[index]?.name === undefined ? values[index] : undefined);
  if (given?.value === undefined || given.value === null) throw sqlError(201, procedure, name);
  return textOf(given.value);
}

/** sp_executesql text, N'@a int, @b nvarchar(10) OUTPUT', values… */
function executeSql(values: GivenArgument[], scope: Scope, runner: Runner): number {
  const text = textArgument("sp_executesql", values, 0, "@statement");
  const declared = values.length > 1 ? textArgument("sp_executesql", values, 1, "@params") : "";
  return runText(text, declared, values.slice(2), scope, runner);
}

function runText(
  text: string,
  declared: string,
  given: readonly GivenArgument[],
  scope: Scope,
  runner: Runner,
): number {
  const pairs = parseParameters(declared).map((parameter, index) => {
    const match =
      given.find(({ name }) => name?.toLowerCase() === parameter.name.toLowerCase()) ??
      (given[index]?.name === undefined ? given[index] : undefined);
    if (match?.value === undefined) throw sqlError(8178, parameter.name);
    return { parameter, match, value: match.value };
  });
  const frame = runner.runText(text, scope, (inside) => {
    for (const { parameter, value } of pairs)
      inside.declare(parameter.name, parameter.type, convert(value, parameter.type));
  });
  for (const { parameter, match } of pairs) match.assign?.(frame.variable(parameter.name).value);
  return 0;
}

function parseParameters(text: string): Parameter[] {
  const cursor = new TokenCursor(text, tokenize(text));
  const parameters = cursor.atEnd ? [] : cursor.list(() => parseVariable(cursor));
  if (!cursor.atEnd) throw cursor.syntaxError();
  return parameters;
}

/** Parses the statement, keeps it under a new handle and gives that to the first argument. */
function prepare(procedure: string, values: readonly GivenArgument[], scope: Scope, runner: Runner): number {
  const { session } = scope;
  // Drivers without parameters give NULL for their declaration.
  const parameters = values[1]?.value == null ? "" : textOf(values[1].value);
  const text = textArgument(procedure, values, 2, "@stmt");
  parseParameters(parameters);
  runner.parse(text);
  const handle = session.keep({ text, parameters });
  values[0]?.assign?.(handle);
  return handle;
}

/** sp_execute handle, values… */
function execute(handle: number, given: readonly GivenArgument[], scope: Scope, runner: Runner): number {
  const statement = scope.session.prepared.get(handle);
  if (statement === undefined) throw sqlError(8179, handle);
  return runText(statement.text, statement.parameters, given, scope, runner);
}

const handleOf = (values: readonly GivenArgument[]): number => Number(values[0]?.value ?? 0);

function forget(handle: number, { prepared }: SessionState): void {
  if (!prepared.delete(handle)) throw sqlError(8179, handle);
}

export const textProcedures: readonly (readonly [string, SystemProcedure])[] = [
  ["sp_executesql", executeSql],
  [
    "sp_prepare",
    (values, scope, runner) => {
      prepare("sp_prepare", values, scope, runner);
      return 0;
    },
  ],
  ["sp_execute", (values, scope, runner) => execute(handleOf(values), values.slice(1), scope, runner)],
  [
    "sp_prepexec",
    (values, scope, runner) => {
      // A handle that is given in belongs to a statement that the new one replaces.
      scope.session.prepared.delete(handleOf(values));
      const handle = prepare("sp_prepexec", values, scope, runner);
      return execute(handle, values.slice(3), scope, runner);
    },
  ],
  [
    "sp_unprepare",
    (values, { session }) => {
      forget(handleOf(values), session);
      return 0;
    },
  ],
];
