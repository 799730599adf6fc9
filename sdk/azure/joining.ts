import type { GovernedSqlPoolArgs, WorkspaceOwner } from "./args";

/** The component whose workspace a pool joins; undefined where it has one of its own. */
export const ownerOf = ({ workspace }: GovernedSqlPoolArgs): WorkspaceOwner | undefined =>
  workspace !== undefined && "of" in workspace ? workspace.of : undefined;

/** The arguments with those that hold for all pools of a workspace. */
export function joined(args: GovernedSqlPoolArgs): GovernedSqlPoolArgs {
  const first = ownerOf(args)?.args;
  if (first === undefined) return args;
  const { location, administrator, bootstrap } = first;
  return {
    ...(location === undefined ? {} : { location }),
    ...(administrator === undefined ? {} : { administrator }),
    ...args,
    ...(bootstrap === undefined ? {} : { bootstrap: { ...bootstrap, ...args.bootstrap } }),
  };
}

/** Arguments of the workspace, which the component has that made it. */
export const ofTheWorkspace = [
  "resourceGroup",
  "storageAccount",
  "filesystem",
  "administrator",
  "network",
  "entraAdministrator",
] as const;

/** Whether a component's workspace is there already, whichever component it belongs to. */
export function isThere(args: GovernedSqlPoolArgs): boolean {
  const first = ownerOf(args);
  return first === undefined ? args.workspace?.existing !== undefined : isThere(first.args);
}
