import { expect } from "chai";
import { Request, TYPES } from "tedious";
import type { Synapse } from "../../../sandbox/synapse";
import { Client, HOST, startWithPool, type Answer, type ClientOptions } from "./support";

describe("requests to the sandbox's Synapse", () => {
  let synapse: Synapse;
  const clients: Client[] = [];
  const connect = async (given: ClientOptions = {}): Promise<Client> => {
    const client = await Client.connect(synapse, given);
    clients.push(client);
    return client;
  };

  before(async () => {
    synapse = await startWithPool();
  });
  after(async () => {
    await synapse.close();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  for (const packetSize of [512, 4096, 32_767]) {
    it(`pass packets of ${packetSize} bytes both ways`, async () => {
      const client = await connect({ options: { packetSize } });
      const long = "x".repeat(100_000);
      expect(await client.values(`SELECT CAST(N'${long}' AS nvarchar(max)) /* ${long} */`)).to.deep.equal([
        long,
      ]);
    });
  }

  for (const [packetSize, encrypt] of [
    [512, true],
    [513, true],
    [512, "strict"],
  ] as const) {
    it(`send no packet of more than ${packetSize} bytes to a client that asks for such, the login's neither (encrypt: ${encrypt})`, async () => {
      const lengths: number[] = [];
      let received = false;
      // One line names the direction, the next one is the packet's header.
      const onPacket = (text: string): void => {
        const [, length] = /length:0x([0-9a-f]+)/i.exec(text) ?? [];
        if (length !== undefined && received) lengths.push(Number.parseInt(length, 16));
        received = text === "Received";
      };
      // The answer to a login names the database twice: with a long name it does not go into one packet.
      const database = `long_${packetSize}_${encrypt}_`.padEnd(128, "x");
      synapse.createPool(HOST, database);
      const options = { packetSize, encrypt, serverName: "localhost" };
      const client = await connect({ database, onPacket, options });
      expect(lengths.length).to.be.greaterThan(2);
      expect(await client.values(`SELECT '${"x".repeat(2000)}'`)).to.have.length(1);
      expect(Math.max(...lengths)).to.be.most(packetSize);
    });
  }

  it("bring many rows", async () => {
    const client = await connect();
    const digits = "(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))";
    const { rows, rowCounts } = await client.batch(
      `SELECT a.n + 10 * b.n + 100 * c.n AS n, N'row' AS t FROM ${digits} AS a (n), ${digits} AS b (n), ${digits} AS c (n) ORDER BY n`,
    );
    expect(rows).to.have.length(1000);
    expect(rows[999]).to.deep.equal([999, "row"]);
    expect(rowCounts).to.deep.equal([1000]);
  });

  it("report each statement's count, and none under NOCOUNT", async () => {
    const client = await connect();
    const statements =
      "INSERT INTO counted SELECT principal_id FROM sys.schemas WHERE name IN ('dbo', 'guest'); UPDATE counted SET a = 3; SELECT a FROM counted; DELETE counted";
    await client.run("CREATE TABLE counted (a int)");
    expect((await client.batch(statements)).rowCounts).to.deep.equal([2, 2, 2, 2]);
    expect((await client.batch(`SET NOCOUNT ON; ${statements}`)).rowCounts).to.deep.equal([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("take sp_executesql with parameters of many types", async () => {
    const client = await connect();
    const { rows, returnStatus } = await client.send(
      (request) => {
        client.connection.execSql(request);
      },
      "SELECT @i, @big, @s, @long, @b, @f, @d, @t, @g, @bin, @n",
      (request) => {
        request.addParameter("i", TYPES.Int, -5);
        request.addParameter("big", TYPES.BigInt, "9007199254740993");
        request.addParameter("s", TYPES.NVarChar, "ünï");
        request.addParameter("long", TYPES.NVarChar, "y".repeat(9000));
        request.addParameter("b", TYPES.Bit, true);
        request.addParameter("f", TYPES.Float, 1.25);
        request.addParameter("d", TYPES.Decimal, 12.34, { precision: 10, scale: 2 });
        request.addParameter("t", TYPES.DateTime2, new Date("2024-02-29T12:34:56.789Z"));
        request.addParameter("g", TYPES.UniqueIdentifier, "01234567-89AB-CDEF-0123-456789ABCDEF");
        request.addParameter("bin", TYPES.VarBinary, Buffer.from([1, 2, 255]));
        request.addParameter("n", TYPES.NVarChar, null);
      },
    );
    expect(rows).to.deep.equal([
      [
        -5,
        "9007199254740993",
        "ünï",
        "y".repeat(9000),
        true,
        1.25,
        12.34,
        new Date("2024-02-29T12:34:56.789Z"),
        "01234567-89AB-CDEF-0123-456789ABCDEF",
        Buffer.from([1, 2, 255]),
        null,
      ],
    ]);
    expect(returnStatus).to.equal(0);
  });

  it("call procedures by name, with output values and status", async () => {
    const client = await connect();
    await client.run(
      "CREATE PROCEDURE dbo.twice @a int, @b int OUTPUT AS BEGIN SET @b = @a * 2; RETURN 3 END",
    );
    const returned: [string, unknown][] = [];
    const answer = await client.send(
      (request) => {
        client.connection.callProcedure(request);
      },
      "[dbo].[twice]",
      (request) => {
        request.addParameter("a", TYPES.Int, 21);
        request.addOutputParameter("b", TYPES.Int);
        request.on("returnValue", (name: string, value: unknown) => returned.push([name, value]));
      },
    );
    expect(answer.numbers).to.deep.equal([]);
    expect(returned).to.deep.equal([["b", 42]]);
    expect(answer.returnStatus).to.equal(3);
    const missing = await client.send((request) => {
      client.connection.callProcedure(request);
    }, "dbo.nothing");
    expect(missing.numbers).to.deep.equal([2812]);
  });

  it("prepare and execute", async () => {
    const client = await connect();
    const rows: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      const request = new Request("SELECT @a + 1", (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
      request.addParameter("a", TYPES.Int);
      request.on("row", (row: { value: unknown }[]) => rows.push(row[0]?.value));
      request.on("prepared", () => {
        client.connection.execute(request, { a: 4 });
      });
      client.connection.prepare(request);
    });
    expect(rows).to.deep.equal([5]);
  });

  /** Calls a procedure by its name, as drivers do by its number; parameters stand by position. */
  const call = async (
    client: Client,
    procedure: string,
    parameters: readonly unknown[],
  ): Promise<{ answer: Answer; handle: unknown }> => {
    let handle: unknown;
    const answer = await client.send(
      (request) => {
        client.connection.callProcedure(request);
      },
      procedure,
      (request) => {
        const [first, ...rest] = parameters;
        const output = procedure === "sp_prepare" || procedure === "sp_prepexec";
        if (output) request.addOutputParameter("", TYPES.Int, first);
        else request.addParameter("", TYPES.Int, first);
        for (const value of rest)
          request.addParameter("", typeof value === "number" ? TYPES.Int : TYPES.NVarChar, value);
        request.on("returnValue", (_name: string, value: unknown) => (handle = value));
      },
    );
    return { answer, handle };
  };

  it("prepare and execute in one call, as JDBC and ODBC do, and again by the handle", async () => {
    const client = await connect();
    const first = await call(client, "sp_prepexec", [
      null,
      "@P0 int,@P1 nvarchar(10)",
      "SELECT @P0, @P1",
      4,
      "a",
    ]);
    expect(first.answer.rows).to.deep.equal([[4, "a"]]);
    expect(first.answer.returnStatus).to.equal(0);
    expect(first.handle).to.equal(1);
    expect((await call(client, "sp_execute", [1, 5, "b"])).answer.rows).to.deep.equal([[5, "b"]]);
    expect(await client.values("EXEC sp_execute 1, 6, N'c'")).to.deep.equal([6]);
    const calls = synapse.journal.filter(({ kind }) => kind === "rpc").slice(-2);
    expect(calls.map(({ statement }) => statement)).to.deep.equal(["SELECT", "EXECUTE"]);
  });

  it("give each prepared statement a handle of its own, also where one was given back", async () => {
    const client = await connect();
    const prepare = async (text: string): Promise<unknown> =>
      (await call(client, "sp_prepare", [null, null, text, 1])).handle;
    expect([await prepare("SELECT 1"), await prepare("SELECT 2")]).to.deep.equal([1, 2]);
    expect((await call(client, "sp_unprepare", [1])).answer.numbers).to.deep.equal([]);
    expect(await prepare("SELECT 3")).to.equal(3);
    expect((await call(client, "sp_execute", [2])).answer.rows).to.deep.equal([[2]]);
    // JDBC gives statements back in a batch of text.
    expect((await client.batch("EXEC sp_unprepare 2;EXEC sp_unprepare 3;")).numbers).to.deep.equal([]);
    const gone = await call(client, "sp_execute", [3]);
    expect(
      gone.answer.errors.map(({ number, message, class: level }) => ({ number, message, level })),
    ).to.deep.equal([
      { number: 8179, message: "Could not find prepared statement with handle 3.", level: 16 },
    ]);
    expect(gone.answer.returnStatus).to.equal(8179);
  });

  it("put the new statement in the place of the one whose handle is given in", async () => {
    const client = await connect();
    await call(client, "sp_prepexec", [null, null, "SELECT 1"]);
    const again = await call(client, "sp_prepexec", [1, null, "SELECT 2"]);
    expect([again.answer.rows, again.handle]).to.deep.equal([[[2]], 2]);
    expect((await call(client, "sp_execute", [1])).answer.numbers).to.deep.equal([8179]);
  });

  it("keep the handle of a statement that was prepared and failed, none of what cannot be read", async () => {
    const client = await connect();
    const failed = await call(client, "sp_prepexec", [null, "@P0 int", "SELECT 1 / @P0", 0]);
    expect([failed.answer.numbers, failed.handle]).to.deep.equal([[8134], 1]);
    expect((await call(client, "sp_execute", [1, 1])).answer.rows).to.deep.equal([[1]]);
    const unread = await call(client, "sp_prepexec", [null, null, "SELECT FROM"]);
    expect(unread.answer.numbers).to.have.length(1);
    expect(unread.handle).to.equal(undefined);
  });

  it("know no handle of another session, nor of before a reset", async () => {
    const [client, other] = [await connect(), await connect()];
    await call(client, "sp_prepexec", [null, null, "SELECT 1"]);
    expect((await call(other, "sp_execute", [1])).answer.numbers).to.deep.equal([8179]);
    expect((await call(other, "sp_unprepare", [1])).answer.numbers).to.deep.equal([8179]);
    await new Promise<void>((resolve) => {
      client.connection.reset(() => {
        resolve();
      });
    });
    expect((await call(client, "sp_execute", [1])).answer.numbers).to.deep.equal([8179]);
  });

  it("carry out the transaction requests of clients", async () => {
    const client = await connect();
    await client.run("CREATE TABLE kept (a int)");
    const step = async (run: (done: (error?: Error | null) => void) => void): Promise<void> =>
      new Promise((resolve, reject) => {
        run((error) => {
          if (error instanceof Error) reject(error);
          else resolve();
        });
      });
    await step((done) => {
      client.connection.beginTransaction(done);
    });
    await client.run("INSERT INTO kept VALUES (1)");
    expect((await client.batch("CREATE TABLE more (a int)")).numbers).to.deep.equal([111212]);
    await step((done) => {
      client.connection.rollbackTransaction(done);
    });
    await step((done) => {
      client.connection.beginTransaction(done);
    });
    await client.run("INSERT INTO kept VALUES (2)");
    await step((done) => {
      client.connection.commitTransaction(done);
    });
    expect(await client.values("SELECT a FROM kept")).to.deep.equal([2]);
  });

  it("reset the session when the client asks", async () => {
    const client = await connect();
    await client.run("EXEC sp_set_session_context 'k', 'v'", "SET XACT_ABORT ON");
    await new Promise<void>((resolve, reject) => {
      client.connection.reset((error) => {
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
    const { rows, infos } = await client.batch("DROP USER nobody; PRINT 'on'; SELECT SESSION_CONTEXT('k')");
    expect(rows).to.deep.equal([[null]]);
    expect(infos.map(({ message }) => message)).to.deep.equal(["on"]);
  });

  it("give a lost connection's transaction up", async () => {
    const client = await connect();
    await client.run("CREATE TABLE undone (a int)", "BEGIN TRANSACTION", "INSERT INTO undone VALUES (1)");
    await client.close();
    const next = await connect();
    expect(await next.values("SELECT COUNT(*) FROM undone")).to.deep.equal([0]);
  });
});
