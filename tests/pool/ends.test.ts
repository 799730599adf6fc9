import { expect } from "chai";
import { openConnection } from "../../provider/sql/connect/connection";
import { BatchFailed, PoolUnreachable } from "../../provider/sql/errors";
import { preflight } from "../../provider/sql/preflight";
import type { Ending, Fault, Synapse } from "../../sandbox/synapse";
import {
  countOf,
  database,
  failureOf,
  host,
  loginTo,
  type Stage,
  stageOn,
  startPool,
  unreachable,
  type Watch,
  watchHandles,
} from "./support";

const guarded = (name: string): string =>
  `IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = '${name}') CREATE ROLE ${name}`;
const names = ["r1", "r2", "r3"];
const script = names.map(guarded).join("\nGO\n");
/** The session's first batch proves the database. */
const probe = 1;

const endings: readonly Ending[] = ["reset", "fin", "close"];
const malformations = ["unknown-token", "bad-length", "garbage"] as const;

describe("a connection that ends", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  let uncaught: unknown[];
  const caught = (error: unknown): void => void uncaught.push(error);
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool();
    stage = stageOn(synapse);
    uncaught = [];
    process.prependListener("uncaughtException", caught);
  });
  afterEach(async () => {
    process.off("uncaughtException", caught);
    expect(uncaught).to.deep.equal([]);
    await synapse.close();
    await handles.expectNoneLeft();
  });

  const fault = (set: Fault): void => {
    synapse.setFault(host, database, set);
  };
  const roles = (): string[] => [...synapse.catalog(host, database).roles].sort();
  const again = (batch: number): string =>
    `the connection broke in batch ${batch} of 3; the create script is run again from its beginning`;

  for (const how of endings) {
    for (const at of ["prelogin", "tls", "login7"] as const)
      it(`at the login (${how}, ${at}) is waited out`, async () => {
        fault({ kind: "lost-login", how, logins: 1, at });
        await stage.run(script);
        expect(roles()).to.deep.equal(names);
        expect(stage.lines.infos.join()).to.contain("the endpoint does not answer (ECONNRESET)");
      });

    it(`in the probe (${how}) is waited out`, async () => {
      fault({ kind: "reset", batch: probe, when: "before", how });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
      expect(stage.lines.infos.join()).to.contain("the endpoint does not answer (ECONNRESET)");
    });

    it(`in the look into the catalog (${how}) lets it be read again`, async () => {
      fault({ kind: "reset", batch: probe + 1, when: "before", how });
      const sought = { database, schema: "governed", username: "immuta_claims" };
      expect(
        await preflight(loginTo(synapse), sought, { reporter: stage.lines, clock: stage.clock }),
      ).to.deep.equal([]);
      expect(stage.lines.infos.join()).to.contain(
        "the connection broke while the catalog of database claims was read",
      );
    });

    for (const when of ["before", "inside", "after"] as const)
      it(`in a batch (${how}, ${when} it was carried out) begins the script again`, async () => {
        fault({ kind: "reset", batch: probe + 2, when, how });
        await stage.run(script);
        expect(roles()).to.deep.equal(names);
        expect(stage.lines.infos).to.deep.equal([again(2)]);
      });

    it(`between two batches (${how}) begins the script again`, async () => {
      fault({ kind: "reset", batch: probe + 1, when: "idle", how });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
      expect(stage.lines.infos).to.deep.equal([again(2)]);
    });

    it(`where the script may not be begun again (${how}) says that it may have been carried out`, async () => {
      fault({ kind: "reset", batch: probe + 2, when: "after", how });
      const error = await failureOf(stage.run(script, {}, {}, false));
      expect(error).to.be.instanceOf(BatchFailed);
      expect(error.message).to.contain("ECONNRESET");
      expect(error.message).to.contain("The batch may have been carried out");
    });
  }

  for (const number of [596, 4014, 6005] as const)
    it(`by an error of the server's that ends it (${number}) begins the script again`, async () => {
      fault({ kind: "kill", batch: probe + 2, number });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
      expect(stage.lines.infos.at(-1)).to.match(
        /^the connection broke in batch [23] of 3; the create script is run again/,
      );
    });

  for (const number of [1205, 1222, 110802, 110806] as const)
    it(`not, but asks to be sent to again (${number}): the script is begun again`, async () => {
      fault({ kind: "error", batch: probe + 2, number });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
      expect(stage.lines.infos).to.deep.equal([
        `the server asks for it to be sent again (${number}), in batch 2 of 3; the create script is run again from its beginning`,
      ]);
    });

  it("says what began it where the second run fails at what the first one made", async () => {
    fault({ kind: "reset", batch: probe + 2, when: "after", how: "close" });
    const error = await failureOf(stage.run("PRINT 'a'\nGO\nCREATE ROLE once"));
    expect(error.message).to.match(/^The create script failed .*batch 2 of 2/);
    expect(error.message).to.contain("Msg 15023");
    expect(error.message).to.contain(
      "The script had been begun again from its beginning, because of this:\nThe create script failed",
    );
    expect(error.message).to.contain("ECONNRESET");
  });

  it("by a pause is an error at once where no pause is waited for", async () => {
    fault({ kind: "paused", at: "batch" });
    const error = await failureOf(stage.run(script));
    expect(error).to.be.instanceOf(PoolUnreachable);
    expect(countOf(synapse, "login")).to.equal(1);
    expect(stage.clock.sleeps).to.deep.equal([]);
  });

  describe("in the middle of an answer that", () => {
    for (const how of malformations) {
      it(`cannot be read (${how}, at the login) is an error of its own, at once`, async () => {
        fault({ kind: "malformed", how });
        const error = await unreachable(stage.run(script, { fresh: true }));
        expect(error.trouble.code, error.message).to.equal("EMALFORMED");
        expect(stage.clock.sleeps).to.deep.equal([]);
      });

      it(`cannot be read (${how}, in a batch) is an error of its own, at once`, async () => {
        fault({ kind: "malformed", how, batch: probe + 2 });
        const error = await failureOf(stage.run(script));
        expect(error).to.be.instanceOf(BatchFailed);
        expect(error.message).to.contain("EMALFORMED: the server's answer cannot be read");
        expect(countOf(synapse, "login")).to.equal(1);
      });

      it(`cannot be read (${how}, in the probe) is an error of its own, at once`, async () => {
        fault({ kind: "malformed", how, batch: probe });
        const error = await unreachable(stage.run(script));
        expect(error.trouble.code, error.message).to.equal("EMALFORMED");
        expect(stage.clock.sleeps).to.deep.equal([]);
      });
    }

    it("breaks off at the login is waited out", async () => {
      fault({ kind: "malformed", how: "half-message" });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
    });

    it("breaks off in a batch begins the script again", async () => {
      fault({ kind: "malformed", how: "half-message", batch: probe + 2 });
      await stage.run(script);
      expect(roles()).to.deep.equal(names);
      expect(stage.lines.infos).to.deep.equal([again(2)]);
    });
  });

  it("is not taken for lost where the server only refuses a batch", async () => {
    const connection = await openConnection(loginTo(synapse), database, stage.lines);
    const { errors } = await connection.batch("SELECT 1/0", 5000);
    expect(errors.map(({ number }) => number)).to.deep.equal([8134]);
    expect((await connection.batch("PRINT 'still here'", 5000)).errors).to.deep.equal([]);
    await connection.close();
  });
});
