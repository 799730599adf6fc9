import type { Connection } from "tedious";
import type { Reporter } from "../reporter";
import { type Outcome, type Requests, sendBatch, tooSlow } from "./batch";
import { dialler } from "./dial";
import { describeUnreachable } from "./advice";
import { PoolUnreachable } from "./errors";
import { codeOf, messageOf, type ServerError, troubleFrom } from "./faults";
import { type PoolLogin, routeOf } from "./login";
import { OneSession } from "./one-session";
import { defaultConnectTimeout, settingsFor } from "./settings";
import type { Trouble } from "./trouble";

/** One session in one database, from login to logout. It is never replaced by another one. */
export interface PoolConnection {
  /** Sends a batch; see sendBatch. A session that was lost gives the fault ECONNCLOSED. */
  batch(text: string, timeout: number, said?: (message: string) => void): Promise<Outcome>;
  /** Never rejects; can be called again. */
  close(): Promise<void>;
}

/** One attempt to connect and to be let in. Throws PoolUnreachable. */
export async function openConnection(
  login: PoolLogin,
  database: string,
  reporter: Reporter,
): Promise<PoolConnection> {
  const timeout = login.connectTimeout ?? defaultConnectTimeout;
  const { server, port } = routeOf(login);
  // What the server said to the latest connection. A refused login carries its number in this event only.
  let said: ServerError[] = [];
  const listen = (connection: Connection): void => {
    said = [];
    const own = said;
    connection.on("errorMessage", ({ number, state, class: severity, lineNumber: line, message }) => {
      own.push({ number, state, severity, line, message });
    });
  };
  const pool = new OneSession(settingsFor(login, database, dialler(server, port, timeout), listen));
  // Without a listener a connection that breaks would end the process.
  pool.on("error", (error: Error) => {
    reporter.debug(`the connection to ${database} reported: ${error.message}`);
  });
  const close = async (): Promise<void> => {
    await pool.close().catch((error: unknown) => {
      reporter.debug(`closing the connection to ${database}: ${messageOf(error)}`);
    });
  };
  try {
    await pool.connect();
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
    throw new PoolUnreachable(describeUnreachable(login, database, trouble), trouble);
  }
  for (const { number, message } of said)
    reporter.debug(`a session option was rejected by ${database}: Msg ${number}: ${message}`);
  return {
    batch: (text, limit, listener) => sendBatch(pool, text, limit, listener, login.interruption?.cutOff),
    close,
  };
}

/** The first batch of a session was refused. */
class Refused extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}

/** Some pools let a login pass while they pause or warm up and refuse its first batch: better now than half way. */
async function proveDatabase(pool: Requests, database: string, timeout: number): Promise<void> {
  const { errors, rows } = await sendBatch(pool, "SELECT DB_NAME() AS name", timeout);
  const [first] = errors;
  if (first?.code === tooSlow)
    throw new Refused({
      code: "ETIMEOUT",
      message: `a first batch was not answered within ${timeout / 1000} s`,
    });
  if (first !== undefined) throw new Refused(troubleFrom(first));
  const name = String(rows[0]?.["name"]);
  if (name.toLowerCase() !== database.toLowerCase())
    throw new Refused({ message: `the session ended up in database ${name}` });
}

function troubleOf(error: unknown): Trouble {
  const code = codeOf(error);
  return { message: messageOf(error), ...(code === undefined ? {} : { code }) };
}
