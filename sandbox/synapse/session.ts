/** One connection's life: PRELOGIN, TLS, login, then request by request. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import type { Faults } from "./faults";
import type { Journal, SynapseJournalEntry } from "./journal";
import type { Limits } from "./limits";
import { logIn, type LoggedIn } from "./login";
import { Requests } from "./requests";
import type { SessionState } from "./tsql/session-state";
import { parseFederatedToken, parseLogin7, type Login7 } from "./wire/login7";
import { MessageAssembler, PacketType, packMessage, type Message } from "./wire/packets";
import { answerEncryption, Encryption, parsePrelogin, preloginReply } from "./wire/prelogin";
import { HandshakeTransport } from "./wire/tls";
import { encodeFederatedInfo } from "./wire/tokens";
import type { Database, Login, Workspace } from "./workspace";

/** What all sessions of an endpoint share. */
export interface Endpoint {
  workspaces: readonly Workspace[];
  /** For TDS 8, and for TLS inside PRELOGIN: there only up to TLS 1.2, whose handshake has a clear end. */
  secureContexts: { strict: SecureContext; prelogin: SecureContext };
  faults: Faults;
  journal: Journal;
  isLoggedIn: (login: Login) => boolean;
  /** The sessions that are open in the database. */
  sessionsIn: (database: Database) => SessionState[];
  limits: Limits;
}

const FIRST_TLS_BYTE = 0x16;
/** The first bytes of a client that speaks, and its login, come within this time (ms), or it is cut off. */
const LOGIN_TIME = 30_000;

export class Session {
  readonly #assembler = new MessageAssembler();
  #transport: Duplex;
  #stage: "prelogin" | "login" | "token" | "requests" | "closed" = "prelogin";
  #login: Login7 | undefined;
  #loggedIn: LoggedIn | undefined;
  #requests: Requests | undefined;
  #tls: TLSSocket | undefined;
  readonly #loginTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly endpoint: Endpoint,
    readonly spid: number,
  ) {
    this.#transport = socket;
    this.#loginTimer = setTimeout(() => socket.destroy(), LOGIN_TIME).unref();
    socket.setNoDelay(true);
    socket.once("data", (chunk: Buffer) => {
      this.#begin(chunk);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#tls?.destroy());
    for (const event of ["end", "close"] as const) {
      socket.on(event, () => {
        this.#close();
      });
    }
  }

  get loggedIn(): LoggedIn | undefined {
    return this.#loggedIn;
  }

  /** Cuts the connection. */
  destroy(): void {
    this.socket.destroy();
  }

  /** TDS 8 begins with TLS; before that, TLS is agreed upon in PRELOGIN. */
  #begin(chunk: Buffer): void {
    if (chunk.readUInt8(0) === FIRST_TLS_BYTE) {
      this.socket.pause();
      this.socket.unshift(chunk);
      this.#encrypt(this.socket, {
        secureContext: this.endpoint.secureContexts.strict,
        ALPNProtocols: ["tds/8.0"],
      });
    } else {
      this.#listen(this.socket);
      this.#receive(chunk);
    }
  }

  #encrypt(transport: Duplex, options: { secureContext: SecureContext; ALPNProtocols?: string[] }): void {
    const tls = new TLSSocket(transport, { isServer: true, ...options });
    this.#tls = tls;
    tls.on("error", () => this.socket.destroy());
    this.#listen(tls);
  }

  #listen(transport: Duplex): void {
    this.#transport = transport;
    transport.on("data", this.#receive);
    // A client that has said goodbye is logged out, whatever its socket still waits for.
    transport.on("end", () => {
      this.#close();
      this.socket.end();
    });
  }

  readonly #receive = (chunk: Buffer): void => {
    try {
      for (const message of this.#assembler.push(chunk)) this.#take(message);
    } catch {
      // A peer that breaks the protocol gets no answer, as from a real server.
      this.socket.destroy();
    }
  };

  #take(message: Message): void {
    switch (this.#stage) {
      case "prelogin":
        this.#prelogin(message);
        return;
      case "login":
        this.#takeLogin(message);
        return;
      case "token":
        if (message.type !== PacketType.FederatedToken) throw new Error("a federated token was expected");
        this.#finishLogin(parseFederatedToken(message.payload));
        return;
      case "requests":
        this.#requests?.take(message);
        return;
      case "closed":
        return;
    }
  }

  #prelogin({ type, payload }: Message): void {
    if (type !== PacketType.Prelogin) throw new Error("PRELOGIN was expected");
    const { encryption, federatedAuthentication } = parsePrelogin(payload);
    const strict = this.#tls !== undefined;
    const answer = answerEncryption(encryption);
    this.#stage = "login";
    this.#write(packMessage(PacketType.Reply, preloginReply(answer, federatedAuthentication !== undefined)));
    if (strict) return;
    if (encryption === Encryption.NotSupported) {
      // The client heard that encryption is required; there is nothing more to say to it.
      this.#stage = "closed";
      this.socket.end();
      return;
    }
    this.socket.off("data", this.#receive);
    this.#encrypt(new HandshakeTransport(this.socket), {
      secureContext: this.endpoint.secureContexts.prelogin,
    });
  }

  #takeLogin({ type, payload }: Message): void {
    if (type !== PacketType.Login7) throw new Error("LOGIN7 was expected");
    const login = parseLogin7(payload);
    this.#login = login;
    if (login.federated?.library === "msal") {
      this.#stage = "token";
      const info = encodeFederatedInfo(
        "https://login.microsoftonline.com/common",
        "https://database.windows.net/",
      );
      this.#write(packMessage(PacketType.Reply, info));
      return;
    }
    this.#finishLogin(login.federated?.token);
  }

  #finishLogin(token: string | undefined): void {
    const login = this.#login;
    if (login === undefined) throw new Error("LOGIN7 comes before a token");
    clearTimeout(this.#loginTimer);
    const { endpoint, spid } = this;
    const result = logIn({
      login,
      token,
      tlsServerName: typeof this.#tls?.servername === "string" ? this.#tls.servername : undefined,
      address: this.socket.remoteAddress ?? "127.0.0.1",
      traceId: randomUUID().toUpperCase(),
      spid,
      endpoint,
    });
    if (result.lost !== undefined) {
      this.#stage = "closed";
      if (result.lost === "reset") this.socket.resetAndDestroy();
      return;
    }
    this.#write(result.reply);
    if (result.session === undefined) {
      this.#stage = "closed";
      this.#transport.end();
      return;
    }
    this.#loggedIn = result.session;
    this.#stage = "requests";
    this.#requests = new Requests(result.session, endpoint, {
      write: (bytes) => {
        this.#write(bytes);
      },
      reset: () => {
        this.socket.resetAndDestroy();
      },
      end: () => {
        this.#stage = "closed";
        this.#transport.end();
      },
    });
  }

  #write(bytes: Buffer): void {
    if (this.#transport.writable) this.#transport.write(bytes);
  }

  #close(): void {
    clearTimeout(this.#loginTimer);
    this.#stage = "closed";
    const session = this.#loggedIn;
    if (session === undefined) return;
    this.#requests?.abandon();
    session.state.abandonTransaction();
    this.#loggedIn = undefined;
    this.endpoint.journal.add({ ...session.journal, kind: "logout", errors: [] });
  }
}

export type JournalBase = Pick<SynapseJournalEntry, "host" | "database" | "login" | "applicationName">;
