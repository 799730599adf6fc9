import { expect } from "chai";
import { connect as connectTcp } from "node:net";
import type { Fault, Synapse } from "../../../sandbox/synapse";
import { rawLogin, type RawClient } from "./raw";
import {
  ADMINISTRATOR,
  Client,
  HOST,
  loginError,
  POOL,
  renew,
  startWithPool,
  until,
  type ClientOptions,
} from "./support";

const kinds = (synapse: Synapse): string[] => synapse.journal.map(({ kind }) => kind);

/** The server and the port of the route in an answer (MS-TDS 2.2.7.9). */
function routeIn(answer: Buffer): { server: string; port: number } | undefined {
  const at = answer.indexOf(Buffer.from([0xe3]));
  for (let token = at; token >= 0; token = answer.indexOf(Buffer.from([0xe3]), token + 1)) {
    if (answer.readUInt8(token + 3) !== 20) continue;
    const length = answer.readUInt16LE(token + 9) * 2;
    return {
      port: answer.readUInt16LE(token + 7),
      server: answer.toString("utf16le", token + 11, token + 11 + length),
    };
  }
  return undefined;
}

/** tedious goes by itself where it is sent, as long as nobody connects in its place. */
const following = (synapse: Synapse, given: ClientOptions = {}): ClientOptions => ({
  ...given,
  server: "localhost",
  user: given.user ?? `${ADMINISTRATOR.user}@claims`,
  options: { port: synapse.port, connector: undefined, ...given.options } as ClientOptions["options"] &
    object,
});

describe("the sandbox's gateway", () => {
  let synapse: Synapse;
  const clients: (Client | RawClient)[] = [];
  const follow = async (given: ClientOptions = {}): Promise<Client> => {
    const client = await Client.connect(synapse, following(synapse, given));
    clients.push(client);
    return client;
  };
  const raw = async (
    ...given: [said?: { user?: string; server?: string }, port?: number]
  ): Promise<Buffer> => {
    const { client, answer } = await rawLogin(synapse, ...given);
    clients.push(client);
    return answer;
  };
  const fault = (set: Fault | undefined, database = POOL): void => {
    synapse.setFault(HOST, database, set);
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  describe("with the connection policy Redirect", () => {
    before(async () => {
      synapse = await startWithPool({ connectionPolicy: "redirect" });
    });
    beforeEach(() => {
      renew(synapse);
      synapse.clearJournal();
    });
    after(async () => {
      await synapse.close();
    });

    it("answers LOGIN7 with LOGINACK, the route, the features and DONE, and nothing else", async () => {
      const answer = await raw();
      const { port } = await synapse.node(HOST);
      const low = Buffer.from([port & 0xff, port >> 8]).toString("hex");
      const server = Buffer.from("localhost", "utf16le").toString("hex");
      const loginAck = answer.readUInt16LE(1) + 3;
      expect(answer.readUInt8(0)).to.equal(0xad);
      expect(answer.subarray(loginAck).toString("hex")).to.equal(
        `e31c0014170000${low}0900${server}0000` + `fd${"00".repeat(12)}`,
      );
    });

    it("sends each workspace's clients to its own node, on a port of Azure's", async () => {
      const host = "other.sql.azuresynapse.net";
      synapse.createWorkspace({ host, administratorLogin: "a", administratorPassword: "b" });
      const [one, other] = [routeIn(await raw()), routeIn(await raw({ server: host }))];
      expect([one, other]).to.deep.equal([await synapse.node(HOST), await synapse.node(host)]);
      for (const route of [one, other]) expect(route?.port).to.be.within(11_000, 11_999);
      expect(one?.port).to.not.equal(other?.port);
      synapse.dropWorkspace(host);
    });

    it("asks nobody who they are: the node does, and says no", async () => {
      expect(routeIn(await raw({ user: "nobody" }))).to.deep.equal(await synapse.node(HOST));
      const error = await loginError(synapse, following(synapse, { password: "wrong" }));
      expect(error.messages.map(({ number }) => number)).to.deep.equal([18456]);
      expect(kinds(synapse)).to.deep.equal(["redirected", "redirected", "login-failed"]);
    });

    it("knows the workspaces, and the firewall", async () => {
      expect(
        (await loginError(synapse, { server: "localhost", user: "sqladmin@other" })).messages[0]?.number,
      ).to.equal(40532);
      fault({ kind: "firewall" });
      expect((await loginError(synapse, {})).messages[0]?.number).to.equal(40615);
      expect(kinds(synapse)).to.deep.equal(["login-failed", "login-failed"]);
    });

    for (const encrypt of [true, "strict"] as const)
      it(`lets a client that follows work at the node (encrypt: ${encrypt})`, async () => {
        const client = await follow({ options: { encrypt } });
        expect(await client.values("SELECT DB_NAME()")).to.deep.equal([POOL]);
        await client.close();
        await until(() => synapse.journal.length === 4);
        const { applicationName } = synapse.journal[0] ?? {};
        expect(synapse.journal.slice(0, 2)).to.deep.equal([
          {
            seq: synapse.journal[0]?.seq,
            host: HOST,
            database: POOL,
            login: "sqladmin",
            applicationName,
            kind: "redirected",
            errors: [],
          },
          {
            seq: synapse.journal[1]?.seq,
            host: HOST,
            database: POOL,
            login: "sqladmin",
            applicationName,
            kind: "login",
            errors: [],
          },
        ]);
        expect(kinds(synapse)).to.deep.equal(["redirected", "login", "batch", "logout"]);
      });

    it("sends Entra logins on too, before it asks for a token", async () => {
      synapse.acceptAccessToken(HOST, "a token", "admins@example.com", { administrator: true });
      let asked = 0;
      const getToken = async () => {
        asked += 1;
        return Promise.resolve({ token: "a token", expiresOnTimestamp: Date.now() + 60_000 });
      };
      const host = { options: { connector: connector(synapse) } };
      const ready = { type: "azure-active-directory-access-token", options: { token: "a token" } } as const;
      const later = { type: "token-credential", options: { credential: { getToken } } } as const;
      for (const authentication of [ready, later]) {
        const client = await Client.connect(synapse, { authentication, ...host });
        clients.push(client);
        expect(await client.values("SELECT SUSER_SNAME()")).to.deep.equal(["admins@example.com"]);
      }
      expect(asked).to.equal(1);
    });

    it("closes the connection of a client that does not", async () => {
      const { client } = await rawLogin(synapse);
      await client.ended();
    });

    it("closes the node with its workspace", async () => {
      const { port } = await synapse.node(HOST);
      const client = await follow();
      synapse.dropWorkspace(HOST);
      await until(() => client.connection.closed);
      const socket = connectTcp(port, "127.0.0.1");
      const code = await new Promise((resolve) => {
        socket.once("error", (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        });
        socket.once("connect", resolve);
      });
      expect(code).to.equal("ECONNREFUSED");
      synapse.createWorkspace({ host: HOST, administratorLogin: "a", administratorPassword: "b" });
    });

    it("counts faults of logins at the node", async () => {
      fault({ kind: "warming", logins: 1 });
      const error = await loginError(synapse, following(synapse));
      expect(error.messages[0]?.number).to.equal(42109);
      await follow();
      expect(kinds(synapse)).to.deep.equal(["redirected", "login-failed", "redirected", "login"]);
    });
  });

  describe("with the connection policy Proxy", () => {
    before(async () => {
      synapse = await startWithPool();
    });
    beforeEach(() => {
      renew(synapse);
      synapse.clearJournal();
    });
    after(async () => {
      await synapse.close();
    });

    it("has no nodes", async () => {
      const error: unknown = await synapse.node(HOST).catch((reason: unknown) => reason);
      expect(error).to.have.property("message", "the gateway does not redirect");
    });

    const broken: { how: "refused" | "silence" | "certificate"; code: string; message: RegExp }[] = [
      { how: "refused", code: "ESOCKET", message: /Failed to connect to localhost:11\d\d\d/ },
      { how: "silence", code: "ETIMEOUT", message: /Failed to connect to localhost:11\d\d\d/ },
      { how: "certificate", code: "ESOCKET", message: /does not match certificate's altnames/ },
    ];
    for (const { how, code, message } of broken)
      it(`redirects one database's logins where its node is faulty: ${how}, so often`, async () => {
        fault({ kind: "node", how, logins: 1 });
        const elsewhere = await follow({ database: "master" });
        expect(await elsewhere.values("SELECT DB_NAME()")).to.deep.equal(["master"]);
        const error = await loginError(synapse, following(synapse, { options: { connectTimeout: 500 } }));
        expect([error.code, error.messages]).to.deep.equal([code, []]);
        expect(error.message).to.match(message);
        expect(synapse.faultOf(HOST, POOL)).to.equal(undefined);
        await follow();
        expect(kinds(synapse).filter((kind) => kind !== "batch")).to.deep.equal([
          "login",
          "redirected",
          "login",
        ]);
      });

    it("lets in at the node of the wrong name who does not look at names", async () => {
      fault({ kind: "node", how: "certificate" });
      const client = await follow({ options: { trustServerCertificate: true } });
      expect(await client.values("SELECT @@SERVERNAME")).to.deep.equal(["claims"]);
    });

    it("redirects again and again: loop", async () => {
      fault({ kind: "node", how: "loop", logins: 3 });
      const first = routeIn(await raw());
      const second = routeIn(await raw({ server: "localhost" }, first?.port));
      expect(second).to.deep.equal(first).and.not.equal(undefined);
      expect(routeIn(await raw({ server: "localhost" }, first?.port))).to.deep.equal(first);
      expect(routeIn(await raw({ server: "localhost" }, first?.port))).to.equal(undefined);
      expect(kinds(synapse)).to.deep.equal(["redirected", "redirected", "redirected", "login"]);
    });
  });
});

/** Connects to the gateway, and then to the nodes in turn: for clients that say the workspace's own name. */
function connector(synapse: Synapse): () => Promise<ReturnType<typeof connectTcp>> {
  let connected = 0;
  return async () => {
    connected += 1;
    return Promise.resolve(
      connectTcp(connected % 2 === 1 ? synapse.port : (await synapse.node(HOST)).port, "127.0.0.1"),
    );
  };
}
