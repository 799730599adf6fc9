import { expect } from "chai";
import fc from "fast-check";
import { sendBatch } from "../../provider/sql/batch";
import { openConnection } from "../../provider/sql/connect/connection";
import { BatchFailed, PoolUnreachable } from "../../provider/sql/errors";
import { Line } from "../../provider/sql/connect/line";
import { OneSession } from "../../provider/sql/connect/one-session";
import { settingsFor } from "../../provider/sql/connect/settings";
import type { Synapse } from "../../sandbox/synapse";
import {
  countOf,
  database,
  failureOf,
  host,
  loginTo,
  type Stage,
  stageOn,
  startPool,
  type Watch,
  watchHandles,
} from "./support";

const guarded = (name: string): string =>
  `IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = '${name}')\n  CREATE ROLE ${name}\n` +
  `IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = '${name}_x')\n  CREATE ROLE ${name}_x`;
const names = ["r1", "r2", "r3", "r4", "r5", "r6"];
const script = names.map(guarded).join("\nGO\n");

describe("a connection that breaks", () => {
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

  const roles = (): string[] => synapse.catalog(host, database).roles;
  const everything = names.flatMap((name) => [name, `${name}_x`]).sort();
  const reset = (batch: number, when: "before" | "inside" | "after"): void => {
    // Batch 1 of the session is the one that proves the database.
    synapse.setFault(host, database, { kind: "reset", batch: batch + 1, when });
  };

  it("begins the phase again, whatever batch it breaks and when", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: names.length }),
        fc.constantFrom("before" as const, "inside" as const, "after" as const),
        async (batch, when) => {
          const pool = `pool${batch}${when}`;
          const own = stageOn(synapse);
          if (synapse.journal.some((entry) => entry.database === pool)) return;
          synapse.createPool(host, pool);
          synapse.setFault(host, pool, { kind: "reset", batch: batch + 1, when });
          await own.run(script, { database: pool });
          expect([...synapse.catalog(host, pool).roles].sort()).to.deep.equal(everything);
          expect(own.lines.infos).to.deep.equal([
            `the connection broke in batch ${batch} of 6; the create script is run again from its beginning`,
          ]);
          const sent = synapse.journal.filter(
            (entry) => entry.database === pool && entry.statement?.startsWith("IF"),
          );
          expect(sent).to.have.length(batch + 6);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("inside the batch that proves the database is waited out", async () => {
    reset(0, "before");
    await stage.run(script);
    expect(stage.lines.infos[0]).to.contain("the endpoint does not answer (ECONNRESET)");
    expect([...roles()].sort()).to.deep.equal(everything);
  });

  it("between two batches is noticed: the session is not replaced by another", async () => {
    const counts: number[] = [];
    stage.lines.onInfo = (line) => {
      counts.push(countOf(synapse, "login"));
      // The pool's own message, at the end of the second batch: the session is cut when the answer has gone out.
      if (line === "the pool says: cut me" && counts.length === 1) cut = true;
    };
    let cut = false;
    const original = stage.lines.debug.bind(stage.lines);
    stage.lines.debug = (line) => {
      original(line);
      if (!cut) return;
      cut = false;
      // Drops every session of the pool, between one batch and the next.
      synapse.dropPool(host, database);
      synapse.createPool(host, database);
    };
    await stage.run(`${guarded("r1")}\nGO\nPRINT 'cut me'\nGO\n${guarded("r2")}`);
    expect([...roles()].sort()).to.deep.equal(["r1", "r1_x", "r2", "r2_x"]);
    expect(stage.lines.infos).to.deep.equal([
      "the pool says: cut me",
      "the connection broke in batch 3 of 3; the create script is run again from its beginning",
      "the pool says: cut me",
    ]);
  });

  it("between two batches is not mended behind the back of who uses it", async () => {
    const connection = await openConnection(loginTo(synapse), database, stage.lines);
    expect((await connection.batch("CREATE ROLE mine", 1000)).errors).to.deep.equal([]);
    synapse.dropPool(host, database);
    synapse.createPool(host, database);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { errors } = await connection.batch("CREATE ROLE lost", 1000);
    expect(errors).to.deep.equal([
      {
        number: 0,
        code: "ECONNCLOSED",
        line: 0,
        message: errors[0]?.message,
      },
    ]);
    expect(errors[0]?.message).to.contain("the connection was lost between two batches");
    expect(roles()).to.deep.equal([]);
    expect(countOf(synapse, "login")).to.equal(1);
    await connection.close();
    await connection.close();
  });

  it("between the login and the first batch is seen before a batch is sent", async () => {
    const line = new Line({ server: "127.0.0.1", port: synapse.port }, 1000);
    const session = new OneSession(
      settingsFor(loginTo(synapse), database, line.dial, (connection) => {
        line.attach(connection);
      }),
    );
    session.on("error", () => undefined);
    await session.connect();
    line.loggedIn();
    synapse.dropPool(host, database);
    synapse.createPool(host, database);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { errors } = await sendBatch(session, "CREATE ROLE lost", 1000);
    expect(errors.map(({ code }) => code)).to.deep.equal(["ECONNCLOSED"]);
    expect(countOf(synapse, "login")).to.equal(1);
    await session.close();
  });

  it("again and again ends the phase at the third time", async () => {
    stage.lines.onInfo = () => {
      reset(2, "before");
    };
    reset(2, "before");
    const error = await failureOf(stage.run(script));
    expect(error).to.be.instanceOf(BatchFailed);
    expect(error.message).to.match(/batch 2 of 6 \(script line 6, IF NOT EXISTS …\):\n {2}- ECONNRESET: /);
    expect(stage.lines.infos).to.have.length(2);
    expect(countOf(synapse, "login")).to.equal(3);
    expect(stage.clock.sleeps).to.have.length(2);
  });

  describe("in a phase that is not repeatable", () => {
    it("begins it again where no batch was sent", async () => {
      reset(0, "before");
      await stage.run("CREATE ROLE plain", {}, {}, false);
      expect(roles()).to.deep.equal(["plain"]);
    });

    it("ends it where one may have been carried out", async () => {
      reset(1, "after");
      const error = await failureOf(stage.run("CREATE ROLE plain", {}, {}, false));
      expect(error.message).to.contain("ECONNRESET");
      expect(error.message).to.contain("The batch may have been carried out");
      expect(roles()).to.deep.equal(["plain"]);
    });
  });

  it("tells a pool that was never reached from one that was lost half way", async () => {
    synapse.setFault(host, database, { kind: "paused", at: "login" });
    const before = await failureOf(stage.run(script));
    expect(before).to.be.instanceOf(PoolUnreachable).and.to.have.property("outcome", "not sent");
    reset(3, "inside");
    stage.lines.onInfo = () => {
      synapse.setFault(host, database, { kind: "paused", at: "login" });
    };
    const after = await failureOf(stage.run(script));
    expect(after).to.be.instanceOf(PoolUnreachable).and.to.have.property("outcome", "refused");
  });
});
