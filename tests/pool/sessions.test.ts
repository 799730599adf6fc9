import { expect } from "chai";
import { Interruption } from "../../provider/core/interruption";
import { serially } from "../../provider/core/serially";
import type { PoolConnection, Session } from "../../provider/sql/connect/connection";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { BatchFailed, PoolUnreachable } from "../../provider/sql/errors";
import { preflight } from "../../provider/sql/preflight";
import { runPhase } from "../../provider/sql/run";
import { splitBatches } from "../../provider/sql/script/split";
import { Sessions, type Use } from "../../provider/sql/sessions";
import type { Synapse } from "../../sandbox/synapse";
import {
  acts,
  actsWhenQuiet,
  administrator,
  countOf,
  database,
  failureOf,
  FakeClock,
  host,
  Lines,
  loginTo,
  seenByTrusting,
  startPool,
  unreachable,
  type Watch,
  watchHandles,
} from "./support";

describe("sessions that are handed on", () => {
  let synapse: Synapse;
  let sessions: Sessions;
  let watch: Watch;
  /** What an idle session waits for; a test lets it come. */
  let later: Set<() => void>;
  let interruption: Interruption;
  let lines: Lines;
  beforeEach(async () => {
    watch = await watchHandles();
    synapse = await startPool();
    later = new Set();
    interruption = new Interruption();
    lines = new Lines();
    sessions = new Sessions(interruption.stopped, (_milliseconds, act) => {
      later.add(act);
      return () => void later.delete(act);
    });
  });
  afterEach(async () => {
    await sessions.end();
    await synapse.close();
    await watch.expectNoneLeft();
  });

  const look = (where = database, login: Partial<PoolLogin> = {}): Promise<string[]> =>
    preflight(
      loginTo(synapse, { interruption, ...login }),
      { database: where, schema: "immuta", username: "immuta_system" },
      { reporter: lines, clock: new FakeClock(), sessions },
    );
  const phase = (where: string, script: string, login: Partial<PoolLogin> = {}): Promise<void> =>
    runPhase(
      loginTo(synapse, { interruption, ...login }),
      {
        phase: where === "master" ? "initial-create" : "create",
        database: where,
        batches: splitBatches(script),
        fresh: false,
        mask: (text) => text,
        sessions,
      },
      lines,
      new FakeClock(),
    );
  const guarded = (login: string): string =>
    `IF NOT EXISTS (SELECT 1 FROM sys.sql_logins WHERE name = '${login}')\n  CREATE LOGIN ${login} WITH PASSWORD = 'P4ss!word-of-it'`;
  const loginsTo = (where: string): number =>
    synapse.journal.filter(({ kind, database: at }) => kind === "login" && at === where).length;

  it("log in once to each database of a pool, and prove it before each use", async () => {
    await look();
    await phase("master", guarded("one"));
    await phase(database, "CREATE ROLE r1");
    expect(acts(synapse)).to.deep.equal([
      ...["login master", "master: SELECT", "master: SELECT"],
      ...["login claims", "claims: SELECT", "claims: SELECT"],
      ...["master: SELECT", "master: IF NOT EXISTS CREATE LOGIN"],
      ...["claims: SELECT", "claims: CREATE ROLE"],
    ]);
  });

  it("in master serve ten pools of one server that are made side by side: eleven logins", async () => {
    const pools = Array.from({ length: 10 }, (_, at) => `pool${at}`);
    for (const pool of pools) synapse.createPool(host, pool);
    await Promise.all(
      pools.map(async (pool) => {
        await look(pool);
        await serially("master", () => phase("master", guarded(`of_${pool}`)));
        await phase(pool, "CREATE ROLE r1");
      }),
    );
    expect(loginsTo("master")).to.equal(1);
    expect(countOf(synapse, "login")).to.equal(11);
    expect(synapse.catalog(host, "master").logins).to.include.members(pools.map((pool) => `of_${pool}`));
    expect(lines.warnings).to.have.length(20);
    expect(lines.infos).to.deep.equal([]);
  });

  it("begin as after their login: what a phase set is gone", async () => {
    await phase(database, "SET QUOTED_IDENTIFIER OFF\nGO\nCREATE ROLE r1\nGO\nBEGIN TRANSACTION");
    await phase(database, 'CREATE ROLE "r2"');
    expect(loginsTo(database)).to.equal(1);
    expect(synapse.catalog(host, database).roles).to.deep.equal(["r1", "r2"]);
  });

  it("are opened anew where the server ended them while they were idle, which is no failed batch", async () => {
    await look();
    synapse.dropPool(host, database);
    synapse.createPool(host, database);
    await phase(database, "CREATE ROLE r1");
    expect(lines.infos).to.deep.equal([]);
    expect(loginsTo(database)).to.equal(2);
    expect(synapse.catalog(host, database).roles).to.deep.equal(["r1"]);
  });

  for (const at of ["login", "batch"] as const)
    it(`do not pass over a pool that pauses meanwhile (${at}): nothing is done, and it is told as at a login`, async () => {
      await look();
      if (at === "login") {
        // It ends the sessions when it pauses.
        synapse.dropPool(host, database);
        synapse.createPool(host, database);
      }
      synapse.setFault(host, database, { kind: "paused", at });
      const error = await unreachable(phase(database, "CREATE ROLE r1"));
      expect(error.trouble.number).to.equal(42108);
      expect(error.outcome).to.equal("not sent");
      expect(synapse.catalog(host, database).roles).to.deep.equal([]);
    });

  it("that broke in a batch, or in which one failed, are not handed on", async () => {
    synapse.setFault(host, database, { kind: "reset", batch: 2, when: "after" });
    await phase(
      database,
      "IF NOT EXISTS (SELECT 1 FROM sys.database_principals WHERE name = 'r1') CREATE ROLE r1",
    );
    expect(loginsTo(database)).to.equal(2);
    expect(await failureOf(phase(database, "CREATE ROLE r1"))).to.be.instanceOf(BatchFailed);
    expect(loginsTo(database)).to.equal(2);
    await phase(database, "CREATE ROLE r2");
    expect(loginsTo(database)).to.equal(3);
  });

  it("serve nobody who logs in otherwise: another password proves itself", async () => {
    await look();
    const others: Partial<PoolLogin>[] = [
      { authentication: { type: "sql", ...administrator, password: "another" } },
      { authentication: { type: "sql", ...administrator, username: "another" } },
      { port: 1434 },
      { route: { server: "localhost", port: synapse.port } },
      { applicationName: "another" },
      { encrypt: "strict" },
      { trustServerCertificate: false },
    ];
    for (const other of others) {
      const before = synapse.journal.filter(({ kind }) => kind.startsWith("login")).length;
      const attempts: string[] = [];
      const take = sessions.take(loginTo(synapse, other), database, "look", lines, () => {
        attempts.push("opened");
        return Promise.reject(new PoolUnreachable("tried", { message: "tried" }));
      });
      expect((await failureOf(take)).message, JSON.stringify(other)).to.equal("tried");
      expect(attempts).to.deep.equal(["opened"]);
      expect(synapse.journal.filter(({ kind }) => kind.startsWith("login"))).to.have.length(before);
    }
    const refused = await unreachable(
      phase(database, "CREATE ROLE r1", {
        authentication: { type: "sql", ...administrator, password: "another" },
      }),
    );
    expect(refused.trouble.number).to.equal(18456);
  });

  it("end when nobody uses them for a while", async () => {
    await look();
    expect(countOf(synapse, "logout")).to.equal(0);
    expect(later.size).to.equal(2);
    for (const act of [...later]) act();
    expect((await actsWhenQuiet(synapse)).filter((act) => act.startsWith("logout"))).to.have.length(2);
    await phase(database, "CREATE ROLE r1");
    expect(loginsTo(database)).to.equal(2);
  });

  it("end at once when the work is told to stop, and nothing is kept from then on", async () => {
    await look();
    const inUse = await sessions.take(loginTo(synapse), database, "phase", lines, () =>
      expect.fail("a login"),
    );
    interruption.stop("a test says so");
    await turnsUntil(() => countOf(synapse, "logout") === 1);
    expect(acts(synapse).at(-1)).to.equal("logout master");
    await inUse.close();
    await actsWhenQuiet(synapse);
    expect(later.size).to.equal(0);
    expect((await failureOf(look())).message).to.contain("a test says so");
    expect(countOf(synapse, "login")).to.equal(2);
  });

  for (const encrypt of ["mandatory", "strict"] as const)
    it(`keep no process alive while they are idle (${encrypt})`, async () => {
      const { rows, error } = await seenByTrusting(synapse, encrypt, "park");
      expect(error).to.equal(undefined);
      expect(rows).to.deep.equal([{ name: database }]);
    });
});

describe("who waits for a session", () => {
  const login = loginTo({ address: "127.0.0.1", port: 1 });
  const lines = new Lines();
  let opened: number;
  let sessions: Sessions;
  beforeEach(() => {
    opened = 0;
    sessions = new Sessions(undefined, () => () => undefined);
  });
  const outcome = { errors: [], rows: [] };
  const session = (given: Partial<Session> = {}): Session => ({
    node: undefined,
    batch: () => Promise.resolve(outcome),
    close: () => Promise.resolve(),
    park: () => undefined,
    renew: () => Promise.resolve(true),
    ...given,
  });
  const take = (
    use: Use,
    open = (): Promise<Session> => Promise.resolve(session()),
  ): Promise<PoolConnection> =>
    sessions.take(login, "master", use, lines, () => {
      opened++;
      return open();
    });

  it("is a phase for looks, and nobody for a phase", async () => {
    const look = await take("look");
    const phase = take("phase");
    await turns();
    expect(opened).to.equal(1);
    const beside = await take("look");
    expect(opened).to.equal(2);
    await look.close();
    await (await phase).close();
    await beside.close();
    await take("look");
    await take("look");
    expect(opened).to.equal(2);
  });

  it("is a tenth look for nine others, and not an eleventh", async () => {
    const first = await take("look");
    const waiting = Array.from({ length: 9 }, () => take("look"));
    await take("look");
    expect(opened).to.equal(2);
    await first.close();
    for (const one of waiting) await (await one).close();
    expect(opened).to.equal(2);
  });

  it("learns with the others that the login failed, each in an error of his own", async () => {
    const trouble = { number: 42109, message: "warming" };
    const failing = Array.from({ length: 3 }, () =>
      take("look", () => Promise.reject(new PoolUnreachable("warming up", trouble))).catch(
        (error: unknown) => error,
      ),
    );
    const errors = await Promise.all(failing);
    expect(opened).to.equal(1);
    expect(new Set(errors).size).to.equal(3);
    for (const error of errors) {
      expect(error)
        .to.be.instanceOf(PoolUnreachable)
        .and.to.include({ message: "warming up", outcome: "not sent" });
      expect(error).to.have.property("trouble", trouble);
    }
    await take("look");
    expect(opened).to.equal(2);
  });

  it("does not go on waiting where the session broke: each logs in beside the others", async () => {
    const broken = session({
      batch: () => Promise.resolve({ rows: [], errors: [{ number: 0, line: 0, message: "lost" }] }),
    });
    const first = await take("look", () => Promise.resolve(broken));
    const waiting = [take("look"), take("look")];
    await first.batch("SELECT 1", 1);
    await first.close();
    await Promise.all(waiting);
    expect(opened).to.equal(3);
  });
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function turnsUntil(so: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !so(); turn++) await new Promise((resolve) => setImmediate(resolve));
}
