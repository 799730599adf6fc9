/** Queries: from sources to rows. */
import { int, type SqlValue } from "../wire/types";
import { isAggregate } from "./aggregates";
import type { Expression, ObjectName, Query, Select, SelectItem, Source } from "./ast";
import { catalogView, isSystemName, isUnsupportedView } from "./catalog-views";
import { SqlError, sqlError } from "./errors";
import { columnNameOf, evaluate, test, typeOf } from "./evaluate";
import type { BoundColumn, Relation, Scope } from "./scope";
import { Frame } from "./session-state";
import { commonType, compare, convert } from "./values";

/** Views within views, and queries within them, end somewhere. */
const deepestNesting = 32;

export function runQuery(query: Query, outer: Scope): Relation {
  let scope: Scope = {
    session: outer.session,
    frame: outer.frame,
    engine: outer.engine,
    outer,
    common: outer.common ?? new Map<string, Relation>(),
  };
  for (const { name, columns, query: inner } of query.with) {
    const relation = renamed(runQuery(inner, scope), name, columns);
    scope = { ...scope, common: new Map([...(scope.common ?? []), [name.toLowerCase(), relation]]) };
  }

  const plain = query.unions.length === 0;
  let result = runSelect(query.first, scope, plain ? query.orderBy : []);
  for (const { all, select } of query.unions) {
    result = union(result, runSelect(select, scope, []), all);
  }
  if (!plain && query.orderBy.length > 0) result = sortedByOutput(result, query.orderBy, scope);
  return result;
}

interface Produced {
  row: SqlValue[];
  /** Where ORDER BY may look beyond the columns of the result. */
  scope: Scope;
}

function runSelect(select: Select, outer: Scope, orderBy: Query["orderBy"]): Relation {
  const source = select.from === undefined ? { columns: [], rows: [[]] } : resolve(select.from, outer);
  const scope: Scope = { ...outer, columns: source.columns, row: undefined };
  const items = expandStars(select.items, source.columns);
  const columns = items.map(({ expression, name }): BoundColumn => ({
    qualifier: "",
    name,
    type: typeOf(expression, scope),
    nullable: true,
  }));

  const kept = source.rows.filter(
    (row) => select.where === undefined || test(select.where, { ...scope, row }) === true,
  );
  if (select.where !== undefined && source.rows.length === 0) checkNames(select.where, scope);
  const scopes = groups(select, items, kept, scope);

  let produced = scopes.map((rowScope): Produced => ({
    row: items.map(({ expression }, index) =>
      convert(evaluate(expression, rowScope), columns[index]?.type ?? int),
    ),
    scope: rowScope,
  }));
  if (select.distinct) produced = distinct(produced);
  if (orderBy.length > 0) sort(produced, columns, orderBy);
  if (select.top !== undefined) produced = produced.slice(0, Number(evaluate(select.top, outer)));
  return { columns, rows: produced.map(({ row }) => row) };
}

/** Columns that do not exist are an error even where there is no row to read them from. */
function checkNames(condition: Expression, scope: Scope): void {
  try {
    test(condition, scope);
  } catch (error) {
    if (error instanceof SqlError && ![207, 208, 209, 4104, 137, 195, 4121].includes(error.number)) return;
    throw error;
  }
}

interface Item {
  name: string;
  expression: Expression;
}

function expandStars(items: readonly SelectItem[], columns: readonly BoundColumn[]): Item[] {
  return items.flatMap((item): Item[] => {
    if (item.kind === "assign") return [{ name: "", expression: item.expression }];
    if (item.kind === "expression") {
      return [{ name: item.alias ?? columnNameOf(item.expression), expression: item.expression }];
    }
    const wanted = item.qualifier?.toLowerCase();
    const matching = columns.filter(
      (column) => wanted === undefined || column.qualifier.toLowerCase() === wanted,
    );
    if (matching.length === 0)
      throw wanted === undefined ? sqlError(102, "*") : sqlError(4104, `${wanted}.*`);
    return matching.map(({ name, qualifier }) => ({
      name,
      expression: { kind: "column", name, qualifier: qualifier === "" ? undefined : qualifier, text: name },
    }));
  });
}

/** One scope for each row of the result: for each row, or for each group of rows. */
function groups(select: Select, items: readonly Item[], rows: SqlValue[][], scope: Scope): Scope[] {
  const aggregated =
    select.groupBy.length > 0 ||
    select.having !== undefined ||
    items.some(({ expression }) => hasAggregate(expression));
  if (!aggregated) return rows.map((row) => ({ ...scope, row }));

  const byKey = new Map<string, SqlValue[][]>();
  if (select.groupBy.length === 0) byKey.set("", rows);
  for (const row of select.groupBy.length === 0 ? [] : rows) {
    const key = keyOf(select.groupBy.map((expression) => evaluate(expression, { ...scope, row })));
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  const scopes = [...byKey.values()].map((group): Scope => ({ ...scope, row: group[0], group }));
  const { having } = select;
  return having === undefined ? scopes : scopes.filter((group) => test(having, group) === true);
}

function hasAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case "call":
      return (
        (expression.schema === undefined && isAggregate(expression.name)) ||
        expression.arguments.some(hasAggregate)
      );
    case "arithmetic":
      return hasAggregate(expression.left) || hasAggregate(expression.right);
    case "negate":
    case "convert":
      return hasAggregate(expression.operand);
    case "case":
      return (
        [
          ...expression.branches.map(({ then }) => then),
          ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
        ].some(hasAggregate) || expression.branches.some(({ when }) => predicateHasAggregate(when))
      );
    default:
      return false;
  }
}

function predicateHasAggregate(expression: Expression): boolean {
  if (expression.kind === "compare" || expression.kind === "and" || expression.kind === "or") {
    return [expression.left, expression.right].some(
      (side) => hasAggregate(side) || predicateHasAggregate(side),
    );
  }
  return hasAggregate(expression);
}

function keyOf(row: readonly SqlValue[]): string {
  return JSON.stringify(
    row.map((value) =>
      typeof value === "string"
        ? value.trimEnd().toLowerCase()
        : value === null
          ? null
          : `${typeof value}:${value.toString()}`,
    ),
  );
}

function distinct(produced: Produced[]): Produced[] {
  const seen = new Map(produced.toReversed().map((entry) => [keyOf(entry.row), entry]));
  return produced.filter((entry) => seen.get(keyOf(entry.row)) === entry);
}

function sort(produced: Produced[], columns: readonly BoundColumn[], orderBy: Query["orderBy"]): void {
  const keyed = produced.map((entry) => ({
    entry,
    keys: orderBy.map(({ expression }) => orderValue(expression, columns, entry)),
  }));
  keyed.sort((left, right) => {
    for (const [index, { descending }] of orderBy.entries()) {
      const order = compareNullsFirst(left.keys[index] ?? null, right.keys[index] ?? null);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
  keyed.forEach(({ entry }, index) => (produced[index] = entry));
}

function orderValue(
  expression: Expression,
  columns: readonly BoundColumn[],
  { row, scope }: Produced,
): SqlValue {
  if (expression.kind === "literal" && typeof expression.value === "number")
    return row[expression.value - 1] ?? null;
  if (expression.kind === "column" && expression.qualifier === undefined) {
    const index = columns.findIndex((column) => column.name.toLowerCase() === expression.name.toLowerCase());
    if (index >= 0) return row[index] ?? null;
  }
  return evaluate(expression, scope);
}

function compareNullsFirst(left: SqlValue, right: SqlValue): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null);
  return compare(left, right);
}

function sortedByOutput(relation: Relation, orderBy: Query["orderBy"], scope: Scope): Relation {
  const produced = relation.rows.map((row): Produced => ({
    row,
    scope: { ...scope, columns: relation.columns, row },
  }));
  sort(produced, relation.columns, orderBy);
  return { columns: relation.columns, rows: produced.map(({ row }) => row) };
}

function union(left: Relation, right: Relation, all: boolean): Relation {
  if (left.columns.length !== right.columns.length) throw sqlError(205);
  const columns = left.columns.map((column, index) => ({
    ...column,
    type: commonType(column.type, right.columns[index]?.type ?? column.type),
  }));
  const rows = [...left.rows, ...right.rows].map((row) =>
    row.map((value, index) => convert(value, columns[index]?.type ?? int)),
  );
  if (all) return { columns, rows };
  const byKey = new Map(rows.toReversed().map((row) => [keyOf(row), row]));
  return { columns, rows: rows.filter((row) => byKey.get(keyOf(row)) === row) };
}

function renamed(relation: Relation, qualifier: string, names: readonly string[]): Relation {
  if (names.length > 0 && names.length !== relation.columns.length) throw sqlError(213);
  const columns = relation.columns.map((column, index) => ({
    ...column,
    qualifier,
    name: names[index] ?? column.name,
  }));
  const unnamed = columns.findIndex(({ name }) => name === "");
  if (unnamed >= 0) throw sqlError(8155, unnamed + 1, qualifier);
  return { columns, rows: relation.rows };
}

function resolve(source: Source, scope: Scope): Relation {
  switch (source.kind) {
    case "join":
      return join(source, scope);
    case "query":
      return renamed(runQuery(source.query, scope), source.alias, source.columns);
    case "values":
      return valuesRelation(source, scope);
    case "function":
      return tableFunction(source, scope);
    case "object":
      return namedRelation(source.name, source.alias ?? source.name.name, scope);
  }
}

function join({ type, left, right, on }: Extract<Source, { kind: "join" }>, scope: Scope): Relation {
  const [a, b] = [resolve(left, scope), resolve(right, scope)];
  const columns = [...a.columns, ...b.columns];
  const matches = (row: SqlValue[]): boolean =>
    on === undefined || test(on, { ...scope, columns, row }) === true;
  const matchedRight = new Set<SqlValue[]>();
  const rows = a.rows.flatMap((leftRow) => {
    const partners = b.rows.filter((rightRow) => matches([...leftRow, ...rightRow]));
    for (const partner of partners) matchedRight.add(partner);
    if (partners.length === 0 && type === "left") return [[...leftRow, ...b.columns.map(() => null)]];
    return partners.map((rightRow) => [...leftRow, ...rightRow]);
  });
  if (type === "right") {
    for (const rightRow of b.rows)
      if (!matchedRight.has(rightRow)) rows.push([...a.columns.map(() => null), ...rightRow]);
  }
  return { columns, rows };
}

function valuesRelation(
  { rows, alias, columns }: Extract<Source, { kind: "values" }>,
  scope: Scope,
): Relation {
  const [firstRow = []] = rows;
  const bound = firstRow.map((expression, index): BoundColumn => ({
    qualifier: alias,
    name: columns[index] ?? "",
    type: typeOf(expression, scope),
    nullable: true,
  }));
  return { columns: bound, rows: rows.map((row) => row.map((expression) => evaluate(expression, scope))) };
}

/** A common table, a catalog view, a table or a view. */
function namedRelation(name: ObjectName, qualifier: string, scope: Scope): Relation {
  const { session, frame } = scope;
  const common = name.schema === undefined ? scope.common?.get(name.name.toLowerCase()) : undefined;
  if (common !== undefined) return renamed(common, qualifier, []);

  const shown = name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
  if (isSystemName(name)) {
    const view = catalogView(name, qualifier, session);
    if (view !== undefined) return view;
    const foreign = session.dialect !== undefined && isUnsupportedView(name);
    throw foreign ? sqlError(104385, name.name) : sqlError(208, shown);
  }
  const object = session.findObject(name);
  if (object === undefined || (object.type !== "U" && object.type !== "V")) throw sqlError(208, shown);
  if (!frame.ownerRights && !session.rights.onObject("SELECT", object)) {
    throw sqlError(
      229,
      "SELECT",
      object.name,
      session.database.name,
      session.database.schemaById(object.schemaId)?.name ?? "",
    );
  }
  if (object.module?.kind === "view") {
    if (frame.depth >= deepestNesting) throw sqlError(217);
    const inside: Scope = {
      session,
      engine: scope.engine,
      frame: new Frame("procedure", "", frame.depth + 1, true),
    };
    return renamed(runQuery(object.module.query, inside), qualifier, object.module.columns);
  }
  const columns = object.columns.map(({ name: column, type, nullable }): BoundColumn => ({
    qualifier,
    name: column,
    type,
    nullable,
  }));
  return { columns, rows: object.rows.map((row) => [...row]) };
}

function tableFunction(
  { name, arguments: values, alias }: Extract<Source, { kind: "function" }>,
  scope: Scope,
): Relation {
  const { session, frame } = scope;
  const shown = name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
  const object = session.findObject(name);
  if (object?.module?.kind !== "table-function") throw sqlError(208, shown);
  if (!frame.ownerRights && !session.rights.onObject("SELECT", object)) {
    throw sqlError(
      229,
      "SELECT",
      object.name,
      session.database.name,
      session.database.schemaById(object.schemaId)?.name ?? "",
    );
  }
  if (frame.depth >= deepestNesting) throw sqlError(217);
  const inside = new Frame("function", object.name, frame.depth + 1, true);
  object.module.parameters.forEach(({ name: parameter, type }, index) => {
    const value = values[index];
    if (value === undefined) throw sqlError(201, object.name, parameter);
    inside.declare(parameter, type, convert(evaluate(value, scope), type));
  });
  return renamed(
    runQuery(object.module.query, { session, engine: scope.engine, frame: inside }),
    alias ?? name.name,
    [],
  );
}
