import type { ServerError } from "./faults";
import { nameOfLogin, type PoolLogin, routeOf } from "./login";
import type { Trouble } from "./trouble";

/** What kept a connection from coming about, in the words of who refused it, and what to do about it. */
export function describeUnreachable(login: PoolLogin, database: string, trouble: Trouble): string {
  const place = `database ${database} on ${login.host}`;
  const { number, message } = trouble;
  const { server, port } = routeOf(login);
  return (
    (number === undefined
      ? `No connection to ${place} (${server}:${port}): ${message}`
      : `The login ${nameOfLogin(login.authentication)} was refused by ${place}: Msg ${number}: ${message}`) +
    `\n${adviceFor(login, database, trouble)}`.trimEnd()
  );
}

function adviceFor(login: PoolLogin, database: string, { number, code, message }: Trouble): string {
  if (number !== undefined) return adviceForNumber(login, database, number, message);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "The host name cannot be resolved from here. Check `host`, or bootstrap.server for a private endpoint.";
  if (code !== undefined && /CERT|SIGNATURE|ALTNAME/.test(code))
    return "The server's certificate is not trusted. Add its authority with NODE_EXTRA_CA_CERTS, or set bootstrap.trustServerCertificate.";
  if (code === "EFEDAUTH")
    return "Microsoft Entra gave no token. Check bootstrap.authentication and what it names.";
  return "Check that the endpoint can be reached from here; bootstrap.server names another address, such as a private endpoint's.";
}

function adviceForNumber(login: PoolLogin, database: string, number: number, message: string): string {
  const workspace = login.host.split(".")[0] ?? login.host;
  switch (number) {
    case 18456:
      return login.authentication.type === "sql"
        ? "User name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD)."
        : "The identity has no login here, or its token has expired. Make it the workspace's Microsoft Entra administrator or a user of the database; get a new token.";
    case 40615: {
      const address = /'([\d.]+|[\da-f:]+:[\da-f:.]*)'/i.exec(message)?.[1];
      return (
        `The workspace's firewall does not let this machine in: there is no IP firewall rule for ${address ?? "its address"}. Add one with ` +
        `\`az synapse workspace firewall-rule create --name <rule> --workspace-name ${workspace} --resource-group <group>` +
        (address === undefined ? "`." : ` --start-ip-address ${address} --end-ip-address ${address}\`.`)
      );
    }
    case 42108:
      return (
        `The pool is paused. Resume it with \`az synapse sql pool resume --name ${database} --workspace-name ${workspace} --resource-group <group>\`, ` +
        "or give bootstrap.waitForPool to wait until somebody does."
      );
    case 4060:
      return "The database does not exist, or this login may not open it. Check `database`.";
    case 40532:
      return "The gateway knows no such workspace. Check `host`.";
    default:
      return "";
  }
}

const permissionErrors = new Set([229, 262, 297, 300, 15151, 15247]);

/** Begins with a new line, or is empty. */
export const permissionAdvice = (errors: readonly ServerError[]): string =>
  errors.some((error) => permissionErrors.has(error.number))
    ? "\nThe login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is."
    : "";
