import { cases, LOGIN } from "./cases";
import { POOL } from "./support";

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
      "INSERT INTO t (b, a) VALUES (N'x', 1)",
      "INSERT INTO t (b, a) SELECT 'y', 2",
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
    in: "master",
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
