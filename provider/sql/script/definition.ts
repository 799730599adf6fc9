import { cannotBeJudged, type Cursor, Refusal } from "./cursor";
import { skipExpression } from "./expression";
import { reserved } from "./keywords";
import { isAccount, isOwnSchema, isRole, type Own, shown } from "./own";
import { judgeOwnership, requireOwnObject, requirePrincipal } from "./permission";

type Verb = "CREATE" | "ALTER" | "DROP";

/**
 * CREATE, ALTER or DROP, behind the verb. Of a procedure or function it takes the head: the statements of its body
 * follow, and are judged as any other. Throws Refusal.
 */
export function judgeDefinition(verb: Verb, cursor: Cursor, own: Own): void {
  if (verb === "CREATE") cursor.take("OR", "ALTER");
  const kind = cursor.word();
  if (kind === undefined) throw new Refusal(cannotBeJudged);
  cursor.position++;
  const judge = kinds[kind];
  if (judge === undefined || (kind === "AUTHORIZATION" && verb !== "ALTER"))
    throw new Refusal(`is a statement of an unusual kind (${verb}${reserved.has(kind) ? ` ${kind}` : " …"})`);
  judge(verb, cursor, own);
}

type Judge = (verb: Verb, cursor: Cursor, own: Own) => void;

const kinds: Readonly<Partial<Record<string, Judge>>> = {
  LOGIN: (verb, cursor, own) => {
    account(verb, "LOGIN", cursor, own);
  },
  USER: (verb, cursor, own) => {
    account(verb, "USER", cursor, own);
  },
  ROLE: role,
  SCHEMA: schema,
  VIEW: object(view),
  PROCEDURE: object(procedureHead),
  PROC: object(procedureHead),
  FUNCTION: object(functionHead),
  TABLE: (verb, cursor, own) => {
    if (verb === "ALTER") throw new Refusal("is a statement of an unusual kind (ALTER TABLE)");
    object(table)(verb, cursor, own);
  },
  AUTHORIZATION: (_verb, cursor, own) => {
    judgeOwnership(cursor, own);
  },
  SERVER: () => {
    throw new Refusal("grants a right on the server");
  },
};

function account(verb: Verb, kind: "LOGIN" | "USER", cursor: Cursor, own: Own): void {
  if (verb === "DROP") cursor.take("IF", "EXISTS");
  const name = cursor.name();
  if (!isAccount(own, name)) throw new Refusal(`touches ${kind.toLowerCase()} ${shown(name)}`);
  if (verb === "DROP") return;
  if (kind === "LOGIN") password(verb, cursor);
  else user(verb, cursor, own);
}

function user(verb: Verb, cursor: Cursor, own: Own): void {
  if (verb === "CREATE" && cursor.takeOneOf("FOR", "FROM") !== undefined) {
    cursor.need("LOGIN");
    requireAccount(cursor, own);
  }
  if (!cursor.take("WITH")) return;
  do {
    const option = cursor.takeOneOf("DEFAULT_SCHEMA", ...(verb === "ALTER" ? ["LOGIN"] : []));
    if (option === undefined) throw new Refusal(cannotBeJudged);
    cursor.need("=");
    if (option === "LOGIN") requireAccount(cursor, own);
    else requireSchema(cursor.name(), own);
  } while (cursor.takeMark(","));
}

function password(verb: Verb, cursor: Cursor): void {
  cursor.need("WITH", "PASSWORD", "=");
  cursor.literal();
  if (verb !== "ALTER" || !cursor.take("OLD_PASSWORD")) return;
  cursor.need("=");
  cursor.literal();
}

function requireAccount(cursor: Cursor, own: Own): void {
  const name = cursor.name();
  if (!isAccount(own, name)) throw new Refusal(`touches login ${shown(name)}`);
}

function role(verb: Verb, cursor: Cursor, own: Own): void {
  if (verb === "DROP") cursor.take("IF", "EXISTS");
  requireRole(cursor.name(), own);
  if (verb === "CREATE" && cursor.take("AUTHORIZATION")) requirePrincipal(cursor.name(), own);
  if (verb !== "ALTER") return;
  if (cursor.takeOneOf("ADD", "DROP") === undefined) throw new Refusal(cannotBeJudged);
  cursor.need("MEMBER");
  requirePrincipal(cursor.name(), own);
}

export function requireRole(name: string, own: Own): void {
  if (!isRole(own, name)) throw new Refusal(`touches role ${shown(name)}`);
}

function schema(verb: Verb, cursor: Cursor, own: Own): void {
  if (verb === "ALTER") throw new Refusal("moves objects from schema to schema");
  if (verb === "DROP") cursor.take("IF", "EXISTS");
  requireSchema(cursor.name(), own);
  if (verb === "CREATE" && cursor.take("AUTHORIZATION")) requirePrincipal(cursor.name(), own);
}

function requireSchema(name: string, own: Own): void {
  if (!isOwnSchema(own, name)) throw new Refusal(`touches schema ${shown(name)}`);
}

function dropped(cursor: Cursor, own: Own): void {
  cursor.take("IF", "EXISTS");
  do requireTarget(cursor, own);
  while (cursor.takeMark(","));
}

/** A table that is gone with the session is nobody's; any other target has to be Immuta's. Throws Refusal. */
export function requireTarget(cursor: Cursor, own: Own): void {
  const parts = cursor.names();
  if (parts.length === 1 && /^#[^#]/.test(parts[0] ?? "")) return;
  requireOwnObject(parts, own);
}

/** An object of a schema; `head` takes what stands between its name and the statements that belong to it. */
function object(head: (cursor: Cursor) => void): Judge {
  return (verb, cursor, own) => {
    if (verb === "DROP") {
      dropped(cursor, own);
      return;
    }
    requireTarget(cursor, own);
    head(cursor);
  };
}

/** With AS, a query follows as a statement of its own. */
function table(cursor: Cursor): void {
  if (cursor.isMark("(")) inParentheses(cursor);
  if (cursor.take("WITH")) inParentheses(cursor);
  cursor.take("AS");
}

const inDefinitions = new Set(
  (
    "NULL NOT DEFAULT IDENTITY PRIMARY KEY UNIQUE CONSTRAINT COLLATE CLUSTERED NONCLUSTERED INDEX ON FOR VALUES RIGHT LEFT " +
    "ASC DESC CONVERT CURRENT_TIMESTAMP ORDER AS VARYING READONLY"
  ).split(" "),
);

/** Columns, options or parameters. No word stands in them that begins a statement. */
function inParentheses(cursor: Cursor): void {
  if (!cursor.isMark("(")) throw new Refusal(cannotBeJudged);
  let depth = 0;
  do {
    if (cursor.isMark("(")) depth++;
    else if (cursor.isMark(")")) depth--;
    else if (!isHarmless(cursor)) throw new Refusal(cannotBeJudged);
    cursor.position++;
  } while (depth > 0);
}

function isHarmless(cursor: Cursor): boolean {
  const token = cursor.token();
  const word = cursor.word();
  if (word !== undefined) return !reserved.has(word) || inDefinitions.has(word);
  if (token === undefined || token.kind === "odd") return false;
  return token.kind !== "punctuation" || /^[.,=+-]$/.test(token.text);
}

function view(cursor: Cursor): void {
  if (cursor.isMark("(")) inParentheses(cursor);
  options(cursor);
  cursor.need("AS");
  skipCommonTables(cursor);
  if (cursor.word() !== "SELECT" && !cursor.isMark("(")) throw new Refusal(cannotBeJudged);
  skipExpression(cursor, { query: true, alias: true });
  cursor.take("WITH", "CHECK", "OPTION");
  while (cursor.takeMark(";"));
  if (cursor.token() !== undefined) throw new Refusal("has a statement behind the definition of a view");
}

/** `WITH a AS (…), b (c) AS (…)`, where it stands: reading. The statement that it belongs to follows. */
export function skipCommonTables(cursor: Cursor): void {
  if (!cursor.take("WITH")) return;
  do {
    cursor.name();
    if (cursor.isMark("(")) inParentheses(cursor);
    cursor.need("AS");
    if (!cursor.isMark("(")) throw new Refusal(cannotBeJudged);
    skipExpression(cursor, { query: true, alias: true, group: true });
  } while (cursor.takeMark(","));
}

/** EXECUTE AS is none of them. */
function options(cursor: Cursor): void {
  if (!cursor.take("WITH")) return;
  do {
    if (cursor.word() === "EXECUTE" || cursor.word() === "EXEC") throw new Refusal(runsAsAnother);
    if (cursor.takeOneOf("SCHEMABINDING", "RECOMPILE", "ENCRYPTION", "VIEW_METADATA") === undefined)
      throw new Refusal(cannotBeJudged);
  } while (cursor.takeMark(","));
}

export const runsAsAnother = "changes the user that statements run as";

function functionHead(cursor: Cursor): void {
  inParentheses(cursor);
  cursor.need("RETURNS");
  if (!cursor.take("TABLE")) {
    cursor.name();
    if (cursor.isMark("(")) inParentheses(cursor);
  }
  options(cursor);
  cursor.take("AS");
}

/** Parameters in parentheses or bare, up to the AS that no variable stands before. */
function procedureHead(cursor: Cursor): void {
  if (cursor.isMark("(")) inParentheses(cursor);
  else
    while (cursor.token() !== undefined && !["AS", "WITH"].includes(cursor.word() ?? "")) {
      if (cursor.isMark("(")) inParentheses(cursor);
      else if (!isHarmless(cursor)) throw new Refusal(cannotBeJudged);
      else {
        const variable = cursor.token()?.kind === "variable";
        cursor.position++;
        if (variable) cursor.take("AS");
      }
    }
  options(cursor);
  cursor.need("AS");
}
