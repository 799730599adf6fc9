import { expect } from "chai";
import { splitBatches } from "../../../provider/pool/batches";
import { concernsIn } from "../../../provider/pool/guard";

const concerns = (script: string): string[] =>
  concernsIn(splitBatches(script), "governed").map(({ batch, line, what }) => `${batch}/${line}: ${what}`);

describe("the guard over scripts", () => {
  for (const [what, script] of [
    [
      "what Immuta's scripts do",
      "IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = 'immuta_system')\n  EXEC('CREATE SCHEMA [immuta_system]')\nGO\nCREATE PROCEDURE immuta_procedures.p AS\nDROP TABLE dbo.x\nGO\nGRANT SELECT ON SCHEMA::[governed] TO [r]",
    ],
    ["the target schema in any case", "CREATE VIEW [Governed].[v] AS SELECT 1 AS a"],
    [
      "logins, users and roles",
      "CREATE LOGIN [a] WITH PASSWORD = 'ALTER SERVER ROLE'\nGO\nCREATE USER [a] FOR LOGIN [a]\nGO\nCREATE ROLE r\nGO\nEXEC sp_addrolemember 'r', 'a'",
    ],
    ["words in comments and literals", "-- DROP TABLE dbo.x\n/* SHUTDOWN */\nPRINT 'DROP TABLE dbo.x'"],
  ] as const)
    it(`passes ${what}`, () => {
      expect(concerns(script)).to.deep.equal([]);
    });

  for (const [what, script, ...found] of [
    [
      "a server role",
      "ALTER SERVER ROLE ##MS_DatabaseManager## ADD MEMBER [a]",
      "1/1: grants a right on the server",
    ],
    [
      "a right on the server",
      "PRINT 'x'\nGO\n\nGRANT CONTROL SERVER TO [a]",
      "2/3: grants a right on the server",
    ],
    ["a table of another schema", "CREATE TABLE dbo.t (a int)", "1/1: touches schema dbo"],
    ["another schema, quoted", "DROP VIEW IF EXISTS [sales]].x].[v]", "1/1: touches schema sales].x"],
    [
      "an object without a schema",
      "CREATE VIEW v AS SELECT 1 AS a",
      "1/1: touches an object without naming its schema",
    ],
    ["dynamic SQL", "IF 1 = 1\nEXEC('DROP TABLE dbo.t')", "1/1: touches schema dbo"],
    ["a statement behind another", "PRINT 'a'; DROP SCHEMA sales", "1/1: touches schema sales"],
    ["an unusual statement", "SHUTDOWN", "1/1: is a statement of an unusual kind (SHUTDOWN)"],
    [
      "an unusual statement behind BEGIN",
      "IF NOT EXISTS (SELECT 1)\nBEGIN\n  BACKUP DATABASE x TO DISK = 'y'\nEND",
      "1/1: is a statement of an unusual kind (BACKUP)",
    ],
  ] as const)
    it(`points at ${what}`, () => {
      expect(concerns(script)).to.deep.equal(found);
    });
});
