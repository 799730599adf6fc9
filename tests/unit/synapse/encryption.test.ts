import { expect } from "chai";
import { connect as connectTcp } from "node:net";
import type { Synapse } from "../../../sandbox/synapse";
import { loginAloneEncrypted, loginMessage, prelogin, RawClient } from "./raw";
import { ADMINISTRATOR, Client, HOST, renew, startWithPool } from "./support";

/** What PRELOGIN says about encryption: its one option is the answer's second. */
function encryptionIn(answer: Buffer): number {
  for (let at = 0; answer.readUInt8(at) !== 0xff; at += 5)
    if (answer.readUInt8(at) === 1) return answer.readUInt8(answer.readUInt16BE(at + 1));
  throw new Error("nothing is said about encryption");
}

describe("a server between client and sandbox that talks out of encryption", () => {
  let synapse: Synapse;
  let nodePort: number;
  const clients: (Client | RawClient)[] = [];

  before(async () => {
    synapse = await startWithPool({ connectionPolicy: "redirect" });
  });
  beforeEach(async () => {
    renew(synapse);
    nodePort = (await synapse.node(HOST)).port;
    synapse.setEncryption(undefined);
    synapse.clearHeard();
    synapse.clearJournal();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  after(async () => {
    await synapse.close();
  });

  const raw = (port: number): RawClient => {
    const client = RawClient.clear(port);
    clients.push(client);
    return client;
  };
  const heard = loginMessage().subarray(8).toString("hex");

  for (const { value, answer } of [
    { value: "off", answer: 0 },
    { value: "not-supported", answer: 2 },
  ] as const) {
    it(`${value}: answers PRELOGIN so, and takes and keeps a login in clear`, async () => {
      synapse.setEncryption(value);
      for (const port of [synapse.port, nodePort]) {
        const client = raw(port);
        expect(encryptionIn(await client.ask(prelogin(1)))).to.equal(answer);
        await client.ask(loginMessage());
      }
      expect(synapse.journal.map(({ kind }) => kind)).to.deep.equal(["redirected", "login"]);
      expect(synapse.heardInClear).to.deep.equal([heard, heard]);
    });

    it(`${value}: hears a client that only wishes for encryption, its password and its token`, async () => {
      synapse.acceptAccessToken(HOST, "a token", "admins@example.com", { administrator: true });
      synapse.setEncryption(value);
      const options = {
        connector: async () => Promise.resolve(connectTcp(nodePort, "127.0.0.1")),
      };
      clients.push(await Client.connect(synapse, { options }));
      clients.push(
        await Client.connect(synapse, {
          options,
          authentication: {
            type: "token-credential",
            options: {
              credential: {
                getToken: async () =>
                  Promise.resolve({ token: "a token", expiresOnTimestamp: Date.now() + 60_000 }),
              },
            },
          },
        }),
      );
      const [login, entraLogin, token, ...rest] = synapse.heardInClear.map((hex) => Buffer.from(hex, "hex"));
      expect(login?.toString("utf16le")).to.contain(ADMINISTRATOR.user);
      expect(entraLogin?.toString("utf16le")).to.contain(HOST);
      expect(token?.toString("utf16le")).to.contain("a token");
      expect(rest).to.deep.equal([]);
    });

    it(`${value}: is not heard by TDS 8`, async () => {
      synapse.setEncryption(value);
      const options = {
        encrypt: "strict",
        connector: async () => Promise.resolve(connectTcp(nodePort, "127.0.0.1")),
      } as const;
      clients.push(await Client.connect(synapse, { options }));
      expect(synapse.heardInClear).to.deep.equal([]);
    });
  }

  it("off: a client may encrypt its login alone, and then hears the answer in clear", async () => {
    synapse.setEncryption("off");
    const answer = await loginAloneEncrypted(nodePort, synapse.certificateAuthority);
    expect(answer.subarray(0, 1).toString("hex")).to.equal("04");
    expect(synapse.journal.map(({ kind }) => kind)).to.include("login");
    expect(synapse.heardInClear).to.deep.equal([]);
  });

  it("stands before the gateway or before the nodes alone", async () => {
    const said = async (): Promise<number[]> => {
      const answers = [];
      for (const port of [synapse.port, nodePort])
        answers.push(encryptionIn(await raw(port).ask(prelogin(1))));
      return answers;
    };
    synapse.setEncryption("off", { at: "gateway" });
    expect(await said()).to.deep.equal([0, 1]);
    synapse.setEncryption(undefined);
    synapse.setEncryption("not-supported", { at: "node" });
    expect(await said()).to.deep.equal([1, 2]);
    synapse.setEncryption(undefined);
    expect(await said()).to.deep.equal([1, 1]);
  });

  it("counts whom it has answered", async () => {
    const before = synapse.spoofedPrelogins;
    await raw(synapse.port).ask(prelogin(1));
    synapse.setEncryption("off");
    await raw(synapse.port).ask(prelogin(1));
    expect(synapse.spoofedPrelogins).to.equal(before + 1);
  });

  const impatient: { name: string; speak: (client: RawClient) => Promise<unknown> }[] = [
    { name: "at once", speak: (client) => client.bytes(Buffer.concat([prelogin(1), loginMessage()])) },
    {
      name: "at once and wants none",
      speak: (client) => client.bytes(Buffer.concat([prelogin(2), loginMessage()])),
    },
    {
      name: "in place of a handshake",
      speak: async (client) => {
        await client.ask(prelogin(1));
        await client.bytes(loginMessage()).catch(() => undefined);
      },
    },
  ];
  for (const { name, speak } of impatient)
    it(`is not needed to hear a client that sends its login in clear ${name}`, async () => {
      const client = raw(synapse.port);
      await speak(client);
      await client.ended();
      expect(synapse.heardInClear).to.deep.equal([heard]);
      expect(synapse.journal).to.deep.equal([]);
    });
});
