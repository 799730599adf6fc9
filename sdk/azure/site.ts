import type { WorkspaceSqlAadAdmin } from "@pulumi/azure-native/synapse";
import type { Context } from "./children";
import { type Network, poolNetwork } from "./network";
import { entraAdministrator, type Group, resourceGroup, type Workspace, workspace } from "./workspace";

/** What pools of one workspace share. */
export interface Site {
  group: Group;
  workspace: Workspace;
  network: Network;
  entraAdministrator: WorkspaceSqlAadAdmin | undefined;
}

/** Makes it, or uses what exists. */
export function newSite(context: Context): Site {
  const group = resourceGroup(context);
  const made = workspace(context, group);
  return {
    group,
    workspace: made,
    network: poolNetwork(context, group, made),
    entraAdministrator: entraAdministrator(context, group, made),
  };
}
