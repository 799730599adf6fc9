import type { Batch } from "./split";
import { cannotBeJudged, Cursor, Refusal } from "./cursor";
import { judgeDefinition, requireRole, requireTarget, runsAsAnother, skipCommonTables } from "./definition";
import { type Extent, skipExpression } from "./expression";
import { otherStatements, reserved, statementStarts } from "./keywords";
import { isOwnSchema, type Own, shown } from "./own";
import { judgePermission, requirePrincipal } from "./permission";
import { tokensOf, valueOf } from "./tokens";

export type { Own } from "./own";

/**
 * A second look at a script before it runs: what in it reaches beyond Immuta's own objects, or cannot be judged. Each
 * statement is judged by its target, and one that is not known to keep to Immuta's own is named. docs/scripts.md says
 * what is known.
 */
export interface Concern {
  /** Batch, counted from 1, and the script's line on which the statement begins. */
  batch: number;
  line: number;
  /** What is unusual, without literals. */
  what: string;
}

/** In the order of the script; in time linear in its length. */
export function concernsIn(batches: readonly Batch[], own: Own): Concern[] {
  let previous: { text: string; found: Found[] } | undefined;
  return batches.flatMap(({ text, line }, index) => {
    // GO n repeats a batch.
    const found = previous?.text === text ? previous.found : judged(text, own, 0);
    previous = { text, found };
    return inLines(text, found).map((one) => ({ batch: index + 1, line: line + one.line, what: one.what }));
  });
}

interface Found {
  /** Offset in the batch. */
  at: number;
  what: string;
}

function inLines(text: string, found: readonly Found[]): { line: number; what: string }[] {
  const ends = /\r\n|\r|\n/g;
  let line = 0;
  let next = ends.exec(text);
  return found.map(({ at, what }) => {
    for (; next !== null && next.index < at; next = ends.exec(text)) line++;
    return { line, what };
  });
}

/** EXEC in EXEC in EXEC …: each doubles the quotes of the one inside, so this is deeper than anybody writes. */
const deepest = 8;

function judged(sql: string, own: Own, depth: number): Found[] {
  const found: Found[] = [];
  const tokens = [
    ...tokensOf(sql, (comment, end) => {
      if (endsInDoubt(comment, sql, end)) found.push({ at: end - comment.length, what: doubtfulComment });
    }),
  ];
  const cursor = new Cursor(tokens);
  while (cursor.token() !== undefined) {
    const start = cursor.position;
    const at = tokens[start]?.at ?? 0;
    try {
      judgeStatement({ cursor, own, depth, found: (what) => void found.push({ at, what }) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      found.push({ at, what: error.message });
      cursor.position = Math.max(cursor.position, start + 1);
      skipToNext(cursor);
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

const doubtfulComment = "has a comment of which it is not sure where it ends";

/** A server may end a line, and a comment with it, where others do not. */
const endsInDoubt = (comment: string, sql: string, end: number): boolean =>
  comment.startsWith("--")
    ? /[\v\f\u0085\u2028\u2029]/.test(comment) || (sql[end] === "\r" && sql[end + 1] !== "\n")
    : !comment.endsWith("*/");

/** What cannot be judged may have any end: the next statement is looked for by its first word. */
function skipToNext(cursor: Cursor): void {
  while (cursor.token() !== undefined && !cursor.isMark(";") && !statementStarts.has(cursor.word() ?? ""))
    cursor.position++;
}

/** Options of a session under which scripts mean what they say. */
const options = new Set(
  "ANSI_NULLS QUOTED_IDENTIFIER ANSI_PADDING ANSI_WARNINGS ARITHABORT CONCAT_NULL_YIELDS_NULL NOCOUNT XACT_ABORT".split(
    " ",
  ),
);

/** A statement under judgement. */
interface Place {
  cursor: Cursor;
  own: Own;
  /** Of EXEC in EXEC. */
  depth: number;
  /** Takes what is found in SQL that the statement executes. */
  found: (what: string) => void;
}

/** Goes beyond one statement, or the word that opens or closes a block of them. Throws Refusal. */
function judgeStatement(place: Place): void {
  const { cursor } = place;
  if (cursor.takeMark(";")) return;
  const word = cursor.word() ?? "";
  const judge = kinds[word];
  if (judge === undefined) throw new Refusal(`is a statement of an unusual kind (${kindOf(word)})`);
  judge(place);
}

type Judge = (place: Place) => void;

/** Begins behind the word. */
const behind =
  (judge: Judge): Judge =>
  (place) => {
    place.cursor.position++;
    judge(place);
  };

/** A word of its own, with one of these behind it or none. */
const block = (...words: string[]): Judge => behind(({ cursor }) => void cursor.takeOneOf(...words));

const permission: Judge = ({ cursor, own }) => {
  judgePermission(cursor, own);
};

const definition = (verb: "CREATE" | "ALTER" | "DROP"): Judge =>
  behind(({ cursor, own }) => {
    judgeDefinition(verb, cursor, own);
  });

const expression = (extent: Extent = {}): Judge =>
  behind(({ cursor }) => {
    skipExpression(cursor, extent);
  });

const target: Judge = ({ cursor, own }) => {
  requireTarget(cursor, own);
};

const query = { query: true, alias: true } as const;

/** The kinds of statements that Immuta's scripts are made of, by their first word. */
const kinds: Readonly<Partial<Record<string, Judge>>> = {
  BEGIN: block("TRY", "CATCH", "TRAN", "TRANSACTION"),
  END: block("TRY", "CATCH"),
  COMMIT: block("TRAN", "TRANSACTION", "WORK"),
  ROLLBACK: block("TRAN", "TRANSACTION", "WORK"),
  ELSE: block(),
  BREAK: block(),
  CONTINUE: block(),
  IF: expression(),
  WHILE: expression(),
  PRINT: expression(),
  THROW: expression({ optional: true }),
  RETURN: expression({ optional: true }),
  RAISERROR: behind(({ cursor }) => {
    skipExpression(cursor, {});
    cursor.take("WITH", "NOWAIT");
  }),
  DECLARE: behind(({ cursor }) => {
    if (cursor.token()?.kind !== "variable") throw new Refusal(cannotBeJudged);
    skipExpression(cursor, { alias: true });
  }),
  SET: behind(setting),
  SELECT: (place) => {
    const into = (): void => {
      target(place);
    };
    skipExpression(place.cursor, { ...query, into });
  },
  WITH: ({ cursor }) => {
    skipCommonTables(cursor);
    requireWord(cursor, "SELECT", "INSERT", "UPDATE", "DELETE");
  },
  INSERT: behind(insertion),
  UPDATE: behind((place) => {
    target(place);
    place.cursor.need("SET");
    skipExpression(place.cursor, query);
  }),
  DELETE: behind((place) => {
    place.cursor.take("FROM");
    target(place);
    skipExpression(place.cursor, { ...query, after: true });
  }),
  TRUNCATE: behind((place) => {
    place.cursor.need("TABLE");
    target(place);
  }),
  CREATE: definition("CREATE"),
  ALTER: definition("ALTER"),
  DROP: definition("DROP"),
  GRANT: permission,
  REVOKE: permission,
  DENY: permission,
  EXEC: behind(execution),
  EXECUTE: behind(execution),
};

function requireWord(cursor: Cursor, ...words: string[]): void {
  if (!words.includes(cursor.word() ?? "")) throw new Refusal(cannotBeJudged);
}

function setting({ cursor }: Place): void {
  if (cursor.token()?.kind === "variable") {
    skipExpression(cursor, {});
    return;
  }
  const names: string[] = [];
  do {
    names.push(cursor.word() ?? "");
    cursor.position++;
  } while (cursor.takeMark(","));
  const value = cursor.takeOneOf("ON", "OFF");
  const known = names.every((name) => options.has(name) && (value === "ON" || name === "NOCOUNT"));
  if (value === undefined || !known) throw new Refusal("sets an unusual option");
}

/** What is inserted is a statement of its own, but for VALUES. */
function insertion(place: Place): void {
  const { cursor } = place;
  cursor.take("INTO");
  target(place);
  if (cursor.isMark("(")) skipExpression(cursor, { group: true });
  if (cursor.take("DEFAULT", "VALUES")) return;
  if (cursor.word() === "VALUES") skipExpression(cursor, { query: true });
  else requireWord(cursor, "SELECT", "WITH", "EXEC", "EXECUTE");
}

function execution(place: Place): void {
  const { cursor, own } = place;
  if (cursor.word() === "AS") throw new Refusal(runsAsAnother);
  if (cursor.takeMark("(")) {
    const literals = [constant(cursor)];
    while (cursor.takeMark("+")) literals.push(constant(cursor));
    if (!cursor.takeMark(")")) throw new Refusal(builtWhileRunning);
    judgeExecuted(literals.join(""), place);
    return;
  }
  if (cursor.token()?.kind === "variable") {
    cursor.position++;
    if (!cursor.takeMark("=")) throw new Refusal(builtWhileRunning);
  }
  const names = cursor.names();
  const system = systemProcedure(names);
  if (system === "sp_executesql") {
    const sql = constant(cursor);
    if (cursor.takeMark(",")) skipArguments(cursor);
    judgeExecuted(sql, place);
  } else if (system === "sp_addrolemember" || system === "sp_droprolemember") {
    requireRole(argument(cursor), own);
    cursor.need(",");
    requirePrincipal(argument(cursor), own);
  } else {
    requireOwnProcedure(names, own);
    skipArguments(cursor);
  }
}

const systemProcedure = (names: readonly string[]): string | undefined =>
  names.length === 1 || (names.length === 2 && /^sys$/i.test(names[0] ?? ""))
    ? names.at(-1)?.toLowerCase()
    : undefined;

function requireOwnProcedure([schema = "", ...rest]: readonly string[], own: Own): void {
  if (rest.length !== 1) throw new Refusal("runs a procedure that is not Immuta's");
  if (!isOwnSchema(own, schema)) throw new Refusal(`runs a procedure of schema ${shown(schema)}`);
}

const builtWhileRunning = "runs SQL that is built while it runs";

/** A literal that is the same for every server: one without N goes through a code page, where letters change. */
function constant(cursor: Cursor): string {
  const token = cursor.token();
  // eslint-disable-next-line no-control-regex -- of ASCII all
  if (token?.kind !== "literal" || (!/^n/i.test(token.text) && /[^\u0000-\u007f]/.test(token.text)))
    throw new Refusal(builtWhileRunning);
  cursor.position++;
  return valueOf(token);
}

function judgeExecuted(sql: string, { own, depth, found }: Place): void {
  if (depth >= deepest) throw new Refusal(cannotBeJudged);
  for (const { what } of judged(sql, own, depth + 1)) found(what);
}

const argument = (cursor: Cursor): string =>
  cursor.token()?.kind === "literal" ? cursor.literal() : cursor.name();

/** As many as there are. Whatever else follows is no argument but the next statement. */
function skipArguments(cursor: Cursor): void {
  do {
    if (cursor.token()?.kind === "variable" && cursor.isMark("=", 1)) cursor.position += 2;
    cursor.takeMark("-");
    if (!isArgument(cursor)) return;
    cursor.position++;
    cursor.takeOneOf("OUTPUT", "OUT");
  } while (cursor.takeMark(","));
}

function isArgument(cursor: Cursor): boolean {
  const word = cursor.word();
  if (word !== undefined) return !reserved.has(word) || word === "NULL" || word === "DEFAULT";
  return ["literal", "number", "variable", "quoted"].includes(cursor.token()?.kind ?? "");
}

/** Only words of T-SQL are told; a name may be anything. */
const kindOf = (word: string): string => (reserved.has(word) || otherStatements.has(word) ? word : "?");
