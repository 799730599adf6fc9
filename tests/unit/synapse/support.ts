/** A running endpoint and clients for it: tedious, as `mssql` drives it, with every message collected. */
import { connect as connectTcp } from "node:net";
import { Connection, Request, type ConnectionConfiguration, type ConnectionOptions } from "tedious";
import { startSynapse, type Synapse, type SynapseOptions } from "../../../sandbox/synapse";

export const HOST = "claims.sql.azuresynapse.net";
export const POOL = "claims";
/** The only isolation level that a dedicated pool takes, by tedious' number for it. */
const READ_UNCOMMITTED = 1;
export const ADMINISTRATOR = { user: "sqladmin", password: "Adm1n!stration" };

/** An endpoint with one workspace and one empty pool. */
export async function startWithPool(options: SynapseOptions = {}): Promise<Synapse> {
  const synapse = await startSynapse(options);
  addPool(synapse);
  return synapse;
}

/** Everything as it is after the start, but for the endpoint's certificate: making one takes its time. */
export function renew(synapse: Synapse): void {
  for (const database of [POOL, "master"]) synapse.setFault(HOST, database, undefined);
  synapse.dropWorkspace(HOST);
  addPool(synapse);
}

function addPool(synapse: Synapse): void {
  synapse.createWorkspace({
    host: HOST,
    administratorLogin: ADMINISTRATOR.user,
    administratorPassword: ADMINISTRATOR.password,
  });
  synapse.createPool(HOST, POOL);
}

export interface ServerMessage {
  number: number;
  message: string;
  lineNumber: number;
  class: number;
  state: number;
  procName: string;
}

/** Everything one request brought back. */
export interface Answer {
  errors: ServerMessage[];
  numbers: number[];
  infos: ServerMessage[];
  /** Rows of all result sets in order, as arrays of values. */
  rows: unknown[][];
  columns: { name: string; type: string }[];
  rowCounts: (number | undefined)[];
  returnStatus: number | undefined;
  failure: Error | undefined;
}

/** A login that was refused. */
export class LoginError extends Error {
  constructor(
    message: string,
    readonly messages: ServerMessage[],
    readonly code: string,
  ) {
    super(message);
  }
}

export interface ClientOptions {
  user?: string;
  password?: string;
  database?: string;
  server?: string;
  authentication?: ConnectionConfiguration["authentication"];
  /** Hears of each packet that comes and goes, from the first one. */
  onPacket?: (text: string) => void;
  options?: Partial<ConnectionOptions>;
}

export class Client {
  private constructor(readonly connection: Connection) {}

  static async connect(synapse: Synapse, given: ClientOptions = {}): Promise<Client> {
    const {
      user = ADMINISTRATOR.user,
      password = ADMINISTRATOR.password,
      database = POOL,
      server = HOST,
    } = given;
    const connection = new Connection({
      server,
      authentication: given.authentication ?? { type: "default", options: { userName: user, password } },
      options: {
        database,
        encrypt: true,
        maxRetriesOnTransientErrors: 0,
        rowCollectionOnDone: false,
        connectionIsolationLevel: READ_UNCOMMITTED,
        cryptoCredentialsDetails: { ca: synapse.certificateAuthority },
        connector: async () => Promise.resolve(connectTcp(synapse.port, synapse.address)),
        debug: { packet: given.onPacket !== undefined, data: false, payload: false, token: false },
        ...given.options,
      },
    });
    const messages: ServerMessage[] = [];
    connection.on("errorMessage", (message) => messages.push(message));
    connection.on("error", () => undefined);
    connection.on("debug", (text) => given.onPacket?.(text));
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => {
        if (error === undefined) resolve();
        else reject(new LoginError(error.message, messages, (error as { code?: string }).code ?? ""));
      });
    });
    return new Client(connection);
  }

  /** Sends a SQL batch. */
  async batch(text: string): Promise<Answer> {
    return this.send((request) => {
      this.connection.execSqlBatch(request);
    }, text);
  }

  /** Sends one request and collects its answer; never rejects. */
  async send(
    start: (request: Request) => void,
    text: string,
    prepare?: (request: Request) => void,
  ): Promise<Answer> {
    const answer: Answer = {
      errors: [],
      numbers: [],
      infos: [],
      rows: [],
      columns: [],
      rowCounts: [],
      returnStatus: undefined,
      failure: undefined,
    };
    const onError = (message: ServerMessage): void => void answer.errors.push(message);
    const onInfo = (message: ServerMessage): void => void answer.infos.push(message);
    const { connection } = this;
    connection.on("errorMessage", onError).on("infoMessage", onInfo);
    await new Promise<void>((resolve) => {
      const request = new Request(text, (error) => {
        answer.failure = error ?? undefined;
        resolve();
      });
      request.on("columnMetadata", (columns) => {
        const described = columns as { colName: string; type: { name: string } }[];
        answer.columns = described.map(({ colName, type }) => ({ name: colName, type: type.name }));
      });
      request.on("row", (row: { value: unknown }[]) => answer.rows.push(row.map(({ value }) => value)));
      const count = (rows: number | undefined): void => void answer.rowCounts.push(rows);
      request.on("done", count).on("doneInProc", count);
      request.on("doneProc", (_count, _more, status: number) => (answer.returnStatus = status));
      prepare?.(request);
      start(request);
    });
    connection.off("errorMessage", onError).off("infoMessage", onInfo);
    answer.numbers = answer.errors.map(({ number }) => number);
    return answer;
  }

  /** The values of the first column. */
  async values(text: string): Promise<unknown[]> {
    const { rows, errors } = await this.batch(text);
    if (errors[0] !== undefined) throw new Error(`${errors[0].number}: ${errors[0].message}`);
    return rows.map(([value]) => value);
  }

  /** Runs batches that must succeed. */
  async run(...batches: string[]): Promise<void> {
    for (const text of batches) await this.values(text);
  }

  async close(): Promise<void> {
    if (this.connection.closed) return;
    await new Promise<void>((resolve) => {
      this.connection.once("end", () => {
        resolve();
      });
      this.connection.close();
    });
  }
}

/** The error with which a login is refused. */
export async function loginError(synapse: Synapse, options: ClientOptions): Promise<LoginError> {
  try {
    const client = await Client.connect(synapse, options);
    await client.close();
  } catch (error) {
    if (error instanceof LoginError) return error;
    throw error;
  }
  throw new Error("the login was not refused");
}

/** Waits, turn by turn, until something has happened at the other end. */
export async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 1));
}
