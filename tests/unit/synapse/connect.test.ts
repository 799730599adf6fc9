import { expect } from "chai";
import { connect as connectTcp } from "node:net";
import sql from "mssql";
import { Request, TYPES } from "tedious";
import { startSynapse, type Synapse } from "../../../sandbox/synapse";
import { ADMINISTRATOR, Client, HOST, LoginError, loginError, POOL, startWithPool } from "./support";

const PASSWORD = "Syst3m!account";

describe("connecting to the sandbox's Synapse", () => {
  let synapse: Synapse;
  const clients: Client[] = [];
  const connect = async (
    ...given: Parameters<typeof Client.connect> extends [Synapse, ...infer R] ? R : never
  ): Promise<Client> => {
    const client = await Client.connect(synapse, ...given);
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
      given: Parameters<typeof loginError>[1];
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

    const ready = (token: string): Parameters<typeof loginError>[1] => ({
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

  describe("requests", () => {
    for (const packetSize of [512, 4096, 32_767]) {
      it(`pass packets of ${packetSize} bytes both ways`, async () => {
        const client = await connect({ options: { packetSize } });
        const long = "x".repeat(100_000);
        expect(await client.values(`SELECT CAST(N'${long}' AS nvarchar(max)) /* ${long} */`)).to.deep.equal([
          long,
        ]);
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
        "INSERT INTO counted VALUES (1), (2); UPDATE counted SET a = 3; SELECT a FROM counted; DELETE counted";
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
      expect((await client.batch("CREATE TABLE more (a int)")).numbers).to.deep.equal([226]);
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
