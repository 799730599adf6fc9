/** The login itself: from LOGIN7 to a session's state and the server's answer. */
import { checkPassword, checkToken, findUser, findWorkspace, isRefusal, type Refusal } from "./authenticate";
import { Reply } from "./reply";
import type { Endpoint, JournalBase } from "./session";
import { sqlError } from "./tsql/errors";
import { SessionState, type Identity } from "./tsql/session-state";
import type { Login7 } from "./wire/login7";
import { SMALLEST_PACKET } from "./wire/packets";
import {
  encodeCollationChange,
  encodeFeatureAcknowledged,
  encodeLoginAcknowledged,
  encodeTextChange,
  EnvironmentChange,
} from "./wire/tokens";
import type { Workspace } from "./workspace";

export interface LoginAttempt {
  login: Login7;
  /** Of a federated login. */
  token: string | undefined;
  tlsServerName: string | undefined;
  address: string;
  traceId: string;
  spid: number;
  endpoint: Endpoint;
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

const LARGEST_PACKET = 32_767;
const DEFAULT_PACKET = 4096;
const TDS_7_4 = 0x74000004;
const TDS_8 = 0x08000000;

export interface LoginResult {
  reply: Buffer;
  session: LoggedIn | undefined;
  /** Set where a fault keeps the server from answering. */
  lost?: "reset" | "silence";
}

export function logIn(attempt: LoginAttempt): LoginResult {
  const { login, endpoint } = attempt;
  const destination = findWorkspace(login, attempt.tlsServerName, endpoint.workspaces);
  const workspace = isRefusal(destination) ? undefined : destination.workspace;
  const journal = {
    host: workspace?.host ?? login.serverName,
    database: login.database === "" ? "master" : login.database,
    login: isRefusal(destination) ? login.userName : destination.userName,
    applicationName: login.applicationName,
  };
  const lost =
    workspace === undefined ? undefined : endpoint.faults.losesLogin(workspace.host, journal.database);
  if (lost !== undefined) {
    endpoint.journal.add({ ...journal, kind: "login-failed", errors: [] });
    return { reply: Buffer.alloc(0), session: undefined, lost };
  }
  const result = isRefusal(destination)
    ? destination
    : grant(attempt, destination.workspace, destination.userName);

  const chunks: Buffer[] = [];
  const packetSize = agreedPacketSize(login.packetSize);
  const reply = new Reply(
    (bytes) => chunks.push(bytes),
    Math.min(DEFAULT_PACKET, packetSize),
    workspace?.name ?? "",
    () => true,
  );
  if (isRefusal(result)) {
    reply.error(result.error.at(1));
    reply.done({ failed: true });
    reply.end();
    endpoint.journal.add({ ...journal, kind: "login-failed", errors: [result.error.number] });
    return { reply: Buffer.concat(chunks), session: undefined };
  }

  const { state } = result;
  const named = { ...journal, database: state.database.name, login: state.identity.loginName };
  acknowledge(reply, state, login, packetSize);
  endpoint.journal.add({ ...named, kind: "login", errors: [] });
  return { reply: Buffer.concat(chunks), session: { state, journal: named, packetSize } };
}

/** In the gateway's order: firewall, who it is, the pool's state, database and user. */
function grant(attempt: LoginAttempt, workspace: Workspace, userName: string): Granted | Refusal {
  const { login, token, endpoint, spid } = attempt;
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
  if (asked === 0) return DEFAULT_PACKET;
  return Math.min(LARGEST_PACKET, Math.max(SMALLEST_PACKET, asked));
}

function acknowledge(reply: Reply, state: SessionState, login: Login7, packetSize: number): void {
  const { name } = state.database;
  reply.token(encodeTextChange(EnvironmentChange.Database, name, "master"));
  info(reply, 5701, 2, `Changed database context to '${name}'.`);
  reply.token(encodeCollationChange());
  reply.token(encodeTextChange(EnvironmentChange.Language, "us_english", ""));
  info(reply, 5703, 1, "Changed language setting to us_english.");
  reply.token(encodeTextChange(EnvironmentChange.PacketSize, String(packetSize), String(DEFAULT_PACKET)));
  const known = login.tdsVersion === TDS_8 || login.tdsVersion <= TDS_7_4;
  reply.token(encodeLoginAcknowledged(known ? login.tdsVersion : TDS_7_4));
  const features: [number, Buffer][] = [];
  if (login.federated !== undefined) features.push([0x02, Buffer.alloc(0)]);
  if (login.utf8) features.push([0x0a, Buffer.from([1])]);
  if (features.length > 0) reply.token(encodeFeatureAcknowledged(features));
  reply.done({});
  reply.end();
}

function info(reply: Reply, number: number, state: number, text: string): void {
  reply.info({ number, severity: 0, state, text, line: 1, procedureName: "" });
}
