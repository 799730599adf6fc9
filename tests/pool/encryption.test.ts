import { expect } from "chai";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { PoolUnreachable } from "../../provider/sql/errors";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { certificateFor } from "../unit/provider/private-authority";
import { createServer as createTlsServer } from "node:tls";
import { loginGuard } from "../../provider/sql/connect/packets";
import { administrator, host, type Stage, stageOn, unreachable, type Watch, watchHandles } from "./support";

/** MS-TDS 2.2.6.5, PRELOGIN: what a server can say of encryption. */
const answers = { off: 0, "not supported": 2 } as const;

/** A server in between: answers PRELOGIN in its own way, and keeps what it hears. */
class Listener {
  readonly heard: Buffer[] = [];
  connections = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  async open(answer: (socket: Socket) => void): Promise<{ address: string; port: number }> {
    const server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => {
        answer(socket);
      });
      socket.on("data", (chunk: Buffer) => this.heard.push(chunk));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Packet types (MS-TDS 2.2.3.1.1) of what was heard, message by message. */
  get types(): number[] {
    return this.heard.map((chunk) => chunk.readUInt8(0));
  }
}

function preloginAnswer(encryption: number): Buffer {
  const options = Buffer.from([
    ...[0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff],
    ...[12, 0, 0, 0, 0, 0],
    encryption,
  ]);
  const header = Buffer.from([0x04, 0x01, 0, options.length + 8, 0, 0, 1, 0]);
  return Buffer.concat([header, options]);
}

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
/** MS-TDS 2.2.6.4: how LOGIN7 "encrypts" a password. */
const scrambled = (text: string): Buffer =>
  Buffer.from(utf16(text).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5));

const token = "eyJhbGciOiJub25lIn0.a-token-of-somebody";
const logins: Record<string, Partial<PoolLogin>> = {
  "a SQL login": {},
  "an access token": { authentication: { type: "entra-access-token", accessToken: token } },
};

describe("a login in front of a server that does not encrypt", () => {
  let listener: Listener;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    listener = new Listener();
  });
  afterEach(async () => {
    await listener.close();
    await handles.expectNoneLeft();
  });

  const refused = (stage: Stage, login: Partial<PoolLogin>): Promise<PoolUnreachable> =>
    unreachable(stage.run("SELECT 1", { fresh: true }, login));

  for (const [says, encryption] of Object.entries(answers))
    for (const [name, login] of Object.entries(logins))
      for (const trustServerCertificate of [false, true])
        it(`says "${says}": nothing of ${name} leaves${trustServerCertificate ? ", though any certificate would do" : ""}`, async () => {
          const stage = stageOn(await listener.open((socket) => socket.write(preloginAnswer(encryption))));
          const error = await refused(stage, { ...login, trustServerCertificate });
          expect(error.trouble.code).to.equal("ENOTENCRYPTED");
          expect(error.message).to.contain("nothing of the login was sent");
          expect(stage.clock.sleeps, "it is not tried again").to.deep.equal([]);
          expect(listener.connections).to.equal(1);
          expect(listener.types, "PRELOGIN alone").to.deep.equal([0x12]);
          const wire = Buffer.concat(listener.heard);
          const { username, password } = administrator;
          for (const said of [username, password, token])
            for (const form of [Buffer.from(said), utf16(said), scrambled(said)])
              expect(wire.includes(form)).to.equal(false);
        });

  it("speaks no TLS at all: strict sends nothing but a TLS handshake", async () => {
    const stage = stageOn(await listener.open((socket) => socket.end(preloginAnswer(answers.off))));
    await refused(stage, { encrypt: "strict" });
    expect(new Set(listener.types)).to.deep.equal(new Set([0x16]));
  });
});

describe("a login where the environment has switched the check of certificates off", () => {
  const variable = "NODE_TLS_REJECT_UNAUTHORIZED";
  const before = process.env[variable];
  let heard: Buffer[];
  let server: Server;
  beforeEach(() => {
    heard = [];
    process.env[variable] = "0";
  });
  afterEach(async () => {
    if (before === undefined) Reflect.deleteProperty(process.env, variable);
    else process.env[variable] = before;
    await new Promise((resolve) => server.close(resolve));
  });

  const says = {
    [host]: "is not trusted. Where a private authority or a proxy issued it",
    "other.example": "is for another name: it has other.example",
  };
  for (const [name, advice] of Object.entries(says))
    it(`strict sends nothing to a certificate for ${name} of nobody's`, async () => {
      const { key, certificate } = await certificateFor(name);
      server = createTlsServer({ key, cert: certificate, ALPNProtocols: ["tds/8.0"] }, (socket) => {
        socket.on("error", () => undefined);
        socket.on("data", (chunk: Buffer) => heard.push(chunk));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const stage = stageOn({ address: "127.0.0.1", port: (server.address() as AddressInfo).port });
      const { message } = await unreachable(stage.run("SELECT 1", {}, { encrypt: "strict" }));
      expect(message).to.contain(advice);
      expect(heard).to.deep.equal([]);
    });
});

describe("the guard at the socket", () => {
  const packet = (type: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length, 0x10);
    bytes.writeUInt8(type, 0);
    bytes.writeUInt16BE(length, 2);
    return bytes;
  };
  const prelogins = Buffer.concat([packet(0x12, 58), packet(0x12, 600), packet(0x12, 8)]);
  const refuses = (bytes: Buffer, size: number): boolean => {
    const guard = loginGuard();
    for (let at = 0; at < bytes.length; at += size)
      if (!guard.admit(bytes.subarray(at, at + size))) return true;
    return false;
  };

  for (const size of [1, 3, 8, 57, 10_000])
    it(`lets PRELOGIN and then TLS pass, and no other packet, in pieces of ${size}`, () => {
      expect(refuses(prelogins, size)).to.equal(false);
      expect(refuses(Buffer.concat([prelogins, Buffer.from([0x17, 3, 3, 0x10, 0x10])]), size)).to.equal(
        false,
      );
      for (const login of [0x10, 0x08, 0x01, 0x03])
        expect(refuses(Buffer.concat([prelogins, packet(login, 100)]), size)).to.equal(true);
    });
});
