import { type Flaw, flawOf, namesIn, notObeyed } from "../core/certificates";
import { longestName, told } from "../core/strangers";
import type { ServerError } from "./driver-errors";
import { nameOfLogin, type PoolLogin, routeOf } from "./connect/login";
import type { Trouble } from "./trouble";

/** What kept a connection from coming about, in the words of who refused it, and what to do about it. */
export function describeUnreachable(login: PoolLogin, database: string, trouble: Trouble): string {
  const hint = hintFor({ login, database, trouble });
  return headline(login, database, trouble) + (hint === "" ? "" : `\n${hint}`);
}

function headline(
  login: PoolLogin,
  database: string,
  { number, severity = 0, message, node }: Trouble,
): string {
  const place = `database ${database} on ${login.host}`;
  const said = told(message);
  if (number === undefined) {
    const { server, port } = routeOf(login);
    const way = node === undefined ? "" : `, which redirects to ${addressOf(node)}`;
    return `No connection to ${place} (${server}:${port}${way}): ${said}`;
  }
  return unavailable.has(number) || severity >= 20
    ? `No connection to ${place}: it is not available now: Msg ${number}: ${said}`
    : `The login ${nameOfLogin(login.authentication)} was refused by ${place}: Msg ${number}: ${said}`;
}

/** The gateway says that the database cannot be had now, to whoever asks: no refusal of a login. */
const unavailable = new Set([
  ...[40197, 40613, 42108, 42109, 40501, 49918, 49919, 49920, 10928, 10929],
  ...[1205, 1222, 110802, 110806],
]);

const addressOf = ({ server, port }: { server: string; port: number }): string =>
  `${told(server, { longest: longestName })}:${port}`;

interface Case {
  login: PoolLogin;
  database: string;
  trouble: Trouble;
}

type Hint = string | ((about: Case) => string);

function hintFor(about: Case): string {
  const { number, code, node } = about.trouble;
  const hint =
    number === undefined
      ? ((node === undefined ? undefined : atNode(code)) ?? forFault(code ?? "", about.trouble.message))
      : forNumber.get(number);
  const said = typeof hint === "function" ? hint(about) : (hint ?? "");
  return flawOf(code ?? "") === undefined ? said : said + notObeyed();
}

const workspaceOf = ({ host }: PoolLogin): string => host.split(".")[0] ?? host;

/** As it stands in T-SQL. */
const quoted = (login: PoolLogin): string => `[${nameOfLogin(login.authentication).replaceAll("]", "]]")}]`;

const passes = (why: string): string =>
  `${why} Run it again later, or give bootstrap.waitForPool longer than it waited.`;

const busy = passes("The service is busy, or has too many connections or operations at once.");

const away = passes(
  "The pool is being resumed, scaled, moved or maintained, and comes back by itself. Maintenance usually takes well under " +
    "30 minutes, but may take longer, and comes outside of its window too for pools of DW400c and below.",
);

const again = passes(
  "The server gave up in favour of others, or by an error of its own, and asks for the same again.",
);

const newPassword = ({ login }: Case): string =>
  `Give the login a new one in master (\`ALTER LOGIN ${quoted(login)} WITH PASSWORD = '…'\`), and that in bootstrap.password.`;

/** By the server's number. */
const forNumber: ReadonlyMap<number, Hint> = new Map<number, Hint>([
  [18456, afterFailedLogin],
  [
    18452,
    "The server took it for a Windows login, which Synapse does not know. Give a SQL login in bootstrap.username, or bootstrap.authentication.",
  ],
  [
    18470,
    ({ login }) =>
      `The login is disabled. Enable it in master (\`ALTER LOGIN ${quoted(login)} ENABLE\`), or give another one in bootstrap.username.`,
  ],
  [
    18486,
    ({ login }) =>
      `The login is locked out after too many wrong passwords. Check bootstrap.password, and unlock it in master (\`ALTER LOGIN ${quoted(login)} WITH PASSWORD = '…' UNLOCK\`).`,
  ],
  [18487, (about) => `The login's password has expired. ${newPassword(about)}`],
  [18488, (about) => `The login's password must be changed before it is used. ${newPassword(about)}`],
  [
    916,
    ({ login, database }) =>
      `The login is known, and is no user of database ${database}. Make it one there: \`CREATE USER ${quoted(login)} ` +
      `${login.authentication.type === "sql" ? `FOR LOGIN ${quoted(login)}` : "FROM EXTERNAL PROVIDER"}\`.`,
  ],
  [4060, "The database does not exist, or this login may not open it. Check `database`."],
  [40532, "The gateway knows no such workspace. Check `host`."],
  [40615, firewall],
  [
    40914,
    "This machine's subnet reaches Azure SQL by a service endpoint, and no virtual network rule of the server lets that subnet in. " +
      "Add the rule, or come by a private endpoint.",
  ],
  [
    47073,
    "Public network access to the workspace is switched off, so that no firewall rule helps: only a private endpoint leads to it. " +
      "Run this where one can be reached, and name it in bootstrap.server where `host` does not lead there.",
  ],
  [
    47072,
    'The workspace asks for a later version of TLS than 1.2, which is the latest inside TDS 7. Set bootstrap.encrypt to "strict" (TDS 8), or lower the workspace\'s minimal TLS version to 1.2.',
  ],
  [42108, ({ login, database }) => `The pool is paused. ${resume(login.host, database)}`],
  ...[42109, 40197, 40613].map((number) => [number, away] as const),
  ...[40501, 49918, 49919, 49920, 10928, 10929].map((number) => [number, busy] as const),
  ...[1205, 1222, 110802, 110806].map((number) => [number, again] as const),
]);

/** As they are told of an example: a SQL login `sqladmin` at database `claims`. */
export function hintsByNumber(): [number, string][] {
  const login: PoolLogin = {
    host: "contoso.sql.azuresynapse.net",
    port: 1433,
    authentication: { type: "sql", username: "sqladmin", password: "" },
    route: {},
    trustServerCertificate: false,
    applicationName: "",
    pauseIsAwaited: false,
  };
  return [...forNumber.keys()]
    .sort((a, b) => a - b)
    .map((number) => [number, hintFor({ login, database: "claims", trouble: { number, message: "" } })]);
}

function afterFailedLogin({ login, trouble }: Case): string {
  if (login.authentication.type !== "sql")
    return "The identity has no login here, or its token has expired. Make it the workspace's Microsoft Entra administrator or a user of the database; get a new token.";
  if (/only authentication is enabled/i.test(trouble.message))
    return "The workspace takes no SQL logins, whatever the password: Microsoft Entra-only authentication is on. Give bootstrap.authentication in place of bootstrap.username and bootstrap.password.";
  return "User name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD).";
}

function firewall({ login, trouble }: Case): string {
  const address = /'([\d.]+|[\da-f:]+:[\da-f:.]*)'/i.exec(trouble.message)?.[1];
  return (
    `The workspace's firewall does not let this machine in: there is no IP firewall rule for ${address ?? "its address"}. Add one with ` +
    `\`az synapse workspace firewall-rule create --name <rule> --workspace-name ${workspaceOf(login)} --resource-group <group>` +
    (address === undefined ? "`." : ` --start-ip-address ${address} --end-ip-address ${address}\`.`)
  );
}

const resume = (host: string, database: string): string =>
  `Resume it with \`az synapse sql pool resume --name ${database} --workspace-name ${host.split(".")[0] ?? host} --resource-group <group>\`, ` +
  "or give bootstrap.waitForPool to wait until somebody does.";

/** Where the gateway was reached and sent this machine on: what is left to go wrong at the node. */
function atNode(code: string | undefined): Hint | undefined {
  if (flawOf(code ?? "") === "another name")
    return ({ trouble: { message } }) =>
      `Whoever answers there has a certificate for ${namesIn(message)} and is not the node that the gateway named: something in between answers in its place.`;
  if (code !== undefined && !unanswered.has(code) && !unresolved.has(code)) return undefined;
  return (
    "The gateway was reached. Clients inside Azure it redirects to the node that has the database: beside 1433, this machine must be let " +
    "out to ports 11000-11999 of the region's addresses (service tag Sql.<region>). The connection policy of a Synapse workspace is Default, " +
    "which does so, and cannot be changed."
  );
}

const unresolved = new Set(["ENOTFOUND", "EAI_AGAIN"]);
const unanswered = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ECONNCLOSED",
  "ECLOSE",
  "EPIPE",
  "ESOCKET",
  "ETIMEDOUT",
  "ETIMEOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** A fault of the connection, by its code; Node and OpenSSL have many for one and the same. */
function forFault(code: string, message: string): Hint {
  if (unresolved.has(code))
    return "The host name cannot be resolved from here. Check `host`, or bootstrap.server for a private endpoint.";
  if (unanswered.has(code))
    return "Check that the endpoint can be reached from here; bootstrap.server names another address, such as a private endpoint's.";
  if (code === "EFEDAUTH")
    return "Microsoft Entra gave no token. Check bootstrap.authentication and what it names.";
  if (code === "ENOTENCRYPTED")
    return (
      "Azure's endpoints always encrypt: something in between takes the encryption away, or another server answers. " +
      "Nothing of the login was sent, and it is not tried again. Look at the way to this address."
    );
  if (code === "EMALFORMED")
    return "What answers there does not speak as SQL Server does: a proxy, or another service, may be listening. Check the host and port; if it is the workspace, please report this.";
  if (code === "EREDIRECT")
    return "The gateway leads nowhere. If what answers there is Azure's, try again later; otherwise look at what stands in between.";
  const flaw = flawOf(code, message);
  if (flaw !== undefined && flaw !== "untrusted") return forFlaw[flaw];
  if (/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|VERSION_TOO_(?:LOW|HIGH)|NO_PROTOCOLS/.test(code))
    return "The two ends have no version of TLS in common: here it is 1.2 and later, as Azure asks for. Look at what answers there, and at the workspace's minimal TLS version.";
  if (/^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|^ERR_SSL_HTTP/.test(code))
    return "What answers there speaks no TLS where SQL Server would. Check the host and port: a proxy, or another service, may be listening.";
  return flaw === undefined ? "" : forFlaw[flaw];
}

const forFlaw: Readonly<Record<Flaw, Hint>> = {
  "another name": otherName,
  expired:
    "The server's certificate has expired. Azure renews its own in time: look at this machine's clock, and at what answers there in Azure's place.",
  "not yet valid":
    "The server's certificate is not valid yet. Look at this machine's clock, and at what answers there in Azure's place.",
  revoked:
    "The server's certificate was taken back by its authority: do not log in there. Look at what answers in Azure's place.",
  weak: "The server's certificate is too weak: its key is too short, or its signature of an old kind. Azure's are not: have what answers there in its place, such as a proxy, issue a stronger one.",
  "ours wanted":
    "What answers there asks for a certificate of ours, as Azure's endpoints never do: look at what stands in between.",
  untrusted:
    "The server's certificate is not trusted. Where a private authority or a proxy issued it, name the file (PEM) of that authority in NODE_EXTRA_CA_CERTS. " +
    "bootstrap.trustServerCertificate gives the check up: whoever answers then gets the login and the script.",
};

function otherName({ login, trouble: { message } }: Case): string {
  const { server, port } = routeOf(login);
  return (
    `The certificate is for another name: it has ${namesIn(message)}. It is checked against \`host\`, which must be the workspace's own endpoint; ` +
    "an IP address or a private endpoint's name belongs into bootstrap.server, which is dialled in its place. " +
    `If \`host\` is right, whoever answers at ${server}:${port} is not the workspace.`
  );
}

const permissionErrors = new Set([229, 262, 297, 300, 15151, 15247]);
const paused = 42108;

/** What to do about a batch that failed. Begins with a new line, or is empty. */
export function batchHint(errors: readonly ServerError[], host: string, database: string): string {
  if (errors.some(({ number }) => number === paused))
    return `\nThe pool was paused while the script ran. ${resume(host, database)}`;
  return errors.some(({ number }) => permissionErrors.has(number))
    ? "\nThe login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is."
    : "";
}
