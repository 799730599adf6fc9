/** One connection's life: PRELOGIN, TLS, login, then request by request. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import type { Endpoint, Place } from "./endpoint";
import type { Ending, LoginEffect } from "./faults";
import { logIn, redirect, type LoggedIn, type LoginAttempt, type Redirected } from "./login";
import { Requests } from "./requests";
import { parseFederatedToken, parseLogin7, type Login7 } from "./wire/login7";
import { malformedAnswer } from "./wire/malformed";
import { MessageAssembler, PacketType, packMessage, type Message } from "./wire/packets";
import { answerEncryption, Encryption, parsePrelogin, preloginReply } from "./wire/prelogin";
import { HandshakeTransport } from "./wire/tls";
import { encodeFederatedInfo } from "./wire/tokens";

const firstTlsByte = 0x16;
/** The first bytes of a client that speaks, and its login, come within this time (ms), or it is cut off. */
const loginTime = 30_000;
/** A client that was sent to a node closes its connection to the gateway within this time (ms), or the gateway does. */
const redirectedTime = 1000;

export class Session {
  private readonly assembler = new MessageAssembler();
  private transport: Duplex;
  private stage: "prelogin" | "login" | "token" | "requests" | "closed" = "prelogin";
  private login: Login7 | undefined;
  private granted: LoggedIn | undefined;
  private requests: Requests | undefined;
  private tls: TLSSocket | undefined;
  private handshake: HandshakeTransport | undefined;
  /** A login may come unencrypted. */
  private takesClear = false;
  /** TLS ends with the login (ENCRYPT_OFF). */
  private clearAfterLogin = false;
  private readonly loginTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly endpoint: Endpoint,
    private readonly place: Place,
    readonly spid: number,
  ) {
    this.transport = socket;
    this.loginTimer = setTimeout(() => socket.destroy(), loginTime).unref();
    socket.setNoDelay(true);
    socket.once("data", (chunk: Buffer) => {
      this.begin(chunk);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.tls?.destroy());
    for (const event of ["end", "close"] as const) {
      socket.on(event, () => {
        this.close();
      });
    }
  }

  get loggedIn(): LoggedIn | undefined {
    return this.granted;
  }

  /** Cuts the connection. */
  destroy(): void {
    this.socket.destroy();
  }

  /** TDS 8 begins with TLS; before that, TLS is agreed upon in PRELOGIN. */
  private begin(chunk: Buffer): void {
    if (chunk.readUInt8(0) === firstTlsByte) {
      this.socket.pause();
      this.socket.unshift(chunk);
      this.encrypt(this.socket, {
        secureContext: this.place.secureContexts.strict,
        ALPNProtocols: ["tds/8.0"],
      });
    } else {
      this.listen(this.socket);
      this.receive(chunk);
    }
  }

  private encrypt(
    transport: Duplex,
    options: { secureContext: SecureContext; ALPNProtocols?: string[] },
  ): void {
    const tls = new TLSSocket(transport, { isServer: true, ...options });
    this.tls = tls;
    tls.on("error", () => this.socket.destroy());
    this.listen(tls);
  }

  private listen(transport: Duplex): void {
    this.transport = transport;
    transport.on("data", this.receive);
    // A client that has said goodbye is logged out, whatever its socket still waits for.
    transport.on("end", () => {
      this.close();
      this.socket.end();
    });
  }

  private readonly receive = (chunk: Buffer): void => {
    try {
      for (const message of this.assembler.push(chunk)) this.take(message);
    } catch {
      // A peer that breaks the protocol gets no answer, as from a real server.
      this.socket.destroy();
    }
  };

  private take(message: Message): void {
    const isLogin = message.type === PacketType.Login7 || message.type === PacketType.FederatedToken;
    if (isLogin && this.transport === this.socket)
      this.endpoint.spoof.heard.push(message.payload.toString("hex"));
    switch (this.stage) {
      case "prelogin":
        this.prelogin(message);
        return;
      case "login":
        this.takeLogin(message);
        return;
      case "token":
        if (message.type !== PacketType.FederatedToken) throw new Error("a federated token was expected");
        this.finishLogin(parseFederatedToken(message.payload));
        return;
      case "requests":
        this.requests?.take(message);
        return;
      case "closed":
        return;
    }
  }

  private prelogin({ type, payload }: Message): void {
    if (type !== PacketType.Prelogin) throw new Error("PRELOGIN was expected");
    const { encryption, federatedAuthentication } = parsePrelogin(payload);
    const strict = this.tls !== undefined;
    if (!strict && this.losesLogin("prelogin")) return;
    const spoofed = strict ? undefined : this.spoof();
    this.takesClear = spoofed !== undefined;
    const answer = spoofed ?? answerEncryption(encryption);
    this.stage = "login";
    this.write(packMessage(PacketType.Reply, preloginReply(answer, federatedAuthentication !== undefined)));
    if (strict || spoofed === Encryption.NotSupported) return;
    if (spoofed === undefined && encryption === Encryption.NotSupported) {
      // The client heard that encryption is required; there is nothing more to say to it.
      this.stage = "closed";
      this.socket.end();
      return;
    }
    this.clearAfterLogin = spoofed === Encryption.Off;
    this.awaitTls();
  }

  private spoof(): number | undefined {
    const { spoof } = this.endpoint;
    const answer = spoof.encryption[this.place.at];
    if (answer !== undefined) spoof.answered += 1;
    return answer;
  }

  /** What comes in clear in place of a handshake is taken for what it is. */
  private awaitTls(): void {
    this.socket.off("data", this.receive);
    this.socket.once("data", (first: Buffer) => {
      if (this.losesLogin("tls")) return;
      if (first.readUInt8(0) === PacketType.Prelogin) {
        this.encryptInPrelogin(first);
        return;
      }
      this.clearAfterLogin = false;
      this.socket.on("data", this.receive);
      this.receive(first);
    });
  }

  private encryptInPrelogin(first: Buffer): void {
    this.handshake = new HandshakeTransport(this.socket);
    this.encrypt(this.handshake, { secureContext: this.place.secureContexts.prelogin });
    this.socket.unshift(first);
  }

  private leaveTls(): void {
    this.handshake?.release();
    this.transport = this.socket;
    this.socket.on("data", this.receive);
  }

  private takeLogin({ type, payload }: Message): void {
    if (type !== PacketType.Login7) throw new Error("LOGIN7 was expected");
    if (this.transport === this.socket && !this.takesClear) throw new Error("TLS was expected");
    const login = parseLogin7(payload);
    this.login = login;
    if (this.clearAfterLogin) this.leaveTls();
    const redirected = redirect(this.attempt(login));
    if (redirected !== undefined) {
      void this.sendOn(redirected);
      return;
    }
    if (login.federated?.library === "msal") {
      this.stage = "token";
      const info = encodeFederatedInfo(
        "https://login.microsoftonline.com/common",
        "https://database.windows.net/",
      );
      this.write(packMessage(PacketType.Reply, info));
      return;
    }
    this.finishLogin(login.federated?.token);
  }

  private attempt(login: Login7): LoginAttempt {
    const { endpoint, place, spid } = this;
    return {
      login,
      tlsServerName: typeof this.tls?.servername === "string" ? this.tls.servername : undefined,
      address: this.socket.remoteAddress ?? "127.0.0.1",
      traceId: randomUUID().toUpperCase(),
      spid,
      endpoint,
      place,
    };
  }

  private finishLogin(token: string | undefined): void {
    const login = this.login;
    if (login === undefined) throw new Error("LOGIN7 comes before a token");
    clearTimeout(this.loginTimer);
    const result = logIn(this.attempt(login), token);
    switch (result.kind) {
      case "suffers":
        this.suffer(result.effect);
        return;
      case "refused":
        this.write(result.reply);
        this.end("close");
        return;
      case "granted":
        this.write(result.reply);
        this.serve(result.session);
    }
  }

  private serve(session: LoggedIn): void {
    this.granted = session;
    this.stage = "requests";
    this.requests = new Requests(session, this.endpoint, {
      write: (bytes) => {
        this.write(bytes);
      },
      end: (how) => {
        this.end(how);
      },
    });
  }

  private async sendOn({ port, reply }: Redirected): Promise<void> {
    clearTimeout(this.loginTimer);
    this.stage = "closed";
    try {
      this.write(reply(await port));
    } catch {
      this.socket.destroy();
      return;
    }
    // A client that goes where it is sent closes by itself, and would take an end that comes with the answer for a failure.
    const timer = setTimeout(() => {
      this.end("close");
    }, redirectedTime);
    this.socket.once("close", () => {
      clearTimeout(timer);
    });
  }

  /** Whether a fault takes the connection at this stage. */
  private losesLogin(stage: "prelogin" | "tls"): boolean {
    const how = this.endpoint.faults.beforeLogin(this.place.workspace?.host, stage);
    if (how !== undefined) this.suffer({ kind: "lost", how });
    return how !== undefined;
  }

  private suffer(effect: LoginEffect): void {
    this.stage = "closed";
    clearTimeout(this.loginTimer);
    if (effect.kind === "malformed") {
      this.write(malformedAnswer(effect.how));
      if (effect.how === "half-message") this.end("fin");
    } else if (effect.how !== "silence") this.end(effect.how);
  }

  /** Ends the connection when everything that was written has left this process. */
  private end(how: Ending): void {
    this.stage = "closed";
    if (how === "close") {
      this.transport.end();
      return;
    }
    this.transport.write(Buffer.alloc(0), () => {
      if (how === "fin") this.socket.end();
      else this.socket.resetAndDestroy();
    });
  }

  private write(bytes: Buffer): void {
    if (this.transport.writable) this.transport.write(bytes);
  }

  private close(): void {
    clearTimeout(this.loginTimer);
    this.stage = "closed";
    const session = this.granted;
    if (session === undefined) return;
    this.requests?.abandon();
    session.state.abandonTransaction();
    this.granted = undefined;
    this.endpoint.journal.add({ ...session.journal, kind: "logout", errors: [] });
  }
}
