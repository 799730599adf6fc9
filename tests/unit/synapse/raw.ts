/** A client that writes bytes and shows those that come back. */
import { connect as connectTcp } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { Synapse } from "../../../sandbox/synapse";
import {
  MessageAssembler,
  packMessage,
  PacketStatus,
  PacketType,
} from "../../../sandbox/synapse/wire/packets";
import { login7, uint32, utf16 } from "./messages";
import { ADMINISTRATOR, HOST, POOL } from "./support";

export interface Said {
  server?: string;
  user?: string;
  password?: string;
  database?: string;
}

/** PRELOGIN with nothing but a word about encryption (MS-TDS 2.2.6.5). */
export const prelogin = (encryption: number): Buffer =>
  packMessage(PacketType.Prelogin, Buffer.from([1, 0, 6, 0, 1, 0xff, encryption]));

export const loginMessage = ({
  server = HOST,
  user = ADMINISTRATOR.user,
  password = ADMINISTRATOR.password,
  database = POOL,
}: Said = {}): Buffer =>
  packMessage(PacketType.Login7, login7({ 36: "laptop", 40: user, 52: server, 68: database }, password));

export const batchMessage = (text: string): Buffer =>
  packMessage(PacketType.SqlBatch, Buffer.concat([uint32(4), utf16(text)]));

const HEADER = 8;

export class RawClient {
  #received: Buffer = Buffer.alloc(0);
  #happened: () => void = () => undefined;
  #ended = false;

  private constructor(private readonly stream: Duplex) {
    stream.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#happened();
    });
    stream.on("error", () => undefined);
    for (const event of ["end", "close"] as const)
      stream.on(event, () => {
        this.#ended = true;
        this.#happened();
      });
  }

  /** Over TDS 8, where no PRELOGIN is in TLS' way. */
  static strict(port: number, ca: string): RawClient {
    const options = { host: "127.0.0.1", servername: "localhost", ALPNProtocols: ["tds/8.0"] };
    return new RawClient(connectTls({ ...options, port, ca }));
  }

  static clear(port: number): RawClient {
    return new RawClient(connectTcp(port, "127.0.0.1"));
  }

  /** Sends a message, and gives the payload of the answer. */
  async ask(message: Buffer): Promise<Buffer> {
    this.stream.write(message);
    const payloads: Buffer[] = [];
    for (let last = false; !last;) {
      const packet = await this.#packet();
      payloads.push(packet.subarray(HEADER));
      last = (packet.readUInt8(1) & PacketStatus.EndOfMessage) !== 0;
    }
    return Buffer.concat(payloads);
  }

  /** Sends a message, and gives the bytes that come first, whatever they are. */
  async bytes(message: Buffer): Promise<Buffer> {
    this.stream.write(message);
    await this.#until(() => this.#received.length > 0);
    return this.#received;
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.#ended) await this.#next();
  }

  close(): Promise<void> {
    this.stream.destroy();
    return Promise.resolve();
  }

  async #packet(): Promise<Buffer> {
    const length = (): number => (this.#received.length < HEADER ? Infinity : this.#received.readUInt16BE(2));
    await this.#until(() => this.#received.length >= length());
    const packet = this.#received.subarray(0, length());
    this.#received = this.#received.subarray(packet.length);
    return packet;
  }

  async #until(so: () => boolean): Promise<void> {
    while (!so()) {
      if (this.#ended) throw new Error("the connection ended");
      await this.#next();
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#happened = resolve));
  }
}

/**
 * A client that encrypts its login and nothing else, as one does that is answered ENCRYPT_OFF: the handshake goes through in
 * PRELOGIN packets. Gives what comes behind the login, as it comes.
 */
export async function loginAloneEncrypted(port: number, ca: string, said: Said = {}): Promise<Buffer> {
  const socket = connectTcp(port, "127.0.0.1");
  const heard = (): Promise<Buffer> => new Promise((resolve) => socket.once("data", resolve));
  socket.write(prelogin(0));
  await heard();
  let shaken = false;
  const transport = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(shaken ? chunk : packMessage(PacketType.Prelogin, chunk, 32_767), done);
    },
  });
  const assembler = new MessageAssembler();
  const unwrap = (bytes: Buffer): void => {
    assembler.append(bytes);
    for (let message = assembler.next(); message !== undefined; message = assembler.next())
      transport.push(message.payload);
  };
  socket.on("data", unwrap);
  const tls = connectTls({ socket: transport, servername: HOST, ca, maxVersion: "TLSv1.2" });
  await new Promise((resolve) => tls.once("secureConnect", resolve));
  socket.off("data", unwrap);
  shaken = true;
  tls.write(loginMessage(said));
  const answer = await heard();
  socket.destroy();
  return answer;
}

/** Sends PRELOGIN and LOGIN7 over TDS 8, and gives the answer to the latter with the client. */
export async function rawLogin(
  synapse: Synapse,
  said: Said = {},
  port = synapse.port,
): Promise<{ client: RawClient; answer: Buffer }> {
  const client = RawClient.strict(port, synapse.certificateAuthority);
  await client.ask(prelogin(1));
  return { client, answer: await client.ask(loginMessage(said)) };
}
