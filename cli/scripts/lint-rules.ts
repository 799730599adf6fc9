/**
 * What a dedicated SQL pool does not know of T-SQL, by its documentation: each with the page that says so. What a page
 * does not say is no rule, so DROP VIEW and DROP FUNCTION may have IF EXISTS.
 */
export interface Rule {
  what: string;
  page: string;
  applies: (where: Where) => boolean;
}

/** A token, and what is around it. */
export interface Where {
  /** It and those behind it, as `wordsAt` gives them. */
  words: string;
  /** The one before it. */
  before: string;
  /** Whether it is the first of its batch. */
  first: boolean;
  /** First word of the statement that it is in, or whose next statement begins here; empty behind a semicolon. */
  statement: string;
  /** What the batch defines. */
  module: "VIEW" | "PROC" | "FUNCTION" | undefined;
  /** Between the name of that and the AS of its body. */
  inHead: boolean;
  /** Behind MERGE, up to the semicolon that ends it. */
  inMerge: boolean;
  /** In the parentheses of CREATE TABLE. */
  inTable: boolean;
  /** A semicolon comes, here or later. */
  isEnded: boolean;
}

const tsql = (path: string): string =>
  `https://learn.microsoft.com/sql/t-sql/${path}?view=azure-sqldw-latest`;
const statements = (name: string): string => tsql(`statements/${name}-transact-sql`);
const synapse = "https://learn.microsoft.com/azure/synapse-analytics";
const features = `${synapse}/sql/overview-features`;
const warehouse = (name: string): string => `${synapse}/sql-data-warehouse/sql-data-warehouse-${name}`;
const procedures = warehouse("develop-stored-procedures");
const createTable = tsql("statements/create-table-azure-sql-data-warehouse");

/** A rule for the words from a place on. */
const words = (pattern: RegExp, what: string, page: string): Rule => ({
  what,
  page,
  applies: (where) => pattern.test(where.words),
});

const dropIfExists = (kinds: string, shown: string, page: string, instead: string): Rule =>
  words(new RegExp(`^DROP (?:${kinds}) IF EXISTS\\b`), `DROP ${shown} has no IF EXISTS: ${instead}`, page);

const objectGuard = "put IF OBJECT_ID(…) IS NOT NULL before it";
const catalogGuard = (view: string): string => `put IF EXISTS (SELECT … FROM ${view} …) before it`;

const createOrAlter = (kinds: string, shown: string): Rule =>
  words(
    new RegExp(`^CREATE OR ALTER (?:${kinds})\\b`),
    `CREATE OR ALTER ${shown} is not known: drop it first, and create it`,
    statements(`create-${shown.toLowerCase()}`),
  );

const merge = statements("merge");

export const rules: readonly Rule[] = [
  dropIfExists("TABLE", "TABLE", statements("drop-table"), objectGuard),
  dropIfExists("PROC|PROCEDURE", "PROCEDURE", statements("drop-procedure"), objectGuard),
  dropIfExists("SCHEMA", "SCHEMA", statements("drop-schema"), catalogGuard("sys.schemas")),
  dropIfExists("USER", "USER", statements("drop-user"), catalogGuard("sys.database_principals")),
  dropIfExists("ROLE", "ROLE", statements("drop-role"), catalogGuard("sys.database_principals")),
  dropIfExists("LOGIN", "LOGIN", statements("drop-login"), catalogGuard("sys.sql_logins")),
  createOrAlter("VIEW", "VIEW"),
  createOrAlter("PROC|PROCEDURE", "PROCEDURE"),
  createOrAlter("FUNCTION", "FUNCTION"),
  words(/^MERGE (?:TOP|INTO TOP)\b/, "MERGE has no TOP", merge),
  words(/^MERGE (?:INTO )?(?:\S+ \. )?\S+ WITH \(/, "MERGE has no hints", merge),
  {
    what: "MERGE has no OUTPUT",
    page: merge,
    applies: (where) => where.inMerge && where.words.startsWith("OUTPUT "),
  },
  {
    what: "MERGE has to end with a semicolon",
    page: merge,
    applies: (where) => where.words.startsWith("MERGE ") && !where.isEnded,
  },
  words(/^USE (?!HINT\b|PLAN\b)\S+/, "USE is not known: connect to the database", features),
  words(/^CURSOR\b/, "cursors are not known: use a loop", warehouse("develop-loops")),
  words(/^FOR (?:XML|JSON)\b/, "FOR XML and FOR JSON are not known", features),
  words(/^OFFSET \S+ ROWS?\b/, "OFFSET … FETCH is not known", features),
  words(
    /^DECLARE variable (?:AS )?TABLE\b/,
    "table variables are not known: use a temporary table",
    features,
  ),
  words(/^(?:WAITFOR|GOTO|CONTINUE)\b/, "WAITFOR, GOTO and CONTINUE are not known", features),
  words(
    /^(?:OPENXML|OPENQUERY|OPENDATASOURCE|OPENROWSET) \(/,
    "OPENXML, OPENQUERY, OPENDATASOURCE and OPENROWSET are not known",
    features,
  ),
  words(
    /^(?:CHOOSE|PARSE|STRING_ESCAPE|TRANSLATE|CHECKSUM_AGG|GROUPING_ID) \(/,
    "this function is not known to a dedicated pool",
    features,
  ),
  words(/^! [<>]/, "the operators !> and !< are not known", features),
  words(
    /^(?:FROM|JOIN|INTO) (?:word|quoted|[\w#@$]+) \. (?:\S+ )?\. \S+/,
    "a dedicated pool sees no other database: name schema and object",
    features,
  ),
  words(/^(?:CREATE|ALTER|DROP) SERVER ROLE\b/, "server roles are not known", features),
  words(
    /^(?:(?:CREATE|ALTER|DROP|ENABLE|DISABLE) TRIGGER|(?:CREATE|ALTER|DROP) (?:SYNONYM|SEQUENCE)|CREATE TYPE)\b/,
    "triggers, synonyms, sequences and user-defined types are not known",
    warehouse("tables-overview"),
  ),
  words(/^CREATE UNIQUE\b/, "unique indexes are not known", warehouse("tables-overview")),
  {
    what: "foreign keys, CHECK and sparse columns are not known",
    page: warehouse("tables-overview"),
    applies: (where) => where.inTable && /^(?:FOREIGN KEY|REFERENCES|CHECK \(|SPARSE)\b/.test(where.words),
  },
  {
    what: "PRIMARY KEY has to be NONCLUSTERED and NOT ENFORCED",
    page: warehouse("table-constraints"),
    applies: (where) => where.inTable && /^PRIMARY KEY (?!NONCLUSTERED\b)/.test(`${where.words} `),
  },
  {
    what: "DEFAULT takes a literal or a constant only",
    page: createTable,
    applies: (where) =>
      where.inTable &&
      /^DEFAULT (?:\( )*(?:[A-Z_]\w* \(|CURRENT_TIMESTAMP\b|(?:literal|number) [-+*/])/.test(where.words),
  },
  {
    what: "this data type is not known to a dedicated pool",
    page: warehouse("tables-data-types"),
    applies: (where) =>
      (where.inTable || where.before === "variable") &&
      where.before !== "," &&
      where.before !== "(" &&
      /^(?:HIERARCHYID|NTEXT|TEXT|IMAGE|ROWVERSION|TIMESTAMP|GEOGRAPHY|GEOMETRY|SQL_VARIANT|XML)(?: (?:[,)=;(]|NOT|NULL)|$)/.test(
        where.words,
      ),
  },
  {
    what: "a view has no SCHEMABINDING",
    page: `${synapse}/sql/develop-views`,
    applies: (where) => where.module === "VIEW" && where.inHead && where.words.startsWith("SCHEMABINDING"),
  },
  {
    what: "a procedure has no ENCRYPTION, EXECUTE AS, READONLY or FOR REPLICATION",
    page: procedures,
    applies: (where) =>
      where.module === "PROC" &&
      where.inHead &&
      /^(?:ENCRYPTION|EXEC(?:UTE)? AS|READONLY|FOR REPLICATION)\b/.test(where.words),
  },
  {
    what: "a procedure's parameters have no defaults",
    page: procedures,
    applies: (where) => where.module === "PROC" && where.inHead && where.words.startsWith("= "),
  },
  {
    what: "a procedure has no RETURN",
    page: procedures,
    applies: (where) => where.module === "PROC" && !where.inHead && /^RETURN\b/.test(where.words),
  },
  {
    what: "INSERT takes no rows from EXECUTE: use a temporary table",
    page: procedures,
    applies: (where) => where.statement === "INSERT" && /^EXEC(?:UTE)?\b/.test(where.words),
  },
  {
    what: "this has to be the first statement of its batch: a line of GO is missing before it",
    page: statements("create-view"),
    applies: (where) =>
      !where.first && /^(?:CREATE(?: OR ALTER)?|ALTER) (?:VIEW|PROC|PROCEDURE|FUNCTION)\b/.test(where.words),
  },
];
