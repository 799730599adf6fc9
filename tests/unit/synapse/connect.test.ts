import { expect } from "chai";
import { connect as connectTcp } from "node:net";
import sql from "mssql";
import { startSynapse, type Synapse } from "../../../sandbox/synapse";
import {
  ADMINISTRATOR,
  Client,
  HOST,
  LoginError,
  loginError,
  POOL,
  startWithPool,
  type ClientOptions,
} from "./support";

const PASSWORD = "Syst3m!account";

describe("connecting to the sandbox's Synapse", () => {
  let synapse: Synapse;
  const clients: Client[] = [];
  const connect = async (given: ClientOptions): Promise<Client> => {
    const client = await Client.connect(synapse, given);
    clients.push(client);
    return client;
  };

  before(async () => {
    synapse = await startWithPool();
    const master = await Client.connect(synapse, { database: "master" });
    await master.run(
      `CREATE LOGIN immuta WITH PASSWORD = '${PASSWORD}'`,
      "CREATE USER watcher FROM LOGIN immuta",
    );
    await master.close();
    const pool = await Client.connect(synapse);
    await pool.run("CREATE USER immuta FROM LOGIN immuta");
    await pool.close();
  });
  after(async () => {
    await synapse.close();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  describe("encryption", () => {
    const secured: { name: string; encrypt: boolean | "strict"; server?: string }[] = [
      { name: "TLS inside PRELOGIN", encrypt: true },
      { name: "TDS 8 strict", encrypt: "strict" },
    ];
    for (const { name, encrypt } of secured) {
      it(`${name}: a trusted authority is enough`, async () => {
        const client = await connect({ options: { encrypt } });
        expect(await client.values("SELECT DB_NAME()")).to.deep.equal([POOL]);
      });

      it(`${name}: another authority is not`, async () => {
        const other = await startSynapse();
        const ca = other.certificateAuthority;
        await other.close();
        const error = await loginError(synapse, { options: { encrypt, cryptoCredentialsDetails: { ca } } });
        expect(error.code).to.equal("ESOCKET");
      });

      it(`${name}: the certificate stands for *.sql.azuresynapse.net and localhost`, async () => {
        const localhost = await connect({
          server: "localhost",
          user: `${ADMINISTRATOR.user}@claims`,
          options: { encrypt },
        });
        expect(await localhost.values("SELECT @@SERVERNAME")).to.deep.equal(["claims"]);
        const error = await loginError(synapse, { server: "claims.example.com", options: { encrypt } });
        expect(error.code).to.equal("ESOCKET");
      });
    }

    it("refuses a client that wants none", async () => {
      const error = await loginError(synapse, { options: { encrypt: false } });
      expect(error.code).to.equal("EENCRYPT");
    });

    it("works with mssql's connection pool", async () => {
      const pool = new sql.ConnectionPool({
        server: HOST,
        user: ADMINISTRATOR.user,
        password: ADMINISTRATOR.password,
        database: POOL,
        options: {
          encrypt: true,
          connector: async () => Promise.resolve(connectTcp(synapse.port, synapse.address)),
          cryptoCredentialsDetails: { ca: synapse.certificateAuthority },
        },
      });
      await pool.connect();
      try {
        const { recordset } = await pool
          .request()
          .input("n", sql.Int, 20)
          .query<{ m: number }>("SELECT @n + 1 AS m");
        expect(recordset[0]?.m).to.equal(21);
        const failed: unknown = await pool
          .request()
          .batch("DROP USER a; DROP USER b")
          .catch((error: unknown) => error);
        expect(failed).to.be.instanceOf(sql.RequestError).with.property("number", 15151);
        expect(failed).to.have.property("precedingErrors").with.length(1);
      } finally {
        await pool.close();
      }
    });
  });

  describe("logging in", () => {
    it("lets the administrator in everywhere as dbo", async () => {
      for (const database of ["master", POOL]) {
        const client = await connect({ database });
        expect((await client.batch("SELECT DB_NAME(), USER_NAME(), SUSER_SNAME()")).rows).to.deep.equal([
          [database, "dbo", ADMINISTRATOR.user],
        ]);
      }
    });

    it("lets a login in as its user of that database", async () => {
      const names: unknown[] = [];
      for (const database of ["master", POOL]) {
        const client = await connect({ user: "immuta", password: PASSWORD, database });
        names.push(...(await client.values("SELECT USER_NAME()")));
      }
      expect(names).to.deep.equal(["watcher", "immuta"]);
    });

    it("goes to master when no database is named", async () => {
      const client = await connect({ database: "" });
      expect(await client.values("SELECT DB_NAME()")).to.deep.equal(["master"]);
    });

    const refused: {
      name: string;
      given: ClientOptions;
      number: number;
      message?: string;
    }[] = [
      {
        name: "a wrong password",
        given: { password: "wrong" },
        number: 18456,
        message: "Login failed for user 'sqladmin'.",
      },
      {
        name: "an unknown login",
        given: { user: "nobody" },
        number: 18456,
        message: "Login failed for user 'nobody'.",
      },
      {
        name: "an unknown workspace",
        given: { server: "other.sql.azuresynapse.net" },
        number: 40532,
        message: 'Cannot open server "other" requested by the login. The login failed.',
      },
      {
        name: "an unknown workspace behind the @",
        given: { server: "localhost", user: "sqladmin@other" },
        number: 40532,
      },
      { name: "two different workspaces", given: { user: "sqladmin@second" }, number: 40531 },
      {
        name: "an unknown database",
        given: { database: "nothing" },
        number: 4060,
        message: 'Cannot open database "nothing" requested by the login. The login failed.',
      },
      {
        name: "a login without a user in the database",
        given: { user: "immuta", password: PASSWORD, database: "empty" },
        number: 4060,
      },
    ];
    before(() => {
      synapse.createPool(HOST, "empty");
      synapse.createWorkspace({
        host: "second.sql.azuresynapse.net",
        administratorLogin: "sqladmin",
        administratorPassword: PASSWORD,
      });
    });
    for (const { name, given, number, message } of refused) {
      it(`refuses ${name} with ${number}`, async () => {
        const error = await loginError(synapse, given);
        expect(error.messages.map((entry) => [entry.number, entry.state])).to.deep.equal([[number, 1]]);
        if (message !== undefined) expect(error.message).to.equal(message);
      });
    }

    it("takes user@workspace, by name and by host", async () => {
      for (const suffix of ["claims", HOST, "CLAIMS"]) {
        const client = await connect({ user: `${ADMINISTRATOR.user}@${suffix}` });
        expect(await client.values("SELECT SUSER_SNAME()")).to.deep.equal([ADMINISTRATOR.user]);
      }
    });

    it("keeps workspaces apart", async () => {
      const client = await connect({
        server: "second.sql.azuresynapse.net",
        password: PASSWORD,
        database: "master",
      });
      expect(await client.values("SELECT name FROM sys.sql_logins")).to.deep.equal([ADMINISTRATOR.user]);
    });

    it("follows changed, disabled and dropped logins", async () => {
      const master = await connect({ database: "master" });
      const login = { user: "passing", password: PASSWORD, database: "master" };
      await master.run(
        `CREATE LOGIN passing WITH PASSWORD = '${PASSWORD}'`,
        "CREATE USER passing FOR LOGIN passing",
      );
      await master.run("ALTER LOGIN passing WITH PASSWORD = 'An0ther!secret'");
      expect((await loginError(synapse, login)).messages[0]?.number).to.equal(18456);
      await master.run(`ALTER LOGIN passing WITH PASSWORD = '${PASSWORD}'`, "ALTER LOGIN passing DISABLE");
      expect((await loginError(synapse, login)).messages[0]?.number).to.equal(18456);
      await master.run("ALTER LOGIN passing ENABLE");
      const client = await connect(login);
      expect((await master.batch("DROP LOGIN passing")).numbers).to.deep.equal([15434]);
      await client.close();
      await master.run("DROP LOGIN passing", `CREATE LOGIN passing WITH PASSWORD = '${PASSWORD}'`);
      // The user is still there, but it belongs to the login that was dropped.
      expect((await loginError(synapse, login)).messages[0]?.number).to.equal(4060);
      await master.run("DROP USER passing", "DROP LOGIN passing");
    });

    it("takes a changed administrator's password", async () => {
      synapse.setAdministratorPassword("second.sql.azuresynapse.net", "Chang3d!password");
      const client = await connect({
        server: "second.sql.azuresynapse.net",
        password: "Chang3d!password",
        database: "master",
      });
      expect(await client.values("SELECT 1")).to.deep.equal([1]);
    });
  });

  describe("federated logins", () => {
    before(async () => {
      synapse.acceptAccessToken(HOST, "administrator's token", "admins@example.com", { administrator: true });
      synapse.acceptAccessToken(HOST, "pipeline's token", "pipeline");
      const pool = await Client.connect(synapse);
      await pool.run("CREATE USER [pipeline] FROM EXTERNAL PROVIDER");
      await pool.close();
    });

    const ready = (token: string): ClientOptions => ({
      authentication: { type: "azure-active-directory-access-token", options: { token } },
    });

    it("take a ready token", async () => {
      const client = await connect(ready("administrator's token"));
      expect((await client.batch("SELECT SUSER_SNAME(), USER_NAME()")).rows).to.deep.equal([
        ["admins@example.com", "dbo"],
      ]);
    });

    it("know the identity's user", async () => {
      const client = await connect(ready("pipeline's token"));
      expect(await client.values("SELECT USER_NAME()")).to.deep.equal(["pipeline"]);
      const error = await loginError(synapse, { ...ready("pipeline's token"), database: "master" });
      expect(error.messages[0]?.number).to.equal(4060);
    });

    it("refuse any other token", async () => {
      const error = await loginError(synapse, ready("stolen"));
      expect(error.messages[0]?.number).to.equal(18456);
      expect(error.message).to.not.contain("stolen");
    });

    it("tell a client without a token where to get one", async () => {
      const scopes: string[] = [];
      const client = await connect({
        authentication: {
          type: "token-credential",
          options: {
            credential: {
              getToken: async (scope: string | string[]) => {
                scopes.push(...[scope].flat());
                return Promise.resolve({
                  token: "administrator's token",
                  expiresOnTimestamp: Date.now() + 60_000,
                });
              },
            },
          },
        },
      });
      expect(await client.values("SELECT USER_NAME()")).to.deep.equal(["dbo"]);
      expect(scopes).to.deep.equal(["https://database.windows.net/.default"]);
    });
  });

  it("serves many connections at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_unused, index) => {
        const client = await connect({ options: { encrypt: index % 2 === 0 ? true : "strict" } });
        return client.values(`SELECT ${index}`);
      }),
    );
    expect(answers.flat()).to.deep.equal(Array.from({ length: 40 }, (_unused, index) => index));
  });

  it("drops a pool with its connections", async () => {
    synapse.createPool(HOST, "passing");
    const client = await connect({ database: "passing" });
    const ended = new Promise<void>((resolve) => client.connection.once("end", resolve));
    synapse.dropPool(HOST, "passing");
    await ended;
    expect((await loginError(synapse, { database: "passing" })).messages[0]?.number).to.equal(4060);
    expect(() => synapse.catalog(HOST, "passing")).to.throw(`there is no database passing on ${HOST}`);
  });

  it("drops a workspace with its connections", async () => {
    const host = "passing.sql.azuresynapse.net";
    synapse.createWorkspace({ host, administratorLogin: "a", administratorPassword: PASSWORD });
    const client = await connect({ server: host, user: "a", password: PASSWORD, database: "master" });
    const ended = new Promise<void>((resolve) => client.connection.once("end", resolve));
    synapse.dropWorkspace(host);
    await ended;
    const error = await loginError(synapse, { server: host, user: "a", password: PASSWORD });
    expect(error).to.be.instanceOf(LoginError);
    expect(error.messages[0]?.number).to.equal(40532);
  });

  it("cuts off who does not speak TDS", async () => {
    const socket = connectTcp(synapse.port, synapse.address);
    const closed = new Promise<void>((resolve) =>
      socket.once("close", () => {
        resolve();
      }),
    );
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await closed;
  });

  it("refuses what is there already, and what is not", () => {
    const workspace = { host: HOST.toUpperCase(), administratorLogin: "a", administratorPassword: PASSWORD };
    expect(() => {
      synapse.createWorkspace(workspace);
    }).to.throw("there is a workspace");
    expect(() => {
      synapse.createPool(HOST, POOL.toUpperCase());
    }).to.throw("there is a database");
    expect(() => {
      synapse.dropPool(HOST, "master");
    }).to.throw("master cannot be dropped");
    expect(() => {
      synapse.dropWorkspace("nothing.sql.azuresynapse.net");
    }).to.throw("there is no workspace");
  });
});
