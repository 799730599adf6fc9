import { createHash } from "node:crypto";

/**
 * Logical names from which azure-native's automatic names follow: those and eight hexadecimal digits. What Azure does
 * not allow in a name is left out, and then a few digits of a hash keep two names apart.
 */

export const lakeName = (name: string): string => fitting(name.toLowerCase(), /[^a-z0-9]/g, 16);

export const filesystemName = (name: string): string =>
  fitting(name.toLowerCase(), /[^a-z0-9-]|^-+|-+$|-(?=-)/g, 54);

export const workspaceName = (name: string): string => fitting(name.toLowerCase(), /[^a-z0-9-]|^-+/g, 42);

/** Name of the pool: it is the database's too, so it has no hexadecimal digits after it. */
export const poolName = (name: string): string => fitting(name.replaceAll("-", "_"), /[^A-Za-z0-9_]/g, 60);

/** Immuta's account in a pool. Its login lies in the workspace's `master`, where each pool needs one of its own. */
export const accountName = (database: string): string =>
  `immuta_${fitting(database.toLowerCase(), /[^a-z0-9_]/g, 100)}`;

const hashLength = 6;

function fitting(name: string, notAllowed: RegExp, longest: number): string {
  const allowed = name.replace(notAllowed, "");
  if (allowed === name && name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  return `${allowed.slice(0, longest - hashLength)}${hash}`;
}
