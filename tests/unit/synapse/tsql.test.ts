import { expect } from "chai";
import type { Synapse } from "../../../sandbox/synapse";
import { Client, POOL, startWithPool, type Answer } from "./support";

/** What a case's last batch must bring. */
interface Expected {
  rows?: unknown[][];
  numbers?: number[];
  lines?: number[];
  infos?: string[];
  message?: string;
}

interface Case {
  name: string;
  in?: "master";
  before?: string[];
  batch: string;
  expect: Expected;
}

function check(answer: Answer, expected: Expected): void {
  expect(answer.numbers, answer.errors.map(({ message }) => message).join("; ")).to.deep.equal(
    expected.numbers ?? [],
  );
  if (expected.rows !== undefined) expect(answer.rows).to.deep.equal(expected.rows);
  if (expected.lines !== undefined)
    expect(answer.errors.map(({ lineNumber }) => lineNumber)).to.deep.equal(expected.lines);
  if (expected.infos !== undefined)
    expect(answer.infos.map(({ message }) => message)).to.deep.equal(expected.infos);
  if (expected.message !== undefined) expect(answer.errors[0]?.message).to.equal(expected.message);
}

function cases(title: string, list: Case[]): void {
  describe(title, () => {
    let synapse: Synapse;
    before(async () => {
      synapse = await startWithPool();
    });
    after(async () => {
      await synapse.close();
    });
    list.forEach((test, index) => {
      it(test.name, async () => {
        const host = `w${index}.sql.azuresynapse.net`;
        const [user, password] = ["owner", "Adm1n!stration"];
        synapse.createWorkspace({ host, administratorLogin: user, administratorPassword: password });
        synapse.createPool(host, POOL);
        const database = test.in ?? POOL;
        const client = await Client.connect(synapse, { server: host, user, password, database });
        try {
          await client.run(...(test.before ?? []));
          check(await client.batch(test.batch), test.expect);
        } finally {
          await client.close();
        }
      });
    });
  });
}

const LOGIN = "CREATE LOGIN immuta WITH PASSWORD = 'Syst3m!account'";

cases("T-SQL refusals", [
  { name: "USE of another database", batch: "USE master", expect: { numbers: [40508] } },
  { name: "USE of the own database passes", batch: `USE ${POOL}`, expect: {} },
  {
    name: "CREATE LOGIN outside master",
    batch: LOGIN,
    expect: { numbers: [5001], message: "User must be in the master database." },
  },
  {
    name: "ALTER LOGIN outside master",
    batch: "ALTER LOGIN a WITH PASSWORD = 'Syst3m!account'",
    expect: { numbers: [5001] },
  },
  { name: "DROP LOGIN outside master", batch: "DROP LOGIN a", expect: { numbers: [5001] } },
  {
    name: "login exists",
    in: "master",
    before: [LOGIN],
    batch: LOGIN,
    expect: { numbers: [15025], message: "The server principal 'immuta' already exists." },
  },
  {
    name: "weak password",
    in: "master",
    batch: "CREATE LOGIN a WITH PASSWORD = 'short1!'",
    expect: { numbers: [40632] },
  },
  {
    name: "password with the login's name",
    in: "master",
    batch: "CREATE LOGIN immuta WITH PASSWORD = 'Immuta!12345'",
    expect: { numbers: [40632] },
  },
  {
    name: "alter a missing login",
    in: "master",
    batch: "ALTER LOGIN a WITH PASSWORD = 'Syst3m!account'",
    expect: { numbers: [15151] },
  },
  {
    name: "drop a missing login",
    in: "master",
    batch: "DROP LOGIN a",
    expect: {
      numbers: [15151],
      message: "Cannot drop the login 'a', because it does not exist or you do not have permission.",
    },
  },
  { name: "drop the administrator", in: "master", batch: "DROP LOGIN owner", expect: { numbers: [15151] } },
  {
    name: "CREATE LOGIN with options a pool does not know",
    in: "master",
    batch: "CREATE LOGIN a WITH PASSWORD = 'Syst3m!account', CHECK_POLICY = OFF",
    expect: { numbers: [40517] },
  },
  {
    name: "user exists",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "CREATE USER A WITHOUT LOGIN",
    expect: { numbers: [15023], message: "User, group, or role 'A' already exists in the current database." },
  },
  {
    name: "role with a user's name",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "CREATE ROLE a",
    expect: { numbers: [15023] },
  },
  {
    name: "user for a missing login",
    batch: "CREATE USER a FOR LOGIN b",
    expect: { numbers: [15007], message: "'b' is not a valid login or you do not have permission." },
  },
  {
    name: "second user of one login",
    in: "master",
    before: [LOGIN, "CREATE USER a FROM LOGIN immuta"],
    batch: "CREATE USER b FROM LOGIN immuta",
    expect: { numbers: [15063] },
  },
  { name: "drop a missing user", batch: "DROP USER a", expect: { numbers: [15151] } },
  { name: "drop a missing user if it exists", batch: "DROP USER IF EXISTS a", expect: {} },
  { name: "drop dbo", batch: "DROP USER dbo", expect: { numbers: [15150] } },
  {
    name: "drop a user that owns a schema",
    before: ["CREATE USER a WITHOUT LOGIN", "CREATE SCHEMA s AUTHORIZATION a"],
    batch: "DROP USER a",
    expect: { numbers: [15138] },
  },
  {
    name: "drop a role with members",
    before: ["CREATE USER a WITHOUT LOGIN; CREATE ROLE r; EXEC sp_addrolemember 'r', 'a'"],
    batch: "DROP ROLE r",
    expect: { numbers: [15144] },
  },
  { name: "drop a fixed role", batch: "DROP ROLE db_owner", expect: { numbers: [15150] } },
  {
    name: "member of a missing role",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "ALTER ROLE r ADD MEMBER a",
    expect: { numbers: [15151] },
  },
  {
    name: "missing member",
    before: ["CREATE ROLE r"],
    batch: "EXEC sp_addrolemember 'r', 'a'",
    expect: { numbers: [15410] },
  },
  {
    name: "role within itself",
    before: ["CREATE ROLE r; CREATE ROLE q; ALTER ROLE r ADD MEMBER q"],
    batch: "ALTER ROLE q ADD MEMBER r",
    expect: { numbers: [15413] },
  },
  {
    name: "membership of public",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "EXEC sp_addrolemember 'public', 'a'",
    expect: { numbers: [15081] },
  },
  {
    name: "CREATE SCHEMA not first",
    batch: "PRINT 'x'\nCREATE SCHEMA s",
    expect: {
      numbers: [111],
      lines: [2],
      infos: [],
      message: "'CREATE SCHEMA' must be the first statement in a query batch.",
    },
  },
  {
    name: "CREATE SCHEMA not alone",
    batch: "CREATE SCHEMA s\nPRINT 'x'",
    expect: { numbers: [111], infos: [] },
  },
  {
    name: "CREATE SCHEMA inside IF",
    batch: "IF SCHEMA_ID('s') IS NULL CREATE SCHEMA s",
    expect: { numbers: [156] },
  },
  {
    name: "CREATE PROCEDURE not first",
    batch: "SELECT 1;\nCREATE PROCEDURE p AS SELECT 1",
    expect: { numbers: [111], rows: [] },
  },
  {
    name: "CREATE PROCEDURE inside BEGIN",
    batch: "BEGIN CREATE PROCEDURE p AS SELECT 1 END",
    expect: { numbers: [156] },
  },
  {
    name: "CREATE FUNCTION not first",
    batch: "DECLARE @a int; CREATE FUNCTION dbo.f() RETURNS int AS BEGIN RETURN 1 END",
    expect: { numbers: [111] },
  },
  {
    name: "CREATE VIEW not first",
    batch: "SELECT 1; CREATE VIEW v AS SELECT 1 AS a",
    expect: { numbers: [111] },
  },
  {
    name: "CREATE VIEW not alone",
    batch: "CREATE VIEW v AS SELECT 1 AS a; SELECT 2",
    expect: { numbers: [111] },
  },
  { name: "CREATE OR ALTER", batch: "CREATE OR ALTER PROCEDURE p AS SELECT 1", expect: { numbers: [156] } },
  {
    name: "schema exists, with the server's second error",
    before: ["CREATE SCHEMA s"],
    batch: "CREATE SCHEMA S",
    expect: { numbers: [2714, 2759] },
  },
  {
    name: "procedure exists",
    before: ["CREATE PROCEDURE p AS SELECT 1"],
    batch: "CREATE PROCEDURE p AS SELECT 2",
    expect: { numbers: [2714], message: "There is already an object named 'p' in the database." },
  },
  {
    name: "view with a table's name",
    before: ["CREATE TABLE t (a int)"],
    batch: "CREATE VIEW t AS SELECT 1 AS a",
    expect: { numbers: [2714] },
  },
  { name: "alter a missing procedure", batch: "ALTER PROCEDURE p AS SELECT 1", expect: { numbers: [208] } },
  {
    name: "alter a procedure as a view",
    before: ["CREATE PROCEDURE p AS SELECT 1"],
    batch: "ALTER VIEW p AS SELECT 1 AS a",
    expect: { numbers: [2010] },
  },
  {
    name: "procedure in a missing schema",
    batch: "CREATE PROCEDURE s.p AS SELECT 1",
    expect: { numbers: [2760] },
  },
  { name: "view on a missing table", batch: "CREATE VIEW v AS SELECT * FROM t", expect: { numbers: [208] } },
  {
    name: "drop a missing procedure",
    batch: "DROP PROCEDURE s.p",
    expect: {
      numbers: [3701],
      message: "Cannot drop the procedure 's.p', because it does not exist or you do not have permission.",
    },
  },
  { name: "drop a missing procedure if it exists", batch: "DROP PROCEDURE IF EXISTS s.p", expect: {} },
  {
    name: "drop a view as a table",
    before: ["CREATE VIEW v AS SELECT 1 AS a"],
    batch: "DROP TABLE v",
    expect: { numbers: [3705] },
  },
  {
    name: "drop a schema that is not empty",
    before: ["CREATE SCHEMA s", "CREATE TABLE s.t (a int)"],
    batch: "DROP SCHEMA s",
    expect: {
      numbers: [3729],
      message: "Cannot drop schema 's' because it is being referenced by object 't'.",
    },
  },
  { name: "drop a missing schema", batch: "DROP SCHEMA s", expect: { numbers: [15151] } },
  { name: "drop dbo's schema", batch: "DROP SCHEMA dbo", expect: { numbers: [15150] } },
  {
    name: "unknown object",
    batch: "SELECT * FROM s.t",
    expect: { numbers: [208], message: "Invalid object name 's.t'." },
  },
  { name: "unknown catalog view", batch: "SELECT * FROM sys.nothing", expect: { numbers: [208] } },
  {
    name: "unknown column",
    batch: "SELECT nothing FROM sys.schemas WHERE name = 'dbo'",
    expect: { numbers: [207] },
  },
  {
    name: "unknown column, no rows",
    before: ["CREATE TABLE t (a int)"],
    batch: "SELECT a FROM t WHERE b = 1",
    expect: { numbers: [207] },
  },
  {
    name: "unknown procedure",
    batch: "EXEC s.p",
    expect: { numbers: [2812], message: "Could not find stored procedure 's.p'." },
  },
  { name: "unknown function", batch: "SELECT nothing()", expect: { numbers: [195] } },
  { name: "unknown function of a schema", batch: "SELECT dbo.f(1)", expect: { numbers: [4121] } },
  { name: "undeclared variable", batch: "PRINT @a", expect: { numbers: [137] } },
  { name: "variable declared twice", batch: "DECLARE @a int; DECLARE @A int", expect: { numbers: [134] } },
  { name: "syntax", batch: "SELECT 1\nSELEC 2 3", expect: { numbers: [102], rows: [] } },
  {
    name: "syntax at a keyword",
    batch: "SELECT FROM t",
    expect: { numbers: [156], message: "Incorrect syntax near the keyword 'FROM'." },
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
    expect: { numbers: [102], message: "Incorrect syntax near '***'." },
  },
  {
    name: "GO between statements",
    batch: "SELECT 1\nGO\nSELECT 2",
    expect: { numbers: [102], lines: [2], rows: [], message: "Incorrect syntax near 'GO'." },
  },
  {
    name: "GO at the end of a procedure",
    batch: "CREATE PROCEDURE p AS\nBEGIN\n SELECT 1\nEND\n go 2\n",
    expect: { numbers: [102], lines: [5] },
  },
  { name: "GO first", batch: "\r\nGO\r\nSELECT 1", expect: { numbers: [102], lines: [2] } },
  {
    name: "GO in comment, string and as alias passes",
    batch: "/*\nGO\n*/ SELECT '\nGO\n' AS a, 1 AS go -- GO",
    expect: { rows: [["\nGO\n", 1]] },
  },
  {
    name: "DDL in a transaction",
    batch: "BEGIN TRANSACTION\nCREATE TABLE t (a int)",
    expect: {
      numbers: [226],
      message: "CREATE TABLE statement not allowed within multi-statement transaction.",
    },
  },
  {
    name: "CREATE LOGIN in a transaction",
    in: "master",
    batch: `BEGIN TRAN ${LOGIN}`,
    expect: { numbers: [226] },
  },
  { name: "COMMIT without BEGIN", batch: "COMMIT", expect: { numbers: [3902] } },
  { name: "ROLLBACK without BEGIN", batch: "ROLLBACK TRANSACTION", expect: { numbers: [3903] } },
  { name: "cursors", batch: "DECLARE c CURSOR FOR SELECT 1", expect: { numbers: [40510] } },
  { name: "cursor variables", batch: "DECLARE @c CURSOR", expect: { numbers: [40510] } },
  { name: "EXECUTE AS", batch: "EXECUTE AS USER = 'a'", expect: { numbers: [40510] } },
  { name: "triggers", batch: "CREATE TRIGGER t ON a AFTER INSERT AS SELECT 1", expect: { numbers: [40510] } },
  {
    name: "another database's object",
    batch: "SELECT * FROM master.sys.sql_logins",
    expect: { numbers: [40515] },
  },
  {
    name: "grant of what does not exist",
    before: ["CREATE USER a WITHOUT LOGIN"],
    batch: "GRANT FLY TO a",
    expect: { numbers: [102] },
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

cases("T-SQL errors and how far they reach", [
  {
    name: "a statement's error lets the batch go on",
    batch: "DROP USER a;\nDROP ROLE b;\nPRINT 'on'",
    expect: { numbers: [15151, 15151], lines: [1, 2], infos: ["on"] },
  },
  {
    name: "an unknown object ends the batch",
    batch: "PRINT 'a'\nSELECT * FROM t\nPRINT 'b'",
    expect: { numbers: [208], lines: [2], infos: ["a"] },
  },
  {
    name: "a syntax error keeps the batch from beginning",
    batch: "PRINT 'a'\nSELECT * FRM",
    expect: { numbers: [102], infos: [] },
  },
  {
    name: "THROW ends the batch",
    batch: "PRINT 'a';\n\nTHROW 51000, 'stop', 3;\nPRINT 'b'",
    expect: { numbers: [51000], lines: [3], infos: ["a"], message: "stop" },
  },
  {
    name: "RAISERROR does not",
    batch: "RAISERROR('%s has %d', 16, 1, 'pool', 3); PRINT 'b'",
    expect: { numbers: [50000], infos: ["b"], message: "pool has 3" },
  },
  {
    name: "RAISERROR up to 10 is a message",
    batch: "RAISERROR('note', 10, 1) WITH NOWAIT",
    expect: { infos: ["note"] },
  },
  {
    name: "XACT_ABORT makes each error end the batch",
    batch: "SET XACT_ABORT ON; DROP USER a; PRINT 'b'",
    expect: { numbers: [15151], infos: [] },
  },
  {
    name: "TRY and CATCH",
    batch:
      "BEGIN TRY\n DROP USER a\nEND TRY\nBEGIN CATCH\n PRINT CONCAT(ERROR_NUMBER(), ' line ', ERROR_LINE())\nEND CATCH",
    expect: { infos: ["15151 line 2"] },
  },
  {
    name: "THROW in CATCH throws again",
    batch: "BEGIN TRY\n DROP USER a\nEND TRY BEGIN CATCH\n PRINT 'c';\n THROW\nEND CATCH\nPRINT 'd'",
    expect: { numbers: [15151], lines: [2], infos: ["c"] },
  },
  {
    name: "@@ERROR",
    batch: "DROP USER a\nIF @@ERROR <> 0 PRINT 'failed'",
    expect: { numbers: [15151], infos: ["failed"] },
  },
  {
    name: "line numbers in a procedure are its own",
    before: ["-- header\nCREATE PROCEDURE p AS\nPRINT 'in'\nDROP USER a"],
    batch: "\n\nEXEC p\nPRINT 'out'",
    expect: { numbers: [15151], lines: [4], infos: ["in", "out"] },
  },
  {
    name: "line numbers after comments and strings",
    batch: "/* 1\n2 */ PRINT '3\n4'\nDROP USER a",
    expect: { numbers: [15151], lines: [4] },
  },
  {
    name: "an error in dynamic text does not end the outer batch unless it must",
    batch: "EXEC('DROP USER a'); PRINT 'on'",
    expect: { numbers: [15151], infos: ["on"] },
  },
  {
    name: "a procedure's body is only looked at when it runs",
    batch: "CREATE PROCEDURE p AS SELECT * FROM later.t",
    expect: {},
  },
  {
    name: "ROLLBACK takes changes of rows back",
    before: ["CREATE TABLE t (a int)"],
    batch:
      "BEGIN TRAN; INSERT INTO t VALUES (1); DELETE FROM t; INSERT INTO t VALUES (2); ROLLBACK; SELECT COUNT(*) FROM t",
    expect: { rows: [[0]] },
  },
  {
    name: "COMMIT keeps them",
    before: ["CREATE TABLE t (a int)"],
    batch: "BEGIN TRAN; INSERT INTO t VALUES (1); COMMIT; SELECT a, @@TRANCOUNT FROM t",
    expect: { rows: [[1, 0]] },
  },
]);

cases("T-SQL that takes effect", [
  {
    name: "a guard that holds",
    in: "master",
    batch: `IF NOT EXISTS (SELECT * FROM sys.sql_logins WHERE name = 'immuta')\nBEGIN\n ${LOGIN}\nEND\nSELECT name, is_disabled FROM sys.sql_logins WHERE name = N'immuta'`,
    expect: { rows: [["immuta", false]] },
  },
  {
    name: "a guard that does not",
    in: "master",
    before: [LOGIN],
    batch: `IF NOT EXISTS (SELECT 1 FROM sys.sql_logins WHERE name = 'IMMUTA') ${LOGIN} ELSE PRINT 'there'`,
    expect: { infos: ["there"] },
  },
  {
    name: "guarded dynamic CREATE SCHEMA",
    batch:
      "IF SCHEMA_ID('s') IS NULL EXEC('CREATE SCHEMA s AUTHORIZATION dbo')\nSELECT SCHEMA_NAME(SCHEMA_ID('S'))",
    expect: { rows: [["s"]] },
  },
  {
    name: "sp_executesql with parameters in and out",
    batch:
      "DECLARE @o int; EXEC sp_executesql N'SET @b = @a * 2', N'@a int, @b int OUTPUT', @a = 21, @b = @o OUTPUT; SELECT @o",
    expect: { rows: [[42]] },
  },
  {
    name: "roles and members",
    before: [
      "CREATE ROLE r AUTHORIZATION dbo",
      "CREATE USER a WITHOUT LOGIN WITH DEFAULT_SCHEMA = dbo",
      "EXEC sp_addrolemember N'r', N'a'",
    ],
    batch:
      "SELECT r.name, m.name FROM sys.database_role_members rm JOIN sys.database_principals r ON r.principal_id = rm.role_principal_id INNER JOIN sys.database_principals AS m ON m.principal_id = rm.member_principal_id WHERE r.name = 'r'; SELECT IS_ROLEMEMBER('r', 'a'), IS_ROLEMEMBER('r'), IS_ROLEMEMBER('nothing')",
    expect: {
      rows: [
        ["r", "a"],
        [1, 0, null],
      ],
    },
  },
  {
    name: "sp_droprolemember",
    before: [
      "CREATE ROLE r; CREATE USER a WITHOUT LOGIN; ALTER ROLE r ADD MEMBER a; EXEC sp_droprolemember 'r', 'a'",
    ],
    batch: "SELECT IS_ROLEMEMBER('r', 'a')",
    expect: { rows: [[0]] },
  },
  {
    name: "procedures with parameters, results and a status",
    before: [
      "CREATE PROCEDURE p (@a int, @b nvarchar(10) = N'x', @c int OUTPUT) AS BEGIN SET NOCOUNT ON; SET @c = @a + 1; SELECT @a, @b; RETURN 7 END",
    ],
    batch: "DECLARE @r int, @c int; EXEC @r = p 1, @c = @c OUTPUT; SELECT @r, @c",
    expect: {
      rows: [
        [1, "x"],
        [7, 2],
      ],
    },
  },
  {
    name: "ALTER PROCEDURE",
    before: ["CREATE PROCEDURE p AS SELECT 1", "ALTER PROCEDURE p AS SELECT 2"],
    batch: "EXEC p",
    expect: { rows: [[2]] },
  },
  {
    name: "a batch may begin with a procedure's name",
    before: ["CREATE PROCEDURE p @a int AS SELECT @a"],
    batch: "p 3",
    expect: { rows: [[3]] },
  },
  {
    name: "scalar functions",
    before: [
      "CREATE FUNCTION dbo.twice (@a int) RETURNS int AS BEGIN DECLARE @b int = @a * 2; RETURN @b END",
    ],
    batch: "SELECT dbo.twice(4)",
    expect: { rows: [[8]] },
  },
  {
    name: "table functions",
    before: [
      "CREATE FUNCTION dbo.named (@a sysname) RETURNS TABLE AS RETURN (SELECT name AS n FROM sys.schemas WHERE name = @a)",
    ],
    batch: "SELECT n FROM dbo.named('dbo')",
    expect: { rows: [["dbo"]] },
  },
  {
    name: "views",
    before: [
      "CREATE TABLE t (a int, b nvarchar(5))",
      "INSERT INTO t (b, a) VALUES (N'x', 1), ('y', 2)",
      "CREATE VIEW v (p, q) AS SELECT a, UPPER(b) FROM t",
    ],
    batch: "SELECT q, p FROM v WHERE p > 1 ORDER BY p DESC",
    expect: { rows: [["Y", 2]] },
  },
  {
    name: "UPDATE and DELETE",
    before: [
      "CREATE TABLE t (a int, b int DEFAULT 5)",
      "INSERT INTO t (a) SELECT schema_id FROM sys.schemas WHERE schema_id < 4",
    ],
    batch: "UPDATE t SET b = b + a WHERE a <> 2; DELETE t WHERE a = 3; SELECT a, b FROM t ORDER BY a",
    expect: {
      rows: [
        [1, 6],
        [2, 5],
      ],
    },
  },
  {
    name: "CREATE TABLE AS SELECT",
    batch:
      "CREATE TABLE t WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS SELECT name FROM sys.schemas WHERE name = 'sys'; SELECT * FROM t",
    expect: { rows: [["sys"]] },
  },
  {
    name: "TRUNCATE TABLE",
    before: ["CREATE TABLE t (a int); INSERT t VALUES (1)"],
    batch: "TRUNCATE TABLE t; SELECT COUNT(*) FROM t",
    expect: { rows: [[0]] },
  },
  {
    name: "INSERT … EXEC",
    before: ["CREATE TABLE t (a int)", "CREATE PROCEDURE p AS SELECT 4"],
    batch: "INSERT INTO t EXEC p; SELECT a FROM t",
    expect: { rows: [[4]] },
  },
  {
    name: "ALTER SCHEMA TRANSFER and ALTER AUTHORIZATION",
    before: ["CREATE SCHEMA s", "CREATE TABLE t (a int)", "CREATE USER u WITHOUT LOGIN"],
    batch:
      "ALTER SCHEMA s TRANSFER dbo.t; ALTER AUTHORIZATION ON SCHEMA::s TO u; SELECT OBJECT_SCHEMA_NAME(OBJECT_ID('s.t')), USER_NAME(principal_id) FROM sys.schemas WHERE name = 's'",
    expect: { rows: [["s", "u"]] },
  },
  {
    name: "permissions show in the catalog",
    before: [
      "CREATE USER u WITHOUT LOGIN",
      "CREATE SCHEMA s",
      "GRANT SELECT, EXECUTE ON SCHEMA::s TO u",
      "DENY CREATE TABLE TO u",
      "GRANT CONTROL TO u WITH GRANT OPTION",
      "REVOKE EXECUTE ON SCHEMA::s FROM u",
    ],
    batch:
      "SELECT class_desc, permission_name, state_desc, OBJECT_NAME(major_id) FROM sys.database_permissions WHERE grantee_principal_id = USER_ID('u') AND type <> 'CO' ORDER BY permission_name",
    expect: {
      rows: [
        ["DATABASE", "CONTROL", "GRANT_WITH_GRANT_OPTION", null],
        ["DATABASE", "CREATE TABLE", "DENY", null],
        ["SCHEMA", "SELECT", "GRANT", null],
      ],
    },
  },
  {
    name: "the session's questions",
    batch:
      "SELECT DB_NAME(), SUSER_SNAME(), USER_NAME(), CURRENT_USER, SERVERPROPERTY('EngineEdition'), DATABASEPROPERTYEX(DB_NAME(), 'Edition'), HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'CONTROL')",
    expect: { rows: [[POOL, "owner", "dbo", "dbo", "6", "DataWarehouse", 1]] },
  },
  {
    name: "text functions",
    batch:
      "SELECT QUOTENAME('a]b'), QUOTENAME('x''y', ''''), CONCAT('a', NULL, 1), ISNULL(NULL, 'n'), LOWER('ÀB') + UPPER('c'), LEN('ab  '), REPLACE('xAx', 'a', '-'), SUBSTRING('hello', 2, 3), CHARINDEX('L', 'hello'), COALESCE(NULL, 'z')",
    expect: { rows: [["[a]]b]", "'x''y'", "a1", "n", "àbC", 2, "x-x", "ell", 3, "z"]] },
  },
  {
    name: "conversions",
    batch:
      "SELECT CAST(12 AS nvarchar(10)) + 'x', CONVERT(int, ' 7 '), TRY_CAST('x' AS int), CAST('abc' AS nvarchar(2)), 7 / 2, 7 % 2, 1.5 + 1",
    expect: { rows: [["12x", 7, null, "ab", 3, 1, 2.5]] },
  },
  {
    name: "conditions",
    batch:
      "SELECT CASE WHEN 'a' = 'A ' THEN 1 ELSE 0 END, CASE WHEN NULL = NULL THEN 1 ELSE 0 END, IIF('immuta_x' LIKE 'immuta[_]%', 1, 0), IIF(3 BETWEEN 1 AND 3, 1, 0), IIF(NOT (1 IN (2, NULL)), 1, 0), CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END",
    expect: { rows: [[1, 0, 1, 1, 0, "b"]] },
  },
  {
    name: "joins, groups, unions, common tables",
    batch:
      "WITH n AS (SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (2, 'c')) AS v (id, name)) SELECT n.id, COUNT(*) AS c, STRING_AGG(name, ',') FROM n LEFT JOIN (SELECT 2 AS id) m ON m.id = n.id GROUP BY n.id HAVING COUNT(*) > 0 UNION ALL SELECT 9, 9, NULL ORDER BY 1 DESC",
    expect: {
      rows: [
        [9, 9, null],
        [2, 2, "b,c"],
        [1, 1, "a"],
      ],
    },
  },
  {
    name: "DISTINCT, TOP and correlated subqueries",
    batch:
      "SELECT TOP (2) s.name FROM sys.schemas s WHERE EXISTS (SELECT 1 FROM sys.database_principals p WHERE p.principal_id = s.principal_id AND p.name = s.name) ORDER BY s.schema_id; SELECT DISTINCT is_ms_shipped FROM sys.objects",
    expect: { rows: [["dbo"], ["guest"]] },
  },
  {
    name: "variables, WHILE and SELECT into variables",
    batch:
      "DECLARE @i int = 0, @s nvarchar(max) = N''; WHILE @i < 3 BEGIN SET @i += 1; IF @i = 2 CONTINUE; SET @s = @s + CAST(@i AS nvarchar) END; SELECT @s = @s + name FROM sys.schemas WHERE name = 'sys'; PRINT @s",
    expect: { infos: ["13sys"] },
  },
  {
    name: "session context",
    before: ["EXEC sp_set_session_context @key = N'user', @value = N'ann'"],
    batch: "SELECT SESSION_CONTEXT(N'user')",
    expect: { rows: [["ann"]] },
  },
  {
    name: "the definition is the whole batch",
    before: ["/* head */\nCREATE VIEW v AS SELECT 1 AS a -- tail"],
    batch:
      "SELECT OBJECT_DEFINITION(OBJECT_ID('dbo.v', 'V')), m.definition FROM sys.sql_modules m JOIN sys.views v ON v.object_id = m.object_id",
    expect: {
      rows: [
        [
          "/* head */\nCREATE VIEW v AS SELECT 1 AS a -- tail",
          "/* head */\nCREATE VIEW v AS SELECT 1 AS a -- tail",
        ],
      ],
    },
  },
  {
    name: "INFORMATION_SCHEMA",
    before: ["CREATE SCHEMA s", "CREATE PROCEDURE s.p AS SELECT 1", "CREATE VIEW s.v AS SELECT 1 AS a"],
    batch:
      "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE FROM INFORMATION_SCHEMA.ROUTINES; SELECT TABLE_NAME, TABLE_TYPE, 'x' FROM INFORMATION_SCHEMA.TABLES; SELECT SCHEMA_NAME, SCHEMA_OWNER, CATALOG_NAME FROM INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = 's'",
    expect: {
      rows: [
        ["s", "p", "PROCEDURE"],
        ["v", "VIEW", "x"],
        ["s", "dbo", POOL],
      ],
    },
  },
  {
    name: "quoted names and odd characters",
    before: ["CREATE SCHEMA [a b]", 'CREATE TABLE "a b".[x]]y] ([select] int)'],
    batch:
      "SELECT [select] FROM [a b].[x]]y]; SELECT OBJECT_ID(N'[a b].[x]]y]') - OBJECT_ID('\"a b\".[x]]y]')",
    expect: { rows: [[0]] },
  },
]);
