import { expect } from "chai";
import type { Synapse } from "../../../sandbox/synapse";
import { leadingKeywords, maskedHash } from "../../../sandbox/synapse/journal";
import { ADMINISTRATOR, Client, HOST, loginError, POOL, startWithPool, until } from "./support";

describe("the journal of the sandbox's Synapse", () => {
  let synapse: Synapse;
  beforeEach(async () => {
    synapse = await startWithPool();
  });
  afterEach(async () => {
    await synapse.close();
  });

  it("keeps logins, batches, calls and their errors in order", async () => {
    await loginError(synapse, { password: "wrong" });
    const client = await Client.connect(synapse, { options: { appName: "tests" } });
    await client.batch("SET NOCOUNT ON; SELECT 1");
    await client.batch("-- note\nDROP USER a; DROP ROLE b");
    await client.send((request) => {
      client.connection.execSql(request);
    }, "SELECT 2");
    await client.close();
    await until(() => synapse.journal.length === 6);
    const entries = synapse.journal.map(({ seq, kind, statement, batch, errors }) => [
      seq,
      kind,
      statement,
      batch,
      errors,
    ]);
    expect(entries).to.deep.equal([
      [1, "login-failed", undefined, undefined, [18456]],
      [2, "login", undefined, undefined, []],
      [3, "batch", "SET", 1, []],
      [4, "batch", "DROP USER", 2, [15151, 15151]],
      [5, "rpc", "SELECT", undefined, []],
      [6, "logout", undefined, undefined, []],
    ]);
    for (const { host, database, login } of synapse.journal) {
      expect([host, database, login]).to.deep.equal([HOST, POOL, ADMINISTRATOR.user]);
    }
    expect(synapse.journal.slice(1).map(({ applicationName }) => applicationName)).to.deep.equal(
      Array(5).fill("tests"),
    );
    synapse.clearJournal();
    expect(synapse.journal).to.deep.equal([]);
  });

  it("names a login by what it is called, not by how it was typed", async () => {
    const client = await Client.connect(synapse, { user: `SQLADMIN@claims` });
    await client.close();
    await until(() => synapse.journal.length === 2);
    expect(synapse.journal.map(({ login }) => login)).to.deep.equal(["sqladmin", "sqladmin"]);
  });

  it("has no text of any statement, and no secret", async () => {
    const secrets = [
      "S3cret!in-a-batch",
      "S3cret!in-dynamic",
      "S3cret!in-a-call",
      "S3cret!half-open",
      "S3cret!at-login",
      "marker_name",
    ];
    await loginError(synapse, { password: "S3cret!at-login" });
    const client = await Client.connect(synapse, { database: "master" });
    await client.batch("CREATE LOGIN marker_name WITH PASSWORD = 'S3cret!in-a-batch'");
    await client.batch("IF 1 = 1 EXEC('CREATE LOGIN other WITH PASSWORD = ''S3cret!in-dynamic''')");
    await client.batch("CREATE LOGIN other WITH PASSWORD = 'S3cret!half-open");
    await client.batch("marker_name 'S3cret!in-a-batch'");
    await client.send((request) => {
      client.connection.execSql(request);
    }, "ALTER LOGIN marker_name WITH PASSWORD = 'S3cret!in-a-call'");
    await client.close();
    const written = JSON.stringify(synapse.journal);
    for (const secret of secrets) expect(written).to.not.contain(secret);
    expect(
      synapse.journal.map(({ statement }) => statement).filter((statement) => statement !== undefined),
    ).to.deep.equal(["CREATE LOGIN", "IF EXEC", "", "EXECUTE", "ALTER LOGIN"]);
  });

  const keywords: [string, string][] = [
    ["CREATE LOGIN a WITH PASSWORD = 'x'", "CREATE LOGIN"],
    ["/* head */ create   user [a]", "CREATE USER"],
    [
      "IF NOT EXISTS (SELECT 1 FROM sys.sql_logins)\nBEGIN\n CREATE LOGIN a WITH PASSWORD = 'x'\nEND",
      "IF NOT EXISTS CREATE LOGIN",
    ],
    ["DROP PROCEDURE s.p", "DROP PROCEDURE"],
    ["; ; SELECT 1", "SELECT"],
    ["EXEC s.p", "EXEC"],
    ["s.p 1", "EXECUTE"],
    ["GRANT SELECT ON s.t TO a", "GRANT"],
    ["", ""],
  ];
  for (const [text, expected] of keywords) {
    it(`tells ${JSON.stringify(text)} as ${JSON.stringify(expected)}`, () => {
      expect(leadingKeywords(text)).to.equal(expected);
    });
  }

  it("hashes a batch alike under any password, and otherwise not", () => {
    const batch = (password: string, name = "a"): string =>
      `CREATE LOGIN [${name}] WITH PASSWORD = N'${password}' -- 'x'`;
    expect(maskedHash(batch("one"))).to.equal(maskedHash(batch("t''wo")));
    expect(maskedHash(batch("one"))).to.not.equal(maskedHash(batch("one", "b")));
    expect(maskedHash("SELECT 'open")).to.equal(maskedHash("SELECT 'other"));
    expect(maskedHash("SELECT 1")).to.match(/^[0-9a-f]{64}$/);
  });
});
