/** Logins, users, roles and their members. */
import { sameName, type Database, type Login, type Principal } from "../workspace";
import type { Statement } from "./ast";
import { sqlError } from "./errors";
import type { SessionState } from "./session-state";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

const shortestPassword = 8;
const characterKinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/];

/** Azure's policy: eight characters of three kinds out of four, and not the login's own name within. */
function requireStrongPassword(password: string, login: string): void {
  const kinds = characterKinds.filter((kind) => kind.test(password)).length;
  const namesLogin = login.length > 2 && password.toLowerCase().includes(login.toLowerCase());
  if (password.length < shortestPassword || kinds < 3 || namesLogin) throw sqlError(40632);
}

function requireMaster(session: SessionState): void {
  if (!session.database.isMaster) throw sqlError(5001);
}

export function createLogin({ name, password }: Of<"create-login">, session: SessionState): void {
  requireMaster(session);
  if (!session.managesLogins) throw sqlError(15247);
  if (session.workspace.login(name) !== undefined) throw sqlError(15025, name);
  requireStrongPassword(password, name);
  session.workspace.addLogin(name, password);
}

export function alterLogin({ name, password, enabled }: Of<"alter-login">, session: SessionState): void {
  requireMaster(session);
  const { workspace, identity } = session;
  const login = workspace.login(name);
  const ownPassword = login !== undefined && login === identity.login && enabled === undefined;
  const administrator = login === workspace.administrator && !identity.administrator;
  if (login === undefined || administrator || !(session.managesLogins || ownPassword)) {
    throw sqlError(15151, "alter", "login", name);
  }
  if (password !== undefined) {
    requireStrongPassword(password, login.name);
    login.password = password;
  }
  if (enabled !== undefined) login.enabled = enabled;
  login.modified = new Date();
}

export function dropLogin({ name }: Of<"drop-login">, session: SessionState): void {
  requireMaster(session);
  const { workspace } = session;
  const login = workspace.login(name);
  if (login === undefined || !session.managesLogins || login === workspace.administrator) {
    throw sqlError(15151, "drop", "login", name);
  }
  if (session.client.isLoggedIn(login)) throw sqlError(15434, login.name);
  workspace.removeLogin(login);
}

export function createUser({ name, from, defaultSchema }: Of<"create-user">, session: SessionState): void {
  const { database, workspace, rights } = session;
  if (!rights.onDatabase("ALTER ANY USER")) throw sqlError(15247);
  if (database.principal(name) !== undefined) throw sqlError(15023, name);

  const added = { name, defaultSchema: defaultSchema ?? "dbo", ownerId: null };
  let user: Principal;
  if (from === "without-login") {
    user = database.addPrincipal({ ...added, type: "S", sid: null });
  } else if (from === "external") {
    const identity = [...workspace.tokens.values()].find((known) => sameName(known.principalName, name));
    user = database.addPrincipal({ ...added, type: "E", sid: identity?.sid ?? Buffer.from(name, "utf16le") });
  } else {
    const loginName = from === "same-name" ? name : from.login;
    const login = workspace.login(loginName);
    if (login === undefined) throw sqlError(15007, loginName);
    requireWithoutUser(login, database);
    user = database.addPrincipal({ ...added, type: "S", sid: login.sid });
  }
  database.permissions.push({
    class: 0,
    majorId: 0,
    granteeId: user.id,
    grantorId: 1,
    permission: "CONNECT",
    state: "GRANT",
  });
}

function requireWithoutUser(login: Login, database: Database): void {
  if (database.principals.some(({ sid }) => sid?.equals(login.sid) === true)) throw sqlError(15063);
}

export function alterUser(
  { name, defaultSchema, login: loginName, newName }: Of<"alter-user">,
  session: SessionState,
): void {
  const { database, workspace, rights, user: self } = session;
  const user = database.principal(name);
  const onlySchemaOfOwn = user === self && loginName === undefined && newName === undefined;
  if (user === undefined || user.type === "R" || !(rights.onDatabase("ALTER ANY USER") || onlySchemaOfOwn)) {
    throw sqlError(15151, "alter", "user", name);
  }
  if (user.builtIn) throw sqlError(15405, user.name);
  if (loginName !== undefined) {
    const login = workspace.login(loginName);
    if (login === undefined) throw sqlError(15007, loginName);
    if (!user.sid?.equals(login.sid)) requireWithoutUser(login, database);
    user.sid = login.sid;
  }
  if (newName !== undefined) {
    const other = database.principal(newName);
    if (other !== undefined && other !== user) throw sqlError(15023, newName);
    user.name = newName;
  }
  if (defaultSchema !== undefined) user.defaultSchema = defaultSchema;
  user.modified = new Date();
}

export function createRole({ name, owner }: Of<"create-role">, session: SessionState): void {
  const { database, rights } = session;
  if (!rights.onDatabase("CREATE ROLE")) throw sqlError(15247);
  if (database.principal(name) !== undefined) throw sqlError(15023, name);
  let ownerId = session.user.id;
  if (owner !== undefined) {
    const principal = database.principal(owner);
    if (principal === undefined) throw sqlError(15151, "find", "principal", owner);
    ownerId = principal.id;
  }
  database.addPrincipal({ name, type: "R", sid: null, defaultSchema: null, ownerId });
}

export function renameRole(name: string, newName: string, session: SessionState): void {
  const role = findRole(name, session);
  if (role.builtIn) throw sqlError(15405, role.name);
  const other = session.database.principal(newName);
  if (other !== undefined && other !== role) throw sqlError(15023, newName);
  role.name = newName;
}

/** The role, when the session may change it: fixed roles are the owner's affair, those of master the administrator's. */
function findRole(name: string, session: SessionState): Principal {
  const { database, rights, identity } = session;
  const role = database.principal(name);
  if (role?.type !== "R") throw sqlError(15151, "alter", "role", name);
  const fixed = database.isMaster ? identity.administrator : rights.isOwner;
  const own = role.ownerId !== null && role.ownerId !== 1 && rights.actsAs(role.ownerId);
  const allowed = role.builtIn ? fixed : rights.onDatabase("ALTER ANY ROLE") || own;
  if (!allowed) throw sqlError(15151, "alter", "role", name);
  return role;
}

export function addRoleMember(roleName: string, memberName: string, session: SessionState): void {
  const { database } = session;
  const role = findRole(roleName, session);
  if (role.id === 0) throw sqlError(15081);
  const member = database.principal(memberName);
  if (member === undefined) throw sqlError(15151, "add", "principal", memberName);
  if (member.id <= 4 || (member.builtIn && member.type === "R")) throw sqlError(15405, member.name);
  if (reaches(role.id, member.id, database)) throw sqlError(15413);
  const known = database.roleMembers.some(
    ({ roleId, memberId }) => roleId === role.id && memberId === member.id,
  );
  if (!known) database.roleMembers.push({ roleId: role.id, memberId: member.id });
}

/** Is the first the second, or a member of it by any way? */
function reaches(id: number, roleId: number, database: Database): boolean {
  const seen = new Set([id]);
  for (const principal of seen) {
    for (const entry of database.roleMembers) if (entry.memberId === principal) seen.add(entry.roleId);
  }
  return seen.has(roleId);
}

export function dropRoleMember(roleName: string, memberName: string, session: SessionState): void {
  const { database } = session;
  const role = findRole(roleName, session);
  if (role.id === 0) throw sqlError(15081);
  const member = database.principal(memberName);
  if (member === undefined) throw sqlError(15151, "drop", "principal", memberName);
  if (member.id === 1) throw sqlError(15405, member.name);
  database.roleMembers = database.roleMembers.filter(
    ({ roleId, memberId }) => roleId !== role.id || memberId !== member.id,
  );
}

export function dropPrincipal({ type, name, ifExists }: Of<"drop-principal">, session: SessionState): void {
  const { database, rights } = session;
  const found = database.principal(name);
  const principal = found !== undefined && (found.type === "R") === (type === "role") ? found : undefined;
  if (principal === undefined && ifExists) return;
  const own = principal?.type === "R" && principal.ownerId !== null && rights.actsAs(principal.ownerId);
  const allowed = rights.onDatabase(type === "user" ? "ALTER ANY USER" : "ALTER ANY ROLE") || own;
  if (principal === undefined || !allowed) throw sqlError(15151, "drop", type, name);
  if (principal.builtIn) throw sqlError(15150, type, principal.name);
  if (database.schemas.some(({ ownerId }) => ownerId === principal.id)) throw sqlError(15138);
  if (database.roleMembers.some(({ roleId }) => roleId === principal.id)) throw sqlError(15144);
  database.removePrincipal(principal);
}
