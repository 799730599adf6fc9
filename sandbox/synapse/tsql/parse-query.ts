/** Expressions and queries. */
import { isPredicate, type Expression, type Query, type Select, type SelectItem, type Source } from "./ast";
import { isReserved, type TokenCursor } from "./cursor";
import { parseType } from "./data-types";
import { sqlError } from "./errors";
import { untypedNull, type SqlType } from "../wire/types";

/** An expression that yields a value. */
export function parseScalar(cursor: TokenCursor): Expression {
  const expression = parseAdditive(cursor);
  if (isPredicate(expression)) throw cursor.syntaxError();
  return expression;
}

/** An expression that is true, false or unknown. */
export function parseCondition(cursor: TokenCursor): Expression {
  const expression = parseOr(cursor);
  if (!isPredicate(expression)) {
    throw sqlError(4145, cursor.token.kind === "string" ? "***" : cursor.token.text).at(cursor.line);
  }
  return expression;
}

function parseOr(cursor: TokenCursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.take("OR")) left = { kind: "or", left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: TokenCursor): Expression {
  let left = parseNot(cursor);
  while (cursor.take("AND")) left = { kind: "and", left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: TokenCursor): Expression {
  return cursor.take("NOT") ? { kind: "not", operand: parseNot(cursor) } : parsePredicate(cursor);
}

const comparisons = new Map([
  ["=", "="],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<", "<"],
  [">", ">"],
  ["<=", "<="],
  [">=", ">="],
  ["!<", ">="],
  ["!>", "<="],
] as const);

function parsePredicate(cursor: TokenCursor): Expression {
  if (cursor.take("EXISTS")) return { kind: "exists", query: parseParenthesisedQuery(cursor) };

  const left = parseAdditive(cursor);
  const { kind, text } = cursor.token;
  const operator = kind === "symbol" ? comparisons.get(text as "=") : undefined;
  if (operator !== undefined) {
    cursor.next();
    return { kind: "compare", operator, left, right: parseAdditive(cursor) };
  }
  if (cursor.take("IS")) {
    const negated = cursor.take("NOT");
    cursor.expect("NULL");
    return { kind: "is-null", operand: left, negated };
  }
  const negated =
    cursor.at("NOT") && ["LIKE", "IN", "BETWEEN"].includes(cursor.peek(1).keyword) && cursor.take("NOT");
  if (cursor.take("LIKE")) {
    const pattern = parseAdditive(cursor);
    const escape = cursor.take("ESCAPE") ? parseAdditive(cursor) : undefined;
    return { kind: "like", operand: left, pattern, escape, negated };
  }
  if (cursor.take("BETWEEN")) {
    const low = parseAdditive(cursor);
    cursor.expect("AND");
    return { kind: "between", operand: left, low, high: parseAdditive(cursor), negated };
  }
  if (cursor.take("IN")) {
    if (startsQuery(cursor))
      return { kind: "in", operand: left, list: parseParenthesisedQuery(cursor), negated };
    cursor.expectSymbol("(");
    const list = cursor.list(() => parseScalar(cursor));
    cursor.expectSymbol(")");
    return { kind: "in", operand: left, list, negated };
  }
  return left;
}

function parseAdditive(cursor: TokenCursor): Expression {
  let left = parseMultiplicative(cursor);
  for (;;) {
    const operator = (["+", "-", "&", "|", "^"] as const).find((symbol) => cursor.takeSymbol(symbol));
    if (operator === undefined) return left;
    left = { kind: "arithmetic", operator, left, right: parseMultiplicative(cursor) };
  }
}

function parseMultiplicative(cursor: TokenCursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const operator = (["*", "/", "%"] as const).find((symbol) => cursor.takeSymbol(symbol));
    if (operator === undefined) return left;
    left = { kind: "arithmetic", operator, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: TokenCursor): Expression {
  if (cursor.takeSymbol("-")) return { kind: "negate", operand: parseUnary(cursor) };
  if (cursor.takeSymbol("+")) return parseUnary(cursor);
  const expression = parsePrimary(cursor);
  if (cursor.take("COLLATE")) cursor.name();
  return expression;
}

function startsQuery(cursor: TokenCursor): boolean {
  return cursor.atSymbol("(") && ["SELECT", "WITH"].includes(cursor.peek(1).keyword);
}

function parseParenthesisedQuery(cursor: TokenCursor): Query {
  cursor.expectSymbol("(");
  const query = parseQuery(cursor);
  cursor.expectSymbol(")");
  return query;
}

const textType = (text: string): SqlType => ({
  name: "nvarchar",
  length: text.length > 4000 ? "max" : Math.max(1, text.length),
});

function parsePrimary(cursor: TokenCursor): Expression {
  const { token } = cursor;
  if (token.kind === "string") {
    cursor.next();
    return { kind: "literal", value: token.text, type: textType(token.text) };
  }
  if (token.kind === "number") return parseNumber(cursor);
  if (token.kind === "binary") {
    cursor.next();
    const digits = token.text.slice(2);
    const value = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex");
    return { kind: "literal", value, type: { name: "varbinary", length: Math.max(1, value.length) } };
  }
  if (token.kind === "variable") {
    cursor.next();
    return token.text.startsWith("@@")
      ? { kind: "call", name: token.text, schema: undefined, arguments: [], star: false, distinct: false }
      : { kind: "variable", name: token.text };
  }
  if (startsQuery(cursor)) return { kind: "subquery", query: parseParenthesisedQuery(cursor) };
  if (cursor.takeSymbol("(")) {
    const inner = parseOr(cursor);
    cursor.expectSymbol(")");
    return inner;
  }
  return parseWord(cursor);
}

function parseNumber(cursor: TokenCursor): Expression {
  const { text } = cursor.next();
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value <= 2_147_483_647) return { kind: "literal", value, type: { name: "int" } };
    return { kind: "literal", value: BigInt(text), type: { name: "bigint" } };
  }
  if (/e/i.test(text)) return { kind: "literal", value: Number(text), type: { name: "float" } };
  const scale = text.length - 1 - text.indexOf(".");
  return { kind: "literal", value: Number(text), type: { name: "decimal", precision: 38, scale } };
}

/** Functions that stand without parentheses, and words that may be called though they are reserved. */
const bareFunctions = ["CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER", "CURRENT_TIMESTAMP"];
const callableReserved = ["LEFT", "RIGHT"];

function parseWord(cursor: TokenCursor): Expression {
  const { keyword } = cursor.token;
  if (cursor.take("NULL")) return { kind: "literal", value: null, type: untypedNull };
  if (cursor.take("CASE")) return parseCase(cursor);
  if (bareFunctions.includes(keyword)) {
    cursor.next();
    return { kind: "call", name: keyword, schema: undefined, arguments: [], star: false, distinct: false };
  }
  const opensCall = cursor.peek(1).text === "(" && cursor.peek(1).kind === "symbol";
  if (opensCall && ["CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT"].includes(keyword))
    return parseConversion(cursor);
  if (opensCall && keyword === "IIF") return parseIif(cursor);
  if (opensCall && callableReserved.includes(keyword))
    return parseCall(cursor, undefined, cursor.next().text);

  const parts = [cursor.name()];
  const start = cursor.peek(-1).start;
  while (cursor.atSymbol(".") && cursor.peek(1).text !== "*") {
    cursor.next();
    parts.push(cursor.name());
  }
  const name = parts.at(-1) ?? "";
  if (cursor.atSymbol("(")) return parseCall(cursor, parts.at(-2), name);
  const text = cursor.text.slice(start, cursor.peek(-1).end);
  return { kind: "column", qualifier: parts.at(-2), name, text };
}

/** IIF(condition, value, value) is short for a CASE. */
function parseIif(cursor: TokenCursor): Expression {
  cursor.next();
  cursor.expectSymbol("(");
  const when = parseCondition(cursor);
  cursor.expectSymbol(",");
  const then = parseScalar(cursor);
  cursor.expectSymbol(",");
  const otherwise = parseScalar(cursor);
  cursor.expectSymbol(")");
  return { kind: "case", operand: undefined, branches: [{ when, then }], otherwise };
}

function parseCall(cursor: TokenCursor, schema: string | undefined, name: string): Expression {
  cursor.expectSymbol("(");
  const distinct = cursor.take("DISTINCT");
  if (cursor.takeSymbol("*")) {
    cursor.expectSymbol(")");
    return { kind: "call", name, schema, arguments: [], star: true, distinct };
  }
  const values = cursor.atSymbol(")") ? [] : cursor.list(() => parseScalar(cursor));
  cursor.expectSymbol(")");
  if (cursor.take("WITHIN", "GROUP")) cursor.skipGroup();
  return { kind: "call", name, schema, arguments: values, star: false, distinct };
}

function parseConversion(cursor: TokenCursor): Expression {
  const keyword = cursor.next().keyword;
  cursor.expectSymbol("(");
  if (keyword.endsWith("CAST")) {
    const operand = parseScalar(cursor);
    cursor.expect("AS");
    const type = parseType(cursor);
    cursor.expectSymbol(")");
    return { kind: "convert", operand, type: widened(type), tolerant: keyword.startsWith("TRY_") };
  }
  const type = parseType(cursor);
  cursor.expectSymbol(",");
  const operand = parseScalar(cursor);
  if (cursor.takeSymbol(",")) parseScalar(cursor);
  cursor.expectSymbol(")");
  return { kind: "convert", operand, type: widened(type), tolerant: keyword.startsWith("TRY_") };
}

/** A character type without a length has 30 characters in CAST and CONVERT, but 1 where it is declared. */
function widened(type: SqlType): SqlType {
  return "length" in type && type.length === 1 ? { ...type, length: 30 } : type;
}

function parseCase(cursor: TokenCursor): Expression {
  const operand = cursor.at("WHEN") ? undefined : parseScalar(cursor);
  const branches: { when: Expression; then: Expression }[] = [];
  while (cursor.take("WHEN")) {
    const when = operand === undefined ? parseCondition(cursor) : parseScalar(cursor);
    cursor.expect("THEN");
    branches.push({ when, then: parseScalar(cursor) });
  }
  if (branches.length === 0) throw cursor.syntaxError();
  const otherwise = cursor.take("ELSE") ? parseScalar(cursor) : undefined;
  cursor.expect("END");
  return { kind: "case", operand, branches, otherwise };
}

export function parseQuery(cursor: TokenCursor): Query {
  const { line } = cursor;
  const common = cursor.take("WITH") ? cursor.list(() => parseCommonTable(cursor)) : [];
  const first = parseSelect(cursor);
  const unions: Query["unions"] = [];
  while (cursor.take("UNION")) unions.push({ all: cursor.take("ALL"), select: parseSelect(cursor) });
  const orderBy = cursor.take("ORDER", "BY") ? cursor.list(() => parseOrder(cursor)) : [];
  if (cursor.take("OPTION")) cursor.skipGroup();
  return { line, with: common, first, unions, orderBy };
}

function parseCommonTable(cursor: TokenCursor): Query["with"][number] {
  const name = cursor.name();
  const columns = cursor.atSymbol("(") ? cursor.nameList() : [];
  cursor.expect("AS");
  return { name, columns, query: parseParenthesisedQuery(cursor) };
}

function parseOrder(cursor: TokenCursor): Query["orderBy"][number] {
  const expression = parseScalar(cursor);
  const descending = cursor.take("DESC");
  if (!descending) cursor.take("ASC");
  return { expression, descending };
}

function parseSelect(cursor: TokenCursor): Select {
  cursor.expect("SELECT");
  const distinct = cursor.take("DISTINCT");
  if (!distinct) cursor.take("ALL");
  const top = cursor.take("TOP") ? parsePrimary(cursor) : undefined;
  const items = cursor.list(() => parseItem(cursor));
  if (cursor.at("INTO")) throw sqlError(40517, "INTO").at(cursor.line);
  const from = cursor.take("FROM") ? parseSources(cursor) : undefined;
  const where = cursor.take("WHERE") ? parseCondition(cursor) : undefined;
  const groupBy = cursor.take("GROUP", "BY") ? cursor.list(() => parseScalar(cursor)) : [];
  const having = cursor.take("HAVING") ? parseCondition(cursor) : undefined;
  return { distinct, top, items, from, where, groupBy, having };
}

function parseItem(cursor: TokenCursor): SelectItem {
  if (cursor.takeSymbol("*")) return { kind: "star", qualifier: undefined };
  if (cursor.atName && cursor.peek(1).text === "." && cursor.peek(2).text === "*") {
    const qualifier = cursor.name();
    cursor.next();
    cursor.next();
    return { kind: "star", qualifier };
  }
  if (cursor.peek(1).kind === "symbol" && cursor.peek(1).text === "=") {
    if (cursor.token.kind === "variable") {
      const variable = cursor.variable();
      cursor.next();
      return { kind: "assign", variable, expression: parseScalar(cursor) };
    }
    if (cursor.atName) {
      const alias = cursor.name();
      cursor.next();
      return { kind: "expression", expression: parseScalar(cursor), alias };
    }
  }
  return { kind: "expression", expression: parseScalar(cursor), alias: parseAlias(cursor, true) };
}

function parseAlias(cursor: TokenCursor, stringAllowed: boolean): string | undefined {
  const explicit = cursor.take("AS");
  if (stringAllowed && cursor.token.kind === "string") return cursor.string();
  if (explicit || startsAlias(cursor)) return cursor.name();
  return undefined;
}

/** Statements that begin with a word which is no reserved one must not be taken for an alias. */
function startsAlias(cursor: TokenCursor): boolean {
  return cursor.atName && cursor.token.keyword !== "THROW" && !isReserved(cursor.token.keyword);
}

function parseSources(cursor: TokenCursor): Source {
  let source = parseJoins(cursor);
  while (cursor.takeSymbol(",")) {
    source = { kind: "join", type: "cross", left: source, right: parseJoins(cursor), on: undefined };
  }
  return source;
}

function parseJoins(cursor: TokenCursor): Source {
  let left = parseSource(cursor);
  for (;;) {
    if (cursor.take("CROSS", "JOIN")) {
      left = { kind: "join", type: "cross", left, right: parseSource(cursor), on: undefined };
      continue;
    }
    const type = joinType(cursor);
    if (type === undefined) return left;
    const right = parseSource(cursor);
    cursor.expect("ON");
    left = { kind: "join", type, left, right, on: parseCondition(cursor) };
  }
}

function joinType(cursor: TokenCursor): "inner" | "left" | "right" | undefined {
  if (cursor.take("JOIN") || cursor.take("INNER", "JOIN")) return "inner";
  if (cursor.take("LEFT", "JOIN") || cursor.take("LEFT", "OUTER", "JOIN")) return "left";
  if (cursor.take("RIGHT", "JOIN") || cursor.take("RIGHT", "OUTER", "JOIN")) return "right";
  return undefined;
}

function parseSource(cursor: TokenCursor): Source {
  if (startsQuery(cursor)) {
    const query = parseParenthesisedQuery(cursor);
    return { kind: "query", query, ...parseDerivedAlias(cursor) };
  }
  if (cursor.atSymbol("(") && cursor.peek(1).keyword === "VALUES") {
    cursor.next();
    cursor.next();
    const rows = cursor.list(() => parseValues(cursor));
    cursor.expectSymbol(")");
    return { kind: "values", rows, ...parseDerivedAlias(cursor) };
  }
  const { line } = cursor;
  const name = cursor.objectName();
  if (cursor.takeSymbol("(")) {
    const values = cursor.atSymbol(")") ? [] : cursor.list(() => parseScalar(cursor));
    cursor.expectSymbol(")");
    return { kind: "function", name, arguments: values, alias: parseAlias(cursor, false), line };
  }
  const alias = parseAlias(cursor, false);
  if (cursor.at("WITH") && cursor.peek(1).text === "(") {
    cursor.next();
    cursor.skipGroup();
  }
  return { kind: "object", name, alias, line };
}

function parseDerivedAlias(cursor: TokenCursor): { alias: string; columns: string[] } {
  cursor.take("AS");
  const alias = cursor.name();
  return { alias, columns: cursor.atSymbol("(") ? cursor.nameList() : [] };
}

/** One parenthesised row of VALUES. */
export function parseValues(cursor: TokenCursor): Expression[] {
  cursor.expectSymbol("(");
  const values = cursor.list(() => parseScalar(cursor));
  cursor.expectSymbol(")");
  return values;
}
