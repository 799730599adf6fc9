import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { PrivateEndpointArgs } from "@pulumi/azure-native/network";
import type { ResourceGroupArgs } from "@pulumi/azure-native/resources";
import type { BlobContainerArgs, StorageAccountArgs } from "@pulumi/azure-native/storage";
import type {
  IpFirewallRuleArgs,
  SqlPoolArgs,
  WorkspaceArgs,
  WorkspaceSqlAadAdminArgs,
} from "@pulumi/azure-native/synapse";
import type { BootstrapArgs, CommonArgs, PasswordReferenceArgs } from "../args";

/** A resource that the component makes. */
export interface Made<Args> {
  /** azure-native's own arguments; what is given here wins over what the component would say. */
  args?: Partial<Args>;
  /** Merged into the component's own: a `dependsOn` is added, the rest wins. */
  opts?: CustomResourceOptions;
  existing?: never;
}

/** A resource that is there already. The component uses it and neither changes nor removes it. */
export interface Existing {
  /** Its name in Azure; an output of another resource will do. */
  existing: Input<string>;
  args?: never;
  opts?: never;
}

export type Child<Args> = Made<Args> | Existing;

/** A `GovernedSqlPool`. */
export interface WorkspaceOwner {
  /** What it was made of. */
  readonly args: GovernedSqlPoolArgs;
}

/** The workspace of another component, which this one's pool joins. */
export interface WorkspaceOf {
  /**
   * The `GovernedSqlPool` that has it. Its resource group, location, administrator, network, Entra administrator and `bootstrap` hold for
   * this pool too.
   */
  of: WorkspaceOwner;
  existing?: never;
  args?: never;
  opts?: never;
}

interface AdministratorName {
  /** Default `sqladmin`. Azure never changes the one of a workspace, and reserves names such as `admin`. */
  username?: Input<string>;
}

interface AdministratorPassword extends AdministratorName {
  /** Kept secret. Of a workspace that is made: 8 to 128 characters of three kinds, without the login's name. */
  password: Input<string>;
  passwordFrom?: never;
}

interface AdministratorReference extends AdministratorName {
  /**
   * Where the program fetches the password in each preview and `up`, once the reference is known. A Key Vault secret may go without
   * its version here. Azure and the scripts need the password itself, so the state holds it, encrypted.
   */
  passwordFrom: Input<PasswordReferenceArgs>;
  password?: never;
}

/** The SQL login of the workspace's administrator, which runs Immuta's bootstrap scripts. */
export type AdministratorArgs = AdministratorPassword | AdministratorReference;

/** Who administers the workspace's SQL endpoint by Microsoft Entra. */
export interface EntraAdministratorArgs {
  /** Name of the user, group or application as Entra shows it. */
  login: Input<string>;
  /** Its object id. */
  objectId: Input<string>;
  /** Its tenant. Default: the subscription's. */
  tenantId?: Input<string>;
  args?: Partial<WorkspaceSqlAadAdminArgs>;
  opts?: CustomResourceOptions;
}

interface SystemAccountName {
  /** Default `immuta_` and the pool's name: no two pools of a workspace share it. A change is a rotation. */
  username?: Input<string>;
}

interface SystemAccountPassword extends SystemAccountName {
  /** Kept secret. A change rotates it: initial-create script, edit script, PUT. */
  password: Input<string>;
  passwordFrom?: never;
  passwordVersion?: never;
}

interface SystemAccountReference extends SystemAccountName {
  /** Where the password is to be had when an operation needs it: no state holds it. */
  passwordFrom: Input<PasswordReferenceArgs>;
  /** Any text; a change of it rotates the password. Required beside `env` and `file`. */
  passwordVersion?: Input<string>;
  password?: never;
}

interface SystemAccountOfAdopted extends SystemAccountName {
  password?: never;
  passwordFrom?: never;
  passwordVersion?: never;
}

/** Immuta's own account in the pool, which Immuta's scripts make. It needs no password only where `adopt` is given. */
export type SystemAccountArgs = SystemAccountPassword | SystemAccountReference | SystemAccountOfAdopted;

/** A private endpoint that is there already. */
export interface ExistingPrivateEndpointArgs {
  /** Its address or host name, to which the machine that runs `pulumi up` connects. */
  server: Input<string>;
  subnetId?: never;
  args?: never;
  opts?: never;
}

/** A private endpoint that the component makes. */
export interface MadePrivateEndpointArgs {
  /** Azure's id of the subnet in which it gets its address. */
  subnetId: Input<string>;
  /** What to connect to. Default: the address that Azure gives it. */
  server?: Input<string>;
  args?: Partial<PrivateEndpointArgs>;
  opts?: CustomResourceOptions;
}

/**
 * Over the public endpoint, a private one, or both: Immuta by rules and `pulumi up` by the private endpoint. Each rule has to be
 * asked for; none is made for an address that was not given.
 */
export interface NetworkArgs {
  /** Azure's rule `AllowAllWindowsAzureIps` (0.0.0.0): every service in Azure, of other customers too. Default false. */
  allowAzureServices?: boolean;
  /** From where Immuta connects: addresses (`203.0.113.7`), blocks (`203.0.113.0/28`) or ranges (`203.0.113.7-203.0.113.9`). */
  immutaAddresses?: readonly string[];
  /** From where `pulumi up` connects, written the same. An address that changes with each run is no good here. */
  runnerAddresses?: readonly string[];
  /** More rules by name, with azure-native's own arguments. */
  firewallRules?: Readonly<Record<string, Made<IpFirewallRuleArgs>>>;
  /** Whether any of these may let in the whole internet, or half of it. Default false. */
  allowWholeInternet?: boolean;
  /**
   * The way of `pulumi up`, in place of `runnerAddresses`. A workspace that the component makes then lies in a managed virtual
   * network, and has no public endpoint unless a rule is asked for as well.
   */
  privateEndpoint?: ExistingPrivateEndpointArgs | MadePrivateEndpointArgs;
}

/** Inputs for which the component has an argument of its own. */
type OwnArgument = "database" | "passwordFrom" | "passwordVersion" | Governing;
type Governing = "schema" | "impersonation" | "metadataDelimiters";

/** SynapseIntegration's arguments that have no argument of their own here; `host`, `port` and `poolIdentity` win over what is computed. */
export type IntegrationArgs = Partial<Omit<CommonArgs, OwnArgument>>;

export interface GovernedSqlPoolArgs extends Pick<CommonArgs, Governing> {
  systemAccount: SystemAccountArgs;
  /** Required for a workspace that is made, unless `bootstrap.authentication` is one of Entra's. */
  administrator?: AdministratorArgs;
  /** How Immuta's scripts are run; wins over what follows from `administrator` and `network`. */
  bootstrap?: BootstrapArgs;
  /** Who reaches the pool, and how. Required for a workspace that is made; `{}` says that you see to it yourself. */
  network?: NetworkArgs;
  /** Default: none is set. */
  entraAdministrator?: EntraAdministratorArgs;

  /** Default: a new one. */
  resourceGroup?: Child<ResourceGroupArgs>;
  /** The data lake that a workspace needs. Default: a new one; none where the workspace exists. */
  storageAccount?: Child<StorageAccountArgs>;
  /** The filesystem in it. Default: a new one; none where the workspace exists. */
  filesystem?: Child<BlobContainerArgs>;
  /** Default: a new one. One that exists lies in `resourceGroup`, which then exists too. `of` takes another component's. */
  workspace?: Child<WorkspaceArgs> | WorkspaceOf;
  /** Default: a new one, called as the component. One that exists lies in a workspace that exists. */
  sqlPool?: Child<SqlPoolArgs>;

  /** Size of the pool that is made, `DW100c` to `DW30000c`. Default `DW100c`. */
  sku?: Input<string>;
  /** Where everything that is made lies. Default: `azure-native:location`, then the resource group's. */
  location?: Input<string>;
  /** For everything that is made and can have tags; those in a resource's own `args.tags` are added and win. */
  tags?: Input<Record<string, Input<string>>>;

  integration?: { args?: IntegrationArgs; opts?: CustomResourceOptions };
  /** Whether Pulumi refuses to delete or replace the integration. Default true. */
  protect?: boolean;
}
