import * as pulumi from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import type { PrivateEndpoint } from "@pulumi/azure-native/network";
import type { ResourceGroup } from "@pulumi/azure-native/resources";
import type { BlobContainer, StorageAccount } from "@pulumi/azure-native/storage";
import type { IpFirewallRule, SqlPool, Workspace, WorkspaceSqlAadAdmin } from "@pulumi/azure-native/synapse";
import type { BootstrapArgs } from "../args";
import type { ManualSetupArgs } from "../integration";
import { SynapseIntegration } from "../synapse-integration";
import { type Login, loginOf } from "./administrator";
import type { GovernedSqlPoolArgs } from "./args";
import { childOptions, type Context } from "./children";
import { joined, ownerOf } from "./joining";
import { accountName } from "./names";
import type { Network } from "./network";
import { logsInByEntra, refuseImpossible } from "./refusals";
import { newSite, type Site } from "./site";
import { type Pool, sqlPool } from "./workspace";

/**
 * A dedicated SQL pool that Immuta governs, with all that it takes: a resource group, a data lake, a Synapse workspace,
 * the pool, who may reach it, and the integration in manual setup. Each may exist already.
 *
 * The integration is made after the pool and the way to it, and removed before them. It is protected unless
 * `protect: false` is given.
 */
export class GovernedSqlPool extends pulumi.ComponentResource {
  /** Host name of the workspace's dedicated SQL endpoint. */
  readonly host: Output<string>;
  /** Name of the dedicated SQL pool. */
  readonly database: Output<string>;
  /** The schema with the policy-enforced views. */
  readonly schema: Output<string>;
  /** Immuta's id of the integration. */
  readonly integrationId: Output<string>;
  /** Immuta's state of the integration, `enabled` when all is well. */
  readonly status: Output<string>;

  readonly integration: SynapseIntegration;
  /** These where the component made them. */
  readonly resourceGroup: ResourceGroup | undefined;
  readonly storageAccount: StorageAccount | undefined;
  readonly filesystem: BlobContainer | undefined;
  readonly workspace: Workspace | undefined;
  readonly sqlPool: SqlPool | undefined;
  readonly entraAdministrator: WorkspaceSqlAadAdmin | undefined;
  readonly privateEndpoint: PrivateEndpoint | undefined;
  readonly firewallRules: readonly IpFirewallRule[];

  /** What it was made of, which another component's pool takes over with the workspace. */
  readonly args: GovernedSqlPoolArgs;
  /** @internal */
  readonly login: Login | undefined;
  /** @internal */
  readonly site: Site;

  /** Throws, in the preview too, with all arguments that cannot work. */
  constructor(name: string, given: GovernedSqlPoolArgs, opts: pulumi.ComponentResourceOptions = {}) {
    refuseImpossible(name, given);
    super("immuta:azure:GovernedSqlPool", name, {}, opts);
    const args = joined(given);
    const owner = ownerOf(args);
    const first = owner instanceof GovernedSqlPool ? owner : undefined;
    if (owner !== first)
      throw new pulumi.RunError(
        `GovernedSqlPool ${name}: workspace.of is no GovernedSqlPool of this program. Give one.`,
      );
    const { administrator } = args;
    const login = first?.login ?? (administrator === undefined ? undefined : loginOf(name, administrator));
    const context: Context = { component: this, name, args, login };
    const site = first?.site ?? newSite(context);
    const { network, entraAdministrator } = site;
    const pool = sqlPool(context, site.group, site.workspace);

    const before = [pool.made, ...network.firewallRules, network.privateEndpoint, entraAdministrator];
    this.integration = new SynapseIntegration(
      name,
      integrationArgs(context, site.workspace.host, pool, network),
      childOptions(context, args.integration ?? {}, {
        dependsOn: before.filter((resource) => resource !== undefined),
        protect: args.protect ?? true,
      }),
    );
    this.args = args;
    this.login = login;
    this.site = site;
    const own = first === undefined ? site : undefined;
    this.resourceGroup = own?.group.made;
    this.storageAccount = own?.workspace.lake?.storageAccount;
    this.filesystem = own?.workspace.lake?.madeFilesystem;
    this.workspace = own?.workspace.made;
    this.sqlPool = pool.made;
    this.entraAdministrator = own?.entraAdministrator;
    this.privateEndpoint = own?.network.privateEndpoint;
    this.firewallRules = own?.network.firewallRules ?? [];
    this.host = this.integration.host;
    this.database = this.integration.database;
    this.schema = this.integration.schema;
    this.integrationId = this.integration.integrationId;
    this.status = this.integration.status;
    const { host, database, schema, integrationId, status } = this.integration;
    this.registerOutputs({ host, database, schema, integrationId, status });
  }
}

function integrationArgs(
  context: Context,
  host: Output<string>,
  { database, created }: Pool,
  network: Network,
): ManualSetupArgs {
  const { args } = context;
  const { username, ...proof } = args.systemAccount;
  const { impersonation, metadataDelimiters } = args;
  return {
    host,
    database,
    schema: args.schema,
    autoBootstrap: false,
    username: username ?? database.apply(accountName),
    ...proof,
    bootstrap: bootstrapOf(context, network),
    ...(impersonation === undefined ? {} : { impersonation }),
    ...(metadataDelimiters === undefined ? {} : { metadataDelimiters }),
    poolIdentity: created,
    ...args.integration?.args,
    // The types cannot tell that only an adoption does without a password; the provider's check does.
  } as ManualSetupArgs;
}

/** How Immuta's scripts are run: by the workspace's administrator, over the private endpoint where there is one. */
function bootstrapOf({ args: { bootstrap }, login }: Context, { server }: Network): BootstrapArgs {
  return {
    ...(logsInByEntra(bootstrap) ? {} : login),
    ...(server === undefined ? {} : { server }),
    ...bootstrap,
  };
}
