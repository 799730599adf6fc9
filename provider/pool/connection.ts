import { connect as connectSocket, type Socket } from "node:net";
import { ConnectionPool, type config as MssqlConfig } from "mssql";
import type { Connection } from "tedious";
import type { Reporter } from "../reporter";
import { loginAdvice, PoolUnreachable, type ServerError } from "./errors";

export interface PoolLogin {
  /** The endpoint's own name: what the certificate and the gateway go by. */
  host: string;
  port: number;
  username: string;
  password: string;
  /** Where to connect instead, such as a private endpoint. */
  route: { server?: string; port?: number };
  trustServerCertificate: boolean;
  /** Sent in the login, so that the server's audit shows who called. */
  applicationName: string;
  /** Milliseconds; default 30 s. */
  connectTimeout?: number;
  /** Milliseconds for one batch; default 10 minutes. */
  requestTimeout?: number;
}

/** A connection pool of exactly one connection: session state must hold from batch to batch. */
export async function openConnection(
  login: PoolLogin,
  database: string,
  reporter: Reporter,
): Promise<ConnectionPool> {
  const refusals: ServerError[] = [];
  const pool = new ConnectionPool(mssqlConfig(login, database, refusals));
  // Without a listener a connection that breaks would end the process.
  pool.on("error", (error: Error) => {
    reporter.debug(`the connection to ${database} reported: ${error.message}`);
  });
  try {
    await pool.connect();
    return pool;
  } catch (error) {
    throw unreachable(login, database, error, refusals);
  }
}

type Config = MssqlConfig & {
  beforeConnect: (connection: Connection) => void;
  validateConnection: false;
};

function mssqlConfig(login: PoolLogin, database: string, refusals: ServerError[]): Config {
  return {
    server: login.host,
    user: login.username,
    password: login.password,
    database,
    connectionTimeout: login.connectTimeout ?? 30_000,
    requestTimeout: login.requestTimeout ?? 600_000,
    pool: { max: 1, min: 0 },
    // mssql's `SELECT 1` before each request turns a paused pool into a storm of logins.
    validateConnection: false,
    options: {
      encrypt: true,
      trustServerCertificate: login.trustServerCertificate,
      appName: login.applicationName,
      enableArithAbort: true,
      // The host name stays in TLS and login whatever address is dialled, so that certificate and gateway agree.
      connector: () => dial(login.route.server ?? login.host, login.route.port ?? login.port),
    },
    // A refused login carries its number in this event only.
    beforeConnect: (connection) => {
      connection.on("errorMessage", (message) => {
        refusals.push({
          number: message.number,
          state: message.state,
          severity: message.class,
          line: message.lineNumber,
          message: message.message,
        });
      });
    },
  };
}

function dial(server: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: server, port, keepAlive: true });
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

function unreachable(
  login: PoolLogin,
  database: string,
  error: unknown,
  refusals: readonly ServerError[],
): PoolUnreachable {
  const place = `database ${database} on ${login.host}`;
  const refusal = refusals.at(-1);
  if (refusal !== undefined) {
    const advice = loginAdvice(refusal.number, refusal.message);
    return new PoolUnreachable(
      `The login ${login.username} was refused by ${place}: Msg ${refusal.number}: ${refusal.message}` +
        (advice === "" ? "" : `\n${advice}`),
      refusal.number,
    );
  }
  const dialled = `${login.route.server ?? login.host}:${login.route.port ?? login.port}`;
  const message = error instanceof Error ? error.message : String(error);
  return new PoolUnreachable(
    `No connection to ${place} (${dialled}): ${message}${connectionAdvice(message)}`,
  );
}

function connectionAdvice(message: string): string {
  if (/certificate|self.signed/i.test(message))
    return "\nThe server's certificate is not trusted. Add its authority with NODE_EXTRA_CA_CERTS, or set bootstrap.trustServerCertificate.";
  if (/ENOTFOUND|EAI_AGAIN/.test(message))
    return "\nThe host name cannot be resolved from here. Check `host`, or bootstrap.server for a private endpoint.";
  return "\nCheck that the endpoint can be reached from here; bootstrap.server names another address, such as a private endpoint's.";
}
