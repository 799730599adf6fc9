/** Batches to statements: control flow, variables, data changes. Definitions are in parse-definition.ts. */
import type { Argument, Expression, Statement, StatementBody } from "./ast";
import { TokenCursor } from "./cursor";
import { SqlError, sqlError } from "./errors";
import { tokensOf, type ParseOptions, type PoolDialect, type Token } from "./lexer";
import { parseDefinition, type Place } from "./parse-definition";
import { parseCondition, parseQuery, parseScalar, parseValues } from "./parse-query";
import { parseVariable } from "./parse-variable";

/** Throws SqlError for the first thing that is wrong; then nothing of the batch may run. */
export function parseBatch(text: string, options?: ParseOptions): Statement[] {
  const { dialect } = options ?? {};
  const { tokens, failure } = tokensOf(text, options);
  if (failure !== undefined) throw firstOf(text, tokens, failure, dialect);
  return parseTokens(new TokenCursor(text, tokens, dialect));
}

/**
 * The first thing wrong with a text of which not all is tokens. A literal that ends too early is noticed at what follows
 * it, and only then at the quote that is left over.
 */
function firstOf(text: string, tokens: Token[], failure: SqlError, dialect?: PoolDialect): SqlError {
  if (tokens.at(-1)?.kind === "end") return failure;
  const line = failure.line ?? 1;
  const end: Token = { kind: "end", text: "", keyword: "", line, start: text.length, end: text.length };
  try {
    parseTokens(new TokenCursor(text, [...tokens, end], dialect));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (error.near?.atEnd === false) return dialect === undefined ? error.followedBy(failure) : error;
  }
  return failure;
}

function parseTokens(cursor: TokenCursor): Statement[] {
  while (cursor.takeSymbol(";"));
  if (startsProcedureName(cursor)) {
    const { line } = cursor;
    const call: Statement = { line, ...parseProcedureCall(cursor, undefined) };
    return [call, ...parseStatements(cursor, false)];
  }
  return parseStatements(cursor, true);
}

/** The first statement of a batch may call a procedure without EXECUTE. */
function startsProcedureName(cursor: TokenCursor): boolean {
  return cursor.atName && !statementParsers.has(cursor.token.keyword) && cursor.token.keyword !== "DISABLE";
}

function parseStatements(cursor: TokenCursor, first: boolean): Statement[] {
  const statements: Statement[] = [];
  while (!cursor.atEnd) {
    if (cursor.takeSymbol(";")) continue;
    statements.push(parseStatement(cursor, first && statements.length === 0 ? "first" : "later"));
  }
  return statements;
}

function parseStatement(cursor: TokenCursor, place: Place): Statement {
  const { line } = cursor;
  const parser = statementParsers.get(cursor.token.keyword);
  if (parser === undefined) throw cursor.syntaxError();
  const body = parser(cursor, place);
  cursor.takeSymbol(";");
  return { line, ...body };
}

/** Statements up to a closing word, which is taken. */
function parseUntil(cursor: TokenCursor, ...closing: string[]): Statement[] {
  const statements: Statement[] = [];
  while (!cursor.take(...closing)) {
    if (cursor.takeSymbol(";")) continue;
    if (cursor.atEnd) throw cursor.syntaxError();
    statements.push(parseStatement(cursor, "nested"));
  }
  return statements;
}

type StatementParser = (cursor: TokenCursor, place: Place) => StatementBody;

const statementParsers = new Map<string, StatementParser>([
  ["BEGIN", parseBegin],
  ["IF", parseIf],
  ["WHILE", parseWhile],
  ["BREAK", (cursor) => (cursor.next(), { kind: "break" })],
  [
    "CONTINUE",
    (cursor) => {
      if (cursor.dialect !== undefined) throw cursor.syntaxError();
      cursor.next();
      return { kind: "continue" };
    },
  ],
  ["RETURN", parseReturn],
  ["DECLARE", parseDeclare],
  ["SET", parseSet],
  ["PRINT", (cursor) => (cursor.next(), { kind: "print", value: parseScalar(cursor) })],
  ["RAISERROR", parseRaiserror],
  ["THROW", parseThrow],
  ["COMMIT", (cursor) => parseTransactionEnd(cursor, "commit")],
  ["ROLLBACK", (cursor) => parseTransactionEnd(cursor, "rollback")],
  ["USE", (cursor) => (cursor.next(), { kind: "use", database: cursor.name() })],
  ["SELECT", (cursor) => ({ kind: "select", query: parseQuery(cursor) })],
  ["WITH", (cursor) => ({ kind: "select", query: parseQuery(cursor) })],
  ["INSERT", parseInsert],
  ["DELETE", parseDelete],
  ["UPDATE", parseUpdate],
  [
    "TRUNCATE",
    (cursor) => (cursor.next(), cursor.expect("TABLE"), { kind: "truncate", table: cursor.objectName() }),
  ],
  ["EXEC", parseExecute],
  ["EXECUTE", parseExecute],
  ...["CREATE", "ALTER", "DROP", "GRANT", "DENY", "REVOKE"].map((word): [string, StatementParser] => [
    word,
    (cursor, place) => parseDefinition(cursor, place, (inside) => parseStatement(inside, "nested")),
  ]),
  ...[
    "OPEN",
    "FETCH",
    "CLOSE",
    "DEALLOCATE",
    "MERGE",
    "WAITFOR",
    "BACKUP",
    "RESTORE",
    "KILL",
    "SHUTDOWN",
    "REVERT",
    "DBCC",
    "GOTO",
    "DISABLE",
    "ENABLE",
  ].map((word): [string, StatementParser] => [word, refuse]),
]);

/** Statements that exist elsewhere, not in a dedicated pool. */
function refuse(cursor: TokenCursor): never {
  throw sqlError(40510, cursor.token.keyword).about(cursor.token);
}

function parseBegin(cursor: TokenCursor): StatementBody {
  cursor.next();
  if (cursor.take("TRY")) {
    const body = parseUntil(cursor, "END", "TRY");
    cursor.takeSymbol(";");
    cursor.expect("BEGIN", "CATCH");
    return { kind: "try", body, handler: parseUntil(cursor, "END", "CATCH") };
  }
  if (cursor.takeOneOf("TRAN", "TRANSACTION") !== undefined) {
    if (cursor.atName && !statementParsers.has(cursor.token.keyword)) cursor.next();
    return { kind: "transaction", action: "begin" };
  }
  const statements = parseUntil(cursor, "END");
  if (statements.length === 0) throw sqlError(156, "END").about(cursor.peek(-1));
  return { kind: "block", statements };
}

function parseTransactionEnd(cursor: TokenCursor, action: "commit" | "rollback"): StatementBody {
  cursor.next();
  const named = cursor.takeOneOf("TRAN", "TRANSACTION") !== undefined;
  if (!named) cursor.take("WORK");
  if (named && cursor.atName && !statementParsers.has(cursor.token.keyword)) cursor.next();
  return { kind: "transaction", action };
}

function parseIf(cursor: TokenCursor): StatementBody {
  cursor.next();
  const condition = parseCondition(cursor);
  const then = parseStatement(cursor, "nested");
  const otherwise = cursor.take("ELSE") ? parseStatement(cursor, "nested") : undefined;
  return { kind: "if", condition, then, otherwise };
}

function parseWhile(cursor: TokenCursor): StatementBody {
  cursor.next();
  const condition = parseCondition(cursor);
  return { kind: "while", condition, body: parseStatement(cursor, "nested") };
}

function parseReturn(cursor: TokenCursor): StatementBody {
  cursor.next();
  const bare =
    cursor.atEnd || cursor.atSymbol(";") || statementParsers.has(cursor.token.keyword) || cursor.at("END");
  return { kind: "return", value: bare || cursor.at("ELSE") ? undefined : parseScalar(cursor) };
}

function parseDeclare(cursor: TokenCursor): StatementBody {
  cursor.next();
  if (cursor.token.kind !== "variable") {
    if (cursor.peek(1).keyword === "CURSOR") throw sqlError(40510, "DECLARE CURSOR").about(cursor.token);
    throw cursor.syntaxError();
  }
  return { kind: "declare", variables: cursor.list(() => parseVariable(cursor)) };
}

const arithmeticAssignments = new Map([
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
] as const);

function parseSet(cursor: TokenCursor): StatementBody {
  cursor.next();
  if (cursor.token.kind === "variable") {
    const name = cursor.variable();
    const operator = arithmeticAssignments.get(cursor.token.text as "+=");
    if (operator === undefined) {
      cursor.expectSymbol("=");
      return { kind: "set-variable", name, value: parseScalar(cursor) };
    }
    cursor.next();
    const value: Expression = {
      kind: "arithmetic",
      operator,
      left: { kind: "variable", name },
      right: parseScalar(cursor),
    };
    return { kind: "set-variable", name, value };
  }
  if (cursor.take("TRANSACTION")) {
    cursor.expect("ISOLATION", "LEVEL");
    const level = [cursor.next().keyword];
    if (level[0] === "READ" || level[0] === "REPEATABLE") level.push(cursor.next().keyword);
    const { dialect } = cursor;
    if (dialect?.isolationLevels === false && level.join(" ") !== "READ UNCOMMITTED") {
      throw cursor.syntaxError(cursor.peek(-1));
    }
    return { kind: "set-option", options: ["TRANSACTION ISOLATION LEVEL"], value: level.join(" ") };
  }
  const options = cursor.list(() => cursor.name().toUpperCase());
  if (options[0] === "IDENTITY_INSERT") cursor.objectName();
  if (cursor.atSymbol("-")) cursor.next();
  const { kind, keyword, text } = cursor.token;
  if (!["word", "number", "string", "variable"].includes(kind)) throw cursor.syntaxError();
  cursor.next();
  return { kind: "set-option", options, value: keyword === "" ? text : keyword };
}

function parseRaiserror(cursor: TokenCursor): StatementBody {
  cursor.next();
  cursor.expectSymbol("(");
  const [message, severity, state, ...rest] = cursor.list(() => parseScalar(cursor));
  if (message === undefined || severity === undefined || state === undefined) throw cursor.syntaxError();
  cursor.expectSymbol(")");
  if (cursor.take("WITH")) cursor.list(() => cursor.name());
  return { kind: "raiserror", message, severity, state, arguments: rest };
}

function parseThrow(cursor: TokenCursor): StatementBody {
  cursor.next();
  if (!["number", "variable"].includes(cursor.token.kind)) return { kind: "throw", error: undefined };
  const number = parseScalar(cursor);
  cursor.expectSymbol(",");
  const message = parseScalar(cursor);
  cursor.expectSymbol(",");
  return { kind: "throw", error: { number, message, state: parseScalar(cursor) } };
}

function parseInsert(cursor: TokenCursor): StatementBody {
  cursor.next();
  cursor.take("INTO");
  const table = cursor.objectName();
  const columns =
    cursor.atSymbol("(") && !["SELECT", "WITH"].includes(cursor.peek(1).keyword) ? cursor.nameList() : [];
  if (cursor.take("DEFAULT", "VALUES")) return { kind: "insert", table, columns, rows: "defaults" };
  if (cursor.take("VALUES")) {
    const rows = [parseValues(cursor)];
    // A dedicated pool takes one row.
    if (cursor.dialect === undefined) while (cursor.takeSymbol(",")) rows.push(parseValues(cursor));
    return { kind: "insert", table, columns, rows };
  }
  if (cursor.at("EXEC") || cursor.at("EXECUTE")) {
    return { kind: "insert", table, columns, rows: { execute: parseStatement(cursor, "nested") } };
  }
  return { kind: "insert", table, columns, rows: parseQuery(cursor) };
}

function parseDelete(cursor: TokenCursor): StatementBody {
  cursor.next();
  cursor.take("FROM");
  const table = cursor.objectName();
  return { kind: "delete", table, where: cursor.take("WHERE") ? parseCondition(cursor) : undefined };
}

function parseUpdate(cursor: TokenCursor): StatementBody {
  cursor.next();
  const table = cursor.objectName();
  cursor.expect("SET");
  const assignments = cursor.list(() => {
    const column = cursor.name();
    cursor.expectSymbol("=");
    return { column, value: parseScalar(cursor) };
  });
  return {
    kind: "update",
    table,
    assignments,
    where: cursor.take("WHERE") ? parseCondition(cursor) : undefined,
  };
}

function parseExecute(cursor: TokenCursor): StatementBody {
  const { line } = cursor;
  cursor.next();
  if (cursor.at("AS")) throw sqlError(40510, "EXECUTE AS").at(line);
  if (cursor.takeSymbol("(")) {
    const text = parseScalar(cursor);
    cursor.expectSymbol(")");
    return { kind: "execute-text", text };
  }
  let result: string | undefined;
  if (cursor.token.kind === "variable") {
    result = cursor.variable();
    cursor.expectSymbol("=");
  }
  return parseProcedureCall(cursor, result);
}

function parseProcedureCall(cursor: TokenCursor, result: string | undefined): StatementBody {
  const procedure = cursor.objectName();
  const bare =
    cursor.atEnd || cursor.atSymbol(";") || statementParsers.has(cursor.token.keyword) || cursor.at("END");
  const values = bare || cursor.at("ELSE") ? [] : cursor.list(() => parseArgument(cursor));
  return { kind: "execute", procedure, arguments: values, result };
}

/** Arguments are constants or variables, never expressions; a bare word is a string. */
function parseArgument(cursor: TokenCursor): Argument {
  let name: string | undefined;
  if (cursor.token.kind === "variable" && cursor.peek(1).text === "=") {
    name = cursor.variable();
    cursor.next();
  }
  const value = parseArgumentValue(cursor);
  const output = cursor.takeOneOf("OUTPUT", "OUT") !== undefined;
  return { name, value, output };
}

function parseArgumentValue(cursor: TokenCursor): Expression | "default" {
  if (cursor.take("DEFAULT")) return "default";
  if (cursor.atName) {
    const text = cursor.name();
    return { kind: "literal", value: text, type: { name: "nvarchar", length: Math.max(1, text.length) } };
  }
  const negative = cursor.takeSymbol("-");
  if (!["string", "number", "binary", "variable"].includes(cursor.token.kind) && !cursor.at("NULL")) {
    throw cursor.syntaxError();
  }
  const operand = parseScalar(cursor);
  if (!["literal", "variable", "call"].includes(operand.kind)) throw cursor.syntaxError(cursor.peek(-1));
  return negative ? { kind: "negate", operand } : operand;
}
