/** What a setup knows to be Immuta's own. Case of A to Z makes no difference in names. */
export interface Own {
  /** The integration's target schema. */
  schema: string;
  database: string;
  /** System accounts, the one of now and earlier ones: their logins and users. */
  accounts: readonly string[];
  /** Impersonation roles, the one of now and the one before. */
  roles: readonly string[];
  /** Whether the script runs in `master` rather than in the database. */
  inMaster: boolean;
}

/** Names that belong to every database, whatever a program says. */
const everybodys = /^(dbo|sys|guest|public|information_schema|sa|dbmanager|loginmanager|db_.*|##.*)$/;

export function isOwnSchema({ schema }: Own, name: string): boolean {
  return folded(name).startsWith("immuta_") || isOneOf([schema], name);
}

export const isAccount = ({ accounts }: Own, name: string): boolean => isOneOf(accounts, name);

export const isRole = ({ roles }: Own, name: string): boolean =>
  folded(name).startsWith("immuta_") || isOneOf(roles, name);

export const isPrincipal = (own: Own, name: string): boolean => isAccount(own, name) || isRole(own, name);

export const isDatabase = ({ database, inMaster }: Own, name: string): boolean =>
  !inMaster && folded(database) === folded(name);

const isOneOf = (names: readonly string[], name: string): boolean =>
  !everybodys.test(folded(name)) && names.some((own) => folded(own) === folded(name));

/** Other letters that only look alike, or that some collations take for alike, stay apart. */
const folded = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** A name in a sentence: bounded, and without characters that steer a terminal. */
export const shown = (name: string): string =>
  `${name.slice(0, 60).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")}${name.length > 60 ? "…" : ""}`;
