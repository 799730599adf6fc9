import { expect } from "chai";
import fc from "fast-check";
import { Executor } from "../../../sandbox/synapse/tsql/executor";
import { SessionState, type Output } from "../../../sandbox/synapse/tsql/session-state";
import { leadingKeywords, maskedHash } from "../../../sandbox/synapse/journal";
import { Workspace } from "../../../sandbox/synapse/workspace";
import { MessageAssembler, packMessage, PacketType } from "../../../sandbox/synapse/wire/packets";

const VOCABULARY = (
  "SELECT FROM WHERE AND OR NOT IN LIKE IS NULL EXISTS CASE WHEN THEN ELSE END BEGIN IF DECLARE SET PRINT EXEC CREATE ALTER DROP " +
  "LOGIN USER ROLE SCHEMA PROCEDURE FUNCTION VIEW TABLE GRANT DENY REVOKE ON TO AS WITH PASSWORD INSERT INTO VALUES UPDATE DELETE " +
  "UNION ALL ORDER BY GROUP HAVING JOIN TOP DISTINCT THROW RAISERROR TRY CATCH RETURN COMMIT ROLLBACK TRAN GO int nvarchar max " +
  "sys.objects sys.schemas dbo s t p a name @a @b 'x' N'[z-a]%' 0x1f 1 2.5 -- /* */ ( ) , ; = + - * / . [q] \"r\" ' [ \n COUNT(*) " +
  "CAST(a OBJECT_ID('t') sp_executesql sp_addrolemember"
).split(/(?! \n) /);

function session(): { executor: Executor; errors: number[] } {
  const workspace = new Workspace("w.sql.azuresynapse.net", "admin", "Adm1n!stration");
  const database = workspace.addDatabase("pool");
  const user = database.principal("dbo");
  if (user === undefined) throw new Error("every database has dbo");
  const identity = { loginName: "admin", login: workspace.administrator, administrator: true };
  const client = { spid: 51, applicationName: "", hostName: "", isLoggedIn: () => false, others: () => [] };
  const errors: number[] = [];
  const nothing = (): void => undefined;
  const output: Output = {
    error: ({ number }) => errors.push(number),
    info: nothing,
    columns: nothing,
    row: nothing,
    done: nothing,
    enter: nothing,
    leave: nothing,
  };
  return {
    executor: new Executor(new SessionState(workspace, database, identity, user, client), output),
    errors,
  };
}

describe("the Synapse sandbox under any input", () => {
  it("answers every text with errors of its own, or runs it", () => {
    const soup = fc.array(fc.constantFrom(...VOCABULARY), { maxLength: 30 }).map((words) => words.join(" "));
    const { executor } = session();
    executor.runBatch("CREATE TABLE t (a int, name nvarchar(10))");
    executor.runBatch("CREATE PROCEDURE p @a int = 1 AS SELECT @a");
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          fc.string(),
          soup.map((text) => `SELECT ${text}`),
        ),
        (text) => {
          expect(executor.runBatch(text)).to.be.a("boolean");
          expect(leadingKeywords(text)).to.match(/^[A-Z ]*$/);
          expect(maskedHash(text)).to.have.length(64);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("survives deep nesting and long batches", () => {
    const { executor, errors } = session();
    const lines = Array.from({ length: 5000 }, (_unused, index) => `PRINT 'line ${index}'`);
    expect(executor.runBatch(lines.join("\n"))).to.equal(true);
    expect(errors).to.deep.equal([]);
    const deep = 20_000;
    expect(executor.runBatch(`SELECT ${"(".repeat(deep)}1${")".repeat(deep)}`)).to.equal(true);
    expect(executor.runBatch(`${"BEGIN ".repeat(deep)} PRINT 'x' ${"END ".repeat(deep)}`)).to.equal(true);
    expect(errors).to.deep.equal([191, 191]);
  });

  it("puts messages together however they are cut", () => {
    const cut = fc.tuple(
      fc.uint8Array({ maxLength: 3000 }),
      fc.integer({ min: 512, max: 4096 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
    );
    fc.assert(
      fc.property(cut, ([payload, packetSize, steps]) => {
        const bytes = packMessage(PacketType.SqlBatch, Buffer.from(payload), packetSize);
        const assembler = new MessageAssembler();
        const messages = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const step = steps[turn % steps.length] ?? 1;
          messages.push(...assembler.push(bytes.subarray(at, at + step)));
          at += step;
        }
        expect(messages).to.have.length(1);
        expect(messages[0]?.payload.equals(Buffer.from(payload))).to.equal(true);
      }),
      { numRuns: 100 },
    );
  });
});
