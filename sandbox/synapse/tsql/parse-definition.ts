/** CREATE, ALTER, DROP, GRANT, DENY, REVOKE. */
import type {
  ColumnDefinition,
  Expression,
  ModuleBody,
  ModuleType,
  ObjectName,
  Securable,
  Statement,
  StatementBody,
} from "./ast";
import type { TokenCursor } from "./cursor";
import { parseType } from "./data-types";
import { isPermission } from "./define-permissions";
import { sqlError } from "./errors";
import { parseQuery, parseScalar } from "./parse-query";
import { parseVariable } from "./parse-variable";

/** Where a statement stands: some must come first in their batch, and none of those may be nested. */
export type Place = "first" | "later" | "nested";

/** Parses a statement of a module's body; given here, for a body may hold all that a batch may. */
type ParseNested = (cursor: TokenCursor) => Statement;

export function parseDefinition(cursor: TokenCursor, place: Place, parseNested: ParseNested): StatementBody {
  switch (cursor.token.keyword) {
    case "CREATE":
      return parseCreate(cursor, place, parseNested);
    case "ALTER":
      return parseAlter(cursor, place, parseNested);
    case "DROP":
      return parseDrop(cursor);
    default:
      return parsePermission(cursor);
  }
}

function parseCreate(cursor: TokenCursor, place: Place, parseNested: ParseNested): StatementBody {
  const { line } = cursor;
  cursor.next();
  if (cursor.at("SCHEMA")) return parseCreateSchema(cursor, place, line);
  const module = moduleType(cursor);
  if (module !== undefined)
    return parseModule(cursor, place, { type: module, alter: false, line }, parseNested);
  if (cursor.take("LOGIN")) return parseCreateLogin(cursor);
  if (cursor.take("USER")) return parseCreateUser(cursor);
  if (cursor.take("ROLE")) {
    const name = cursor.name();
    return { kind: "create-role", name, owner: cursor.take("AUTHORIZATION") ? cursor.name() : undefined };
  }
  if (cursor.take("TABLE")) return parseCreateTable(cursor);
  throw refusal(cursor, "CREATE", line);
}

function parseAlter(cursor: TokenCursor, place: Place, parseNested: ParseNested): StatementBody {
  const { line } = cursor;
  cursor.next();
  const module = moduleType(cursor);
  if (module !== undefined)
    return parseModule(cursor, place, { type: module, alter: true, line }, parseNested);
  if (cursor.take("LOGIN")) return parseAlterLogin(cursor);
  if (cursor.take("USER")) return parseAlterUser(cursor);
  if (cursor.take("ROLE")) return parseAlterRole(cursor);
  if (cursor.take("AUTHORIZATION", "ON")) {
    cursor.expect("SCHEMA");
    cursor.expectSymbol("::");
    const schema = cursor.name();
    cursor.expect("TO");
    return { kind: "alter-authorization", schema, owner: cursor.name() };
  }
  if (cursor.take("SCHEMA")) {
    const schema = cursor.name();
    cursor.expect("TRANSFER");
    if (cursor.take("OBJECT")) cursor.expectSymbol("::");
    return { kind: "transfer", schema, object: cursor.objectName() };
  }
  throw refusal(cursor, "ALTER", line);
}

function parseDrop(cursor: TokenCursor): StatementBody {
  const { line } = cursor;
  cursor.next();
  const module = moduleType(cursor);
  if (module !== undefined || cursor.at("TABLE")) {
    cursor.next();
    const ifExists = takeIfExists(cursor, module === "VIEW");
    return {
      kind: "drop-object",
      type: module ?? "TABLE",
      names: cursor.list(() => cursor.objectName()),
      ifExists,
    };
  }
  if (cursor.take("LOGIN")) return { kind: "drop-login", name: cursor.name() };
  if (cursor.take("SCHEMA")) {
    const ifExists = takeIfExists(cursor);
    return { kind: "drop-schema", name: cursor.name(), ifExists };
  }
  const type = cursor.takeOneOf("USER", "ROLE");
  if (type !== undefined) {
    const ifExists = takeIfExists(cursor);
    return { kind: "drop-principal", type: type === "USER" ? "user" : "role", name: cursor.name(), ifExists };
  }
  throw refusal(cursor, "DROP", line);
}

/** @param documented whether a dedicated pool's documentation has it for this kind of object. */
function takeIfExists(cursor: TokenCursor, documented = false): boolean {
  const refused = cursor.dialect?.dropIfExists === false && !documented;
  return !refused && cursor.take("IF", "EXISTS");
}

/** Definitions that SQL Server knows and this server does not serve. */
const unsupported = [
  "DATABASE",
  "TRIGGER",
  "TYPE",
  "SYNONYM",
  "SEQUENCE",
  "CREDENTIAL",
  "CERTIFICATE",
  "SERVER",
  "APPLICATION",
  "ASSEMBLY",
];

function refusal(cursor: TokenCursor, verb: string, line: number): Error {
  const { keyword } = cursor.token;
  return unsupported.includes(keyword)
    ? sqlError(40510, `${verb} ${keyword}`).at(line).about(cursor.token)
    : cursor.syntaxError();
}

function moduleType(cursor: TokenCursor): ModuleType | undefined {
  if (cursor.at("PROC") || cursor.at("PROCEDURE")) return "PROCEDURE";
  if (cursor.at("FUNCTION")) return "FUNCTION";
  return cursor.at("VIEW") ? "VIEW" : undefined;
}

/** Some definitions must be the first statement of their batch, and none inside another statement. */
function requireFirst(cursor: TokenCursor, place: Place, statement: string, line: number): void {
  if (place === "nested") throw cursor.syntaxError();
  if (place === "later") throw sqlError(111, statement).at(line);
}

function requireOnly(cursor: TokenCursor, statement: string): void {
  while (cursor.takeSymbol(";"));
  if (!cursor.atEnd) throw sqlError(111, statement).at(cursor.line);
}

function parseCreateSchema(cursor: TokenCursor, place: Place, line: number): StatementBody {
  requireFirst(cursor, place, "CREATE SCHEMA", line);
  cursor.next();
  const name = cursor.at("AUTHORIZATION") ? undefined : cursor.name();
  const owner = cursor.take("AUTHORIZATION") ? cursor.name() : undefined;
  if (name === undefined && owner === undefined) throw cursor.syntaxError();
  requireOnly(cursor, "CREATE SCHEMA");
  return { kind: "create-schema", name, owner };
}

function parseModule(
  cursor: TokenCursor,
  place: Place,
  { type, alter, line }: { type: ModuleType; alter: boolean; line: number },
  parseNested: ParseNested,
): StatementBody {
  requireFirst(cursor, place, `${alter ? "ALTER" : "CREATE"} ${type}`, line);
  cursor.next();
  const name = cursor.objectName();
  const module = modules[type](cursor, parseNested);
  return { kind: "module", type, alter, name, module, definition: cursor.text };
}

const modules: Record<ModuleType, (cursor: TokenCursor, parseNested: ParseNested) => ModuleBody> = {
  PROCEDURE: parseProcedure,
  FUNCTION: parseFunction,
  VIEW: parseView,
};

function parseProcedure(cursor: TokenCursor, parseNested: ParseNested): ModuleBody {
  const parenthesised = cursor.takeSymbol("(");
  const parameters = cursor.token.kind === "variable" ? cursor.list(() => parseVariable(cursor)) : [];
  if (parenthesised) cursor.expectSymbol(")");
  skipModuleOptions(cursor);
  cursor.expect("AS");
  const statements: Statement[] = [];
  while (!cursor.atEnd) if (!cursor.takeSymbol(";")) statements.push(parseNested(cursor));
  if (statements.length === 0) throw cursor.syntaxError();
  return { kind: "procedure", parameters, statements };
}

function parseFunction(cursor: TokenCursor, parseNested: ParseNested): ModuleBody {
  cursor.expectSymbol("(");
  const parameters = cursor.token.kind === "variable" ? cursor.list(() => parseVariable(cursor)) : [];
  cursor.expectSymbol(")");
  cursor.expect("RETURNS");
  if (cursor.take("TABLE")) {
    skipModuleOptions(cursor);
    cursor.take("AS");
    cursor.expect("RETURN");
    const parenthesised = cursor.takeSymbol("(");
    const query = parseQuery(cursor);
    if (parenthesised) cursor.expectSymbol(")");
    requireOnly(cursor, "CREATE FUNCTION");
    return { kind: "table-function", parameters, query };
  }
  const returns = parseType(cursor);
  skipModuleOptions(cursor);
  cursor.take("AS");
  if (!cursor.at("BEGIN")) throw cursor.syntaxError();
  const body = parseNested(cursor);
  requireOnly(cursor, "CREATE FUNCTION");
  return { kind: "scalar-function", parameters, returns, statements: [body] };
}

function parseView(cursor: TokenCursor): ModuleBody {
  const columns = cursor.atSymbol("(") ? cursor.nameList() : [];
  skipModuleOptions(cursor);
  cursor.expect("AS");
  const query = parseQuery(cursor);
  if (cursor.take("WITH")) cursor.expect("CHECK", "OPTION");
  requireOnly(cursor, "CREATE VIEW");
  return { kind: "view", columns, query };
}

/** WITH SCHEMABINDING, RECOMPILE, NOCOUNT and the like; EXECUTE AS is not known to a dedicated pool's modules. */
function skipModuleOptions(cursor: TokenCursor): void {
  if (!cursor.take("WITH")) return;
  cursor.list(() => {
    if (cursor.at("EXEC") || cursor.at("EXECUTE")) throw sqlError(40517, "EXECUTE AS").at(cursor.line);
    return cursor.next();
  });
}

function parseCreateLogin(cursor: TokenCursor): StatementBody {
  const { line } = cursor;
  const name = cursor.name();
  if (cursor.at("FROM")) throw sqlError(40517, "FROM").at(line);
  cursor.expect("WITH", "PASSWORD");
  cursor.expectSymbol("=");
  const password = cursor.string();
  while (cursor.takeSymbol(",")) {
    // A dedicated pool's logins take an SID beside the password and nothing else.
    if (!cursor.take("SID")) throw sqlError(40517, cursor.token.keyword).at(cursor.line);
    cursor.expectSymbol("=");
    cursor.next();
  }
  return { kind: "create-login", name, password };
}

function parseAlterLogin(cursor: TokenCursor): StatementBody {
  const name = cursor.name();
  const switched = cursor.takeOneOf("ENABLE", "DISABLE");
  if (switched !== undefined) {
    return { kind: "alter-login", name, password: undefined, enabled: switched === "ENABLE" };
  }
  cursor.expect("WITH", "PASSWORD");
  cursor.expectSymbol("=");
  const password = cursor.string();
  if (cursor.take("OLD_PASSWORD")) {
    cursor.expectSymbol("=");
    cursor.string();
  }
  return { kind: "alter-login", name, password, enabled: undefined };
}

function parseCreateUser(cursor: TokenCursor): StatementBody {
  const { line } = cursor;
  const name = cursor.name();
  let from: Extract<StatementBody, { kind: "create-user" }>["from"] = "same-name";
  if (cursor.take("WITHOUT", "LOGIN")) from = "without-login";
  else if (cursor.takeOneOf("FOR", "FROM") !== undefined) {
    if (cursor.take("EXTERNAL", "PROVIDER")) from = "external";
    else {
      cursor.expect("LOGIN");
      from = { login: cursor.name() };
    }
  }
  let defaultSchema: string | undefined;
  if (cursor.take("WITH")) {
    // Contained users with a password are not known to a dedicated pool's databases.
    if (cursor.at("PASSWORD")) throw sqlError(40517, "PASSWORD").at(line);
    cursor.expect("DEFAULT_SCHEMA");
    cursor.expectSymbol("=");
    defaultSchema = cursor.name();
  }
  return { kind: "create-user", name, from, defaultSchema };
}

function parseAlterUser(cursor: TokenCursor): StatementBody {
  const result = { kind: "alter-user" as const, name: cursor.name() };
  const settings = new Map<string, string>();
  cursor.expect("WITH");
  cursor.list(() => {
    const setting = cursor.takeOneOf("DEFAULT_SCHEMA", "LOGIN", "NAME");
    if (setting === undefined) throw cursor.syntaxError();
    cursor.expectSymbol("=");
    settings.set(setting, cursor.name());
  });
  const [defaultSchema, login, newName] = ["DEFAULT_SCHEMA", "LOGIN", "NAME"].map((key) => settings.get(key));
  return { ...result, defaultSchema, login, newName };
}

function parseAlterRole(cursor: TokenCursor): StatementBody {
  const name = cursor.name();
  if (cursor.take("WITH")) {
    cursor.expect("NAME");
    cursor.expectSymbol("=");
    return { kind: "alter-role", name, action: "rename", member: cursor.name() };
  }
  const action = cursor.takeOneOf("ADD", "DROP");
  if (action === undefined) throw cursor.syntaxError();
  cursor.expect("MEMBER");
  return { kind: "alter-role", name, action: action === "ADD" ? "add" : "drop", member: cursor.name() };
}

function parseCreateTable(cursor: TokenCursor): StatementBody {
  const name = cursor.objectName();
  const columns: ColumnDefinition[] = [];
  if (cursor.takeSymbol("(")) {
    cursor.list(() => {
      const column = parseColumn(cursor);
      if (column !== undefined) columns.push(column);
    });
    cursor.expectSymbol(")");
  }
  if (cursor.take("WITH")) cursor.skipGroup();
  const source = cursor.take("AS") ? parseQuery(cursor) : undefined;
  if (columns.length === 0 && source === undefined) throw cursor.syntaxError();
  return { kind: "create-table", name, columns, source };
}

/** A column, or undefined for a table constraint: a dedicated pool does not enforce those. */
function parseColumn(cursor: TokenCursor): ColumnDefinition | undefined {
  if (cursor.take("CONSTRAINT")) cursor.name();
  if (cursor.at("PRIMARY") || cursor.at("UNIQUE")) {
    skipKey(cursor);
    return undefined;
  }
  const name = cursor.name();
  const type = parseType(cursor);
  let nullable = true;
  let initial: ColumnDefinition["initial"];
  for (;;) {
    if (cursor.take("NOT", "NULL")) nullable = false;
    else if (cursor.take("NULL")) nullable = true;
    else if (cursor.take("DEFAULT")) initial = parseDefault(cursor);
    else if (cursor.take("CONSTRAINT")) cursor.name();
    else if (cursor.at("PRIMARY") || cursor.at("UNIQUE")) skipKey(cursor);
    else if (cursor.take("COLLATE")) cursor.name();
    else return { name, type, nullable, initial };
  }
}

/** A dedicated pool takes constants alone. */
function parseDefault(cursor: TokenCursor): Expression {
  const { line } = cursor;
  const initial = parseScalar(cursor);
  const constant = initial.kind === "negate" ? initial.operand : initial;
  if (constant.kind !== "literal") throw sqlError(40517, "DEFAULT").at(line);
  return initial;
}

/** A dedicated pool takes keys only as a hint: NOT ENFORCED must be said. */
function skipKey(cursor: TokenCursor): void {
  const { line } = cursor;
  if (!cursor.take("UNIQUE")) cursor.expect("PRIMARY", "KEY");
  cursor.take("NONCLUSTERED");
  if (cursor.atSymbol("(")) cursor.skipGroup();
  if (!cursor.take("NOT", "ENFORCED")) throw sqlError(40517, "ENFORCED").at(line);
}

function parsePermission(cursor: TokenCursor): StatementBody {
  const action = cursor.next().keyword as "GRANT" | "DENY" | "REVOKE";
  if (action === "REVOKE" && cursor.take("GRANT", "OPTION")) cursor.expect("FOR");
  const permissions = cursor.list(() => parsePermissionName(cursor));
  const on = cursor.take("ON") ? parseSecurable(cursor) : ({ kind: "database", name: undefined } as const);
  if (cursor.takeOneOf(...(action === "REVOKE" ? ["FROM", "TO"] : ["TO"])) === undefined)
    throw cursor.syntaxError();
  const principals = cursor.list(() => cursor.principal());
  const grantOption = action === "GRANT" && cursor.take("WITH", "GRANT", "OPTION");
  if (action !== "GRANT") cursor.take("CASCADE");
  if (cursor.take("AS")) cursor.name();
  return { kind: "permission", action, permissions, on, principals, grantOption };
}

function parsePermissionName(cursor: TokenCursor): string {
  const first = cursor.token;
  const words: string[] = [];
  while (cursor.token.kind === "word" && !cursor.at("ON") && !cursor.at("TO") && !cursor.at("FROM")) {
    words.push(cursor.next().keyword);
  }
  if (words.length === 0) throw cursor.syntaxError();
  if (cursor.atSymbol("(")) cursor.skipGroup();
  const permission = words
    .join(" ")
    .replace(/\bEXEC$/, "EXECUTE")
    .replace(/^ALL PRIVILEGES$/, "ALL")
    .replace(/\bPROC$/, "PROCEDURE");
  if (!isPermission(permission)) throw sqlError(102, permission).about(first);
  return permission;
}

function parseSecurable(cursor: TokenCursor): Securable {
  const object = (): Securable => ({ kind: "object", name: qualifiedName(cursor) });
  if (cursor.peek(1).text !== "::") return object();
  const { keyword } = cursor.next();
  cursor.next();
  switch (keyword) {
    case "DATABASE":
      return { kind: "database", name: cursor.name() };
    case "SCHEMA":
      return { kind: "schema", name: cursor.name() };
    case "OBJECT":
      return object();
    case "USER":
    case "ROLE":
    case "LOGIN":
      return { kind: "principal", type: keyword.toLowerCase() as "user", name: cursor.name() };
    default:
      throw cursor.syntaxError(cursor.peek(-2));
  }
}

function qualifiedName(cursor: TokenCursor): ObjectName {
  const name = cursor.objectName();
  if (cursor.atSymbol("(")) cursor.skipGroup();
  return name;
}
