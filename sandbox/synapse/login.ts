/** The login itself: from LOGIN7 to a session's state and the server's answer. */
import {
  atNode,
  checkPassword,
  checkToken,
  findUser,
  findWorkspace,
  isRefusal,
  type Destination,
  type Refusal,
} from "./authenticate";
import type { Endpoint, JournalBase, Place } from "./endpoint";
import type { LoginEffect } from "./faults";
import { Reply } from "./reply";
import { sqlError } from "./tsql/errors";
import { SessionState, type Identity } from "./tsql/session-state";
import type { Login7 } from "./wire/login7";
import { smallestPacket } from "./wire/packets";
import {
  encodeCollationChange,
  encodeFeatureAcknowledged,
  encodeLoginAcknowledged,
  encodeRouting,
  encodeTextChange,
  EnvironmentChange,
} from "./wire/tokens";
import type { Workspace } from "./workspace";

export interface LoginAttempt {
  login: Login7;
  tlsServerName: string | undefined;
  address: string;
  traceId: string;
  spid: number;
  endpoint: Endpoint;
  place: Place;
}

export interface LoggedIn {
  state: SessionState;
  journal: JournalBase;
  packetSize: number;
}

interface Granted {
  workspace: Workspace;
  state: SessionState;
}

const largestPacket = 32_767;
const defaultPacket = 4096;
const tds74 = 0x74000004;
const tds8 = 0x08000000;

export type LoginResult =
  | { kind: "granted"; reply: Buffer; session: LoggedIn }
  | { kind: "refused"; reply: Buffer }
  /** A fault keeps the server from answering. */
  | { kind: "suffers"; effect: LoginEffect };

/** The gateway's answer where it sends the client to a node. */
export interface Redirected {
  port: Promise<number>;
  reply: (port: number) => Buffer;
}

/** By which name clients reach a node; its certificate stands for it. */
export const nodeServer = "localhost";

/** What the gateway does before anybody is asked who they are: undefined where it logs in itself. */
export function redirect(attempt: LoginAttempt): Redirected | undefined {
  const { login, endpoint, place } = attempt;
  const destination = destinationOf(attempt);
  if (place.at === "node" || isRefusal(destination)) return undefined;
  const { workspace } = destination;
  const journal = journalOf(login, destination);
  if (endpoint.faults.atConnection(workspace.host, journal.database, attempt.address) !== undefined)
    return undefined;
  const port = endpoint.route(workspace, journal.database);
  if (port === undefined) return undefined;
  endpoint.journal.add({ ...journal, kind: "redirected", errors: [] });
  return { port, reply: (to) => routingReply(workspace, login, to) };
}

/** LOGINACK, the route behind it (MS-TDS 2.2.7.9), features, DONE. */
function routingReply(workspace: Workspace, login: Login7, port: number): Buffer {
  const { reply, bytes } = newReply(workspace, login);
  reply.token(encodeLoginAcknowledged(versionFor(login)));
  reply.token(encodeRouting(nodeServer, port));
  acknowledgeFeatures(reply, login);
  reply.done({});
  reply.end();
  return bytes();
}

function newReply(workspace: Workspace | undefined, login: Login7): { reply: Reply; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const reply = new Reply(
    (bytes) => chunks.push(bytes),
    Math.min(defaultPacket, agreedPacketSize(login.packetSize)),
    workspace?.name ?? "",
    () => true,
  );
  return { reply, bytes: () => Buffer.concat(chunks) };
}

function destinationOf({ login, tlsServerName, endpoint, place }: LoginAttempt): Destination | Refusal {
  return place.workspace === undefined
    ? findWorkspace(login, tlsServerName, endpoint.workspaces)
    : atNode(place.workspace, login.userName);
}

function journalOf(login: Login7, destination: Destination | Refusal): JournalBase {
  const found = isRefusal(destination) ? undefined : destination;
  return {
    host: found?.workspace.host ?? login.serverName,
    database: login.database === "" ? "master" : login.database,
    login: found?.userName ?? login.userName,
    applicationName: login.applicationName,
  };
}

/** @param token of a federated login */
export function logIn(attempt: LoginAttempt, token: string | undefined): LoginResult {
  const { login, endpoint } = attempt;
  const destination = destinationOf(attempt);
  const workspace = isRefusal(destination) ? undefined : destination.workspace;
  const journal = journalOf(login, destination);
  const effect =
    workspace === undefined ? undefined : endpoint.faults.inPlaceOfLogin(workspace.host, journal.database);
  if (effect !== undefined) {
    endpoint.journal.add({ ...journal, kind: "login-failed", errors: [] });
    return { kind: "suffers", effect };
  }
  const result = isRefusal(destination) ? destination : grant(attempt, token, destination);

  const { reply, bytes } = newReply(workspace, login);
  if (isRefusal(result)) {
    reply.error(result.error.at(1));
    reply.done({ failed: true });
    reply.end();
    endpoint.journal.add({ ...journal, kind: "login-failed", errors: [result.error.number] });
    return { kind: "refused", reply: bytes() };
  }

  const { state } = result;
  const packetSize = agreedPacketSize(login.packetSize);
  const named = { ...journal, database: state.database.name, login: state.identity.loginName };
  acknowledge(reply, state, login, packetSize);
  endpoint.journal.add({ ...named, kind: "login", errors: [] });
  return { kind: "granted", reply: bytes(), session: { state, journal: named, packetSize } };
}

/** In the gateway's order: firewall, who it is, the pool's state, database and user. */
function grant(
  attempt: LoginAttempt,
  token: string | undefined,
  { workspace, userName }: Destination,
): Granted | Refusal {
  const { login, endpoint, spid } = attempt;
  const databaseName = login.database === "" ? "master" : login.database;
  const blocked = endpoint.faults.atConnection(workspace.host, databaseName, attempt.address);
  if (blocked !== undefined) return { error: blocked };

  const known = identify(login, token, workspace, userName);
  if (isRefusal(known)) return known;
  const unwell = endpoint.faults.atLogin(workspace.host, databaseName, attempt.traceId);
  if (unwell !== undefined) return { error: unwell };
  const found = findUser(workspace, databaseName, known.identity, known.sid);
  if (isRefusal(found)) return found;
  const full = endpoint.limits.atLogin(found.database, endpoint.sessionsIn(found.database).length);
  if (full !== undefined) return { error: full };

  const { applicationName, hostName } = login;
  const client = {
    spid,
    applicationName,
    hostName,
    isLoggedIn: endpoint.isLoggedIn,
    others: () => endpoint.sessionsIn(found.database),
  };
  return {
    workspace,
    state: new SessionState(workspace, found.database, known.identity, found.user, client),
  };
}

function identify(
  login: Login7,
  token: string | undefined,
  workspace: Workspace,
  userName: string,
): { identity: Identity; sid: Buffer } | Refusal {
  if (token !== undefined) return checkToken(workspace, token);
  if (login.integratedSecurity) return { error: sqlError(18456, userName) };
  const identity = checkPassword(workspace, userName, login.password);
  if (isRefusal(identity)) return identity;
  return { identity, sid: identity.login?.sid ?? Buffer.alloc(0) };
}

function agreedPacketSize(asked: number): number {
  if (asked === 0) return defaultPacket;
  return Math.min(largestPacket, Math.max(smallestPacket, asked));
}

function acknowledge(reply: Reply, state: SessionState, login: Login7, packetSize: number): void {
  const { name } = state.database;
  reply.token(encodeTextChange(EnvironmentChange.Database, name, "master"));
  info(reply, 5701, 2, `Changed database context to '${name}'.`);
  reply.token(encodeCollationChange());
  reply.token(encodeTextChange(EnvironmentChange.Language, "us_english", ""));
  info(reply, 5703, 1, "Changed language setting to us_english.");
  reply.token(encodeTextChange(EnvironmentChange.PacketSize, String(packetSize), String(defaultPacket)));
  reply.token(encodeLoginAcknowledged(versionFor(login)));
  acknowledgeFeatures(reply, login);
  reply.done({});
  reply.end();
}

function versionFor({ tdsVersion }: Login7): number {
  return tdsVersion === tds8 || tdsVersion <= tds74 ? tdsVersion : tds74;
}

function acknowledgeFeatures(reply: Reply, login: Login7): void {
  const features: [number, Buffer][] = [];
  if (login.federated !== undefined) features.push([0x02, Buffer.alloc(0)]);
  if (login.utf8) features.push([0x0a, Buffer.from([1])]);
  if (features.length > 0) reply.token(encodeFeatureAcknowledged(features));
}

function info(reply: Reply, number: number, state: number, text: string): void {
  reply.info({ number, severity: 0, state, text, line: 1, procedureName: "" });
}
