// Rendered from provider/synapse/inputs/table.ts and provider/core/settings.ts by `npm run docs`. Do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import type { Phase } from "../provider";

/**
 * Where the password is fetched from whenever an operation needs it, in place of `password`: no state holds
 * it. Exactly one is given.
 */
export type PasswordReferenceArgs =
  | {
      /** Name of the environment variable that holds the password. Only the name is kept in the state. */
      env: Input<string>;
      file?: undefined;
      keyVault?: undefined;
    }
  | {
      /** Path of the file that holds the password. Only the path is kept in the state. */
      file: Input<string>;
      env?: undefined;
      keyVault?: undefined;
    }
  | {
      /**
       * URI of a secret in Azure Key Vault, with its version. It is read with Microsoft Entra's default credential
       * chain.
       */
      keyVault: Input<string>;
      env?: undefined;
      file?: undefined;
    };

/** Who may query as another Immuta user. */
export interface ImpersonationArgs {
  /**
   * Whether Immuta administrators may let users query as other Immuta users.
   * @default `false`
   */
  enabled?: Input<boolean | undefined>;
  /** Name of the impersonation role, such as `IMMUTA_IMPERSONATION`. Required when impersonation is enabled. */
  role?: Input<string | undefined>;
}

/** Delimiters of the profile data that Immuta stores in the pool. All three must differ. */
export interface MetadataDelimitersArgs {
  /**
   * Separates hashes from one another.
   * @default `|`
   */
  hashDelimiter?: Input<string | undefined>;
  /**
   * Separates a hash from its key.
   * @default `-`
   */
  hashKeyDelimiter?: Input<string | undefined>;
  /**
   * Separates the elements of an array.
   * @default `,`
   */
  arrayDelimiter?: Input<string | undefined>;
}

/**
 * The connection over which Immuta's bootstrap scripts are run in manual setup. `{}` takes the login from
 * the environment.
 */
export interface BootstrapArgs {
  /**
   * Who runs Immuta's scripts: `provider` runs them over this connection; `external` says which to run where
   * (getBootstrapScripts gives their text), and registers the integration once Immuta's validation passes.
   * @default `provider`
   */
  run?: Input<"provider" | "external" | undefined>;
  /**
   * Identities of the scripts that may run, by phase (`initial-create`, `create`, `edit`, `delete`, `cleanup`,
   * `post-cleanup`): SHA-256 of the text with the password, where it is one literal in a place for a password,
   * replaced. When given, a script with another identity, or of a phase that is not named, is not run.
   * getBootstrapScripts and the output `scripts` show identities.
   */
  approvedScripts?: Input<Record<string, Input<string>> | undefined>;
  /**
   * What happens to a script with a statement that is not known to keep to Immuta's own objects (its schemas,
   * the system account, the impersonation role), or that cannot be judged, such as SQL that is built while it
   * runs: `log` names each, `strict` refuses the script. docs/scripts.md says what passes.
   * @default `log`
   */
  guard?: Input<"log" | "strict" | undefined>;
  /**
   * SQL login that runs the scripts. It may create logins and users and manage grants, as the workspace's SQL
   * administrator may.
   * @default IMMUTA_SQL_ADMIN_USERNAME
   */
  username?: Input<string | undefined>;
  /**
   * Password of this login. Kept secret.
   * @default IMMUTA_SQL_ADMIN_PASSWORD
   */
  password?: Input<string | undefined>;
  /**
   * Host or address to connect to instead of `host`, such as a private endpoint or a tunnel. The certificate
   * is still checked against `host`.
   * @default IMMUTA_SQL_SERVER, then `host`
   */
  server?: Input<string | undefined>;
  /**
   * Port to connect to instead of `port`.
   * @default IMMUTA_SQL_PORT, then `port`
   */
  port?: Input<number | undefined>;
  /**
   * Whether any server certificate is accepted.
   * @default `false`
   */
  trustServerCertificate?: Input<boolean | undefined>;
  /**
   * How the connection is encrypted: `mandatory` agrees on TLS before the login; `strict` begins with TLS (TDS
   * 8) and always checks the certificate. Neither sends anything of a login without TLS.
   * @default `mandatory`
   */
  encrypt?: Input<"mandatory" | "strict" | undefined>;
  /**
   * How the login that runs the scripts proves who it is: by a SQL login, or by Microsoft Entra's default
   * credential chain, a managed identity, a service principal, or a ready-made access token.
   * @default `sql`
   */
  authentication?: Input<
    | "sql"
    | "entra-default"
    | "entra-managed-identity"
    | "entra-service-principal"
    | "entra-access-token"
    | undefined
  >;
  /** Microsoft Entra tenant of the service principal. */
  tenantId?: Input<string | undefined>;
  /** Client id of the service principal, or of a user-assigned managed identity. */
  clientId?: Input<string | undefined>;
  /** The service principal's secret. Kept secret. */
  clientSecret?: Input<string | undefined>;
  /** File with the service principal's certificate and key (PEM), in place of a secret. */
  clientCertificatePath?: Input<string | undefined>;
  /**
   * Access token for `https://database.windows.net/`. The one from the environment is kept in no state. Kept
   * secret.
   * @default IMMUTA_SQL_ACCESS_TOKEN
   */
  accessToken?: Input<string | undefined>;
  /**
   * Whether a refresh looks into the pool as well: what Immuta's scripts made there is compared with what they
   * left, and the next `up` runs the edit script where something is gone or was granted. IMMUTA_CHECK_POOL
   * says the same, or not, for one refresh.
   * @default `false`
   */
  checkPool?: Input<boolean | undefined>;
  /**
   * How long one attempt to connect may take.
   * @default `30s`
   */
  connectTimeout?: Input<string | undefined>;
  /**
   * How long one batch may take before it is cancelled at the server.
   * @default `10m`
   */
  requestTimeout?: Input<string | undefined>;
  /**
   * How long to wait for a pool that is warming up or does not exist yet. When given, a paused pool is waited
   * for as well, until somebody resumes it.
   * @default `20m`
   */
  waitForPool?: Input<string | undefined>;
}

/**
 * How long an operation may be at work with Immuta, such as `90s`, `20m` or `1h30m`: all requests,
 * repetitions, pauses and waits together. What is done in the pool does not count; it has times of its own
 * in `bootstrap`.
 */
export interface TimeoutsArgs {
  /**
   * How long a create may wait for Immuta.
   * @default `20m`
   */
  create?: Input<string | undefined>;
  /**
   * How long an update may wait for Immuta.
   * @default `20m`
   */
  update?: Input<string | undefined>;
  /**
   * How long a delete may wait for Immuta.
   * @default `20m`
   */
  delete?: Input<string | undefined>;
}

/** What both setups take alike. */
export interface CommonArgs {
  /**
   * Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`. A change
   * replaces the integration.
   */
  host: Input<string>;
  /**
   * Port of the dedicated SQL endpoint. A change replaces the integration.
   * @default `1433`
   */
  port?: Input<number | undefined>;
  /**
   * The existing dedicated SQL pool in which Immuta keeps its schemas and views. A change replaces the
   * integration.
   */
  database: Input<string>;
  /**
   * The Immuta-managed schema in which the policy-enforced views are created. A change replaces the
   * integration.
   */
  schema: Input<string>;
  /**
   * Where the password is fetched from whenever an operation needs it, in place of `password`: no state holds
   * it. A change is a rotation in manual setup: initial-create script, edit script, PUT.
   */
  passwordFrom?: Input<PasswordReferenceArgs | undefined>;
  /**
   * Any text that changes whenever the password behind `passwordFrom.env` or `passwordFrom.file` does, so that
   * a rotation is seen. A change is a rotation in manual setup: initial-create script, edit script, PUT.
   */
  passwordVersion?: Input<string | undefined>;
  /**
   * How Immuta logs in. The Synapse integration supports `userPassword` only. A change is a PUT, in manual
   * setup after the edit script.
   * @default `userPassword`
   */
  authenticationType?: Input<"userPassword" | undefined>;
  /** Who may query as another Immuta user. A change is a PUT, in manual setup after the edit script. */
  impersonation?: Input<ImpersonationArgs | undefined>;
  /**
   * Delimiters of the profile data that Immuta stores in the pool. All three must differ. A change is a PUT,
   * in manual setup after the edit script.
   */
  metadataDelimiters?: Input<MetadataDelimitersArgs | undefined>;
  /**
   * How long an operation may be at work with Immuta, such as `90s`, `20m` or `1h30m`: all requests,
   * repetitions, pauses and waits together. What is done in the pool does not count; it has times of its own
   * in `bootstrap`.
   */
  timeouts?: Input<TimeoutsArgs | undefined>;
  /**
   * Any text that differs when another pool stands under the same name, such as Azure's id and creation date
   * of the pool. A change replaces the integration.
   */
  poolIdentity?: Input<string | undefined>;
  /**
   * What happens to a create that Immuta gives up on: `undo` takes everything back; `keep` leaves it for
   * inspection, and in the state.
   * @default `undo`
   */
  onCreateFailure?: Input<"undo" | "keep" | undefined>;
  /**
   * What a refresh does about an integration that somebody disabled in Immuta: `error` reports it; `recreate`
   * lets the next `up` create it anew.
   * @default `error`
   */
  onDisabled?: Input<"error" | "recreate" | undefined>;
  /**
   * Whether what Immuta's scripts created stays in the pool when the integration is removed, for example
   * because the pool is gone. IMMUTA_RETAIN_POOL_OBJECTS says the same at run time.
   * @default `false`
   */
  retainPoolObjects?: Input<boolean | undefined>;
  /**
   * Takes over an integration that Immuta already has: its id, or `true` to find it by host, database and
   * schema. Can be removed afterwards.
   */
  adopt?: Input<string | true | undefined>;
  /**
   * `exact` refuses an integration that differs from the program, and writes nothing; `converge` brings it to
   * what the program says.
   * @default `exact`
   */
  adoptMode?: Input<"exact" | "converge" | undefined>;
}

/** Automatic setup: Immuta prepares the pool itself with a privileged account, which it does not keep. */
export interface AutomaticSetupArgs extends CommonArgs {
  /**
   * `true` for automatic setup, in which Immuta prepares the pool itself; `false` for manual setup, in which
   * this provider runs Immuta's scripts. A change replaces the integration.
   */
  autoBootstrap: true;
  /**
   * A privileged account, used once for each create, update and delete. Immuta does not keep it. A change is
   * only stored.
   * @default IMMUTA_SQL_ADMIN_USERNAME
   */
  username?: Input<string | undefined>;
  /**
   * Password of the privileged account. Kept secret. A change is only stored.
   * @default IMMUTA_SQL_ADMIN_PASSWORD
   */
  password?: Input<string | undefined>;
  bootstrap?: never;
}

/** What a manual setup takes, whichever way its password comes. */
export interface ManualSetup extends CommonArgs {
  /**
   * `true` for automatic setup, in which Immuta prepares the pool itself; `false` for manual setup, in which
   * this provider runs Immuta's scripts. A change replaces the integration.
   */
  autoBootstrap: false;
  /**
   * Immuta's own system account, which the scripts create. A change is a rotation: initial-create script, edit
   * script, PUT.
   */
  username: Input<string>;
  /**
   * Password of the system account. `passwordFrom` can take its place, so that no state holds it. Kept secret.
   * A change is a rotation: initial-create script, edit script, PUT.
   */
  password?: Input<string | undefined>;
  /**
   * The connection over which Immuta's bootstrap scripts are run in manual setup. `{}` takes the login from
   * the environment.
   */
  bootstrap: BootstrapArgs;
}

/** The inputs as outputs, with the defaults that are filled in. */
export abstract class InputOutputs extends pulumi.CustomResource {
  /** Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`. */
  declare readonly host: Output<string>;
  /** Port of the dedicated SQL endpoint. */
  declare readonly port: Output<number>;
  /** The existing dedicated SQL pool in which Immuta keeps its schemas and views. */
  declare readonly database: Output<string>;
  /** The Immuta-managed schema in which the policy-enforced views are created. */
  declare readonly schema: Output<string>;
  /**
   * `true` for automatic setup, in which Immuta prepares the pool itself; `false` for manual setup, in which
   * this provider runs Immuta's scripts.
   */
  declare readonly autoBootstrap: Output<boolean>;
  /**
   * Manual setup: Immuta's own system account, which the scripts create. Automatic setup: A privileged
   * account, used once for each create, update and delete. Immuta does not keep it.
   */
  declare readonly username: Output<string | undefined>;
  /**
   * Manual setup: Password of the system account. `passwordFrom` can take its place, so that no state holds
   * it. Automatic setup: Password of the privileged account.
   */
  declare readonly password: Output<string | undefined>;
  /**
   * Where the password is fetched from whenever an operation needs it, in place of `password`: no state holds
   * it.
   */
  declare readonly passwordFrom: Output<
    | { env: string; file?: undefined; keyVault?: undefined }
    | { env?: undefined; file: string; keyVault?: undefined }
    | { env?: undefined; file?: undefined; keyVault: string }
    | undefined
  >;
  /**
   * Any text that changes whenever the password behind `passwordFrom.env` or `passwordFrom.file` does, so that
   * a rotation is seen.
   */
  declare readonly passwordVersion: Output<string | undefined>;
  /** How Immuta logs in. The Synapse integration supports `userPassword` only. */
  declare readonly authenticationType: Output<"userPassword">;
  /** Who may query as another Immuta user. */
  declare readonly impersonation: Output<{ enabled: boolean; role?: string }>;
  /** Delimiters of the profile data that Immuta stores in the pool. All three must differ. */
  declare readonly metadataDelimiters: Output<{
    hashDelimiter: string;
    hashKeyDelimiter: string;
    arrayDelimiter: string;
  }>;
  /**
   * The connection over which Immuta's bootstrap scripts are run in manual setup. `{}` takes the login from
   * the environment.
   */
  declare readonly bootstrap: Output<
    | {
        run?: "provider" | "external";
        approvedScripts?: Partial<Record<Phase, string>>;
        guard?: "log" | "strict";
        username?: string;
        password?: string;
        server?: string;
        port?: number;
        trustServerCertificate?: boolean;
        encrypt?: "mandatory" | "strict";
        authentication?:
          | "sql"
          | "entra-default"
          | "entra-managed-identity"
          | "entra-service-principal"
          | "entra-access-token";
        tenantId?: string;
        clientId?: string;
        clientSecret?: string;
        clientCertificatePath?: string;
        accessToken?: string;
        checkPool?: boolean;
        connectTimeout?: string;
        requestTimeout?: string;
        waitForPool?: string;
      }
    | undefined
  >;
  /**
   * How long an operation may be at work with Immuta, such as `90s`, `20m` or `1h30m`: all requests,
   * repetitions, pauses and waits together. What is done in the pool does not count; it has times of its own
   * in `bootstrap`.
   */
  declare readonly timeouts: Output<{ create?: string; update?: string; delete?: string } | undefined>;
  /**
   * Any text that differs when another pool stands under the same name, such as Azure's id and creation date
   * of the pool.
   */
  declare readonly poolIdentity: Output<string | undefined>;
  /**
   * What happens to a create that Immuta gives up on: `undo` takes everything back; `keep` leaves it for
   * inspection, and in the state.
   */
  declare readonly onCreateFailure: Output<"undo" | "keep" | undefined>;
  /**
   * What a refresh does about an integration that somebody disabled in Immuta: `error` reports it; `recreate`
   * lets the next `up` create it anew.
   */
  declare readonly onDisabled: Output<"error" | "recreate" | undefined>;
  /**
   * Whether what Immuta's scripts created stays in the pool when the integration is removed, for example
   * because the pool is gone. IMMUTA_RETAIN_POOL_OBJECTS says the same at run time.
   */
  declare readonly retainPoolObjects: Output<boolean | undefined>;
  /**
   * Takes over an integration that Immuta already has: its id, or `true` to find it by host, database and
   * schema. Can be removed afterwards.
   */
  declare readonly adopt: Output<string | true | undefined>;
  /**
   * `exact` refuses an integration that differs from the program, and writes nothing; `converge` brings it to
   * what the program says.
   */
  declare readonly adoptMode: Output<"exact" | "converge" | undefined>;
}

/** An Immuta tenant, for the plugin's provider: what is given here wins over the environment. */
export interface ProviderArgs {
  /**
   * URL of the Immuta tenant, `https://…`; `http://` for this machine only.
   * @default IMMUTA_URL
   */
  url?: Input<string | undefined>;
  /**
   * API key of a user with Immuta's APPLICATION_ADMIN permission. Kept secret.
   * @default IMMUTA_API_KEY
   */
  apiKey?: Input<string | undefined>;
  /**
   * Name of the privileged SQL login of resources that give none.
   * @default IMMUTA_SQL_ADMIN_USERNAME
   */
  sqlAdminUsername?: Input<string | undefined>;
  /**
   * Password of the privileged SQL login of resources that give none. Kept secret.
   * @default IMMUTA_SQL_ADMIN_PASSWORD
   */
  sqlAdminPassword?: Input<string | undefined>;
  /**
   * Token for `bootstrap.authentication` "entra-access-token". Kept secret.
   * @default IMMUTA_SQL_ACCESS_TOKEN
   */
  sqlAccessToken?: Input<string | undefined>;
  /**
   * Host or address to connect to instead of a pool's host.
   * @default IMMUTA_SQL_SERVER
   */
  sqlServer?: Input<string | undefined>;
  /**
   * Port to connect to instead of a pool's port.
   * @default IMMUTA_SQL_PORT
   */
  sqlPort?: Input<number | undefined>;
  /**
   * Databases (`claims,sales`, or `all`) that are left as they are when their integration is removed.
   * @default IMMUTA_RETAIN_POOL_OBJECTS
   */
  retainPoolObjects?: Input<string | undefined>;
  /**
   * How many integrations are written at once; 8 by default.
   * @default IMMUTA_CONCURRENCY
   */
  concurrency?: Input<number | undefined>;
  /**
   * How long one request to Immuta may take, such as `90s`; by default 20 seconds for a GET, two minutes for
   * the rest.
   * @default IMMUTA_REQUEST_TIMEOUT
   */
  requestTimeout?: Input<string | undefined>;
  /**
   * What the tenant does where Immuta's guide leaves it open, setting by setting (docs/assumptions.md).
   * @default IMMUTA_CONTRACT
   */
  contract?: Input<Record<string, Input<string>> | undefined>;
  /**
   * `true` lets the API key go over `http://` to another machine.
   * @default IMMUTA_ALLOW_INSECURE
   */
  allowInsecure?: Input<boolean | undefined>;
}
