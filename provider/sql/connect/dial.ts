import { Socket } from "node:net";
import { fault } from "../driver-errors";
import { loginGuard } from "./packets";

/** Where a TCP connection leads. */
export interface Address {
  server: string;
  port: number;
}

/** The code of a login that was not sent, because it would not have been encrypted. */
const unencrypted = "ENOTENCRYPTED";

/** A TCP connection over which no login leaves in clear. */
class GuardedSocket extends Socket {
  private readonly guard = loginGuard();

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.guard.admit(chunk)) super._write(chunk, encoding, done);
    else
      done(
        fault(
          unencrypted,
          "the server answered that the login is not to be encrypted; nothing of the login was sent",
        ),
      );
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "binary", done);
  }
}

/**
 * A TCP connection. tedious' own timer does not reach a connector, and an address that swallows packets would keep a
 * plain socket waiting for minutes.
 */
export function dial({ server, port }: Address, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new GuardedSocket();
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      socket.off("error", refuse);
      end();
    };
    const refuse = (error: Error): void => {
      settle(() => {
        socket.destroy();
        reject(error);
      });
    };
    const timer = setTimeout(() => {
      refuse(fault("ETIMEDOUT", `no TCP connection to ${server}:${port} within ${timeout / 1000} s`));
    }, timeout);
    socket.once("error", refuse);
    socket.connect({ host: server, port, keepAlive: true }, () => {
      settle(() => {
        resolve(socket);
      });
    });
  });
}
