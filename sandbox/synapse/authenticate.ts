/** Who logs in, to which workspace and database, and whether they may. */
import { timingSafeEqual, createHash } from "node:crypto";
import { sameName, type Database, type Principal, type Workspace } from "./workspace";
import { sqlError, type SqlError } from "./tsql/errors";
import type { Identity } from "./tsql/session-state";
import type { Login7 } from "./wire/login7";

/** A login that was refused; nothing of the password is in it. */
export interface Refusal {
  error: SqlError;
}

export interface Destination {
  workspace: Workspace;
  /** The user name without the workspace's. */
  userName: string;
}

/** Finds the workspace by the server name the client gives, its TLS server name, or user@workspace. */
export function findWorkspace(
  login: Pick<Login7, "serverName" | "userName">,
  tlsServerName: string | undefined,
  workspaces: readonly Workspace[],
): Destination | Refusal {
  const named = hostOf(login.serverName);
  const byName = (name: string): Workspace | undefined => workspaces.find(({ host }) => sameName(host, name));
  const at = login.userName.lastIndexOf("@");
  const suffix = at < 0 ? "" : login.userName.slice(at + 1);
  const said = byName(named) ?? byName(hostOf(tlsServerName ?? ""));
  const isMeant = ({ host, name }: Workspace): boolean => sameName(name, suffix) || sameName(host, suffix);
  // A workspace and a logical server may have the same first label.
  const bySuffix = said !== undefined && isMeant(said) ? said : workspaces.find(isMeant);

  const workspace = said ?? bySuffix;
  if (workspace === undefined) {
    const asked = suffix === "" ? (named.split(".")[0] ?? "") : suffix;
    return { error: asked === "" ? sqlError(40531) : sqlError(40532, asked) };
  }
  if (said !== undefined && bySuffix !== undefined && said !== bySuffix) return { error: sqlError(40531) };
  return { workspace, userName: bySuffix === workspace ? login.userName.slice(0, at) : login.userName };
}

/** At a workspace's own node it does not matter by which name the client reached it. */
export function atNode(workspace: Workspace, userName: string): Destination {
  const at = userName.lastIndexOf("@");
  const suffix = at < 0 ? "" : userName.slice(at + 1);
  const named = sameName(workspace.name, suffix) || sameName(workspace.host, suffix);
  return { workspace, userName: named ? userName.slice(0, at) : userName };
}

/** tcp:host,port → host */
function hostOf(serverName: string): string {
  return serverName
    .replace(/^tcp:/i, "")
    .replace(/[,:]\d+$/, "")
    .replace(/\.$/, "");
}

/** A wrong name and a wrong password look the same. */
export function checkPassword(workspace: Workspace, userName: string, password: string): Identity | Refusal {
  const login = workspace.login(userName);
  if (login?.enabled !== true || !equal(login.password, password))
    return { error: sqlError(18456, userName) };
  return { loginName: login.name, login, administrator: login === workspace.administrator };
}

function equal(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

export function checkToken(
  workspace: Workspace,
  token: string,
): { identity: Identity; sid: Buffer } | Refusal {
  const known = workspace.tokens.get(token);
  if (known === undefined) return { error: sqlError(18456, "<token-identified principal>") };
  const { principalName, administrator, sid } = known;
  return { identity: { loginName: principalName, login: undefined, administrator }, sid };
}

/** The user that the identity is in the database: dbo for the administrator, else the user made for it. */
export function findUser(
  workspace: Workspace,
  databaseName: string,
  identity: Identity,
  sid: Buffer,
): { database: Database; user: Principal } | Refusal {
  const refused = { error: sqlError(4060, databaseName) };
  const database = workspace.database(databaseName);
  if (database === undefined) return refused;
  const dbo = database.principalById(1);
  if (identity.administrator && dbo !== undefined) return { database, user: dbo };
  const user = database.principals.find(
    (principal) =>
      principal.sid?.equals(sid) === true ||
      (principal.type === "E" && sameName(principal.name, identity.loginName)),
  );
  const mayConnect =
    user !== undefined &&
    database.permissions.some(
      ({ granteeId, permission, state }) =>
        granteeId === user.id && permission === "CONNECT" && state !== "DENY",
    );
  return user !== undefined && mayConnect ? { database, user } : refused;
}

export function isRefusal(result: object): result is Refusal {
  return "error" in result;
}
