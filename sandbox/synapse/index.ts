/**
 * Azure Synapse on a laptop: one TDS endpoint that stands for the dedicated SQL pools of any number of workspaces, as
 * Azure's own gateway does. Clients reach a workspace by saying its host name (LOGIN7 server name, TLS server name, or
 * user@workspace) on a connection to 127.0.0.1.
 */
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import { catalogOf, type Catalog } from "./catalog";
import { makeCertificate } from "./certificate";
import type { Endpoint, Place, Spoof } from "./endpoint";
import { Faults, type Fault } from "./faults";
import { Journal, type SynapseJournalEntry } from "./journal";
import { Limits, type PoolLimits } from "./limits";
import { nodeServer } from "./login";
import { freePort, listen, loopback, Nodes } from "./nodes";
import { Session } from "./session";
import { documentedDialect, type PoolDialect } from "./tsql/lexer";
import { Encryption } from "./wire/prelogin";
import { sameName, Workspace } from "./workspace";

export type { Catalog } from "./catalog";
export type { Ending, Fault } from "./faults";
export type { SynapseJournalEntry } from "./journal";
export type { PoolLimits } from "./limits";
export type { PoolDialect } from "./tsql/lexer";

export interface SynapseOptions {
  /** TCP port on 127.0.0.1; 0 (the default) takes any that is free. */
  port?: number;
  /** What the parsers of all pools take, where a workspace says nothing else; see {@link PoolDialect}. */
  dialect?: Partial<PoolDialect>;
  /** What each pool does at once; see {@link PoolLimits}. */
  limits?: Partial<PoolLimits>;
  /**
   * How clients reach a pool. "proxy" (the default): through the gateway, as those outside Azure do. "redirect": the gateway
   * asks nobody who they are and sends them to the workspace's node, as it does with clients inside Azure.
   */
  connectionPolicy?: ConnectionPolicy;
}

export type ConnectionPolicy = "proxy" | "redirect";

export interface Synapse {
  readonly address: string;
  readonly port: number;
  /** PEM of the authority behind the endpoint's certificate (*.sql.azuresynapse.net, *.database.windows.net, localhost, 127.0.0.1). */
  readonly certificateAuthority: string;
  /** Throws where there is a workspace of that host already. */
  createWorkspace(workspace: {
    host: string;
    administratorLogin: string;
    administratorPassword: string;
    dialect?: Partial<PoolDialect>;
  }): void;
  setAdministratorPassword(host: string, password: string): void;
  /** Drops the workspace with its pools and cuts their connections. */
  dropWorkspace(host: string): void;
  /**
   * Makes an empty pool, or one with the content of another, as a restore does: users and all, and no logins. Throws where the
   * workspace has a database of that name already, and where there is no such source.
   */
  createPool(host: string, database: string, source?: { host: string; database: string }): void;
  dropPool(host: string, database: string): void;
  /**
   * Where the gateway sends the workspace's clients: localhost, and a port from 11000 to 11999. Resolves when the node
   * listens there. Rejects where the connection policy is not "redirect".
   */
  node(host: string): Promise<{ server: string; port: number }>;
  /** What users made in the database ("master" too), sorted. An empty pool gives empty arrays. */
  catalog(host: string, database: string): Catalog;
  /**
   * Lets an Entra identity log in to the workspace with this access token. It needs a user (CREATE USER … FROM EXTERNAL
   * PROVIDER) in each database, unless it is the workspace's Entra administrator.
   */
  acceptAccessToken(
    host: string,
    token: string,
    principalName: string,
    options?: { administrator?: boolean },
  ): void;
  /** Sets, replaces or (undefined) removes the one fault of a database. */
  setFault(host: string, database: string, fault: Fault | undefined): void;
  /** The fault in force; undefined where there is none, or where it has fired and is gone. */
  faultOf(host: string, database: string): Fault | undefined;
  /**
   * Puts a server in between, on the way to the gateway and to the nodes or to one of them, that answers PRELOGIN with
   * ENCRYPT_OFF or ENCRYPT_NOT_SUP and then takes what comes in clear; undefined takes it away. TDS 8 passes it by.
   */
  setEncryption(value: "off" | "not-supported" | undefined, options?: { at?: "gateway" | "node" }): void;
  /** How many clients such a server has answered so far. */
  readonly spoofedPrelogins: number;
  /** Each LOGIN7 message and token that has arrived unencrypted (hex), with such a server or without. */
  readonly heardInClear: readonly string[];
  clearHeard(): void;
  readonly journal: readonly SynapseJournalEntry[];
  clearJournal(): void;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

const firstSpid = 51;
/** What the certificate of a node stands for that a fault has given the wrong one. */
const anotherName = "another.worker.database.windows.net";

export async function startSynapse(options: SynapseOptions = {}): Promise<Synapse> {
  const { connectionPolicy = "proxy" } = options;
  const certificate = makeCertificate();
  const workspaces: Workspace[] = [];
  const faults = new Faults();
  const journal = new Journal();
  const sessions = new Set<Session>();
  const silent = new Set<Socket>();
  const spoof: Spoof = { encryption: { gateway: undefined, node: undefined }, answered: 0, heard: [] };

  const secureContexts = contextsOf(certificate);
  const gateway: Place = { at: "gateway", workspace: undefined, secureContexts };
  const nodes = new Nodes((socket, workspace, kind) => {
    if (kind === "silence") {
      hold(socket, silent);
      return;
    }
    const named = kind === "certificate" ? contextsOf(certificate.another(anotherName)) : secureContexts;
    serve(socket, { at: kind === "loop" ? "gateway" : "node", workspace, secureContexts: named });
  });
  const route: Endpoint["route"] = (workspace, database) => {
    const fault = faults.atNode(workspace.host, database);
    if (fault === "refused") return freePort();
    if (fault === undefined && connectionPolicy === "proxy") return undefined;
    return nodes.of(workspace, fault ?? "own").listening;
  };
  const endpoint: Endpoint = {
    workspaces,
    faults,
    journal,
    limits: new Limits(options.limits ?? {}),
    sessionsIn: (database) =>
      [...sessions].flatMap(({ loggedIn }) =>
        loggedIn?.state.database === database ? [loggedIn.state] : [],
      ),
    isLoggedIn: (login) => [...sessions].some(({ loggedIn }) => loggedIn?.state.identity.login === login),
    route,
    spoof,
  };

  let spid = firstSpid;
  const serve = (socket: Socket, place: Place): void => {
    const session = new Session(socket, endpoint, place, spid);
    spid = spid >= 32_000 ? firstSpid : spid + 1;
    sessions.add(session);
    socket.on("close", () => sessions.delete(session));
  };
  const server = createServer((socket) => {
    serve(socket, gateway);
  });
  await listen(server, options.port ?? 0);

  const find = (host: string): Workspace => {
    const workspace = workspaces.find((other) => sameName(other.host, host));
    if (workspace === undefined) throw new Error(`there is no workspace ${host}`);
    return workspace;
  };
  const findDatabase = (host: string, name: string): NonNullable<ReturnType<Workspace["database"]>> => {
    const database = find(host).database(name);
    if (database === undefined) throw new Error(`there is no database ${name} on ${host}`);
    return database;
  };
  const cut = (concerns: (session: NonNullable<Session["loggedIn"]>) => boolean): void => {
    for (const session of sessions)
      if (session.loggedIn !== undefined && concerns(session.loggedIn)) session.destroy();
  };

  return {
    address: loopback,
    port: (server.address() as AddressInfo).port,
    certificateAuthority: certificate.authority,
    createWorkspace({ host, administratorLogin, administratorPassword, dialect }) {
      if (workspaces.some((other) => sameName(other.host, host)))
        throw new Error(`there is a workspace ${host} already`);
      const spoken = { ...documentedDialect, ...options.dialect, ...dialect };
      const workspace = new Workspace(host, administratorLogin, administratorPassword, spoken);
      workspaces.push(workspace);
      if (connectionPolicy === "redirect") nodes.of(workspace, "own");
    },
    setAdministratorPassword(host, password) {
      find(host).administrator.password = password;
    },
    dropWorkspace(host) {
      const workspace = find(host);
      workspaces.splice(workspaces.indexOf(workspace), 1);
      cut(({ state }) => state.workspace === workspace);
      void nodes.drop(workspace);
    },
    createPool(host, database, source) {
      const workspace = find(host);
      const original = source === undefined ? undefined : findDatabase(source.host, source.database);
      if (workspace.database(database) !== undefined)
        throw new Error(`there is a database ${database} on ${host} already`);
      const made = workspace.addDatabase(database);
      if (original !== undefined) made.takeFrom(original);
    },
    dropPool(host, name) {
      const database = findDatabase(host, name);
      if (database.isMaster) throw new Error("master cannot be dropped");
      find(host).removeDatabase(database);
      cut(({ state }) => state.database === database);
    },
    async node(host) {
      if (connectionPolicy !== "redirect") throw new Error("the gateway does not redirect");
      return { server: nodeServer, port: await nodes.of(find(host), "own").listening };
    },
    catalog: (host, database) => catalogOf(find(host), findDatabase(host, database)),
    acceptAccessToken(host, token, principalName, { administrator = false } = {}) {
      find(host).acceptToken(token, principalName, administrator);
    },
    setFault(host, database, fault) {
      faults.set(find(host).host, database, fault);
    },
    faultOf: (host, database) => faults.get(find(host).host, database),
    setEncryption(value, { at } = {}) {
      const answer = value === undefined ? undefined : spoofs[value];
      for (const place of at === undefined ? (["gateway", "node"] as const) : [at])
        spoof.encryption[place] = answer;
    },
    get spoofedPrelogins() {
      return spoof.answered;
    },
    get heardInClear() {
      return spoof.heard;
    },
    clearHeard() {
      spoof.heard.length = 0;
    },
    get journal() {
      return journal.entries;
    },
    clearJournal() {
      journal.clear();
    },
    async close() {
      for (const session of sessions) session.destroy();
      for (const socket of silent) socket.destroy();
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      await Promise.all([closed, nodes.close()]);
    },
  };
}

const spoofs = { off: Encryption.Off, "not-supported": Encryption.NotSupported } as const;

function contextsOf({ key, certificate }: { key: string; certificate: string }): Place["secureContexts"] {
  const identity = { key, cert: certificate };
  return {
    strict: createSecureContext(identity),
    prelogin: createSecureContext({ ...identity, maxVersion: "TLSv1.2" }),
  };
}

/** Takes a connection and says nothing until the client gives up. */
function hold(socket: Socket, held: Set<Socket>): void {
  held.add(socket);
  socket.on("error", () => socket.destroy());
  socket.on("close", () => held.delete(socket));
  socket.resume();
}
