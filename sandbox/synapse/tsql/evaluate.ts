/** Expressions to values, predicates to true, false or unknown. */
import { int, untypedNull, type SqlType, type SqlValue } from "../wire/types";
import { aggregate, aggregateType, isAggregate } from "./aggregates";
import type { Expression } from "./ast";
import { SqlError, sqlError } from "./errors";
import { callFunction, functionType } from "./functions";
import type { BoundColumn, Scope } from "./scope";
import { arithmeticType, calculate, commonType, compare, convert, like, textOf } from "./values";

export function evaluate(expression: Expression, scope: Scope): SqlValue {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "variable":
      return scope.frame.variable(expression.name).value;
    case "column":
      return columnValue(expression, scope);
    case "negate": {
      const value = evaluate(expression.operand, scope);
      return value === null
        ? null
        : calculate("-", 0, value, arithmeticType("-", int, typeOf(expression.operand, scope)));
    }
    case "arithmetic":
      return calculate(
        expression.operator,
        evaluate(expression.left, scope),
        evaluate(expression.right, scope),
        typeOf(expression, scope),
      );
    case "convert":
      return converted(expression, scope);
    case "case":
      return caseValue(expression, scope);
    case "subquery": {
      const { columns, rows } = scope.engine.query(expression.query, scope);
      if (columns.length !== 1) throw sqlError(116);
      if (rows.length > 1) throw sqlError(512);
      return rows[0]?.[0] ?? null;
    }
    case "call":
      return callValue(expression, scope);
    default:
      throw sqlError(1046);
  }
}

export function typeOf(expression: Expression, scope: Scope): SqlType {
  switch (expression.kind) {
    case "literal":
    case "convert":
      return expression.type;
    case "variable":
      return scope.frame.variable(expression.name).type;
    case "column":
      return findColumn(expression, scope).column.type;
    case "negate":
      return arithmeticType("-", int, typeOf(expression.operand, scope));
    case "arithmetic":
      return arithmeticType(
        expression.operator,
        typeOf(expression.left, scope),
        typeOf(expression.right, scope),
      );
    case "case": {
      const results = [
        ...expression.branches.map(({ then }) => then),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
      return results.map((result) => typeOf(result, scope)).reduce(commonType, untypedNull);
    }
    case "subquery":
      return scope.engine.query(expression.query, { ...scope, row: undefined }).columns[0]?.type ?? int;
    case "call":
      return callType(expression, scope);
    default:
      return { name: "bit" };
  }
}

type Call = Extract<Expression, { kind: "call" }>;

function callType(call: Call, scope: Scope): SqlType {
  if (call.schema === undefined || call.schema.toLowerCase() === "sys") {
    if (isAggregate(call.name)) {
      const [operand] = call.arguments;
      return aggregateType(call.name, operand === undefined ? int : typeOf(operand, scope));
    }
    const type = functionType(
      call.name,
      call.arguments.map((value) => typeOf(value, scope)),
    );
    if (type !== undefined) return type;
  }
  return scope.engine.userFunctionType(call.schema, call.name, scope) ?? unknownFunction(call);
}

function unknownFunction(call: Call): never {
  throw call.schema === undefined
    ? sqlError(195, call.name)
    : sqlError(4121, call.schema, `${call.schema}.${call.name}`);
}

function callValue(call: Call, scope: Scope): SqlValue {
  const type = callType(call, scope);
  if (call.schema === undefined && isAggregate(call.name)) return aggregateValue(call, scope);
  const values = call.arguments.map((value) => evaluate(value, scope));
  const builtIn =
    call.schema === undefined || call.schema.toLowerCase() === "sys"
      ? callFunction(call.name, values, scope)
      : undefined;
  if (builtIn !== undefined) return convert(builtIn, type);
  return scope.engine.callUserFunction(call.schema, call.name, values, scope);
}

function aggregateValue(call: Call, scope: Scope): SqlValue {
  const { group, columns } = scope;
  const [operand, separator] = call.arguments;
  const rows = group ?? [];
  const values = rows.map((row) =>
    operand === undefined || columns === undefined ? 1 : evaluate(operand, { ...scope, row }),
  );
  const separatorValue = separator === undefined ? null : evaluate(separator, scope);
  return aggregate(call.name, call.star ? rows.map(() => 1) : values, call.distinct, separatorValue);
}

function converted(expression: Extract<Expression, { kind: "convert" }>, scope: Scope): SqlValue {
  const value = evaluate(expression.operand, scope);
  try {
    return convert(value, expression.type);
  } catch (error) {
    if (expression.tolerant && error instanceof SqlError) return null;
    throw error;
  }
}

function caseValue(expression: Extract<Expression, { kind: "case" }>, scope: Scope): SqlValue {
  const { operand } = expression;
  for (const { when, then } of expression.branches) {
    const matches =
      operand === undefined
        ? test(when, scope)
        : compareValues("=", evaluate(operand, scope), evaluate(when, scope));
    if (matches === true) return convert(evaluate(then, scope), typeOf(expression, scope));
  }
  const { otherwise } = expression;
  return otherwise === undefined ? null : convert(evaluate(otherwise, scope), typeOf(expression, scope));
}

function findColumn(
  expression: Extract<Expression, { kind: "column" }>,
  scope: Scope,
): { column: BoundColumn; index: number; owner: Scope } {
  for (let owner: Scope | undefined = scope; owner !== undefined; owner = owner.outer) {
    const matches = (owner.columns ?? []).flatMap((column, index) =>
      column.name.toLowerCase() === expression.name.toLowerCase() &&
      (expression.qualifier === undefined ||
        column.qualifier.toLowerCase() === expression.qualifier.toLowerCase())
        ? [{ column, index, owner }]
        : [],
    );
    const [match] = matches;
    if (matches.length > 1) throw sqlError(209, expression.name);
    if (match !== undefined) return { ...match, owner };
  }
  throw expression.qualifier === undefined ? sqlError(207, expression.name) : sqlError(4104, expression.text);
}

function columnValue(expression: Extract<Expression, { kind: "column" }>, scope: Scope): SqlValue {
  const { index, owner } = findColumn(expression, scope);
  return owner.row?.[index] ?? null;
}

type Truth = boolean | null;

/** Three-valued: null is unknown. */
export function test(expression: Expression, scope: Scope): Truth {
  switch (expression.kind) {
    case "and": {
      const left = test(expression.left, scope);
      if (left === false) return false;
      const right = test(expression.right, scope);
      return right === false ? false : left === null || right === null ? null : true;
    }
    case "or": {
      const left = test(expression.left, scope);
      if (left === true) return true;
      const right = test(expression.right, scope);
      return right === true ? true : left === null || right === null ? null : false;
    }
    case "not":
      return negate(test(expression.operand, scope), true);
    case "compare":
      return compareValues(
        expression.operator,
        evaluate(expression.left, scope),
        evaluate(expression.right, scope),
      );
    case "is-null":
      return (evaluate(expression.operand, scope) === null) !== expression.negated;
    case "exists":
      return scope.engine.query(expression.query, scope).rows.length > 0;
    case "like": {
      const [text, pattern] = [evaluate(expression.operand, scope), evaluate(expression.pattern, scope)];
      if (text === null || pattern === null) return null;
      const escape = expression.escape === undefined ? null : evaluate(expression.escape, scope);
      return (
        like(textOf(text), textOf(pattern), escape === null ? undefined : textOf(escape)) !==
        expression.negated
      );
    }
    case "in":
      return negate(isIn(expression, scope), expression.negated);
    case "between": {
      const value = evaluate(expression.operand, scope);
      const low = compareValues(">=", value, evaluate(expression.low, scope));
      const high = compareValues("<=", value, evaluate(expression.high, scope));
      const between = low === false || high === false ? false : low === null || high === null ? null : true;
      return negate(between, expression.negated);
    }
    default:
      throw sqlError(4145, "");
  }
}

function negate(truth: Truth, negated: boolean): Truth {
  return truth === null || !negated ? truth : !truth;
}

function isIn(expression: Extract<Expression, { kind: "in" }>, scope: Scope): Truth {
  const value = evaluate(expression.operand, scope);
  let candidates: SqlValue[];
  if (Array.isArray(expression.list)) candidates = expression.list.map((item) => evaluate(item, scope));
  else {
    const { columns, rows } = scope.engine.query(expression.list, scope);
    if (columns.length !== 1) throw sqlError(116);
    candidates = rows.map((row) => row[0] ?? null);
  }
  const results = candidates.map((candidate) => compareValues("=", value, candidate));
  return results.includes(true) ? true : results.includes(null) ? null : false;
}

function compareValues(
  operator: "=" | "<>" | "<" | ">" | "<=" | ">=",
  left: SqlValue,
  right: SqlValue,
): Truth {
  if (left === null || right === null) return null;
  const order = compare(left, right);
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
  }
}

/** Name of a column made by an expression: its own where it is a plain column, else none. */
export function columnNameOf(expression: Expression): string {
  return expression.kind === "column" ? expression.name : "";
}
