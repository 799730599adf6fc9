import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { main } from "../../../cli/index";
import { findingsIn } from "../../../cli/scripts/lint";
import { rules } from "../../../cli/scripts/lint-rules";
import { type Ran, ran } from "./previews";

const told = (script: string): string[] => findingsIn(script).map(({ line, what }) => `${line}: ${what}`);

describe("what a dedicated pool does not know", () => {
  const drop = (kind: string): string => `DROP ${kind} has no IF EXISTS: `;
  const found: readonly [script: string, finding: string][] = [
    ["DROP TABLE IF EXISTS a.b", drop("TABLE")],
    ["drop/**/proc if exists a.b", drop("PROCEDURE")],
    ["DROP PROCEDURE IF EXISTS a.b", drop("PROCEDURE")],
    ["DROP SCHEMA IF EXISTS a", drop("SCHEMA")],
    ["DROP USER IF EXISTS a", drop("USER")],
    ["DROP ROLE IF EXISTS a", drop("ROLE")],
    ["DROP LOGIN IF EXISTS a", drop("LOGIN")],
    ["CREATE OR ALTER VIEW a.b AS SELECT 1 a", "CREATE OR ALTER VIEW is not known"],
    ["CREATE OR ALTER PROC a.b AS PRINT 1", "CREATE OR ALTER PROCEDURE is not known"],
    [
      "CREATE OR ALTER FUNCTION a.b() RETURNS int AS BEGIN RETURN 1 END",
      "CREATE OR ALTER FUNCTION is not known",
    ],
    ["MERGE TOP (1) INTO a.b USING c ON 1 = 1 WHEN MATCHED THEN DELETE;", "MERGE has no TOP"],
    ["MERGE INTO [a].b WITH (HOLDLOCK) USING c ON 1 = 1 WHEN MATCHED THEN DELETE;", "MERGE has no hints"],
    ["MERGE a.b USING c ON 1 = 1 WHEN MATCHED THEN DELETE OUTPUT $action;", "MERGE has no OUTPUT"],
    ["MERGE a.b USING c ON 1 = 1 WHEN MATCHED THEN DELETE", "MERGE has to end with a semicolon"],
    ["USE master", "USE is not known"],
    ["DECLARE c CURSOR FOR SELECT 1", "cursors are not known"],
    ["SELECT a FROM b FOR XML PATH('')", "FOR XML and FOR JSON are not known"],
    ["SELECT a FROM b ORDER BY a OFFSET 5 ROWS FETCH NEXT 1 ROWS ONLY", "OFFSET … FETCH is not known"],
    ["DECLARE @t AS TABLE (a int)", "table variables are not known"],
    ["WAITFOR DELAY '00:00:01'", "WAITFOR, GOTO and CONTINUE are not known"],
    ["SELECT * FROM OPENROWSET('a', 'b', 'c')", "OPENXML, OPENQUERY"],
    ["SELECT CHOOSE(1, 'a')", "this function is not known"],
    ["SELECT 1 WHERE 1 !> 2", "the operators !> and !<"],
    ["SELECT * FROM other.dbo.x", "a dedicated pool sees no other database"],
    ["SELECT * FROM [other]..x", "a dedicated pool sees no other database"],
    ["ALTER SERVER ROLE a ADD MEMBER b", "server roles are not known"],
    ["CREATE SYNONYM a.b FOR c.d", "triggers, synonyms, sequences"],
    ["CREATE UNIQUE INDEX i ON a.b (c)", "unique indexes are not known"],
    ["CREATE TABLE a.b (c int FOREIGN KEY REFERENCES d (e))", "foreign keys, CHECK"],
    ["CREATE TABLE a.b (c int PRIMARY KEY)", "PRIMARY KEY has to be NONCLUSTERED"],
    ["CREATE TABLE a.b (c datetime DEFAULT GETDATE())", "DEFAULT takes a literal"],
    ["CREATE TABLE a.b (c int DEFAULT (2+3))", "DEFAULT takes a literal"],
    ["CREATE TABLE a.b (c ntext NULL, d int)", "this data type is not known"],
    ["DECLARE @x xml = ''", "this data type is not known"],
    ["CREATE VIEW a.b WITH SCHEMABINDING AS SELECT 1 a", "a view has no SCHEMABINDING"],
    ["CREATE PROC a.b WITH EXECUTE AS OWNER AS PRINT 1", "a procedure has no ENCRYPTION"],
    ["CREATE PROC a.b @c int = 1 AS PRINT 1", "a procedure's parameters have no defaults"],
    ["CREATE PROC a.b AS RETURN 1", "a procedure has no RETURN"],
    ["INSERT INTO a.b EXEC c.d", "INSERT takes no rows from EXECUTE"],
    ["PRINT 1\nCREATE VIEW a.b AS SELECT 1 a", "this has to be the first statement of its batch"],
    ["EXEC('DROP TABLE IF EXISTS a.b')", drop("TABLE")],
    ["PRINT 1\nGO;\nPRINT 2", "this line looks like GO and is text"],
    ["PRINT 1\n GO\u00a0\nPRINT 2", "this line looks like GO and is text"],
    ["PRINT 'a\nGO\nPRINT 'b'\nGO\n'", "this literal has a line of GO inside"],
    ["SELECT 1 AS [a\nGO\nb]", "this name has a line of GO inside"],
    ["SELECT 'a\nGO", "a literal opens here and is never closed."],
    ["/* a", "a comment opens here and is never closed."],
    [":r other.sql", ":r is a command of sqlcmd"],
    ["GO 0", "GO 0 would leave the batch out."],
  ];
  for (const [script, finding] of found)
    it(`is found in ${JSON.stringify(script)}`, () => {
      expect(
        told(script).some((one) => /^\d+: /.test(one) && one.includes(finding)),
        told(script).join(),
      ).to.equal(true);
    });

  it("has a case for every rule, and a page of Microsoft's", () => {
    for (const { what, page } of rules) {
      expect(
        found.some(([, finding]) => what.includes(finding)),
        what,
      ).to.equal(true);
      expect(page).to.match(
        /^https:\/\/learn\.microsoft\.com\/(sql|azure)\/[\w./-]+(\?view=azure-sqldw-latest)?$/,
      );
    }
  });

  for (const script of [
    "IF OBJECT_ID('a.b') IS NOT NULL DROP TABLE a.b\nDROP VIEW IF EXISTS a.c\nDROP FUNCTION IF EXISTS a.d",
    "MERGE INTO a.b AS t USING c ON t.x = c.x WHEN MATCHED THEN UPDATE SET y = 1 WHEN NOT MATCHED THEN INSERT (x) VALUES (1);",
    "CREATE TABLE a.b (c nvarchar(10) NOT NULL DEFAULT 'x', d int DEFAULT (0), [xml] int, PRIMARY KEY NONCLUSTERED (c) NOT ENFORCED)",
    "CREATE PROC a.b @c int OUTPUT AS\nDECLARE @d int = 1\nSELECT text, x.image FROM a.b WHERE a = b",
    "CREATE FUNCTION a.f (@a int) RETURNS int WITH SCHEMABINDING AS BEGIN RETURN @a END\nGO\nCREATE VIEW a.v AS SELECT 1 AS go",
    "-- DROP TABLE IF EXISTS a.b\n/* USE x\nGO\n*/\nPRINT 'USE x' -- GO;",
    "GRANT REFERENCES ON SCHEMA::a TO b OPTION (USE HINT('x'))",
  ])
    it(`is not in ${JSON.stringify(script)}`, () => {
      expect(told(script)).to.deep.equal([]);
    });

  it("is told with its line, once for a batch that is repeated", () => {
    expect(told("PRINT 1\r\nUSE a\r\nGO 5\n\nPRINT 'x\ny' USE b\nGO\nEXEC('\nUSE c')")).to.deep.equal([
      "2: USE is not known: connect to the database",
      "6: USE is not known: connect to the database",
      "9: USE is not known: connect to the database",
    ]);
  });

  it("is looked for in any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => Array.isArray(findingsIn(text))));
  });
});

describe("pulumi-immuta scripts lint", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-lint-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const lint = (...paths: string[]): Promise<Ran> => ran((io) => main(["scripts", "lint", ...paths], io));
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it("names file, line, what and page of each finding in a folder's scripts, and exits with 1", async () => {
    const second = file("b.sql", "PRINT 1\nUSE x");
    const first = file("a.SQL", Buffer.from("\ufeffGO\nUSE y", "utf16le"));
    file("notes.txt", "USE z");
    const page = "https://learn.microsoft.com/azure/synapse-analytics/sql/overview-features";
    expect(await lint(folder)).to.deep.equal({
      code: 1,
      out: [first, second]
        .map((path) => `${path}:2: USE is not known: connect to the database (${page})\n`)
        .join(""),
      err: "pulumi-immuta scripts: 2 findings in 2 scripts.\n",
    });
  });

  it("exits with 0 where it finds nothing", async () => {
    expect(await lint(file("a.sql", "PRINT 1\nGO"), file("b.txt", ""))).to.deep.equal({
      code: 0,
      out: "Nothing found in 2 scripts.\n",
      err: "",
    });
  });

  it("says what it cannot read, and asks nobody", async () => {
    mkdirSync(join(folder, "empty"));
    expect((await lint(join(folder, "empty"))).err).to.contain("empty has no .sql files.");
    expect((await lint(join(folder, "none"))).err).to.contain("none cannot be read (ENOENT).");
    expect((await lint()).err).to.contain("`scripts lint <folder or file…>` takes paths, and no options.");
    expect((await lint(folder, "--host", "x")).err).to.contain("takes paths, and no options.");
  });
});
