import { cannotBeJudged, type Cursor, Refusal } from "./cursor";
import { isAccount, isDatabase, isOwnSchema, isPrincipal, type Own, shown } from "./own";

/** What anybody may have on Immuta's own schemas, and objects in them: a governed view is there to be read. */
const anybodys = new Set(["SELECT", "EXECUTE", "REFERENCES", "VIEW DEFINITION"]);
/** What Immuta's own principals may have there beside that. */
const owners = new Set(["INSERT", "UPDATE", "DELETE", "ALTER", "CONTROL", "TAKE OWNERSHIP"]);
/** What the system account may have in the database. CONTROL holds them all: the account manages grants. */
const inDatabase = new Set([
  ...anybodys,
  ...owners,
  ...["CONNECT", "VIEW DATABASE STATE", "CREATE SCHEMA", "CREATE TABLE", "CREATE VIEW", "CREATE PROCEDURE"],
  ...["CREATE FUNCTION", "CREATE ROLE", "ALTER ANY SCHEMA", "ALTER ANY ROLE", "ALTER ANY USER"],
]);
const inMaster = new Set(["CONNECT", "VIEW DEFINITION", "VIEW DATABASE STATE"]);

type Securable = { kind: "database" | "own" | "principal" };

/** GRANT, REVOKE or DENY, from the verb on. Throws Refusal. */
export function judgePermission(cursor: Cursor, own: Own): void {
  const verb = cursor.takeOneOf("GRANT", "REVOKE", "DENY");
  if (verb === "REVOKE") cursor.take("GRANT", "OPTION", "FOR");
  const permissions = permissionsAt(cursor);
  if (permissions.some((one) => /\bSERVER\b|\bANY LOGIN\b|\bANY DATABASE\b/.test(one)))
    throw new Refusal("grants a right on the server");
  const securable = cursor.take("ON") ? securableAt(cursor, own) : ({ kind: "database" } as const);
  if (cursor.takeOneOf("TO", ...(verb === "REVOKE" ? ["FROM"] : [])) === undefined)
    throw new Refusal(cannotBeJudged);
  const principals = [principalAt(cursor)];
  while (cursor.takeMark(",")) principals.push(principalAt(cursor));
  const option = cursor.take("WITH", "GRANT", "OPTION");
  cursor.take("CASCADE");
  for (const principal of principals) {
    const may = allowed(securable, principal, own);
    const beyond = permissions.find((one) => !may.has(one));
    if (beyond !== undefined || (option && !isAccount(own, principal)))
      throw new Refusal(
        `${verb === "GRANT" ? "gives" : "changes"} rights ${securable.kind === "database" ? "in the database" : "on Immuta's objects"} that are not ${shown(principal)}'s to have`,
      );
  }
}

function allowed({ kind }: Securable, principal: string, own: Own): ReadonlySet<string> {
  if (kind === "own") return isPrincipal(own, principal) ? new Set([...anybodys, ...owners]) : anybodys;
  if (kind === "database" && isAccount(own, principal)) return own.inMaster ? inMaster : inDatabase;
  if (kind === "principal" && isPrincipal(own, principal)) return new Set([...owners, "VIEW DEFINITION"]);
  return new Set();
}

function permissionsAt(cursor: Cursor): string[] {
  const permissions = new Set<string>();
  do {
    const words: string[] = [];
    for (let word = cursor.word(); word !== undefined && !ends.has(word); word = cursor.word()) {
      words.push(word);
      cursor.position++;
    }
    permissions.add(words.join(" "));
  } while (cursor.takeMark(","));
  return [...permissions];
}

const ends = new Set(["ON", "TO", "FROM"]);

/** What stands behind ON. Throws Refusal where it is not Immuta's. */
function securableAt(cursor: Cursor, own: Own): Securable {
  if (!cursor.isMark("::", 1)) return object(cursor, own);
  const securityClass = cursor.word();
  cursor.position += 2;
  if (securityClass === "OBJECT") return object(cursor, own);
  const name = cursor.name();
  if (cursor.isMark(".")) throw new Refusal(cannotBeJudged);
  switch (securityClass) {
    case "SCHEMA":
      if (!isOwnSchema(own, name)) throw new Refusal(`touches schema ${shown(name)}`);
      return { kind: "own" };
    case "DATABASE":
      if (!isDatabase(own, name)) throw new Refusal(`touches database ${shown(name)}`);
      return { kind: "database" };
    case "ROLE":
    case "USER":
      if (!isPrincipal(own, name)) throw new Refusal(`touches ${securityClass.toLowerCase()} ${shown(name)}`);
      return { kind: "principal" };
    default:
      throw new Refusal(cannotBeJudged);
  }
}

function object(cursor: Cursor, own: Own): Securable {
  requireOwnObject(cursor.names(), own);
  return { kind: "own" };
}

/** Throws Refusal where an object's name, in its parts, does not say that it is in a schema of Immuta's. */
export function requireOwnObject(parts: readonly string[], own: Own): void {
  const [schema = "", ...rest] = parts;
  if (rest.length === 0) throw new Refusal("touches an object without naming its schema");
  if (rest.length > 1) throw new Refusal("touches an object of another database");
  if (!isOwnSchema(own, schema)) throw new Refusal(`touches schema ${shown(schema)}`);
}

/** `public` is a keyword, and everybody's role. */
const principalAt = (cursor: Cursor): string => (cursor.take("PUBLIC") ? "public" : cursor.name());

/** ALTER AUTHORIZATION, from ON on: Immuta's things to Immuta's principals. Throws Refusal. */
export function judgeOwnership(cursor: Cursor, own: Own): void {
  cursor.need("ON");
  if (securableAt(cursor, own).kind === "database") throw new Refusal("gives the database another owner");
  cursor.need("TO");
  requirePrincipal(cursor.name(), own);
}

export function requirePrincipal(name: string, own: Own): void {
  if (!isPrincipal(own, name)) throw new Refusal(`touches principal ${shown(name)}`);
}
