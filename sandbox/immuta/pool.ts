import { connect as connectTcp, type Socket } from "node:net";
import { Connection, Request } from "tedious";
import type { Account, Settings } from "./model";

/** Where a pool's host really is, and which authority its certificate comes from: Immuta's name resolution. */
export interface PoolRoute {
  route(host: string, port: number): { address: string; port: number };
  /** PEM. */
  certificateAuthority: string;
}

/** What the server said, or why it could not be asked. The message is the server's own and holds no password. */
export class PoolError extends Error {
  constructor(
    message: string,
    /** SQL Server's number; undefined when the connection itself failed. */
    readonly number: number | undefined,
  ) {
    super(message);
    this.name = "PoolError";
  }
}

export type Row = Record<string, string | number | boolean | null>;

/** One connection to one database of a workspace. */
export interface Session {
  /** Runs one batch and gives its rows. Throws PoolError with the first error of the batch. */
  batch(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

const readUncommitted = 1;
const azureDomain = ".sql.azuresynapse.net";

/**
 * Logs in to a database of the pool's workspace.
 * Throws PoolError with the server's number when the login is refused.
 */
export async function connect(
  pools: PoolRoute,
  { host, port }: Pick<Settings, "host" | "port">,
  database: string,
  account: Account,
): Promise<Session> {
  const connection: Connection = new Connection({
    server: host,
    authentication: {
      type: "default",
      options: { userName: account.username, password: account.password },
    },
    options: {
      database,
      appName: "Immuta",
      // The one level that a dedicated pool takes; tedious always sets one.
      connectionIsolationLevel: readUncommitted,
      connector: following(pools.route(host, port), () => connection.routingData),
      // TDS 8: the login cannot be talked out of encryption.
      encrypt: "strict",
      cryptoCredentialsDetails: { ca: pools.certificateAuthority },
      // The gateway's certificate stands for Azure's own domain; another name for it (private DNS) is none of its names.
      ...(host.toLowerCase().endsWith(azureDomain) ? {} : { serverName: "localhost" }),
      maxRetriesOnTransientErrors: 0,
      connectTimeout: 5_000,
      requestTimeout: 10_000,
      rowCollectionOnRequestCompletion: true,
      useColumnNames: true,
    },
  });
  // A connection that breaks has ended before anybody closes it.
  const ended = new Promise<void>((resolve) => connection.once("end", resolve));
  await login(connection);
  return {
    batch: (sql) => runBatch(connection, sql),
    close: async () => {
      connection.close();
      await ended;
    },
  };
}

/** Connects, does the work, and closes whatever comes of it. */
export async function withSession<T>(
  pools: PoolRoute,
  settings: Settings,
  database: string,
  account: Account,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(pools, settings, database, account);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Connects to the gateway, and then, once, to where it sends the client. */
function following(
  { address, port }: { address: string; port: number },
  routed: () => { server: string; port: number } | undefined,
): () => Promise<Socket> {
  let connected = 0;
  return async () => {
    connected += 1;
    if (connected > 2) throw new Error("the pool's gateway redirects again and again");
    const route = routed();
    return openSocket(route?.server ?? address, route?.port ?? port);
  };
}

function openSocket(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function login(connection: Connection): Promise<void> {
  let refusal: PoolError | undefined;
  // Only this event carries the number of a login that was refused.
  connection.on("errorMessage", ({ message, number }: { message: string; number: number }) => {
    refusal ??= new PoolError(message, number);
  });
  return new Promise((resolve, reject) => {
    connection.on("error", () => {
      // A connection that breaks later fails the request that is under way; there is nothing else to tell.
    });
    connection.connect((error) => {
      if (error === undefined) {
        resolve();
        return;
      }
      connection.close();
      reject(refusal ?? new PoolError(error.message, undefined));
    });
  });
}

function runBatch(connection: Connection, sql: string): Promise<Row[]> {
  let first: PoolError | undefined;
  const note = ({ message, number }: { message: string; number: number }): void => {
    first ??= new PoolError(message, number);
  };
  return new Promise((resolve, reject) => {
    connection.on("errorMessage", note);
    const request = new Request(sql, (error: Error | null | undefined, _count?: number, rows?: unknown) => {
      connection.off("errorMessage", note);
      if (error) reject(first ?? new PoolError(error.message, undefined));
      else resolve(((rows ?? []) as Record<string, { value: Row[string] }>[]).map(plainRow));
    });
    connection.execSqlBatch(request);
  });
}

const plainRow = (columns: Record<string, { value: Row[string] }>): Row =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.value]));
