import { expect } from "chai";
import fc from "fast-check";
import { openConnection } from "../../provider/sql/connect/connection";
import type { PropertyMap } from "../../provider/core/property-map";
import type { Fault } from "../../sandbox/synapse";
import { failure, Life, type Servers, startServers } from "../assumptions/support";
import { Lines, loginTo, type Watch, watchHandles } from "./support";

/** The whole provider against Immuta and a pool over the wire; what is broken is the pool. */
describe("an operation whose scripts fail half way", () => {
  let servers: Servers;
  let handles: Watch;
  before(async () => {
    handles = await watchHandles();
    servers = await startServers();
  });
  after(async () => {
    await servers.close();
    await handles.expectNoneLeft();
  });

  const impersonation = { enabled: true, role: "IMMUTA_IMPERSONATION" };
  const operations: Record<string, { before?: PropertyMap; up: PropertyMap; databases: string[] }> = {
    create: { up: { impersonation }, databases: ["master", "claims"] },
    "switch impersonation on": { before: {}, up: { impersonation }, databases: ["claims"] },
    "change delimiters": {
      before: { impersonation },
      up: { metadataDelimiters: { hashDelimiter: "#", hashKeyDelimiter: "-", arrayDelimiter: "," } },
      databases: ["claims"],
    },
    "change the account": {
      before: { impersonation },
      up: { username: "successor", password: "N3w'Passw0rd" },
      databases: ["master", "claims"],
    },
  };

  interface End {
    pool: unknown;
    master: unknown;
    rows: Record<string, number>;
    atImmuta: PropertyMap | undefined;
  }

  /** Everything the scripts are about: both catalogs, how many rows each table has, and what Immuta knows. */
  async function endOf(life: Life): Promise<End> {
    const { synapse } = servers;
    const pool = synapse.catalog(life.host, life.database);
    const rows: Record<string, number> = {};
    const connection = await openConnection(
      loginTo(synapse, {
        host: life.host,
        authentication: { type: "sql", username: "sqladmin", password: "Adm1n]istr'ator" },
      }),
      life.database,
      new Lines(),
    );
    for (const { schema, name } of pool.objects.filter(({ type }) => type === "U")) {
      const { rows: counted } = await connection.batch(
        `SELECT COUNT(*) AS n FROM [${schema}].[${name}]`,
        5000,
      );
      rows[`${schema}.${name}`] = Number(counted[0]?.["n"]);
    }
    await connection.close();
    return { pool, master: synapse.catalog(life.host, "master"), rows, atImmuta: life.atImmuta };
  }

  async function readyFor(operation: string): Promise<Life> {
    const life = new Life(servers, "manual");
    const first = operations[operation]?.before;
    if (first !== undefined) await life.up(first);
    return life;
  }

  /** How it ends where nothing is broken, and how many batches of the provider each database gets. */
  const undisturbed = new Map<string, Promise<{ end: End; batches: Record<string, number> }>>();
  function undisturbedRun(operation: string): Promise<{ end: End; batches: Record<string, number> }> {
    const known = undisturbed.get(operation);
    if (known !== undefined) return known;
    const made = (async () => {
      const life = await readyFor(operation);
      await life.up(operations[operation]?.up);
      const batches: Record<string, number> = {};
      for (const { kind, database, applicationName } of servers.synapse.journal)
        if (kind === "batch" && applicationName === "pulumi-immuta/test")
          batches[database] = (batches[database] ?? 0) + 1;
      return { end: await endOf(life), batches };
    })();
    undisturbed.set(operation, made);
    return made;
  }

  /** A random operation, database of it and place in its scripts; the batch that proves the database is one of them. */
  const place = fc.record({
    operation: fc.constantFrom(...Object.keys(operations)),
    database: fc.nat(),
    batch: fc.nat(),
  });
  async function placed(random: { operation: string; database: number; batch: number }): Promise<{
    operation: string;
    database: string;
    batch: number;
    end: End;
  }> {
    const { operation } = random;
    const { end, batches } = await undisturbedRun(operation);
    const databases = operations[operation]?.databases ?? [];
    const database = databases[random.database % databases.length] ?? "";
    const batch = 1 + (random.batch % (batches[database] ?? 1));
    return { operation, database, batch, end };
  }
  const once = (life: Life, database: string, fault: Fault): void => {
    servers.synapse.setFault(life.host, database, fault);
  };

  it("ends as if nothing had been, where the connection broke", async function () {
    this.timeout(60_000);
    const moment = fc.constantFrom("before" as const, "inside" as const, "after" as const);
    await fc.assert(
      fc.asyncProperty(place, moment, async (random, when) => {
        const { operation, database, batch, end } = await placed(random);
        const life = await readyFor(operation);
        once(life, database, { kind: "reset", batch, when });
        await life.up(operations[operation]?.up);
        expect(life.told.join("\n")).to.match(/the connection broke|the endpoint does not answer/);
        expect(await endOf(life)).to.deep.equal(end);
        expect(life.differs).to.equal(false);
      }),
      { numRuns: 12 },
    );
  });

  it("ends as if nothing had been, where up is run again after a batch was refused", async function () {
    this.timeout(60_000);
    const keep = fc.constantFrom("undo", "keep");
    await fc.assert(
      fc.asyncProperty(place, keep, async (random, onCreateFailure) => {
        const { operation, database, batch, end } = await placed(random);
        const life = await readyFor(operation);
        const settings = operation === "create" && onCreateFailure === "keep" ? { onCreateFailure } : {};
        const was = operation === "create" ? undefined : await endOf(life);
        once(life, database, { kind: "deny", batch });
        const message = await failure(life.up({ ...operations[operation]?.up, ...settings }));
        expect(message).to.contain("15247");
        if (was !== undefined) expect(life.atImmuta).to.deep.equal(was.atImmuta);
        if (operation === "create" && !("onCreateFailure" in settings))
          expect(life.leftInPool).to.deep.equal([]);
        await life.up();
        expect(await endOf(life)).to.deep.equal(end);
        expect(life.differs).to.equal(false);
      }),
      { numRuns: 12 },
    );
  });

  it("ends as if nothing had been, where the pool went away for good and up is run again when it is back", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(place, async (random) => {
        const { operation, database, batch, end } = await placed(random);
        const life = await readyFor(operation);
        once(life, database, { kind: "reset", batch, when: "inside" });
        // When the connection has broken, the pool is found paused: no undoing reaches it either.
        const tell = life.told.push.bind(life.told);
        life.told.push = (line) => {
          if (/connection broke|does not answer/.test(line))
            once(life, database, { kind: "paused", at: "login" });
          return tell(line);
        };
        const message = await failure(life.up(operations[operation]?.up));
        expect(message).to.contain("42108");
        servers.synapse.setFault(life.host, database, undefined);
        await life.up();
        expect(await endOf(life)).to.deep.equal(end);
        expect(life.differs).to.equal(false);
      }),
      { numRuns: 8 },
    );
  });
});
