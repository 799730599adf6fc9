import type { Socket } from "node:net";
import { checkServerIdentity, TLSSocket } from "node:tls";
import type { Connection } from "tedious";
import { type Address, dial } from "./dial";
import { fault, malformed } from "../driver-errors";
import { answerGuard } from "./packets";

/** A gateway sends on to a node; a chain of them is somebody's mistake. */
const mostRedirects = 3;

/** The code of a session that was lost before a batch was sent. */
export const lostBefore = "ECONNCLOSED";

/**
 * The way of one session to its server: the gateway, and the node that the gateway sends on to (clients inside Azure
 * always, ENVCHANGE Routing of MS-TDS). Each address is dialled once, and none after the login: a connection that is
 * lost between two batches mssql would replace silently, and with it everything that the session had set.
 */
export class Line {
  /** Where the gateway sent on to. */
  node: Address | undefined;
  private connection: Connection | undefined;
  private readonly dialled: Address[] = [];
  private socket: Socket | undefined;
  private loginTimer: NodeJS.Timeout | undefined;
  private isLoggedIn = false;

  /** @param timeout milliseconds for each address, from dialling to the end of the login. */
  constructor(
    private readonly route: Address,
    private readonly timeout: number,
  ) {}

  /** tedious' `connector`. */
  readonly dial = async (): Promise<Socket> => {
    const address = this.next();
    if (this.dialled.some(({ server, port }) => server === address.server && port === address.port))
      throw fault("EREDIRECT", `the gateway sends in a circle: to ${address.server}:${address.port} again`);
    if (this.dialled.length > mostRedirects)
      throw fault("EREDIRECT", `the gateway sends on and on: ${mostRedirects} times so far`);
    this.dialled.push(address);
    const socket = await dial(address, this.timeout);
    this.watch(socket);
    return socket;
  };

  private next(): Address {
    if (this.dialled.length === 0) return this.route;
    const routing = this.connection?.routingData;
    if (this.isLoggedIn || this.connection === undefined || routing === undefined)
      throw fault(lostBefore, "the connection was lost between two batches");
    const { server, port } = routing;
    this.node = { server, port };
    // In strict mode tedious would go on comparing the certificate with the gateway's name.
    this.connection.config.options.serverName = server;
    return this.node;
  }

  /** Before tedious connects: follows it where it is sent, and ends what it cannot read. */
  attach(connection: Connection): void {
    this.connection = connection;
    connection.on("secure", (cleartext) => {
      this.watchAnswers(cleartext);
    });
    this.endWhatCannotBeRead(connection);
    checkStrictly(connection);
  }

  /** The login is over; from here on a lost connection is lost. */
  loggedIn(): void {
    this.isLoggedIn = true;
    clearTimeout(this.loginTimer);
    // In strict mode the socket is TLS from the first byte, and is not told of before.
    const socket = this.connection?.socket;
    if (socket instanceof TLSSocket) this.watchAnswers(socket);
  }

  /** Whether it keeps the process alive. */
  hold(held: boolean): void {
    for (const socket of [this.socket, this.connection?.socket])
      if (held) socket?.ref();
      else socket?.unref();
  }

  /**
   * The next batch, which `send` sends, resets the session before it runs; after it the session is as it was after the
   * login, if these options are part of it. Throws what `send` throws, and where the server does not say that it did.
   */
  async reset(send: (options: string) => Promise<void>): Promise<void> {
    const { connection } = this;
    if (connection === undefined) throw fault(lostBefore, "there is no session yet");
    const done = { is: false };
    const acknowledge = (): void => {
      done.is = true;
    };
    connection.once("resetConnection", acknowledge);
    connection.resetConnectionOnNextRequest = true;
    try {
      await send(connection.getInitialSql());
    } finally {
      connection.off("resetConnection", acknowledge);
    }
    if (!done.is) throw fault(malformed, "the server did not reset the session");
  }

  /** Whether the connection ended, asked when something went wrong: the end may be on its way behind the error. */
  async isLost(): Promise<boolean> {
    const socket = this.socket;
    if (socket === undefined || hasEnded(socket)) return true;
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        socket.off("end", settle);
        socket.off("close", settle);
        resolve(hasEnded(socket));
      };
      const timer = setTimeout(settle, endBehindError);
      socket.once("end", settle);
      socket.once("close", settle);
    });
  }

  private watch(socket: Socket): void {
    this.socket = socket;
    clearTimeout(this.loginTimer);
    // tedious does not heed its own timer while it waits for the rest of an answer to a login.
    this.loginTimer = setTimeout(() => {
      socket.destroy(fault("ETIMEDOUT", `the login was not answered within ${this.timeout / 1000} s`));
    }, this.timeout + graceOfTimer);
    socket.once("close", () => {
      if (this.socket === socket) clearTimeout(this.loginTimer);
    });
  }

  private watchAnswers(cleartext: TLSSocket): void {
    const guard = answerGuard();
    cleartext.on("data", (bytes: Buffer) => {
      if (!guard.admit(bytes))
        this.socket?.destroy(fault(malformed, "the server's answer cannot be read (it is not TDS)"));
    });
  }

  /**
   * What its parser throws, tedious leaves to the process as an uncaught exception, and the request never ends. So does
   * a login whose answer breaks off.
   */
  private endWhatCannotBeRead(connection: Connection): void {
    const parserFor = connection.createTokenStreamParser.bind(connection);
    connection.createTokenStreamParser = (message, handler) => {
      const parser = parserFor(message, handler);
      const socket = connection.socket;
      const end = (error: Error): void => {
        // During the login tedious listens to its parser alone, and later to the socket alone.
        if (!this.isLoggedIn && parser.listenerCount("error") > 0) parser.emit("error", error);
        socket?.destroy(error);
      };
      parser.parser.on("error", (error: Error) => {
        end(fault(malformed, `the server's answer cannot be read (${error.message})`));
      });
      const breakOff = (): void => {
        end(fault("ECONNRESET", "the connection ended in the middle of an answer"));
      };
      socket?.once("close", breakOff);
      parser.once("end", () => socket?.off("close", breakOff));
      return parser;
    };
  }
}

/** In strict mode tedious leaves the check of the certificate to the process, whose environment may have switched it off. */
function checkStrictly(connection: Connection): void {
  const wrap = connection.wrapWithTls.bind(connection);
  connection.wrapWithTls = async (socket, signal) => {
    const encrypted = await wrap(socket, signal);
    if (encrypted.authorized) return encrypted;
    const { server, options } = connection.config;
    const wrongName = checkServerIdentity(options.serverName ?? server, encrypted.getPeerCertificate());
    encrypted.destroy();
    throw wrongName ?? fault(String(encrypted.authorizationError), "the server's certificate is not trusted");
  };
}

const hasEnded = (socket: Socket): boolean => socket.destroyed || socket.readableEnded;

/** Milliseconds. */
const endBehindError = 100;
const graceOfTimer = 1000;
