import {
  type Contract,
  databaseId,
  nameOfUrn,
  type PropertyMap,
  normalHost,
  normalIdentifier,
  unknown,
} from "..";

interface User {
  urn: string;
  /** Its removal leaves the login alone. */
  retains: boolean;
}

/**
 * Which resource of a run has which database and which system account. Immuta keeps one integration for a database. A
 * login lives in the server's `master`, and Immuta's scripts make and drop it with their integration: two integrations
 * that shared one would drop it under each other.
 */
export class Claims {
  private readonly users = new Map<string, User>();
  private readonly owners = new Map<string, string>();

  /** Says what is wrong where another resource has the same already. */
  claim(urn: string, inputs: PropertyMap, contract: Contract): string | undefined {
    return this.claimPlace(urn, inputs, contract) ?? this.claimAccount(urn, inputs);
  }

  private claimPlace(
    urn: string,
    { host, database }: PropertyMap,
    { conflictOn }: Contract,
  ): string | undefined {
    if (!isKnown(host) || !isKnown(database)) return undefined;
    const place = conflictOn === "host" ? normalHost(host) : databaseId({ host, database });
    const owner = this.owners.get(place) ?? urn;
    this.owners.set(place, owner);
    if (owner === urn) return undefined;
    if (conflictOn === "host")
      return (
        `host: ${JSON.stringify(host)} is the host of ${nameOfUrn(owner)} already, and immuta:contract.conflictOn says that ` +
        "Immuta keeps one integration for a host: remove one of the two, or give it another host."
      );
    return (
      `database: ${JSON.stringify(database)} on ${host} is the database of ${nameOfUrn(owner)} already. ` +
      "Immuta keeps one integration for a database: remove one of the two, or give it another database."
    );
  }

  private claimAccount(
    urn: string,
    { autoBootstrap, host, username, retainPoolObjects }: PropertyMap,
  ): string | undefined {
    if (autoBootstrap !== false || !isKnown(host) || !isKnown(username)) return undefined;
    const account = `${normalHost(host)}/${normalIdentifier(username)}`;
    const user = { urn, retains: retainPoolObjects === true };
    const other = this.users.get(account);
    if (other === undefined || other.urn === urn || (other.retains && user.retains)) {
      this.users.set(account, user);
      return undefined;
    }
    return (
      `username: ${JSON.stringify(username)} is the system account of ${nameOfUrn(other.urn)} on ${host} already. ` +
      "Immuta's scripts make and drop this login with their integration: give each integration of a server its own. " +
      "Adopted ones that share a login must all set retainPoolObjects to true."
    );
  }
}

const isKnown = (value: unknown): value is string => typeof value === "string" && value !== unknown;
