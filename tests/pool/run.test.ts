import { expect } from "chai";
import { Connection } from "tedious";
import { BatchFailed, PoolUnreachable } from "../../provider/sql/errors";
import { masked } from "../../provider/core/secrets";
import type { Synapse } from "../../sandbox/synapse";
import { expectHarmless, nasty, nastyTold } from "../unit/provider/nasty";
import {
  actsWhenQuiet,
  countOf,
  database,
  failureOf,
  host,
  type Stage,
  stageOn,
  startPool,
  type Watch,
  watchHandles,
} from "./support";

describe("running a phase", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool();
    stage = stageOn(synapse);
  });
  afterEach(async () => {
    await synapse.close();
    await handles.expectNoneLeft();
  });

  it("sends the batches in order over one session, and logs out", async () => {
    await stage.run(
      "CREATE USER a WITHOUT LOGIN\nGO\nCREATE ROLE b\nGO 1\nEXEC sp_addrolemember 'b', 'a'\nGO\n",
    );
    expect(await actsWhenQuiet(synapse)).to.deep.equal([
      "login claims",
      "claims: SELECT",
      "claims: CREATE USER",
      "claims: CREATE ROLE",
      "claims: EXEC",
      "logout claims",
    ]);
    expect(synapse.catalog(host, database).roleMembers).to.deep.equal([{ role: "b", member: "a" }]);
  });

  it("sends plain batches, no prepared calls and no transaction", async () => {
    await stage.run("DECLARE @x int = 1\nPRINT @x\nGO\nCREATE ROLE r");
    expect(countOf(synapse, "rpc")).to.equal(0);
    // CREATE LOGIN is refused in a transaction; here it is not.
    await stage.run("CREATE LOGIN x WITH PASSWORD = 'Passw0rd!x'", {
      database: "master",
      phase: "initial-create",
    });
    expect(synapse.catalog(host, "master").logins).to.deep.equal(["x"]);
  });

  it("repeats a batch of GO n, and keeps the session from batch to batch", async () => {
    await stage.run(
      "CREATE TABLE dbo.t (n int)\nGO\nINSERT INTO dbo.t (n) VALUES (1)\nGO 3\nIF (SELECT COUNT(*) FROM dbo.t) <> 3 RAISERROR('not 3', 16, 1)",
    );
    expect(countOf(synapse, "login")).to.equal(1);
  });

  it("reports all errors of a batch with phase, database, batch, script line, number, state and message", async () => {
    const script = [
      "PRINT 'one'",
      "GO",
      "",
      "RAISERROR('first', 16, 2)",
      "RAISERROR('second', 11, 3)",
      "DROP ROLE nobody",
      "GO",
      "CREATE ROLE never",
    ].join("\n");
    const error = await failureOf(stage.run(script, { phase: "edit" }));
    expect(error).to.be.instanceOf(BatchFailed);
    expect(error.message.split("\n")).to.deep.equal([
      "The edit script failed in database claims on claims.sql.azuresynapse.net: batch 2 of 3 (script line 3, RAISERROR …):",
      "  - Msg 50000, level 16, state 2, script line 4: first",
      "  - Msg 50000, level 11, state 3, script line 5: second",
      "  - Msg 15151, level 16, state 1, script line 6: Cannot drop the role 'nobody', because it does not exist or you do not have permission.",
      "The login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is.",
    ]);
  });

  it("ends at the first batch that failed, and logs out", async () => {
    await failureOf(stage.run("CREATE ROLE a\nGO\nDROP ROLE nobody\nGO\nCREATE ROLE never"));
    expect(synapse.catalog(host, database).roles).to.deep.equal(["a"]);
    expect(await actsWhenQuiet(synapse)).to.deep.equal([
      "login claims",
      "claims: SELECT",
      "claims: CREATE ROLE",
      "claims: DROP ROLE",
      "logout claims",
    ]);
    expect(stage.clock.sleeps).to.deep.equal([]);
  });

  it("names the procedure where an error came up inside one", async () => {
    const script = "CREATE PROCEDURE dbo.p AS\nPRINT 'x'\nRAISERROR('inside', 16, 1)\nGO\n\n\nEXEC dbo.p";
    const { message } = await failureOf(stage.run(script));
    expect(message).to.contain("batch 2 of 2 (script line 5, EXEC …)");
    expect(message).to.match(/Msg 50000, level 16, state 1, procedure (dbo\.)?p, line \d+: inside/);
  });

  it("takes the script's line from the text of a dedicated pool's own parser", async () => {
    const { message } = await failureOf(stage.run("PRINT 'a'\nGO\nPRINT 'b'\n\nFETCH TABLE x"));
    expect(message).to.match(
      /Msg 103010, level 16, state 1, script line 5: Parse error at line: 3, column: \d+: /,
    );
  });

  it("logs PRINT and informational messages while the script runs", async () => {
    const seen: number[] = [];
    stage.lines.onInfo = () => seen.push(synapse.journal.length);
    await stage.run("PRINT 'half way'\nGO\nRAISERROR('by the way\nhere', 10, 1)\nGO\nPRINT 'end'");
    expect(stage.lines.infos).to.deep.equal([
      "the pool says: half way",
      "the pool says: by the way here",
      "the pool says: end",
    ]);
    // Each came before the next batch was sent.
    expect([...seen].sort((a, b) => a - b)).to.deep.equal(seen);
    expect(new Set(seen).size).to.equal(3);
  });

  it("tells what the server prints as text, the first lines of it, and how many there were", async () => {
    const literal = (text: string): string => `N'${text.replaceAll("'", "''")}'`;
    await stage.run(`PRINT ${literal(nasty)}\n${"PRINT 'x'\n".repeat(2000)}GO\nPRINT 'next'`);
    expect(stage.lines.infos).to.deep.equal([
      `the pool says: ${nastyTold}`,
      ...Array<string>(19).fill("the pool says: x"),
      "the pool says: … and 1,981 more lines of this batch",
      "the pool says: next",
    ]);
  });

  it("tells what the server raises as text, and so many errors", async () => {
    const literal = `N'${nasty.replaceAll("'", "''").replaceAll("%", "%%")}'`;
    const { message } = await failureOf(stage.run(`RAISERROR(${literal}, 16, 1)\n`.repeat(30)));
    expectHarmless(message);
    const lines = message.split("\n");
    expect(lines).to.have.length(22);
    // A line of the batch is a line of the script.
    expect(lines[1]).to.equal(`  - Msg 50000, level 16, state 1, script line 1: ${nastyTold}`);
    expect(lines.at(-1)).to.equal("  - … and 10 more errors");
  });

  describe("never quotes the batch", () => {
    const secret = "p4ss'WORD]'x";
    const mask = (text: string): string => masked(text, [secret]);

    it("in the error of a batch that cannot be read", async () => {
      const script = `CREATE LOGIN immuta WITH PASSWORD = '${secret}'`;
      const error = await failureOf(stage.run(script, { mask, database: "master", phase: "initial-create" }));
      expect(error.message).to.contain("batch 1 of 1 (script line 1, CREATE LOGIN …)");
      expect(error.message).to.match(/Msg 10[25], level 15/);
      for (const piece of ["p4ss", "WORD", "immuta WITH"]) expect(error.message).to.not.contain(piece);
      expect(stage.lines.all).to.not.contain("WORD");
    });

    for (const where of [database, "master"])
      it(`in the error of a batch whose literal the secret ends early (${where})`, async () => {
        const leaking = "p4ss' TailOfThePassword 'x";
        const script = `PRINT '${leaking}'`;
        const given = { mask: (text: string) => masked(text, [leaking]), database: where };
        const { message } = await failureOf(stage.run(script, given));
        expect(message).to.match(/Msg (103010|102), level (15|16).* near '…'/);
        expect(message).to.not.contain("Tail");
        expect(stage.lines.all).to.not.contain("Tail");
      });

    it("but keeps the server's hint where the batch holds no secret", async () => {
      const { message } = await failureOf(stage.run("SELECT FROM WHERE", { mask }));
      expect(message).to.match(/Incorrect syntax near '?\w+/);
    });

    it("in what the server prints and raises", async () => {
      const literal = secret.replaceAll("'", "''");
      const script = `PRINT 'x ${literal} y'\nRAISERROR('no ${literal}', 16, 1)`;
      const { message } = await failureOf(stage.run(script, { mask }));
      expect(stage.lines.infos).to.deep.equal(["the pool says: x <secret> y"]);
      expect(message).to.contain("no <secret>");
      expect(message).to.not.contain("WORD");
    });

    it("in lines of the debug level", async () => {
      await stage.run(`CREATE LOGIN immuta WITH PASSWORD = '${secret.replaceAll("'", "''")}'`, {
        mask,
        database: "master",
      });
      expect(stage.lines.debugs).to.deep.equal(["create: batch 1 of 1 (CREATE LOGIN …) done"]);
    });
  });

  for (const number of [15247, 297] as const)
    it(`says which rights are missing (${number})`, async () => {
      synapse.setFault(host, database, { kind: "deny", batch: 2, number });
      const { message } = await failureOf(stage.run("CREATE ROLE r"));
      expect(message).to.contain(`Msg ${number}, level 16`);
      expect(message).to.contain("must be allowed to create logins and users and to manage grants");
    });

  describe("the session", () => {
    it("is set up as sqlcmd and SSMS do, and nothing of it is refused", async () => {
      const sent: string[] = [];
      const original = initialSql.getInitialSql;
      initialSql.getInitialSql = function () {
        const text = original.call(this);
        sent.push(text);
        return text;
      };
      try {
        await stage.run("PRINT 1");
      } finally {
        initialSql.getInitialSql = original;
      }
      expect(sent[0]?.split("\n")).to.deep.equal([
        "set ansi_nulls on",
        "set ansi_padding on",
        "set ansi_warnings on",
        "set arithabort on",
        "set concat_null_yields_null on",
        "set quoted_identifier on",
        "set textsize 2147483647",
        "set transaction isolation level read uncommitted",
      ]);
      expect(stage.lines.debugs.filter((line) => line.includes("rejected"))).to.deep.equal([]);
    });

    it("tells of an option that the pool rejects", async () => {
      const original = initialSql.getInitialSql;
      initialSql.getInitialSql = () => "set ansi_nulls on\nset fips_flagger off";
      try {
        await stage.run("PRINT 1");
      } finally {
        initialSql.getInitialSql = original;
      }
      expect(stage.lines.debugs[0]).to.match(
        /^a session option was rejected by claims: Msg \d+: .*FIPS_FLAGGER/i,
      );
      expect(stage.lines.debugs).to.have.length(2);
    });

    it("says who calls in the login", async () => {
      await stage.run("PRINT 1");
      expect(new Set(synapse.journal.map((entry) => entry.applicationName))).to.deep.equal(
        new Set(["pulumi-immuta/test"]),
      );
    });

    it("is proven to be in the database asked for", async () => {
      // A gateway that opens another database than it was asked for.
      const other = "CLAIMS";
      await stage.run("PRINT 1", { database: other });
      const wrong = await failureOf(stage.run("CREATE ROLE r", { database: "missing" }));
      expect(wrong).to.be.instanceOf(PoolUnreachable);
      expect(wrong.message).to.contain("Msg 4060");
    });
  });

  it("warns where the certificate is not checked", async () => {
    await stage.run("PRINT 1");
    expect(stage.lines.warnings).to.deep.equal([
      "bootstrap.trustServerCertificate: the certificate of claims.sql.azuresynapse.net is not checked; whoever answers there gets the login and the script",
    ]);
  });

  it("runs phases of many pools at once over sessions of their own", async () => {
    const names = ["p1", "p2", "p3", "p4"];
    for (const name of names) synapse.createPool(host, name);
    await Promise.all(
      names.map((name) =>
        stageOn(synapse).run(`CREATE ROLE r_${name}\nGO\nCREATE ROLE s`, { database: name }),
      ),
    );
    for (const name of names)
      expect(synapse.catalog(host, name).roles.sort()).to.deep.equal([`r_${name}`, "s"].sort());
    await actsWhenQuiet(synapse);
    expect(countOf(synapse, "login")).to.equal(4);
    expect(countOf(synapse, "logout")).to.equal(4);
  });
});

/** tedious' own, in which the options of a session stand. */
const initialSql = Connection.prototype as unknown as { getInitialSql: () => string };
