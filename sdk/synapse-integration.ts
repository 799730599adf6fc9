import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import { refuseBun } from "./runtime";
import { warnOfPlainSettings } from "./plain-settings";

/** Who may query as other Immuta users (guide: "This request enables impersonation"). */
export interface ImpersonationArgs {
  /** Default false. */
  enabled: Input<boolean>;
  /** Name of the impersonation role, such as `IMMUTA_IMPERSONATION`; required when enabled. */
  role?: Input<string | undefined>;
}

/** Delimiters of the profile data that Immuta stores in the pool. All three must differ. */
export interface MetadataDelimitersArgs {
  /** Default `|`. */
  hashDelimiter?: Input<string | undefined>;
  /** Default `-`. */
  hashKeyDelimiter?: Input<string | undefined>;
  /** Default `,`. */
  arrayDelimiter?: Input<string | undefined>;
}

/** The connection over which Immuta's bootstrap scripts are run in manual setup. */
export interface BootstrapArgs {
  /**
   * Who runs Immuta's scripts: `provider` (the default) runs them over this connection; `external` says which to run
   * where (see getBootstrapScripts), and registers when Immuta's validation passes.
   */
  run?: Input<"provider" | "external" | undefined>;
  /**
   * Identities of the scripts that may run, by phase (`initial-create`, `create`, `edit`, `delete`, `cleanup`,
   * `post-cleanup`). When given, a script of another identity or of a phase that is not named runs not at all.
   */
  approvedScripts?: Input<Record<string, Input<string>> | undefined>;
  /**
   * What becomes of a script that reaches beyond Immuta's own objects: `log` (default) says so, `strict` refuses it.
   */
  guard?: Input<"log" | "strict" | undefined>;
  /**
   * How the login proves who it is: a SQL login (`sql`, the default), or Microsoft Entra's default credential chain, a
   * managed identity, a service principal, or a ready access token.
   */
  authentication?: Input<
    | "sql"
    | "entra-default"
    | "entra-managed-identity"
    | "entra-service-principal"
    | "entra-access-token"
    | undefined
  >;
  /** SQL login that may create logins and users and manage grants, such as the workspace's SQL administrator. Default: IMMUTA_SQL_ADMIN_USERNAME. */
  username?: Input<string | undefined>;
  /** Its password, kept secret. Default: IMMUTA_SQL_ADMIN_PASSWORD. */
  password?: Input<string | undefined>;
  /** Host or address to connect to instead of `host`, such as a private endpoint's. The certificate is checked against `host` all the same. Default: IMMUTA_SQL_SERVER, then `host`. */
  server?: Input<string | undefined>;
  /** Port to connect to instead of `port`. Default: IMMUTA_SQL_PORT, then `port`. */
  port?: Input<number | undefined>;
  /** Accept any server certificate. Default false. */
  trustServerCertificate?: Input<boolean | undefined>;
  /**
   * How the connection is encrypted: `mandatory` (default) agrees on TLS before the login, `strict` (TDS 8) begins with
   * it. Nothing of a login is sent without TLS in either.
   */
  encrypt?: Input<"mandatory" | "strict" | undefined>;
  /** Microsoft Entra tenant of the service principal. */
  tenantId?: Input<string | undefined>;
  /** Client id of the service principal, or of a user-assigned managed identity. */
  clientId?: Input<string | undefined>;
  /** The service principal's secret, kept secret. */
  clientSecret?: Input<string | undefined>;
  /** PEM file with the service principal's certificate and key, in place of a secret. */
  clientCertificatePath?: Input<string | undefined>;
  /** Access token for `https://database.windows.net/`, kept secret. Default: IMMUTA_SQL_ACCESS_TOKEN. */
  accessToken?: Input<string | undefined>;
  /** How long one attempt to connect may take. Default `30s`. */
  connectTimeout?: Input<string | undefined>;
  /** How long one batch may take before it is cancelled. Default `10m`. */
  requestTimeout?: Input<string | undefined>;
  /** How long to wait for a pool that is warming up or not there yet; when given, for a paused one too. Default `20m`. */
  waitForPool?: Input<string | undefined>;
}

/** Where a password is to be had. Exactly one is given. */
export interface PasswordReferenceArgs {
  /** Name of an environment variable. */
  env?: Input<string | undefined>;
  /** Path of a file. */
  file?: Input<string | undefined>;
  /** URI of a secret in Azure Key Vault, with its version. */
  keyVault?: Input<string | undefined>;
}

/** How long an operation may wait for Immuta, such as `90s`, `20m` or `1h30m`. Default `20m` each. */
export interface TimeoutsArgs {
  create?: Input<string | undefined>;
  update?: Input<string | undefined>;
  delete?: Input<string | undefined>;
}

interface CommonArgs {
  /** Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`. A change replaces the integration. */
  host: Input<string>;
  /** Default 1433. A change replaces the integration. */
  port?: Input<number | undefined>;
  /** The existing dedicated SQL pool in which Immuta keeps its schemas and views. A change replaces the integration. */
  database: Input<string>;
  /** The Immuta-managed schema in which the policy-enforced views are made. A change replaces the integration. */
  schema: Input<string>;
  /** Immuta knows `userPassword` only, which is the default. */
  authenticationType?: Input<"userPassword" | undefined>;
  /** Default off. A change is a PUT. */
  impersonation?: Input<ImpersonationArgs | undefined>;
  /** A change is a PUT. */
  metadataDelimiters?: Input<MetadataDelimitersArgs | undefined>;
  timeouts?: Input<TimeoutsArgs | undefined>;
  /** Any text that is another one when the pool under the same name is another one, such as Azure's id and creation date of the pool. A change replaces the integration. */
  poolIdentity?: Input<string | undefined>;
  /** What becomes of a create that Immuta gives up: `undo` (default) takes everything back, `keep` leaves it for inspection. */
  onCreateFailure?: Input<"undo" | "keep" | undefined>;
  /** What a refresh does about an integration that somebody disabled in Immuta: `error` (default) says so, `recreate` lets the next `up` make it anew. */
  onDisabled?: Input<"error" | "recreate" | undefined>;
  /** Where the password is to be had when an operation needs it, in place of `password`: no state holds it. */
  passwordFrom?: Input<PasswordReferenceArgs | undefined>;
  /** Any text that changes when the password behind `passwordFrom.env` or `passwordFrom.file` does. */
  passwordVersion?: Input<string | undefined>;
  /**
   * Take over an integration that Immuta has already: its id, or true to find it by host, database and schema. With
   * `adoptMode` `exact` nothing is written. Can be taken out afterwards.
   */
  adopt?: Input<string | true | undefined>;
  /** `exact` (default) refuses an integration that differs from the program; `converge` brings it to the program. */
  adoptMode?: Input<"exact" | "converge" | undefined>;
  /** Leave in the pool what Immuta's scripts made when the integration is removed. Default false; at run time IMMUTA_RETAIN_POOL_OBJECTS. */
  retainPoolObjects?: Input<boolean | undefined>;
}

/** Automatic setup: Immuta prepares the pool itself with a privileged account, which it does not keep. */
export interface AutomaticSetupArgs extends CommonArgs {
  autoBootstrap: true;
  /** Privileged account, used once for each create, update and delete. Default: IMMUTA_SQL_ADMIN_USERNAME. */
  username?: Input<string | undefined>;
  /** Its password, kept secret. Default: IMMUTA_SQL_ADMIN_PASSWORD. */
  password?: Input<string | undefined>;
  bootstrap?: never;
}

interface ManualSetup extends CommonArgs {
  autoBootstrap: false;
  /** Immuta's own system account, made by the scripts. */
  username: Input<string>;
  /** The login that runs the scripts; `{}` takes it from the environment. */
  bootstrap: BootstrapArgs;
}

interface WithPassword {
  /** Password of the system account, kept secret. */
  password: Input<string>;
  passwordFrom?: undefined;
}

interface WithPasswordReference {
  /** Where the system account's password is to be had. */
  passwordFrom: Input<PasswordReferenceArgs>;
  password?: undefined;
}

interface Adopted {
  adopt: Input<string | true>;
  /** May be missing until the first change that needs it. */
  password?: Input<string | undefined>;
}

/** Manual setup: this provider runs Immuta's bootstrap scripts, which make Immuta's system account. */
export type ManualSetupArgs = ManualSetup & (WithPassword | WithPasswordReference | Adopted);

export type SynapseIntegrationArgs = AutomaticSetupArgs | ManualSetupArgs;

/** Immuta's validation of the integration, by the names of the tests that did not pass. */
export interface ValidationSummary {
  status: string;
  failed: string[];
  warnings: string[];
}

const resourceType = "pulumi-nodejs:dynamic/immuta:SynapseIntegration";

/**
 * The provider's text in a state. States outlive installations, so it names the package and nothing else, is the
 * same for every resource, and captures nothing.
 */
const providerText = 'exports.handler=()=>require("pulumi-immuta/provider")';

/**
 * Immuta's Azure Synapse Analytics integration of one dedicated SQL pool.
 *
 * `pulumi up` registers it with Immuta; in manual setup it runs Immuta's bootstrap scripts in the pool first. Changes of
 * impersonation and metadata delimiters become PUT calls. URL and API key of the tenant come from IMMUTA_URL and
 * IMMUTA_API_KEY, else from `immuta:url` and `immuta:apiKey`.
 */
export class SynapseIntegration extends pulumi.CustomResource {
  /** Immuta's id of the integration. */
  declare readonly integrationId: Output<string>;
  /** Host name of the Immuta tenant. */
  declare readonly tenant: Output<string>;
  /** Immuta's state of the integration, `enabled` when all is well. */
  declare readonly status: Output<string>;
  declare readonly validation: Output<ValidationSummary>;
  /** Of each bootstrap script that was run last: its identity (SHA-256 without credentials) and number of batches. */
  declare readonly scripts: Output<Record<string, { identity: string; batches: number }>>;
  declare readonly host: Output<string>;
  declare readonly port: Output<number>;
  declare readonly database: Output<string>;
  declare readonly schema: Output<string>;

  /** Throws on Bun, and where `import` or `id` is asked for: dynamic resources cannot honour them. */
  constructor(name: string, args: SynapseIntegrationArgs, opts: pulumi.CustomResourceOptions = {}) {
    refuseBun(`SynapseIntegration ${name}`);
    refuseImport(name, opts);
    warnOfPlainSettings();
    super(
      resourceType,
      name,
      {
        integrationId: undefined,
        tenant: undefined,
        status: undefined,
        validation: undefined,
        scripts: undefined,
        ...withSecrets(args),
        __provider: providerText,
        // Tells the provider where the engine shows its lines; check takes it out, so no state holds it.
        __context: {
          urn: urnOf(name, opts.parent),
          preview: pulumi.runtime.isDryRun(),
        },
      },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
    );
  }
}

/**
 * The URN as a promise: an output would carry the parent with it, and with that a dependency on everything in a component,
 * what comes after the integration included.
 */
const urnOf = (name: string, parent: pulumi.Resource | undefined): Promise<string> =>
  new Promise((resolve) => {
    pulumi.createUrn(name, resourceType, parent).apply(resolve);
  });

/** Passwords are secret even where a program forgets to say so. */
function withSecrets(args: SynapseIntegrationArgs): Record<string, unknown> {
  const { password, bootstrap, ...rest } = args;
  // A program in JavaScript may hand over an output as a whole; then all of it is secret.
  const wrapped = pulumi.Output.isInstance(bootstrap)
    ? pulumi.secret(bootstrap)
    : withSecretsInside(bootstrap);
  return {
    ...rest,
    ...(password === undefined ? {} : { password: pulumi.secret(password) }),
    ...(bootstrap === undefined ? {} : { bootstrap: wrapped }),
  };
}

const secretNames = ["password", "clientSecret", "accessToken"] as const;

const withSecretsInside = (bootstrap: BootstrapArgs | undefined): BootstrapArgs => ({
  ...bootstrap,
  ...Object.fromEntries(
    secretNames.flatMap((name) =>
      bootstrap?.[name] === undefined ? [] : [[name, pulumi.secret(bootstrap[name])]],
    ),
  ),
});

function refuseImport(name: string, opts: pulumi.CustomResourceOptions): void {
  if (opts.import === undefined && opts.id === undefined) return;
  throw new Error(
    `SynapseIntegration ${name}: \`import\`, \`id\` and \`.get()\` are not available, because Pulumi's dynamic resources cannot honour them. To take over an integration that Immuta has already, give \`adopt\` with its id.`,
  );
}
