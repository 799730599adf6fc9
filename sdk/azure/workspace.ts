import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import * as storage from "@pulumi/azure-native/storage";
import * as synapse from "@pulumi/azure-native/synapse";
import { noPassword } from "./administrator";
import { childOptions, type Context, madeOf, nameAsked, withTags } from "./children";
import * as names from "./names";
import {
  entraOnlyProblem,
  isClosed,
  isManaged,
  managedNetwork,
  newAdministratorProblems,
  refuseLate,
  sizeProblem,
  workspaceNameProblem,
} from "./refusals";

/** A resource group, by its name in Azure. */
export interface Group {
  name: Input<string>;
  made?: resources.ResourceGroup;
}

export function resourceGroup(context: Context): Group {
  const { name, args } = context;
  if (args.resourceGroup?.existing !== undefined) return { name: args.resourceGroup.existing };
  const given = madeOf(args.resourceGroup) ?? {};
  const made = new resources.ResourceGroup(
    name,
    { location: args.location, ...given.args, ...withTags(context, given.args) },
    childOptions(context, given),
  );
  return { name: made.name, made };
}

export interface DataLake {
  accountUrl: Input<string>;
  filesystem: Input<string>;
  storageAccount?: storage.StorageAccount;
  madeFilesystem?: storage.BlobContainer;
}

/** A storage account with hierarchical namespaces and a filesystem in it. */
function dataLake(context: Context, group: Group): DataLake {
  const { name, args } = context;
  const account = storageAccount(context, group);
  const ofAccount = {
    accountUrl: account.url,
    ...(account.made === undefined ? {} : { storageAccount: account.made }),
  };
  if (args.filesystem?.existing !== undefined) return { ...ofAccount, filesystem: args.filesystem.existing };
  const given = madeOf(args.filesystem) ?? {};
  const made = new storage.BlobContainer(
    names.filesystemName(name),
    { resourceGroupName: group.name, accountName: account.name, ...given.args },
    childOptions(context, given),
  );
  return { ...ofAccount, filesystem: made.name, madeFilesystem: made };
}

interface Account {
  name: Input<string>;
  url: Input<string>;
  made?: storage.StorageAccount;
}

function storageAccount(context: Context, group: Group): Account {
  const { name, args } = context;
  const existing = args.storageAccount?.existing;
  if (existing !== undefined)
    return { name: existing, url: pulumi.interpolate`https://${existing}.dfs.core.windows.net/` };
  const given = madeOf(args.storageAccount) ?? {};
  const made = new storage.StorageAccount(
    names.lakeName(name),
    {
      resourceGroupName: group.name,
      location: args.location,
      kind: storage.Kind.StorageV2,
      sku: { name: storage.SkuName.Standard_LRS },
      isHnsEnabled: true,
      minimumTlsVersion: storage.MinimumTlsVersion.TLS1_2,
      allowBlobPublicAccess: false,
      ...given.args,
      ...withTags(context, given.args),
    },
    childOptions(context, given),
  );
  return { name: made.name, url: made.primaryEndpoints.dfs, made };
}

/** A workspace that can be governed. */
export interface Workspace {
  /** Its name in Azure. */
  name: Input<string>;
  /** Host of its dedicated SQL endpoint; fails where Immuta's account could not log in there. */
  host: Output<string>;
  id(): Output<string>;
  made?: synapse.Workspace;
  lake?: DataLake;
}

export function workspace(context: Context, group: Group): Workspace {
  const existing = context.args.workspace?.existing;
  return existing === undefined ? newWorkspace(context, group) : existingWorkspace(context, group, existing);
}

function newWorkspace(context: Context, group: Group): Workspace {
  const { name, args } = context;
  const given = madeOf(args.workspace) ?? {};
  const lake = dataLake(context, group);
  const made = new synapse.Workspace(
    names.workspaceName(name),
    {
      resourceGroupName: group.name,
      location: args.location,
      identity: { type: synapse.ResourceIdentityType.SystemAssigned },
      defaultDataLakeStorage: { accountUrl: lake.accountUrl, filesystem: lake.filesystem },
      ...administratorOf(context),
      ...(isClosed(args) ? { publicNetworkAccess: synapse.WorkspacePublicNetworkAccess.Disabled } : {}),
      ...(isManaged(args) ? { managedVirtualNetwork: managedNetwork } : {}),
      ...given.args,
      ...withTags(context, given.args),
    },
    childOptions(context, given),
  );
  const asked = given.args?.workspaceName;
  const known =
    asked === undefined ? made.name : nameAsked("The workspace", made.name, asked as Input<string>);
  return {
    name: made.name,
    host: hostOf(
      permitted(context, given.args?.azureADOnlyAuthentication, known),
      () => made.connectivityEndpoints,
    ),
    id: () => made.id,
    made,
    lake,
  };
}

function administratorOf({ name, login }: Context): Partial<synapse.WorkspaceArgs> {
  if (login === undefined) return {};
  const judged = pulumi.all([login.username, login.password]).apply(async ([username, password]) => {
    const known = password === noPassword ? undefined : password;
    await refuseLate(name, newAdministratorProblems(username, known));
    return password;
  });
  return { sqlAdministratorLogin: login.username, sqlAdministratorLoginPassword: pulumi.secret(judged) };
}

function existingWorkspace(context: Context, group: Group, name: Input<string>): Workspace {
  const known = pulumi.output(name).apply(async (text) => {
    const problem = workspaceNameProblem(text);
    await refuseLate(context.name, problem === undefined ? [] : [`workspace.existing: ${problem}`]);
    return text;
  });
  // Azure is asked for what does not follow from the name alone.
  const found = (): Output<synapse.GetWorkspaceResult> =>
    synapse.getWorkspaceOutput(
      { resourceGroupName: group.name, workspaceName: name },
      { parent: context.component },
    );
  return {
    name,
    host: hostOf(known, () => found().apply(({ connectivityEndpoints }) => connectivityEndpoints)),
    id: () => found().apply(({ id }) => id),
  };
}

/** The name, once it is known that Immuta's account may log in; so nothing is registered on a workspace where it may not. */
function permitted(
  { name: component }: Context,
  entraOnly: Input<boolean | undefined>,
  name: Output<string>,
): Output<string> {
  return pulumi.all([entraOnly, name]).apply(async ([only, known]) => {
    const problem = entraOnlyProblem(only);
    await refuseLate(component, problem === undefined ? [] : [problem]);
    return known;
  });
}

/**
 * In Azure's public cloud the host follows from the name, which stays known while a workspace is changed; what Azure
 * says of the endpoints does not.
 */
function hostOf(name: Output<string>, endpoints: () => Output<Record<string, string>>): Output<string> {
  const environment = new pulumi.Config("azure-native").get("environment") ?? process.env["ARM_ENVIRONMENT"];
  if (environment === undefined || environment.toLowerCase() === "public")
    return pulumi.interpolate`${name}.sql.azuresynapse.net`;
  return pulumi.all([endpoints(), name]).apply(([{ sql }]) => sql ?? "");
}

/** The dedicated SQL pool, and with it the database. */
export interface Pool {
  database: Output<string>;
  /** When Azure made it, which tells it from another one of the same name. */
  created: Output<string>;
  made?: synapse.SqlPool;
}

export function sqlPool(context: Context, group: Group, inWorkspace: Workspace): Pool {
  const { name, args, component } = context;
  const existing = args.sqlPool?.existing;
  if (existing !== undefined) {
    const found = synapse.getSqlPoolOutput(
      { resourceGroupName: group.name, workspaceName: inWorkspace.name, sqlPoolName: existing },
      { parent: component },
    );
    return {
      database: pulumi.output(existing),
      created: found.apply(({ creationDate }) => creationDate).apply(moment),
    };
  }
  const given = madeOf(args.sqlPool) ?? {};
  const asked = (given.args?.sqlPoolName ?? names.poolName(name)) as Input<string>;
  const made = new synapse.SqlPool(
    name,
    {
      resourceGroupName: group.name,
      workspaceName: inWorkspace.name,
      sqlPoolName: asked,
      location: args.location,
      sku: { name: sizeOf(context) },
      createMode: synapse.CreateMode.Default,
      ...given.args,
      ...withTags(context, given.args),
    },
    childOptions(context, given),
  );
  return {
    database: nameAsked("The dedicated SQL pool", made.name, asked),
    created: made.creationDate.apply(moment),
    made,
  };
}

function sizeOf({ name, args: { sku = "DW100c" } }: Context): Input<string> {
  if (typeof sku === "string") return sku;
  return pulumi.output(sku).apply(async (size) => {
    const problem = sizeProblem(size);
    await refuseLate(name, problem === undefined ? [] : [`sku: ${problem}`]);
    return size;
  });
}

/** One spelling of a time, whatever version of Azure's API told it. */
function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

export function entraAdministrator(
  context: Context,
  group: Group,
  inWorkspace: Workspace,
): synapse.WorkspaceSqlAadAdmin | undefined {
  const given = context.args.entraAdministrator;
  if (given === undefined) return undefined;
  return new synapse.WorkspaceSqlAadAdmin(
    context.name,
    {
      resourceGroupName: group.name,
      workspaceName: inWorkspace.name,
      administratorType: "ActiveDirectory",
      login: given.login,
      sid: given.objectId,
      ...(given.tenantId === undefined ? {} : { tenantId: given.tenantId }),
      ...given.args,
    },
    childOptions(context, given),
  );
}
