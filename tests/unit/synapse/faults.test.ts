import { expect } from "chai";
import type { Ending, Fault, Synapse } from "../../../sandbox/synapse";
import type { Malformation } from "../../../sandbox/synapse/wire/malformed";
import { batchMessage, loginMessage, prelogin, RawClient, rawLogin } from "./raw";
import { Client, HOST, loginError, POOL, renew, startWithPool, until } from "./support";

const LOGIN = (name: string): string => `CREATE LOGIN ${name} WITH PASSWORD = 'Syst3m!account'`;

describe("faults of the sandbox's Synapse", () => {
  let synapse: Synapse;
  const clients: Client[] = [];
  const connect = async (database = POOL): Promise<Client> => {
    const client = await Client.connect(synapse, { database });
    clients.push(client);
    return client;
  };
  const fault = (set: Fault | undefined, database = POOL): void => {
    synapse.setFault(HOST, database, set);
  };

  before(async () => {
    synapse = await startWithPool();
  });
  beforeEach(() => {
    renew(synapse);
    synapse.clearJournal();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  after(async () => {
    await synapse.close();
  });

  const atLogin: { name: string; set: Fault; number: number; text: string }[] = [
    {
      name: "paused",
      set: { kind: "paused", at: "login" },
      number: 42108,
      text: "Can not connect to the SQL pool since it is paused. Please resume the SQL pool and try again.",
    },
    {
      name: "warming",
      set: { kind: "warming", logins: 5 },
      number: 42109,
      text: "The SQL pool is warming up. Please try again.",
    },
    {
      name: "firewall",
      set: { kind: "firewall" },
      number: 40615,
      text: "Client with IP address '127.0.0.1' is not allowed to access the server.",
    },
    {
      name: "firewall with another address",
      set: { kind: "firewall", clientAddress: "203.0.113.9" },
      number: 40615,
      text: "Cannot open server 'claims' requested by the login. Client with IP address '203.0.113.9'",
    },
    {
      name: "unavailable",
      set: { kind: "unavailable" },
      number: 40613,
      text: "Database 'claims' on server 'claims' is not currently available.",
    },
  ];
  for (const { name, set, number, text } of atLogin) {
    it(`${name}: ${number} at login, for that database alone`, async () => {
      fault(set);
      const error = await loginError(synapse, {});
      expect(error.messages.map((message) => message.number)).to.deep.equal([number]);
      expect(error.message).to.contain(text);
      await connect("master");
      fault(undefined);
      await connect();
    });
  }

  it("paused at the batch: logins pass, batches do not", async () => {
    const client = await connect();
    fault({ kind: "paused", at: "batch" });
    const second = await connect();
    expect((await client.batch("SELECT 1")).numbers).to.deep.equal([42108]);
    expect((await second.batch("SELECT 1")).numbers).to.deep.equal([42108]);
    fault(undefined);
    expect(await client.values("SELECT 1")).to.deep.equal([1]);
  });

  it("warming for so many logins, then gone", async () => {
    fault({ kind: "warming", logins: 2 });
    for (let count = 0; count < 2; count += 1) {
      expect((await loginError(synapse, {})).messages[0]?.number).to.equal(42109);
    }
    await connect();
  });

  it("warming for so many batches", async () => {
    const client = await connect();
    fault({ kind: "warming", at: "batch", logins: 1 });
    expect((await client.batch("SELECT 1")).numbers).to.deep.equal([42109]);
    expect((await client.batch("SELECT 1")).numbers).to.deep.equal([]);
  });

  for (const how of ["reset", "fin", "close", "silence"] as const)
    it(`lost-login: ${how} for so many logins, and no more`, async () => {
      fault({ kind: "lost-login", how, logins: 2 });
      const lost = (): Promise<unknown> => loginError(synapse, { options: { connectTimeout: 2000 } });
      for (const error of await Promise.all([lost(), lost()]))
        expect(error).to.have.property("messages").that.deep.equals([]);
      await connect();
      expect(synapse.journal.map(({ kind }) => kind)).to.deep.equal([
        "login-failed",
        "login-failed",
        "login",
      ]);
    });

  for (const at of ["prelogin", "tls"] as const)
    for (const how of ["reset", "fin", "close", "silence"] as const)
      it(`lost-login: ${how} in place of ${at} for the next who connects`, async () => {
        fault({ kind: "lost-login", how, at, logins: 1 });
        const error = await loginError(synapse, { options: { connectTimeout: 500 } });
        expect([error.code, error.messages]).to.deep.equal([how === "silence" ? "ETIMEOUT" : "ESOCKET", []]);
        await connect();
        expect(synapse.journal.map(({ kind }) => kind)).to.deep.equal(["login"]);
      });

  it("warming for no seconds more", async () => {
    fault({ kind: "warming", seconds: 0 });
    await connect();
  });

  it("a wrong password is told before the pool's state", async () => {
    fault({ kind: "paused", at: "login" });
    expect((await loginError(synapse, { password: "wrong" })).messages[0]?.number).to.equal(18456);
  });

  const endings: readonly Ending[] = ["reset", "fin", "close"];
  /** How a connection ends, and the type of the TLS record that comes before that: 0x15 is its goodbye. */
  const endOf = (client: Client): Promise<{ end: "reset" | "orderly"; record: number | undefined }> =>
    new Promise((resolve) => {
      const { socket } = client.connection;
      if (socket === undefined) throw new Error("the client is not connected");
      let record: number | undefined;
      socket.on("data", (bytes: Buffer) => (record = bytes.readUInt8(0)));
      socket.once("error", () => {
        resolve({ end: "reset", record });
      });
      for (const event of ["end", "close"])
        socket.once(event, () => {
          resolve({ end: "orderly", record });
        });
    });
  const expectedEnd = { reset: "reset", fin: "orderly", close: "orderly" };

  const cuts: { when: "before" | "inside" | "after"; users: string[] }[] = [
    { when: "before", users: ["first"] },
    { when: "inside", users: ["first", "second"] },
    { when: "after", users: ["first", "second", "third"] },
  ];
  for (const how of endings)
    for (const { when, users } of cuts)
      it(`${how} ${when} batch 2`, async () => {
        const client = await connect();
        fault({ kind: "reset", batch: 2, when, how });
        expect((await client.batch("CREATE USER first WITHOUT LOGIN")).failure).to.equal(undefined);
        const seen = endOf(client);
        const broken = await client.batch(
          "CREATE USER second WITHOUT LOGIN; CREATE USER third WITHOUT LOGIN",
        );
        expect(broken.failure).to.be.instanceOf(Error);
        expect(broken.numbers).to.deep.equal([]);
        const { end, record } = await seen;
        expect(end).to.equal(expectedEnd[how]);
        if (when !== "inside") expect(record).to.equal(how === "close" ? 0x15 : undefined);
        expect(synapse.catalog(HOST, POOL).users.sort()).to.deep.equal([...users].sort());
        const next = await connect();
        expect((await next.batch("SELECT 1; SELECT 2")).numbers).to.deep.equal([]);
      });

  for (const how of endings)
    it(`${how} when batch 1 was answered`, async () => {
      const client = await connect();
      fault({ kind: "reset", batch: 1, when: "idle", how });
      const seen = endOf(client);
      expect(await client.values("SELECT 'answered'")).to.deep.equal(["answered"]);
      expect((await seen).end).to.equal(expectedEnd[how]);
      expect((await client.batch("SELECT 2")).failure).to.be.instanceOf(Error);
      expect(synapse.faultOf(HOST, POOL)).to.equal(undefined);
      await until(() => synapse.journal.some(({ kind }) => kind === "logout"));
    });

  const kills: { number: 596 | 4014 | 6005; severity: number }[] = [
    { number: 596, severity: 21 },
    { number: 4014, severity: 20 },
    { number: 6005, severity: 10 },
  ];
  for (const { number, severity } of kills)
    it(`kill: ${number} in place of batch 1, and the server closes`, async () => {
      const client = await connect();
      fault({ kind: "kill", batch: 1, number });
      const seen = endOf(client);
      const { errors, infos } = await client.batch("CREATE USER killed WITHOUT LOGIN");
      const said = severity > 10 ? errors : infos;
      expect(said.map((message) => [message.number, message.class])).to.deep.equal([[number, severity]]);
      expect(await seen).to.deep.equal({ end: "orderly", record: 0x15 });
      expect(synapse.catalog(HOST, POOL).users).to.deep.equal([]);
      await connect();
    });

  for (const number of [1205, 1222, 40197, 110802, 110806] as const)
    it(`error: ${number} in place of batch 1, which may be sent again`, async () => {
      const client = await connect();
      fault({ kind: "error", batch: 1, number });
      expect((await client.batch("CREATE USER again WITHOUT LOGIN")).numbers).to.deep.equal([number]);
      expect(synapse.catalog(HOST, POOL).users).to.deep.equal([]);
      expect((await client.batch("CREATE USER again WITHOUT LOGIN")).numbers).to.deep.equal([]);
    });

  it("error: 40501 ends the session, as its severity says", async () => {
    const client = await connect();
    fault({ kind: "error", batch: 1, number: 40501 });
    const seen = endOf(client);
    expect((await client.batch("SELECT 1")).numbers).to.deep.equal([40501]);
    expect(await seen).to.deep.equal({ end: "orderly", record: 0x15 });
  });

  const malformed: { how: Malformation; shows: (bytes: Buffer) => void }[] = [
    {
      how: "unknown-token",
      shows: (bytes) => {
        expect(bytes.toString("hex")).to.equal(`040100160000010042fd${"00".repeat(12)}`);
      },
    },
    {
      how: "bad-length",
      shows: (bytes) => {
        expect([bytes.readUInt16BE(2), bytes.readUInt8(8)]).to.deep.equal([bytes.length, 0xaa]);
        expect(bytes.readUInt16LE(9)).to.be.above(bytes.length);
      },
    },
    {
      how: "half-message",
      shows: (bytes) => {
        expect([bytes.readUInt8(0), bytes.readUInt8(1)]).to.deep.equal([4, 1]);
        expect(bytes.readUInt16BE(2)).to.be.above(bytes.length);
      },
    },
    {
      how: "garbage",
      shows: (bytes) => {
        expect(bytes.toString("latin1")).to.match(/^HTTP/);
      },
    },
  ];
  for (const { how, shows } of malformed) {
    it(`malformed: ${how} in place of the answer to batch 1, which does not run`, async () => {
      fault({ kind: "malformed", batch: 1, how });
      const { client } = await rawLogin(synapse);
      shows(await client.bytes(batchMessage("CREATE USER odd WITHOUT LOGIN")));
      if (how === "half-message") await client.ended();
      await client.close();
      expect(synapse.catalog(HOST, POOL).users).to.deep.equal([]);
      await connect();
    });

    it(`malformed: ${how} in place of the answer to the next login`, async () => {
      fault({ kind: "malformed", how });
      const client = RawClient.strict(synapse.port, synapse.certificateAuthority);
      await client.ask(prelogin(1));
      shows(await client.bytes(loginMessage()));
      if (how === "half-message") await client.ended();
      await client.close();
      await connect();
      const kinds = synapse.journal.map(({ kind }) => kind).filter((kind) => kind !== "logout");
      expect(kinds).to.deep.equal(["login-failed", "login"]);
    });
  }

  it("counts batches over all connections, not sessions' options and calls", async () => {
    const first = await connect();
    const second = await connect();
    fault({ kind: "deny", batch: 3 });
    await first.run("SELECT 1");
    await first.run("SET NOCOUNT OFF");
    await second.send((request) => {
      second.connection.execSql(request);
    }, "SELECT 1");
    await second.run("SELECT 2");
    expect((await first.batch("SELECT 3")).numbers).to.deep.equal([15247]);
    await first.run("SELECT 4");
  });

  it("deny with another number", async () => {
    const client = await connect();
    fault({ kind: "deny", batch: 1, number: 297 });
    const { numbers, rows } = await client.batch("SELECT 1");
    expect([numbers, rows]).to.deep.equal([[297], []]);
  });

  it("slow: prints, then waits until the client gives up", async () => {
    const client = await connect();
    fault({ kind: "slow" });
    const answer = await client.send((request) => {
      client.connection.once("infoMessage", () => client.connection.cancel());
      client.connection.execSqlBatch(request);
    }, "CREATE USER slow WITHOUT LOGIN");
    expect(answer.infos).to.have.length(1);
    expect(answer.failure).to.have.property("code", "ECANCEL");
    expect(synapse.catalog(HOST, POOL).users).to.deep.equal([]);
    fault(undefined);
    expect(await client.values("SELECT 1")).to.deep.equal([1]);
    expect(synapse.journal.filter(({ kind }) => kind === "attention")).to.have.length(1);
  });

  it("slow at one batch alone", async () => {
    const client = await connect();
    fault({ kind: "slow", batch: 2 });
    await client.run("SELECT 1");
    const answer = await client.send((request) => {
      client.connection.once("infoMessage", () => client.connection.cancel());
      client.connection.execSqlBatch(request);
    }, "SELECT 2");
    expect(answer.failure).to.have.property("code", "ECANCEL");
    await client.run("SELECT 3");
  });

  it("a client that leaves a slow batch frees it", async () => {
    const client = await connect();
    fault({ kind: "slow" });
    const answer = client.batch("SELECT 1");
    await new Promise<void>((resolve) =>
      client.connection.once("infoMessage", () => {
        resolve();
      }),
    );
    await client.close();
    expect((await answer).failure).to.be.instanceOf(Error);
  });

  it("drop-login-batch: the login is made, its answer lost", async () => {
    const client = await connect("master");
    fault({ kind: "drop-login-batch" }, "master");
    await client.run("SELECT 1");
    expect((await client.batch(`IF 1 = 1 BEGIN ${LOGIN("immuta")} END`)).failure).to.be.instanceOf(Error);
    expect(synapse.catalog(HOST, "master").logins).to.deep.equal(["immuta"]);
    const next = await connect("master");
    expect((await next.batch(LOGIN("immuta"))).numbers).to.deep.equal([15025]);
  });
});
