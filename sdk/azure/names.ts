import { createHash } from "node:crypto";

/**
 * Logical names from which azure-native's automatic names follow: those and eight hexadecimal digits. What Azure does
 * not allow in a name is left out, and then a few digits of a hash keep two names apart.
 */

export const lakeName = (name: string): string =>
  fitting(name, name.toLowerCase().replace(/[^a-z0-9]/g, ""), 16);

export const filesystemName = (name: string): string =>
  fitting(name, name.toLowerCase().replace(/[^a-z0-9-]|^-+|-+$|-(?=-)/g, ""), 54);

export const workspaceName = (name: string): string =>
  fitting(name, name.toLowerCase().replace(/[^a-z0-9-]|^-+/g, ""), 42);

/** Name of the pool: it is the database's too, so nothing comes after it. A hyphen becomes an underscore. */
export function poolName(name: string): string {
  const underscored = name.replaceAll("-", "_");
  return fitting(underscored, underscored.replace(/[^A-Za-z0-9_]/g, ""), 60);
}

/** Immuta's account in a pool. Its login lies in the workspace's `master`, where each pool needs one of its own. */
export function accountName(database: string): string {
  const known = database.toLowerCase();
  return `immuta_${fitting(known, known.replace(/[^a-z0-9_]/g, ""), 100)}`;
}

const hashLength = 6;

/** What is allowed of a name; where that is not the name itself, with digits of its hash. */
function fitting(name: string, allowed: string, longest: number): string {
  if (allowed === name && name.length <= longest) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  return `${allowed.slice(0, longest - hashLength)}${hash}`;
}
