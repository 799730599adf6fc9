import type { Connection } from "tedious";
import type { Reporter } from "../../core/reporter";
import { told } from "../../core/strangers";
import { type Outcome, type Requests, sendBatch, tooSlow } from "../batch";
import type { Address } from "./dial";
import { describeUnreachable } from "../hints";
import { PoolUnreachable } from "../errors";
import {
  codeOf,
  lostConnection,
  malformed,
  messageOf,
  type ServerError,
  troubleFrom,
} from "../driver-errors";
import { Line } from "./line";
import { type PoolLogin, routeOf } from "./login";
import { OneSession } from "./one-session";
import { defaultConnectTimeout, settingsFor } from "./settings";
import type { Trouble } from "../trouble";

/** One session in one database, from login to logout. It is never replaced by another one. */
export interface PoolConnection {
  /** The node to which the gateway sent on; undefined where it serves itself. */
  readonly node: Address | undefined;
  /**
   * Sends a batch; see sendBatch. A session that was lost before it gives the fault ECONNCLOSED; one that ended with it,
   * however it ended, has a fault of the connection as its last error.
   */
  batch(text: string, timeout: number, said?: (message: string) => void): Promise<Outcome>;
  /** Never rejects; can be called again. */
  close(): Promise<void>;
}

/** A session that may serve several users, one after the other. */
export interface Session extends PoolConnection {
  /** Nobody uses it: it is silent, and keeps no process alive. */
  park(): void;
  /**
   * Makes it as it was after the login, and proves that it lives and its database answers, in one batch. False where that
   * cannot be had; then it is to be closed. From now on it speaks to this reporter.
   */
  renew(reporter: Reporter): Promise<boolean>;
}

/** One attempt to connect and to be let in. Throws PoolUnreachable. */
export async function openConnection(login: PoolLogin, database: string, opener: Reporter): Promise<Session> {
  let reporter: Reporter | undefined = opener;
  const timeout = login.connectTimeout ?? defaultConnectTimeout;
  const line = new Line(routeOf(login), timeout);
  // What the server said to the latest connection. A refused login carries its number in this event only.
  let said: ServerError[] = [];
  const listen = (connection: Connection): void => {
    line.attach(connection);
    said = [];
    const own = said;
    connection.on("errorMessage", ({ number, state, class: severity, lineNumber: at, message }) => {
      own.push({ number, state, severity, line: at, message });
    });
  };
  const pool = new OneSession(settingsFor(login, database, line.dial, listen));
  // Without a listener a connection that breaks would end the process.
  pool.on("error", (error: Error) => {
    reporter?.debug(`the connection to ${database} reported: ${told(error.message)}`);
  });
  const close = async (): Promise<void> => {
    await pool.close().catch((error: unknown) => {
      reporter?.debug(`closing the connection to ${database}: ${messageOf(error)}`);
    });
  };
  try {
    await pool.connect();
    line.loggedIn();
    await proveDatabase(pool, database, timeout);
  } catch (error) {
    await close();
    const refusal = codeOf(error) === "ELOGIN" ? said.at(-1) : undefined;
    const trouble =
      error instanceof Refused
        ? error.trouble
        : refusal === undefined
          ? troubleOf(error)
          : troubleFrom(refusal);
    const { node } = line;
    const found = node === undefined ? trouble : { ...trouble, node };
    throw new PoolUnreachable(describeUnreachable(login, database, found), found);
  }
  for (const { number, message } of said)
    opener.debug(`a session option was rejected by ${database}: Msg ${number}: ${told(message)}`);
  tellOfNode(login.host, line.node, opener);
  return {
    node: line.node,
    batch: async (text, limit, listener) => {
      const outcome = await sendBatch(pool, text, limit, listener, login.interruption?.cutOff);
      const last = outcome.errors.at(-1);
      const byServer = last !== undefined && (last.number > 0 || last.code === unexplained);
      if (byServer && (await line.isLost())) outcome.errors.push(lostConnection);
      return outcome;
    },
    close,
    park: () => {
      reporter = undefined;
      line.hold(false);
      pool.hold(false);
    },
    renew: async (next) => {
      reporter = next;
      line.hold(true);
      try {
        await line.reset((options) => proveDatabase(pool, database, timeout, options));
      } catch (error) {
        next.debug(`the session in ${database} cannot be used again: ${told(messageOf(error))}`);
        return false;
      }
      tellOfNode(login.host, line.node, next);
      return true;
    },
  };
}

/** tedious' code of an answer that says it failed and not why. */
const unexplained = "UNKNOWN";

/** The node that each reporter was told of last: an operation logs in several times. */
const toldOf = new WeakMap<Reporter, string>();

function tellOfNode(host: string, node: Address | undefined, reporter: Reporter): void {
  if (node === undefined) return;
  const name = `${node.server}:${node.port}`;
  if (toldOf.get(reporter) === name) return;
  toldOf.set(reporter, name);
  reporter.info(`the gateway ${host} sends this machine on to the node ${name}`);
}

/** The first batch of a session was refused. */
class Refused extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}

/** Some pools let a login pass while they pause or warm up and refuse its first batch: better now than half way. */
async function proveDatabase(
  pool: Requests,
  database: string,
  timeout: number,
  options?: string,
): Promise<void> {
  const { errors, rows } = await sendBatch(
    pool,
    ["SELECT DB_NAME() AS name", ...(options === undefined ? [] : [options])].join("\n"),
    timeout,
  );
  const [first] = errors;
  if (first?.code === tooSlow)
    throw new Refused({
      code: "ETIMEOUT",
      message: `the login was answered, and a first batch was not answered within ${timeout / 1000} s`,
    });
  if (first !== undefined) throw new Refused(troubleFrom(first));
  const name = rows[0]?.["name"];
  if (typeof name !== "string")
    throw new Refused({
      code: malformed,
      message: "the server answered a first query without naming the database",
    });
  if (name.toLowerCase() !== database.toLowerCase())
    throw new Refused({ message: `the session ended up in database ${name}` });
}

function troubleOf(error: unknown): Trouble {
  const code = codeOf(error);
  return { message: messageOf(error), ...(code === undefined ? {} : { code }) };
}
