import { cases } from "./cases";

/** A password with a quote in it: the literal ends there, and the rest of it stands in the open. */
const EARLY_END = "CREATE LOGIN immuta\n  WITH PASSWORD = 'Head'TailOfThePassword9'";

cases("a dedicated pool's own words", [
  {
    name: "a parse error has its place in the text, its severity is 16, and its line the batch's first",
    batch: "SELECT 1;\r\n\r\n\tSELEC 2 3",
    expect: {
      numbers: [103010],
      levels: [16],
      lines: [1],
      rows: [],
      message: "Parse error at line: 3, column: 2: Incorrect syntax near 'SELEC'.",
    },
  },
  {
    name: "a literal that ends early: the tail is quoted",
    batch: EARLY_END,
    expect: {
      numbers: [103010],
      levels: [16],
      lines: [1],
      message: "Parse error at line: 2, column: 25: Incorrect syntax near 'TailOfThePassword9'.",
    },
  },
  {
    name: "a literal that ends early in master: SQL Server's two errors, both of severity 15",
    in: "master",
    batch: EARLY_END,
    expect: {
      numbers: [102, 105],
      levels: [15, 15],
      lines: [2, 2],
      message: "Incorrect syntax near 'TailOfThePassword9'.",
    },
  },
  {
    name: "in dynamic text the place is that in the dynamic text",
    batch: "\n\nEXEC('SELECT 1\nSELECT FROM')",
    expect: {
      numbers: [103010],
      lines: [1],
      message: "Parse error at line: 2, column: 8: Incorrect syntax near 'FROM'.",
    },
  },
  {
    name: "words are quoted as they are written",
    batch: "select * from sys.schemas where from",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 33: Incorrect syntax near 'from'.",
    },
  },
  {
    name: "master answers as a SQL database does",
    in: "master",
    batch: "SELECT 1\nSELECT FROM t",
    expect: {
      numbers: [156],
      levels: [15],
      lines: [2],
      message: "Incorrect syntax near the keyword 'FROM'.",
    },
  },
  {
    name: "what the parser has no statement for",
    batch: "WAITFOR DELAY '00:00:01'",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 1: Incorrect syntax near 'WAITFOR'.",
    },
  },
  {
    name: "what there is no CREATE of",
    batch: "CREATE TYPE t FROM int",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 8: Incorrect syntax near 'TYPE'.",
    },
  },
  {
    name: "statements that a SQL database has none of stay 40510 in master",
    in: "master",
    batch: "CREATE TYPE t FROM int",
    expect: {
      numbers: [40510],
      message: "Statement 'CREATE TYPE' is not supported in this version of SQL Server.",
    },
  },
  { name: "CONTINUE", batch: "WHILE 1 = 0 CONTINUE", expect: { numbers: [103010] } },
  {
    name: "two rows in VALUES",
    before: ["CREATE TABLE t (a int)"],
    batch: "INSERT INTO t VALUES (1), (2)",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 25: Incorrect syntax near ','.",
    },
  },
  {
    name: "an isolation level but READ UNCOMMITTED",
    batch: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 38: Incorrect syntax near 'COMMITTED'.",
    },
  },
  { name: "READ UNCOMMITTED", batch: "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", expect: {} },
  {
    name: "other isolation levels where the switch lets them pass",
    dialect: { isolationLevels: true },
    batch: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    expect: {},
  },
  {
    name: "master knows every isolation level",
    in: "master",
    batch: "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    expect: {},
  },
  {
    name: "DROP TABLE IF EXISTS, as documented",
    batch: "DROP TABLE IF EXISTS t",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 12: Incorrect syntax near 'IF'.",
    },
  },
  { name: "DROP VIEW IF EXISTS, which is documented", batch: "DROP VIEW IF EXISTS v", expect: {} },
  { name: "DROP USER IF EXISTS in master", in: "master", batch: "DROP USER IF EXISTS a", expect: {} },
  ...["TABLE", "PROCEDURE", "FUNCTION", "SCHEMA", "ROLE", "USER"].map((kind) => ({
    name: `DROP ${kind} IF EXISTS where the switch lets it pass`,
    dialect: { dropIfExists: true },
    batch: `DROP ${kind} IF EXISTS nothing`,
    expect: {},
  })),
  {
    name: "an unknown data type",
    batch: "SELECT CAST('' AS XML)",
    expect: { numbers: [104220], levels: [16], message: "Cannot find data type 'XML'." },
  },
  {
    name: "a catalog view that pools have none of",
    batch: "SELECT * FROM sys.triggers",
    expect: {
      numbers: [104385],
      levels: [16],
      message: "Catalog view 'triggers' is not supported in this version.",
    },
  },
  {
    name: "an error in a transaction leaves nothing but its rollback",
    before: ["CREATE TABLE t (a int)"],
    batch:
      "BEGIN TRAN; INSERT INTO t VALUES (1);\nBEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH PRINT CONCAT('state ', XACT_STATE()); SELECT 1 END CATCH",
    expect: { numbers: [111233], levels: [16], infos: ["state -2"] },
  },
  {
    name: "after the rollback the session goes on",
    before: ["CREATE TABLE t (a int)"],
    batch:
      "BEGIN TRAN; INSERT INTO t VALUES (1);\nBEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH ROLLBACK; SELECT COUNT(*) FROM t END CATCH",
    expect: { rows: [[0]] },
  },
  {
    name: "an expression as a column's default",
    batch: "CREATE TABLE t (a datetime2 DEFAULT GETDATE())",
    expect: { numbers: [40517] },
  },
  {
    name: "constants as a column's default",
    before: [
      "CREATE TABLE t (a int, b int DEFAULT -1, c nvarchar(3) DEFAULT (N'x'))",
      "INSERT INTO t (a) VALUES (1)",
    ],
    batch: "SELECT b, c FROM t",
    expect: { rows: [[-1, "x"]] },
  },
  {
    name: "the session's own name, and the sessions of the pool",
    batch:
      "SELECT status, login_name FROM sys.dm_pdw_exec_sessions WHERE session_id = SESSION_ID() AND sql_spid = @@SPID",
    expect: { rows: [["Active", "owner"]] },
  },
  {
    name: "no sessions of a pool in master",
    in: "master",
    batch: "SELECT * FROM sys.dm_pdw_exec_sessions",
    expect: { numbers: [208] },
  },
  ...[
    ["TABLE", "CREATE TABLE t (a int)", [262]],
    ["VIEW", "CREATE VIEW v AS SELECT 1 AS a", [262]],
    ["PROCEDURE", "CREATE PROCEDURE p AS SELECT 1", [262]],
    ["FUNCTION", "CREATE FUNCTION dbo.f() RETURNS int AS BEGIN RETURN 1 END", [262]],
    ["SCHEMA", "CREATE SCHEMA s", [262, 2759]],
  ].map(([kind, batch, numbers]) => ({
    name: `CREATE ${String(kind)} in master`,
    in: "master" as const,
    batch: batch as string,
    expect: {
      numbers: numbers as number[],
      message: `CREATE ${String(kind)} permission denied in database 'master'.`,
    },
  })),
]);
