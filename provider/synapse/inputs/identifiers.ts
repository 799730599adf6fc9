/** Host names compare without case and without the root's trailing dot. */
export const normalHost = (host: string): string =>
  (host.endsWith(".") ? host.slice(0, -1) : host).toLowerCase();

/** Identifiers compare as a dedicated pool's default collation does (SQL_Latin1_General_CP1_CI_AS). */
export const normalIdentifier = (name: string): string => name.toLowerCase();

export const sameHost = (a: unknown, b: unknown): boolean => normalHost(String(a)) === normalHost(String(b));

export const sameIdentifier = (a: unknown, b: unknown): boolean =>
  normalIdentifier(String(a)) === normalIdentifier(String(b));
