import { cases, LOGIN } from "./cases";

cases("T-SQL refusals of what a batch says", [
  { name: "syntax", batch: "SELECT 1\nSELEC 2 3", expect: { numbers: [103010], lines: [1], rows: [] } },
  {
    name: "syntax at a keyword",
    batch: "SELECT FROM t",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 8: Incorrect syntax near 'FROM'.",
    },
  },
  {
    name: "open string, its content not quoted",
    batch: "SELECT 'secret",
    expect: { numbers: [105], message: "Unclosed quotation mark after the character string ''." },
  },
  { name: "open comment", batch: "SELECT 1 /* a /* b */", expect: { numbers: [113] } },
  {
    name: "a password at the wrong place is not quoted",
    in: "master",
    batch: "CREATE LOGIN a PASSWORD 'Syst3m!account'",
    expect: { numbers: [102], message: "Incorrect syntax near 'PASSWORD'." },
  },
  {
    name: "a string at the wrong place is not quoted",
    batch: "DROP USER 'Syst3m!account'",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 1, column: 11: Incorrect syntax near '***'.",
    },
  },
  {
    name: "GO between statements",
    batch: "SELECT 1\nGO\nSELECT 2",
    expect: {
      numbers: [103010],
      lines: [1],
      rows: [],
      message: "Parse error at line: 2, column: 1: Incorrect syntax near 'GO'.",
    },
  },
  {
    name: "GO at the end of a procedure",
    batch: "CREATE PROCEDURE p AS\nBEGIN\n SELECT 1\nEND\n go 2\n",
    expect: {
      numbers: [103010],
      message: "Parse error at line: 5, column: 2: Incorrect syntax near 'go'.",
    },
  },
  { name: "GO first", batch: "\r\nGO\r\nSELECT 1", expect: { numbers: [103010], lines: [1] } },
  {
    name: "GO in comment, string and as alias passes",
    batch: "/*\nGO\n*/ SELECT '\nGO\n' AS a, 1 AS go -- GO",
    expect: { rows: [["\nGO\n", 1]] },
  },
  {
    name: "DDL in a transaction",
    batch: "BEGIN TRANSACTION\nCREATE TABLE t (a int)",
    expect: {
      numbers: [111212],
      message: "111212;Operation cannot be performed within a transaction.",
    },
  },
  {
    name: "CREATE LOGIN in a transaction",
    in: "master",
    batch: `BEGIN TRAN ${LOGIN}`,
    expect: { numbers: [226] },
  },
  { name: "COMMIT without BEGIN", batch: "COMMIT", expect: { numbers: [111214] } },
  { name: "ROLLBACK without BEGIN", batch: "ROLLBACK TRANSACTION", expect: { numbers: [111214] } },
  { name: "cursors", batch: "DECLARE c CURSOR FOR SELECT 1", expect: { numbers: [103010] } },
  { name: "cursor variables", batch: "DECLARE @c CURSOR", expect: { numbers: [103010] } },
  { name: "EXECUTE AS", batch: "EXECUTE AS USER = 'a'", expect: { numbers: [40510] } },
  {
    name: "triggers",
    batch: "CREATE TRIGGER t ON a AFTER INSERT AS SELECT 1",
    expect: { numbers: [103010] },
  },
  {
    name: "another database's object",
    batch: "SELECT * FROM master.sys.sql_logins",
    expect: { numbers: [40515] },
  },
  {
    name: "grant of what does not exist",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "GRANT FLY TO a",
    expect: { numbers: [103010] },
  },
  {
    name: "grant on a missing object",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "GRANT SELECT ON s.t TO a",
    expect: { numbers: [15151] },
  },
  { name: "grant to a missing user", batch: "GRANT SELECT TO a", expect: { numbers: [15151] } },
  {
    name: "grant EXECUTE on a view",
    before: ["CREATE USER a WITHOUT LOGIN", "CREATE VIEW v AS SELECT 1 AS a"],
    batch: "GRANT EXECUTE ON v TO a",
    expect: { numbers: [4606] },
  },
  { name: "grant to a fixed role", batch: "GRANT SELECT TO db_datareader", expect: { numbers: [4617] } },
  { name: "grant to dbo", batch: "GRANT SELECT TO dbo", expect: { numbers: [4624] } },
  { name: "no condition", batch: "IF 1 SELECT 1", expect: { numbers: [4145] } },
  {
    name: "two rows for one value",
    batch: "DECLARE @a sysname = (SELECT name FROM sys.schemas)",
    expect: { numbers: [512] },
  },
  {
    name: "conversion, the value not quoted",
    batch: "SELECT CAST('secret' AS int)",
    expect: {
      numbers: [245],
      message: "Conversion failed when converting the nvarchar value '***' to data type int.",
    },
  },
  { name: "division by zero", batch: "SELECT 1 / 0", expect: { numbers: [8134] } },
  {
    name: "NULL into NOT NULL",
    before: ["CREATE TABLE t (a int NOT NULL)"],
    batch: "INSERT INTO t VALUES (NULL)",
    expect: { numbers: [515] },
  },
  {
    name: "too long for its column",
    before: ["CREATE TABLE t (a nvarchar(3))"],
    batch: "INSERT INTO t VALUES ('abcd')",
    expect: { numbers: [2628] },
  },
  {
    name: "wrong number of values",
    before: ["CREATE TABLE t (a int, b int)"],
    batch: "INSERT INTO t VALUES (1)",
    expect: { numbers: [213] },
  },
  {
    name: "a key that is to be enforced",
    batch: "CREATE TABLE t (a int NOT NULL PRIMARY KEY)",
    expect: { numbers: [40517] },
  },
  {
    name: "missing parameter",
    before: ["CREATE PROCEDURE p @a int AS SELECT @a"],
    batch: "EXEC p",
    expect: { numbers: [201] },
  },
  {
    name: "unknown parameter",
    before: ["CREATE PROCEDURE p @a int AS SELECT @a"],
    batch: "EXEC p @b = 1",
    expect: { numbers: [8145] },
  },
  {
    name: "too many arguments",
    before: ["CREATE PROCEDURE p @a int AS SELECT @a"],
    batch: "EXEC p 1, 2",
    expect: { numbers: [8144] },
  },
  {
    name: "endless recursion",
    before: ["CREATE PROCEDURE p AS EXEC p"],
    batch: "EXEC p",
    expect: { numbers: [217] },
  },
]);
