/** INSERT, UPDATE, DELETE and TRUNCATE TABLE. */
import type { SqlType, SqlValue } from "../wire/types";
import type { DatabaseObject } from "../workspace";
import type { ColumnDefinition, Expression, ObjectName, Statement } from "./ast";
import { captureRows } from "./capture";
import { sqlError } from "./errors";
import { evaluate, test } from "./evaluate";
import { runQuery } from "./query";
import type { Runner } from "./runner";
import type { BoundColumn, Scope } from "./scope";
import type { SessionState } from "./session-state";
import { convert, isText, textOf } from "./values";

type Change = Extract<Statement, { kind: "insert" | "update" | "delete" | "truncate" }>;

/** Gives the number of rows changed. */
export function changeData(change: Change, scope: Scope, runner: Runner): number {
  const table = findTable(change.table, scope);
  switch (change.kind) {
    case "insert":
      requirePermission("INSERT", table, scope);
      return insert(change, table, scope, runner);
    case "update":
      requirePermission("UPDATE", table, scope);
      return update(change, table, scope);
    case "delete": {
      requirePermission("DELETE", table, scope);
      const kept = table.rows.filter((row) => !matches(change.where, table, row, scope));
      return replaceRows(scope.session, table, kept, table.rows.length - kept.length);
    }
    case "truncate":
      requirePermission("ALTER", table, scope);
      return replaceRows(scope.session, table, [], table.rows.length);
  }
}

function findTable(name: ObjectName, { session }: Scope): DatabaseObject {
  const object = session.findObject(name);
  if (object?.type !== "U")
    throw sqlError(208, name.schema === undefined ? name.name : `${name.schema}.${name.name}`);
  return object;
}

function requirePermission(permission: string, table: DatabaseObject, { session, frame }: Scope): void {
  if (frame.ownerRights || session.rights.onObject(permission, table)) return;
  const schema = session.database.schemaById(table.schemaId)?.name ?? "";
  throw sqlError(229, permission, table.name, session.database.name, schema);
}

function replaceRows(
  session: SessionState,
  table: DatabaseObject,
  rows: DatabaseObject["rows"],
  count: number,
): number {
  const before = table.rows;
  session.transaction?.undo.push(() => {
    table.rows = before;
  });
  table.rows = rows;
  return count;
}

function boundColumns(table: DatabaseObject): BoundColumn[] {
  return table.columns.map(({ name, type, nullable }) => ({ qualifier: table.name, name, type, nullable }));
}

function matches(
  where: Expression | undefined,
  table: DatabaseObject,
  row: readonly SqlValue[],
  scope: Scope,
): boolean {
  return where === undefined || test(where, { ...scope, columns: boundColumns(table), row }) === true;
}

function columnIndex(table: DatabaseObject, name: string): number {
  const index = table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  if (index < 0) throw sqlError(207, name);
  return index;
}

function insert(
  change: Extract<Change, { kind: "insert" }>,
  table: DatabaseObject,
  scope: Scope,
  runner: Runner,
): number {
  const targets =
    change.columns.length === 0
      ? table.columns.map((_column, index) => index)
      : change.columns.map((name) => columnIndex(table, name));
  if (new Set(targets).size < targets.length) throw sqlError(264, change.columns[0] ?? "");
  const given = newRows(change, targets.length, scope, runner);
  const rows = given.map((values) =>
    table.columns.map((column, index) => {
      const position = targets.indexOf(index);
      const { initial } = column;
      const value =
        position >= 0 ? (values[position] ?? null) : initial === undefined ? null : evaluate(initial, scope);
      return stored(value, column, table, "INSERT");
    }),
  );
  return replaceRows(scope.session, table, [...table.rows, ...rows], rows.length);
}

function newRows(
  { rows, columns }: Extract<Change, { kind: "insert" }>,
  width: number,
  scope: Scope,
  runner: Runner,
): SqlValue[][] {
  if (rows === "defaults") return [[]];
  if (Array.isArray(rows)) {
    return rows.map((row) => {
      if (row.length !== width)
        throw columns.length === 0 ? sqlError(213) : sqlError(row.length > width ? 110 : 109);
      return row.map((value) => evaluate(value, scope));
    });
  }
  if ("execute" in rows) return captureRows(runner, rows.execute, scope);
  const result = runQuery(rows, scope);
  if (result.columns.length !== width) {
    throw columns.length === 0 ? sqlError(213) : sqlError(result.columns.length < width ? 120 : 121);
  }
  return result.rows;
}

function update(change: Extract<Change, { kind: "update" }>, table: DatabaseObject, scope: Scope): number {
  const columns = boundColumns(table);
  const assignments = change.assignments.map(({ column, value }) => ({
    index: columnIndex(table, column),
    value,
  }));
  let count = 0;
  const rows = table.rows.map((row) => {
    if (!matches(change.where, table, row, scope)) return row;
    count += 1;
    const changed = [...row];
    for (const { index, value } of assignments) {
      const column = table.columns[index];
      if (column !== undefined)
        changed[index] = stored(evaluate(value, { ...scope, columns, row }), column, table, "UPDATE");
    }
    return changed;
  });
  return replaceRows(scope.session, table, rows, count);
}

/** The value as the column keeps it: text that does not fit is refused, not cut. */
function stored(
  value: SqlValue,
  column: ColumnDefinition,
  table: DatabaseObject,
  statement: string,
): SqlValue {
  if (value === null) {
    if (!column.nullable) throw sqlError(515, column.name, table.name, statement);
    return null;
  }
  const type: SqlType = column.type;
  if (isText(type) && type.length !== "max" && textOf(value).length > type.length)
    throw sqlError(2628, table.name, column.name);
  return convert(value, type);
}
