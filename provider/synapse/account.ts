import type { AccountFound } from "../sql/preflight";
import { sameIdentifier } from "./inputs/identifiers";
import type { Inputs } from "./inputs/table";
import type { State } from "./state";

/**
 * Whose the system account and the impersonation role are: what Immuta's scripts set, grant or drop by its name has to be
 * this integration's. Pure.
 */

/** Whether scripts of this resource made the account that its state names, or a proof stood before them. */
export const hasAccount = ({ scripts }: Pick<State, "scripts">): boolean => scripts !== undefined;

/** Whether an account of this name needs no proof any more. */
export const isOwnAccount = (state: State, username: string | undefined): boolean =>
  [...(hasAccount(state) ? [state.username] : []), ...(state.formerAccounts ?? [])].some((own) =>
    sameIdentifier(own ?? "", username ?? ""),
  );

/** The role that Immuta's scripts make of these inputs. */
export const roleOf = ({ impersonation }: Pick<Inputs, "impersonation">): string | undefined =>
  impersonation.enabled ? impersonation.role : undefined;

/** Whether scripts of this resource made the role, or Immuta had it when the integration was adopted. */
export const isOwnRole = (state: State, role: string): boolean =>
  [roleOf(state), ...(state.leftRoles ?? [])].some((own) => own !== undefined && sameIdentifier(own, role));

/**
 * Why an account is not proven to be Immuta's, in words; undefined where it is, or where nothing has its name. What
 * proves it: its user is the login's, and owns a schema of Immuta's (the guide shows it as SCHEMA_OWNER). Where a removal
 * that broke off left no schema, CONTROL of the database has to do.
 */
export function doubtAbout(
  { login, user, schemas, controls }: AccountFound,
  database: string,
): string | undefined {
  if (user === undefined)
    return login === undefined ? undefined : `database ${database} has no user of that name`;
  if (login !== undefined && login !== user)
    return `the user of that name in database ${database} belongs to another login`;
  if (schemas === "its own" || (schemas === "none" && controls)) return undefined;
  return `its user in database ${database} owns none of Immuta's schemas`;
}
