import { type PropertyMap, normalHost, normalIdentifier, unknown } from "..";

interface User {
  urn: string;
  /** Its removal leaves the login alone. */
  retains: boolean;
}

/**
 * Which resource of a run uses which system account. A login lives in the server's `master`, and Immuta's scripts make
 * and drop it with their integration: two integrations that shared one would drop it under each other.
 */
export class SystemAccounts {
  private readonly users = new Map<string, User>();

  /** Says what is wrong where another resource uses the account of a manual setup already. */
  claim(urn: string, { autoBootstrap, host, username, retainPoolObjects }: PropertyMap): string | undefined {
    if (autoBootstrap !== false || !isKnown(host) || !isKnown(username)) return undefined;
    const account = `${normalHost(host)}/${normalIdentifier(username)}`;
    const user = { urn, retains: retainPoolObjects === true };
    const other = this.users.get(account);
    if (other === undefined || other.urn === urn || (other.retains && user.retains)) {
      this.users.set(account, user);
      return undefined;
    }
    return (
      `username: ${JSON.stringify(username)} is the system account of ${other.urn.split("::").at(-1) ?? ""} on ${host} already. ` +
      "Immuta's scripts make and drop this login with their integration: give each integration of a server its own. " +
      "Adopted ones that share a login must all set retainPoolObjects to true."
    );
  }
}

const isKnown = (value: unknown): value is string => typeof value === "string" && value !== unknown;
