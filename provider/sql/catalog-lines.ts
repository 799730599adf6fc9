import { Failure, failureKind } from "../core/failure";
import { longestName, told } from "../core/strangers";
import { immutasSchemas, literal } from "./query";

/** Whose objects in a pool are looked at. */
export interface Governed {
  database: string;
  schema: string;
  /** The system account. */
  username: string;
  /** The impersonation role, where there is one. */
  role?: string;
}

/** Rows of one answer that are compared. */
export const mostRows = 5000;

const tooMuch = failureKind({
  code: "IMMUTA-POOL-CATALOG",
  title: "The pool holds more in Immuta's schemas than `bootstrap.checkPool` compares.",
  remedy:
    "Leave `bootstrap.checkPool` out for this pool, or set IMMUTA_CHECK_POOL=0. Nothing else depends on it.",
});

/** The lines of one answer. Throws Failure where there are more than are compared. */
export function linesOf(rows: readonly Row[], { line }: Look): string[] {
  if (rows.length > mostRows)
    throw new Failure(tooMuch, `One answer of the pool's catalog has more than ${mostRows} rows.`);
  return rows.map((row) => line((column) => nameIn(row, column)));
}

function nameIn(row: Row, column: string): string {
  const value = row[column];
  return told(typeof value === "string" ? value.trim() : "", { longest: longestName });
}

type Row = Record<string, unknown>;
type Line = (column: (name: string) => string) => string;

export interface Look {
  query: string;
  line: Line;
}

/** What is asked of the catalog, and how the answers are written: one line for each thing. */
export function looks({ schema, username, role }: Governed): Look[] {
  const principals = [username, ...(role === undefined ? [] : [role])].map(literal).join(", ");
  const immutas = `(s.${immutasSchemas} OR s.name = ${literal(schema)})`;
  const rights = `SELECT TOP ${mostRows + 1} p.state_desc AS [right], p.permission_name AS permission, g.name AS grantee`;
  const granted = `FROM sys.database_permissions p JOIN sys.database_principals g ON g.principal_id = p.grantee_principal_id`;
  const right =
    (on: Line): Line =>
    (of) =>
      `${of("right")} ${of("permission")} on ${on(of)} to ${of("grantee")}`;
  return [
    {
      query: `SELECT name, type FROM sys.database_principals WHERE name IN (${principals})`,
      line: (of) => `${of("type") === "R" ? "role" : "user"} ${of("name")}`,
    },
    {
      query: `SELECT TOP ${mostRows + 1} s.name AS name, o.name AS owner FROM sys.schemas s JOIN sys.database_principals o ON o.principal_id = s.principal_id WHERE ${immutas}`,
      line: (of) => `schema ${of("name")} of ${of("owner")}`,
    },
    {
      query: `SELECT TOP ${mostRows + 1} o.type_desc AS kind, s.name AS [schema], o.name AS name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE s.${immutasSchemas}`,
      line: (of) => `${of("kind").toLowerCase().replaceAll("_", " ")} ${of("schema")}.${of("name")}`,
    },
    {
      query: `SELECT r.name AS role, m.name AS member FROM sys.database_role_members x JOIN sys.database_principals r ON r.principal_id = x.role_principal_id JOIN sys.database_principals m ON m.principal_id = x.member_principal_id WHERE m.name IN (${principals})`,
      line: (of) => `member ${of("member")} in role ${of("role")}`,
    },
    {
      query: `${rights} ${granted} WHERE p.class = 0 AND g.name IN (${principals})`,
      line: right(() => "the database"),
    },
    {
      query: `${rights}, s.name AS [schema] ${granted} JOIN sys.schemas s ON s.schema_id = p.major_id WHERE p.class = 3 AND ${immutas}`,
      line: right((of) => `schema ${of("schema")}`),
    },
    {
      query: `${rights}, s.name AS [schema], o.name AS name ${granted} JOIN sys.objects o ON o.object_id = p.major_id JOIN sys.schemas s ON s.schema_id = o.schema_id WHERE p.class = 1 AND s.${immutasSchemas}`,
      line: right((of) => `${of("schema")}.${of("name")}`),
    },
  ];
}

/** Whether a line tells of a right, which nobody but the scripts should have given. */
export const isRight = (line: string): boolean => /^(GRANT|DENY|member)\b/.test(line);
