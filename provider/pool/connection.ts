import { connect as connectSocket, type Socket } from "node:net";
import { ConnectionPool, type config as MssqlConfig } from "mssql";
import type { Connection, ConnectionConfiguration } from "tedious";
import type { Reporter } from "../reporter";
import { adviceFor, PoolUnreachable, type ServerError } from "./errors";
import { type Authentication, nameOfLogin, type PoolLogin } from "./login";
import type { Trouble } from "./trouble";

/**
 * One attempt to connect: a connection pool of exactly one connection, because session state must hold from batch to
 * batch. Throws PoolUnreachable.
 */
export async function openConnection(
  login: PoolLogin,
  database: string,
  reporter: Reporter,
): Promise<ConnectionPool> {
  const said: ServerError[] = [];
  const pool = new ConnectionPool(await mssqlConfig(login, database, said));
  // Without a listener a connection that breaks would end the process.
  pool.on("error", (error: Error) => {
    reporter.debug(`the connection to ${database} reported: ${error.message}`);
  });
  try {
    await pool.connect();
    await proveDatabase(pool, database);
  } catch (error) {
    await pool.close().catch(() => undefined);
    throw unreachable(login, database, error, said.at(-1));
  }
  for (const rejection of said)
    reporter.debug(`session option rejected: Msg ${rejection.number}: ${rejection.message}`);
  return pool;
}

/** Some pools let a paused or warming database in and refuse its first batch: better now than half way. */
async function proveDatabase(pool: ConnectionPool, database: string): Promise<void> {
  const { recordset } = await pool.request().batch<{ name: string }>("SELECT DB_NAME() AS name");
  const name = recordset[0]?.name;
  if (name?.toLowerCase() !== database.toLowerCase())
    throw new Error(`the connection ended up in database ${name ?? "unknown"}`);
}

type Config = MssqlConfig & {
  beforeConnect: (connection: Connection) => void;
  validateConnection: false;
};

async function mssqlConfig(login: PoolLogin, database: string, said: ServerError[]): Promise<Config> {
  return {
    server: login.host,
    ...(await credentials(login.authentication)),
    database,
    connectionTimeout: login.connectTimeout ?? 30_000,
    // Its clock stops at the first packet of an answer; run.ts has one of its own.
    requestTimeout: 0,
    pool: { max: 1, min: 0, idleTimeoutMillis: 3_600_000 },
    // mssql's `SELECT 1` before each request turns a paused pool into a storm of logins.
    validateConnection: false,
    options: {
      encrypt: true,
      trustServerCertificate: login.trustServerCertificate,
      appName: login.applicationName,
      maxRetriesOnTransientErrors: 0,
      ...sessionOptions,
      // The host name stays in TLS and login whatever address is dialled, so that certificate and gateway agree.
      connector: () => dial(login.route.server ?? login.host, login.route.port ?? login.port),
    } as unknown as NonNullable<MssqlConfig["options"]>,
    // A refused login carries its number in this event only.
    beforeConnect: (connection) => {
      connection.on("errorMessage", (message) => {
        said.push({
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

/** A dedicated pool's own level; tedious always sends one, and its default READ COMMITTED would be refused. */
const readUncommitted = 1;

/**
 * What sqlcmd and SSMS set. The rest of tedious' options is not sent: a dedicated pool knows no
 * IMPLICIT_TRANSACTIONS or CURSOR_CLOSE_ON_COMMIT to choose.
 */
const sessionOptions = {
  enableQuotedIdentifier: true,
  enableAnsiNull: true,
  enableAnsiPadding: true,
  enableAnsiWarnings: true,
  enableArithAbort: true,
  enableConcatNullYieldsNull: true,
  enableAnsiNullDefault: null,
  enableCursorCloseOnCommit: null,
  enableImplicitTransactions: null,
  enableNumericRoundabort: null,
  connectionIsolationLevel: readUncommitted,
  datefirst: null,
  dateFormat: null,
  language: null,
  textsize: null,
} as const;

async function credentials(authentication: Authentication): Promise<Partial<MssqlConfig>> {
  const entra = (value: ConnectionConfiguration["authentication"]): Partial<MssqlConfig> => ({
    authentication: value as NonNullable<MssqlConfig["authentication"]>,
  });
  switch (authentication.type) {
    case "sql":
      return { user: authentication.username, password: authentication.password };
    case "entra-access-token":
      return entra({
        type: "azure-active-directory-access-token",
        options: { token: authentication.accessToken },
      });
    case "entra-service-principal": {
      const { tenantId, clientId } = authentication;
      if ("clientSecret" in authentication)
        return entra({
          type: "azure-active-directory-service-principal-secret",
          options: { tenantId, clientId, clientSecret: authentication.clientSecret },
        });
      const { ClientCertificateCredential } = await import("@azure/identity");
      const credential = new ClientCertificateCredential(
        tenantId,
        clientId,
        authentication.clientCertificatePath,
      );
      return entra({ type: "token-credential", options: { credential } });
    }
    default: {
      const { type, clientId } = authentication;
      const options = clientId === undefined ? {} : { clientId };
      return entra(
        type === "entra-default"
          ? { type: "azure-active-directory-default", options }
          : { type: "azure-active-directory-msi-vm", options },
      );
    }
  }
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
  refusal: ServerError | undefined,
): PoolUnreachable {
  const place = `database ${database} on ${login.host}`;
  if (refusal !== undefined) {
    const { number, message } = refusal;
    return new PoolUnreachable(
      `The login ${nameOfLogin(login.authentication)} was refused by ${place}: Msg ${number}: ${message}` +
        adviceFor({ number, message }),
      { number, message },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const trouble: Trouble = { message, ...(code === undefined ? {} : { code }) };
  const dialled = `${login.route.server ?? login.host}:${login.route.port ?? login.port}`;
  return new PoolUnreachable(
    `No connection to ${place} (${dialled}): ${message}${adviceFor(trouble)}`,
    trouble,
  );
}

/** The code nearest to the cause: mssql and tedious wrap it in general ones of their own. */
function codeOf(error: unknown): string | undefined {
  const codes: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < 6 && typeof current === "object" && current !== null; depth++) {
    const layer = current as { code?: unknown; cause?: unknown; originalError?: unknown; errors?: unknown[] };
    if (typeof layer.code === "string") codes.push(layer.code);
    current = layer.originalError ?? layer.cause ?? layer.errors?.[0];
  }
  return codes.at(-1);
}
