import { connect, type Socket } from "node:net";

/** A fault of the connection with the code by which trouble.ts judges it. */
function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * A TCP connection. tedious' own timer does not reach a connector, and an address that swallows packets would keep a
 * plain socket waiting for minutes.
 */
export function dial(server: string, port: number, timeout: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server, port, keepAlive: true });
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
    socket.once("connect", () => {
      settle(() => {
        resolve(socket);
      });
    });
  });
}

/**
 * Dials once and never again: a connection that is lost between two batches mssql would replace silently, and with it
 * everything that the session had set.
 */
export function dialler(server: string, port: number, timeout: number): () => Promise<Socket> {
  let dialled = false;
  return () => {
    if (dialled) return Promise.reject(fault("ECONNCLOSED", "the connection was lost between two batches"));
    dialled = true;
    return dial(server, port, timeout);
  };
}
