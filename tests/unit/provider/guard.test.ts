import { expect } from "chai";
import fc from "fast-check";
import { splitBatches } from "../../../provider/sql/script/split";
import { concernsIn, type Own } from "../../../provider/sql/script/guard";
import {
  type Phase,
  renderEditInMaster,
  renderScript,
  type ScriptSource,
} from "../../../sandbox/immuta/scripts";

const own: Own = {
  schema: "governed",
  database: "claims",
  accounts: ["immuta_system_account", "former"],
  roles: ["ANALYSTS"],
  inMaster: false,
};

const concerns = (script: string, what: Partial<Own> = {}): string[] =>
  concernsIn(splitBatches(script), { ...own, ...what }).map(
    ({ batch, line, what: said }) => `${batch}/${line}: ${said}`,
  );

/** What scripts of Immuta's kind are made of. */
const allowed: readonly [what: string, script: string][] = [
  [
    "a guarded dynamic CREATE SCHEMA",
    "IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = 'immuta_system')\n  EXEC('CREATE SCHEMA [immuta_system]')",
  ],
  ["a schema with its owner", "CREATE SCHEMA [immuta_system] AUTHORIZATION [immuta_system_account]"],
  ["a guard by OBJECT_ID", "IF OBJECT_ID(N'immuta_system.t') IS NOT NULL DROP TABLE immuta_system.t"],
  [
    "a login with its password",
    "CREATE LOGIN [immuta_system_account] WITH PASSWORD = N'ALTER SERVER ROLE'; ALTER LOGIN immuta_system_account WITH PASSWORD='a' OLD_PASSWORD='b'",
  ],
  [
    "a user, and its end",
    "CREATE USER former FOR LOGIN former WITH DEFAULT_SCHEMA = governed\nALTER USER former WITH LOGIN = immuta_system_account\nDROP USER IF EXISTS former",
  ],
  [
    "a role and its member",
    "CREATE ROLE [analysts]\nALTER ROLE ANALYSTS ADD MEMBER [immuta_system_account]\nEXEC sp_addrolemember 'ANALYSTS', N'former'\nDROP ROLE IF EXISTS immuta_x",
  ],
  [
    "rights of the account in its database",
    "GRANT CONTROL ON DATABASE::[Claims] TO [immuta_system_account] WITH GRANT OPTION\nGRANT VIEW DEFINITION, ALTER ANY USER TO former",
  ],
  [
    "rights of anybody on what is Immuta's",
    "GRANT SELECT ON SCHEMA::governed TO [public], public\nREVOKE EXECUTE ON OBJECT::immuta_a.p FROM mallory CASCADE",
  ],
  ["a semicolon and words in a quoted name", "GRANT SELECT ON immuta_a.[b;DROP TABLE dbo.x] TO u"],
  ["an owner of Immuta's", "ALTER AUTHORIZATION ON SCHEMA::[immuta_system] TO immuta_system_account"],
  ["the target schema in any case", "CREATE VIEW [Governed].[v] AS SELECT 1 AS a"],
  [
    "a view over tables of data",
    "CREATE OR ALTER VIEW governed.v (a, b) WITH SCHEMABINDING AS\nWITH c AS (SELECT TOP (5) d.x, CASE WHEN d.y = 1 THEN 'a' ELSE 'b' END AS y FROM dbo.data d LEFT JOIN sales.other AS o ON o.id = d.id WHERE d.z IN (SELECT z FROM dbo.zs))\nSELECT x, COUNT(*) OVER (PARTITION BY y ORDER BY x DESC) n FROM c UNION ALL SELECT DISTINCT LEFT(a, 1), 2 FROM (SELECT 1 a) q GROUP BY a;",
  ],
  [
    "a table and its rows",
    "CREATE TABLE immuta_system.t ([a] NVARCHAR(256) NOT NULL DEFAULT N'x', b decimal(10, 2) NULL) WITH (DISTRIBUTION = HASH([a]), HEAP)\nINSERT INTO immuta_system.t (a) VALUES (N'x'), (DEFAULT)\nUPDATE immuta_system.t SET b = 1 + 2 * -3 WHERE a LIKE N'x%'\nDELETE FROM immuta_system.t WHERE b IS NULL\nTRUNCATE TABLE immuta_system.t",
  ],
  [
    "a table out of a query",
    "CREATE TABLE immuta_system.t WITH (DISTRIBUTION = ROUND_ROBIN) AS SELECT * FROM dbo.data\nINSERT immuta_system.t SELECT a FROM dbo.data\nSELECT a INTO immuta_system.u FROM dbo.data",
  ],
  ["a temporary table", "CREATE TABLE #t (a int)\nINSERT INTO #t SELECT 1\nDROP TABLE #t"],
  [
    "a procedure",
    "CREATE PROCEDURE immuta_procedures.p @user NVARCHAR(256), @n AS int = 1 OUTPUT WITH RECOMPILE AS\nBEGIN TRY\n  BEGIN TRAN\n  DECLARE @a int = 1, @b AS nvarchar(10);\n  SET @a = @n + 1\n  IF @a = 0 THROW 51000, N'x', 1;\n  WHILE @a < 3 BEGIN SET @a += 1; IF @a > 2 BREAK ELSE CONTINUE END\n  EXEC immuta_procedures.q @user = @user, @n = -1, @m = NULL\n  COMMIT\nEND TRY\nBEGIN CATCH\n  ROLLBACK TRAN; RAISERROR('x', 16, 1) WITH NOWAIT; RETURN 1\nEND CATCH",
  ],
  [
    "a function",
    "CREATE FUNCTION immuta_functions.f (@a NVARCHAR(256))\nRETURNS NVARCHAR(4000)\nAS\nBEGIN\n  RETURN CONCAT(@a, N'-')\nEND",
  ],
  [
    "a function of rows",
    "CREATE FUNCTION immuta_functions.f (@a int) RETURNS TABLE AS RETURN (SELECT a FROM dbo.data WHERE b = @a)",
  ],
  [
    "SQL in SQL",
    "EXEC (N'EXEC(''CREATE SCHEMA immuta_' + N'a'')')\nEXEC sp_executesql N'DROP VIEW immuta_a.v', N'@a int', @a = 1",
  ],
  ["options of a session", "SET ANSI_NULLS, QUOTED_IDENTIFIER ON; SET NOCOUNT OFF"],
  [
    "words in comments and literals",
    "-- DROP TABLE dbo.x\n/* SHUTDOWN /* DROP */ */\nPRINT 'DROP TABLE dbo.x' + N' USE master'",
  ],
  ["a label behind GO", "PRINT 'a'\nGO 3\nPRINT 'b'"],
];

describe("the guard over scripts", () => {
  for (const [what, script] of allowed)
    it(`passes ${what}`, () => {
      expect(concerns(script)).to.deep.equal([]);
    });

  const unusual = (words: string): string => `is a statement of an unusual kind (${words})`;
  const unjudged = "has a statement that cannot be judged";
  const beyond: readonly [statement: string, found: string][] = [
    ["DELETE FROM dbo.customers", "touches schema dbo"],
    ["DELETE dbo.customers", "touches schema dbo"],
    ["delete c from dbo.customers c", "touches an object without naming its schema"],
    ["UPDATE dbo.customers SET a = 1", "touches schema dbo"],
    ["UPDATE c SET a = 1 FROM dbo.customers c", "touches an object without naming its schema"],
    ["INSERT INTO dbo.x VALUES (1)", "touches schema dbo"],
    ["INSERT dbo.x SELECT 1", "touches schema dbo"],
    ["SELECT * INTO dbo.t FROM dbo.customers", "touches schema dbo"],
    ["WITH c AS (SELECT * FROM dbo.x) DELETE FROM c", "touches an object without naming its schema"],
    ["WITH c AS (SELECT 1 a) INSERT INTO dbo.x SELECT a FROM c", "touches schema dbo"],
    ["IF OBJECT_ID('dbo.x') IS NOT NULL DROP TABLE dbo.x", "touches schema dbo"],
    ["IF 1=1 DROP TABLE dbo.x", "touches schema dbo"],
    ["IF 1=1 PRINT 'a' ELSE DROP TABLE dbo.x", "touches schema dbo"],
    ["WHILE 1=1 BEGIN DROP TABLE dbo.x END", "touches schema dbo"],
    ["SELECT 1 DROP TABLE dbo.x", "touches schema dbo"],
    ["SELECT 1DROP TABLE dbo.x", "touches schema dbo"],
    ["PRINT 'a'DROP TABLE dbo.x", "touches schema dbo"],
    ["DECLARE @a int DROP TABLE dbo.x", "touches schema dbo"],
    ["SET @a = 1 DROP TABLE dbo.x", "touches schema dbo"],
    ["EXEC immuta_a.p 1 DROP TABLE dbo.x", "touches schema dbo"],
    ["DROP/* x */TABLE--y\ndbo.x", "touches schema dbo"],
    ["DROP TABLE immuta_a.t, dbo.x", "touches schema dbo"],
    ["DROP TABLE [dbo] . [x]", "touches schema dbo"],
    ['DROP TABLE "dbo"."x"', "touches schema dbo"],
    ["DROP TABLE x", "touches an object without naming its schema"],
    ["DROP TABLE claims.immuta_a.x", "touches an object of another database"],
    ["DROP TABLE other..x", unjudged],
    ["DROP TABLE ##x", "touches an object without naming its schema"],
    ["DROP TABLE [ımmuta_a].x", "touches schema ımmuta_a"],
    ["DROP TABLE [ｉmmuta_a].x", "touches schema ｉmmuta_a"],
    ["ＤＲＯＰ TABLE dbo.x", unusual("?")],
    ["DROP VIEW IF EXISTS [sales]].x].[v]", "touches schema sales].x"],
    ["DROP SCHEMA sales", "touches schema sales"],
    ["DROP SCHEMA [dbo]", "touches schema dbo"],
    ["ALTER SCHEMA immuta_a TRANSFER dbo.x", "moves objects from schema to schema"],
    ["CREATE TABLE dbo.t (a int)", "touches schema dbo"],
    ["CREATE SCHEMA immuta_a CREATE TABLE t (a int)", "touches an object without naming its schema"],
    ["CREATE SCHEMA immuta_a AUTHORIZATION mallory", "touches principal mallory"],
    ["ALTER TABLE immuta_a.t SWITCH TO dbo.x", unusual("ALTER TABLE")],
    ["CREATE SYNONYM immuta_a.s FOR dbo.x", unusual("CREATE …")],
    ["CREATE EXTERNAL TABLE immuta_a.t (a int) WITH (LOCATION = 'x')", unusual("CREATE EXTERNAL")],
    ["CREATE TRIGGER immuta_a.t ON dbo.x AFTER INSERT AS PRINT 'a'", unusual("CREATE TRIGGER")],
    ["DISABLE TRIGGER ALL ON dbo.x", unusual("DISABLE")],
    ["ENABLE TRIGGER ALL ON DATABASE", unusual("ENABLE")],
    ["RENAME OBJECT dbo.x TO y", unusual("RENAME")],
    ["SELECT 1 RENAME OBJECT dbo.x TO y", unusual("?")],
    ["SELECT 1 FROM dbo.x RENAME OBJECT :: dbo.x TO y", unusual("?")],
    ["COPY INTO dbo.x FROM 'https://x'", unusual("COPY")],
    ["SELECT 1 COPY INTO immuta_a.x FROM 'https://x'", "reads from outside of the database"],
    ["MERGE INTO immuta_a.t USING dbo.x ON 1 = 1", unusual("MERGE")],
    ["TRUNCATE TABLE dbo.x", "touches schema dbo"],
    ["KILL 55", unusual("KILL")],
    ["SHUTDOWN", unusual("SHUTDOWN")],
    ["USE master", unusual("USE")],
    ["BULK INSERT dbo.x FROM 'y'", unusual("BULK")],
    ["BACKUP DATABASE x TO DISK = 'y'", unusual("BACKUP")],
    ["DBCC FREEPROCCACHE", unusual("DBCC")],
    ["SELECT * FROM OPENROWSET('a', 'b', 'c')", unusual("OPENROWSET")],
    ["SELECT * FROM (SELECT * FROM OPENQUERY(a, 'b')) q", unjudged],
    ["SELECT * FROM other.dbo.x", "reads from another database"],
    ["SELECT * FROM dbo.a, other.dbo.x", "reads from another database"],
    ["SELECT * FROM other..x", "reads from another database"],
    ["SET PARSEONLY ON", "sets an unusual option"],
    ["SET QUOTED_IDENTIFIER OFF", "sets an unusual option"],
    ["sp_addrolemember 'db_owner', 'mallory'", unusual("?")],
    ["EXEC sp_addrolemember 'db_owner', 'mallory'", "touches role db_owner"],
    ["EXEC sp_addrolemember 'db_owner', 'immuta_system_account'", "touches role db_owner"],
    ["EXEC sp_addrolemember 'ANALYSTS', 'mallory'", "touches principal mallory"],
    ["EXEC sp_rename 'dbo.x', 'y'", "runs a procedure that is not Immuta's"],
    ["EXEC master..xp_cmdshell 'x'", unjudged],
    ["EXEC dbo.p", "runs a procedure of schema dbo"],
    ["EXEC @p", "runs SQL that is built while it runs"],
    ["EXEC (@sql)", "runs SQL that is built while it runs"],
    ["EXEC ('a' + @sql)", "runs SQL that is built while it runs"],
    ["EXEC ('DROP TABLE dbo.x')", "touches schema dbo"],
    ["EXECUTE(N'IF 1=1 EXEC(''DROP TABLE dbo.x'')')", "touches schema dbo"],
    ["EXEC ('DROP TA' + 'BLE dbo.x')", "touches schema dbo"],
    ['EXEC ("DROP TABLE dbo.x")', "runs SQL that is built while it runs"],
    ["EXEC ('PRINT ʼa')", "runs SQL that is built while it runs"],
    ["EXEC sp_executesql N'DROP TABLE dbo.customers'", "touches schema dbo"],
    ["EXEC sys.sp_executesql @sql", "runs SQL that is built while it runs"],
    ["EXEC ('PRINT 1') AT linked", unusual("?")],
    ["EXECUTE AS USER = 'dbo'", "changes the user that statements run as"],
    ["CREATE LOGIN mallory WITH PASSWORD = 'x'", "touches login mallory"],
    ["ALTER LOGIN sqladmin WITH PASSWORD = 'x'", "touches login sqladmin"],
    ["ALTER LOGIN immuta_system_account WITH NAME = mallory", unjudged],
    ["CREATE USER mallory FOR LOGIN mallory", "touches user mallory"],
    ["CREATE USER former FOR LOGIN sqladmin", "touches login sqladmin"],
    ["ALTER USER former WITH NAME = dbo", unjudged],
    ["DROP USER finance_reader", "touches user finance_reader"],
    ["DROP LOGIN sqladmin", "touches login sqladmin"],
    ["ALTER ROLE db_owner ADD MEMBER mallory", "touches role db_owner"],
    ["ALTER ROLE db_owner ADD MEMBER immuta_system_account", "touches role db_owner"],
    ["ALTER ROLE loginmanager ADD MEMBER immuta_system_account", "touches role loginmanager"],
    ["DROP ROLE auditors", "touches role auditors"],
    ["ALTER SERVER ROLE ##MS_DatabaseManager## ADD MEMBER [a]", "grants a right on the server"],
    ["GRANT CONTROL SERVER TO [immuta_system_account]", "grants a right on the server"],
    ["GRANT SELECT ON SCHEMA::dbo TO public", "touches schema dbo"],
    ["GRANT SELECT ON dbo.x TO immuta_system_account", "touches schema dbo"],
    [
      "GRANT CONTROL ON DATABASE::claims TO immuta",
      "gives rights in the database that are not immuta's to have",
    ],
    ["GRANT CONTROL ON DATABASE::other TO immuta_system_account", "touches database other"],
    ["GRANT CONTROL TO mallory", "gives rights in the database that are not mallory's to have"],
    [
      "GRANT CONTROL ON SCHEMA::immuta_a TO mallory",
      "gives rights on Immuta's objects that are not mallory's to have",
    ],
    [
      "GRANT SELECT ON SCHEMA::immuta_a TO mallory WITH GRANT OPTION",
      "gives rights on Immuta's objects that are not mallory's to have",
    ],
    ["GRANT IMPERSONATE ON USER::dbo TO former", "touches user dbo"],
    ["DENY CONNECT TO mallory", "changes rights in the database that are not mallory's to have"],
    ["ALTER AUTHORIZATION ON DATABASE::claims TO former", "gives the database another owner"],
    ["ALTER AUTHORIZATION ON SCHEMA::dbo TO former", "touches schema dbo"],
    ["ALTER DATABASE claims SET READ_ONLY", unusual("ALTER DATABASE")],
    ["CREATE PROC immuta_a.p WITH EXECUTE AS OWNER AS PRINT 'a'", "changes the user that statements run as"],
    ["CREATE PROCEDURE immuta_a.p AS\nDROP TABLE dbo.x", "touches schema dbo"],
    ["CREATE PROCEDURE immuta_a.p @sql nvarchar(10) AS EXEC(@sql)", "runs SQL that is built while it runs"],
    ["CREATE VIEW v AS SELECT 1 AS a", "touches an object without naming its schema"],
    [
      "CREATE VIEW immuta_a.v AS SELECT 1 AS a DROP TABLE dbo.x",
      "has a statement behind the definition of a view",
    ],
    [
      "CREATE VIEW immuta_a.v AS SELECT 1 AS a; DELETE FROM dbo.x",
      "has a statement behind the definition of a view",
    ],
    ["{call p}", unusual("?")],
    ["a: GOTO a", unusual("?")],
    ["PRINT 1 -- a\u2028DROP TABLE dbo.x", "has a comment of which it is not sure where it ends"],
  ];
  for (const [statement, found] of beyond)
    it(`finds ${statement.replace(/\s/g, " ")}`, () => {
      const all = concerns(statement);
      expect(all[0]).to.match(/^1\/[12]: /);
      expect(all.map((one) => one.replace(/^1\/\d: /, ""))).to.include(found);
    });

  it("names the batch and the line of each statement, in order", () => {
    expect(
      concerns(
        "PRINT 'x'\r\nDROP TABLE dbo.a\r\nGO\n\nPRINT 'y'; DROP TABLE dbo.b\nEXEC('\nDROP TABLE dbo.c')",
      ),
    ).to.deep.equal(["1/2: touches schema dbo", "2/5: touches schema dbo", "2/6: touches schema dbo"]);
  });

  it("quotes no literal, and nothing that steers a terminal", () => {
    const said = concerns(
      "ALTER LOGIN x WITH PASSWORD = 'hunter2'\nDROP TABLE [\u001b[31m].x\nDROP TABLE [" +
        "y".repeat(900) +
        "].x\nhunter2 'hunter2'",
    ).join();
    expect(said).not.to.contain("hunter2").and.not.to.contain("\u001b");
    expect(said.length).to.be.lessThan(400);
  });

  it("holds fixed roles and schemas of everybody's for nobody's own, whatever the program says", () => {
    expect(
      concerns("DROP TABLE dbo.x\nDROP ROLE db_owner\nDROP LOGIN sa", {
        schema: "dbo",
        roles: ["db_owner"],
        accounts: ["sa"],
      }),
    ).to.have.length(3);
  });

  it("knows in master no database of the integration's, and few rights", () => {
    expect(concerns("GRANT VIEW DEFINITION TO immuta_system_account", { inMaster: true })).to.deep.equal([]);
    expect(concerns("GRANT CONTROL TO immuta_system_account", { inMaster: true })).to.have.length(1);
    expect(
      concerns("GRANT CONTROL ON DATABASE::claims TO immuta_system_account", { inMaster: true }),
    ).to.have.length(1);
  });

  it("lets nothing pass that is appended to a script that passes", () => {
    const first = fc.constantFrom(...allowed.map(([, script]) => script));
    const outside = fc.constantFrom(
      ...beyond
        .filter(([statement]) => !/^(CREATE (VIEW|PROC)|WITH|sp_|PRINT|DECLARE|SET @)/.test(statement))
        .map(([statement]) => statement),
    );
    const wrapped = fc.constantFrom<((statement: string) => string)[]>(
      (statement) => statement,
      (statement) => `IF 1 = 1 BEGIN ${statement} END`,
      (statement) => `EXEC(N'${statement.replaceAll("'", "''")}')`,
      (statement) => `PRINT 'a'; /* b */ ${statement}`,
    );
    const joint = fc.constantFrom(" ", "\n", ";", "\r\n;\t", "\nGO\n", " /* ' */ ", " -- it's\n", "\nBEGIN ");
    fc.assert(
      fc.property(first, joint, wrapped, outside, (script, between, wrap, statement) => {
        expect(concerns(`${script}${between}${wrap(statement)}`)).not.to.deep.equal([]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("the guard over the scripts of the sandbox", () => {
  const settings = (
    impersonation: ScriptSource["settings"]["impersonation"],
    schema = "governed",
  ): ScriptSource["settings"] => ({
    host: "claims.sql.azuresynapse.net",
    port: 1433,
    database: "cl]a'ims",
    schema,
    impersonation,
    metadataDelimiters: { hashDelimiter: "'", hashKeyDelimiter: "]", arrayDelimiter: ";" },
  });
  const account = { username: "im'mu]ta; system", password: "'; DROP TABLE dbo.x --" };
  const off = { enabled: false } as const;
  const on = (role: string) => ({ enabled: true, role }) as const;
  const sources: [what: string, source: ScriptSource, own: Partial<Own>][] = [];
  for (const schema of ["governed", "gov'er]ned"])
    for (const impersonation of [off, on("R'o]le")])
      for (const former of [
        undefined,
        { settings: settings(off) },
        { settings: settings(on("Old")), account: { ...account, username: "old" } },
      ])
        sources.push([
          `${schema}, impersonation ${impersonation.enabled ? "on" : "off"}, ${former === undefined ? "new" : `before it ${former.settings.impersonation.enabled ? "on" : "off"}`}`,
          {
            settings: settings(impersonation, schema),
            account,
            fingerprint: "f",
            ...(former === undefined
              ? {}
              : { former, formerAccounts: ["older"], markers: ["immuta_edit_0"] }),
          },
          {
            schema,
            roles: ["R'o]le", "Old"],
            accounts: [account.username, "old", "older"],
            database: "cl]a'ims",
          },
        ]);
  for (const [what, source, known] of sources)
    it(`passes all of them: ${what}`, () => {
      for (const phase of [
        "initial-create",
        "create",
        "edit",
        "delete",
        "cleanup",
        "post-cleanup",
      ] satisfies Phase[]) {
        const inMaster = phase === "initial-create" || phase === "post-cleanup";
        expect(concerns(renderScript(phase, source), { ...known, inMaster }), phase).to.deep.equal([]);
      }
      expect(concerns(renderEditInMaster(source), { ...known, inMaster: true })).to.deep.equal([]);
    });
});
