import { expect } from "chai";
import type { Fault, Synapse } from "../../../sandbox/synapse";
import { Client, HOST, loginError, POOL, renew, startWithPool } from "./support";

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

  for (const how of ["reset", "silence"] as const)
    it(`lost-login: ${how} for so many logins, and no more`, async () => {
      fault({ kind: "lost-login", how, logins: 2 });
      for (let count = 0; count < 2; count += 1)
        expect((await loginError(synapse, { options: { connectTimeout: 2000 } })).messages).to.deep.equal([]);
      await connect();
      expect(synapse.journal.map(({ kind }) => kind)).to.deep.equal([
        "login-failed",
        "login-failed",
        "login",
      ]);
    });

  it("warming for no seconds more", async () => {
    fault({ kind: "warming", seconds: 0 });
    await connect();
  });

  it("a wrong password is told before the pool's state", async () => {
    fault({ kind: "paused", at: "login" });
    expect((await loginError(synapse, { password: "wrong" })).messages[0]?.number).to.equal(18456);
  });

  const resets: { when: "before" | "inside" | "after"; users: string[] }[] = [
    { when: "before", users: ["first"] },
    { when: "inside", users: ["first", "second"] },
    { when: "after", users: ["first", "second", "third"] },
  ];
  for (const { when, users } of resets) {
    it(`reset ${when} batch 2`, async () => {
      const client = await connect();
      fault({ kind: "reset", batch: 2, when });
      expect((await client.batch("CREATE USER first WITHOUT LOGIN")).failure).to.equal(undefined);
      const broken = await client.batch("CREATE USER second WITHOUT LOGIN; CREATE USER third WITHOUT LOGIN");
      expect(broken.failure).to.be.instanceOf(Error);
      expect(synapse.catalog(HOST, POOL).users.sort()).to.deep.equal([...users].sort());
      const next = await connect();
      expect((await next.batch("SELECT 1; SELECT 2")).numbers).to.deep.equal([]);
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
