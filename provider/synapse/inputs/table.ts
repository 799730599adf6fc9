import type { Phase } from "../../core/phases";
import { notEmpty, password, port } from "../../core/rules";
import { defaultTimes } from "../../sql/connect/login";
import * as rules from "./rules";
import { sameHost, sameIdentifier } from "./identifiers";
import { type Checked, flag, group, object, text, textOrTrue, time, whole, words } from "../../core/rows";

/**
 * Every input of a SynapseIntegration, once. Check, diff and plan read it, the types of checked inputs are inferred from
 * it, and `npm run docs` writes the arguments (sdk/args.ts) and the page of inputs (docs/properties.md) from it.
 */
export const table = {
  host: text({
    change: "replace",
    required: "always",
    immuta: "shown",
    rule: rules.host,
    same: sameHost,
    doc: "Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`.",
  }),
  port: whole({
    change: "replace",
    default: 1433,
    immuta: "shown",
    rule: port,
    doc: "Port of the dedicated SQL endpoint.",
  }),
  database: text({
    change: "replace",
    required: "always",
    immuta: "shown",
    rule: rules.database,
    same: sameIdentifier,
    doc: "The existing dedicated SQL pool in which Immuta keeps its schemas and views.",
  }),
  schema: text({
    change: "replace",
    required: "always",
    immuta: "shown",
    rule: rules.madeName,
    same: sameIdentifier,
    doc: "The Immuta-managed schema in which the policy-enforced views are created.",
  }),
  autoBootstrap: flag({
    change: "replace",
    required: "always",
    doc: "`true` for automatic setup, in which Immuta prepares the pool itself; `false` for manual setup, in which this provider runs Immuta's scripts.",
  }),
  username: text({
    change: "credentials",
    required: "manual",
    from: [{ env: "IMMUTA_SQL_ADMIN_USERNAME" }],
    immuta: "sent",
    rule: rules.identifier,
    doc: {
      automatic:
        "A privileged account, used once for each create, update and delete. Immuta does not keep it.",
      manual: "Immuta's own system account, which the scripts create.",
    },
  }),
  password: text({
    change: "credentials",
    required: "manual",
    unless: ["passwordFrom", "adopt"],
    from: [{ env: "IMMUTA_SQL_ADMIN_PASSWORD" }],
    secret: true,
    immuta: "sent",
    rule: password,
    doc: {
      automatic: "Password of the privileged account.",
      manual: "Password of the system account. `passwordFrom` can take its place, so that no state holds it.",
    },
  }),
  passwordFrom: group({
    name: "PasswordReference",
    exactlyOne: true,
    doc: "Where the password is fetched from whenever an operation needs it, in place of `password`: no state holds it.",
    fields: {
      env: text({
        change: "credentials",
        rule: notEmpty,
        doc: "Name of the environment variable that holds the password. Only the name is kept in the state.",
      }),
      file: text({
        change: "credentials",
        rule: notEmpty,
        doc: "Path of the file that holds the password. Only the path is kept in the state.",
      }),
      keyVault: text({
        change: "credentials",
        rule: rules.keyVaultSecret,
        doc: "URI of a secret in Azure Key Vault, with its version. It is read with Microsoft Entra's default credential chain.",
      }),
    },
  }),
  passwordVersion: text({
    change: "credentials",
    rule: notEmpty,
    doc: "Any text that changes whenever the password behind `passwordFrom.env` or `passwordFrom.file` does, so that a rotation is seen.",
  }),
  authenticationType: words("userPassword")({
    change: "put",
    default: "userPassword",
    immuta: "sent",
    rule: rules.authenticationType,
    doc: "How Immuta logs in. The Synapse integration supports `userPassword` only.",
  }),
  impersonation: group({
    name: "Impersonation",
    doc: "Who may query as another Immuta user.",
    fields: {
      enabled: flag({
        change: "put",
        default: false,
        immuta: "shown",
        doc: "Whether Immuta administrators may let users query as other Immuta users.",
      }),
      role: text({
        change: "put",
        immuta: "shown",
        rule: rules.madeName,
        same: sameIdentifier,
        doc: "Name of the impersonation role, such as `IMMUTA_IMPERSONATION`. Required when impersonation is enabled.",
      }),
    },
  }),
  metadataDelimiters: group({
    name: "MetadataDelimiters",
    doc: "Delimiters of the profile data that Immuta stores in the pool. All three must differ.",
    fields: {
      hashDelimiter: text({
        change: "put",
        default: "|",
        immuta: "shown",
        rule: rules.delimiter,
        doc: "Separates hashes from one another.",
      }),
      hashKeyDelimiter: text({
        change: "put",
        default: "-",
        immuta: "shown",
        rule: rules.delimiter,
        doc: "Separates a hash from its key.",
      }),
      arrayDelimiter: text({
        change: "put",
        default: ",",
        immuta: "shown",
        rule: rules.delimiter,
        doc: "Separates the elements of an array.",
      }),
    },
  }),
  bootstrap: group({
    name: "Bootstrap",
    only: "manual",
    doc: "The connection over which Immuta's bootstrap scripts are run in manual setup. `{}` takes the login from the environment.",
    fields: {
      run: words(
        "provider",
        "external",
      )({
        change: "local",
        whenUnset: "provider",
        doc: "Who runs Immuta's scripts: `provider` runs them over this connection; `external` says which to run where (getBootstrapScripts gives their text), and registers the integration once Immuta's validation passes.",
      }),
      approvedScripts: object<Partial<Record<Phase, string>>>()({
        change: "local",
        rule: rules.approvedScripts,
        same: (a, b) => JSON.stringify(a) === JSON.stringify(b),
        doc: "Identities of the scripts that may run, by phase (`initial-create`, `create`, `edit`, `delete`, `cleanup`, `post-cleanup`): SHA-256 of the text with the password, where it is one literal in a place for a password, replaced. When given, a script with another identity, or of a phase that is not named, is not run. getBootstrapScripts and the output `scripts` show identities.",
      }),
      guard: words(
        "log",
        "strict",
      )({
        change: "local",
        whenUnset: "log",
        doc: "What happens to a script with a statement that is not known to keep to Immuta's own objects (its schemas, the system account, the impersonation role), or that cannot be judged, such as SQL that is built while it runs: `log` names each, `strict` refuses the script. docs/scripts.md says what passes.",
      }),
      username: text({
        change: "local",
        from: [{ env: "IMMUTA_SQL_ADMIN_USERNAME" }],
        rule: rules.identifier,
        doc: "SQL login that runs the scripts. It may create logins and users and manage grants, as the workspace's SQL administrator may.",
      }),
      password: text({
        change: "local",
        from: [{ env: "IMMUTA_SQL_ADMIN_PASSWORD" }],
        secret: true,
        rule: password,
        doc: "Password of this login.",
      }),
      server: text({
        change: "local",
        from: [{ env: "IMMUTA_SQL_SERVER" }, { input: "host" }],
        rule: rules.server,
        doc: "Host or address to connect to instead of `host`, such as a private endpoint or a tunnel. The certificate is still checked against `host`.",
      }),
      port: whole({
        change: "local",
        from: [{ env: "IMMUTA_SQL_PORT" }, { input: "port" }],
        rule: port,
        doc: "Port to connect to instead of `port`.",
      }),
      trustServerCertificate: flag({
        change: "local",
        whenUnset: false,
        doc: "Whether any server certificate is accepted.",
      }),
      encrypt: words(
        "mandatory",
        "strict",
      )({
        change: "local",
        whenUnset: "mandatory",
        doc: "How the connection is encrypted: `mandatory` agrees on TLS before the login; `strict` begins with TLS (TDS 8) and always checks the certificate. Neither sends anything of a login without TLS.",
      }),
      authentication: words(
        "sql",
        "entra-default",
        "entra-managed-identity",
        "entra-service-principal",
        "entra-access-token",
      )({
        change: "local",
        whenUnset: "sql",
        doc: "How the login that runs the scripts proves who it is: by a SQL login, or by Microsoft Entra's default credential chain, a managed identity, a service principal, or a ready-made access token.",
      }),
      tenantId: text({
        change: "local",
        rule: notEmpty,
        doc: "Microsoft Entra tenant of the service principal.",
      }),
      clientId: text({
        change: "local",
        rule: notEmpty,
        doc: "Client id of the service principal, or of a user-assigned managed identity.",
      }),
      clientSecret: text({
        change: "local",
        secret: true,
        rule: notEmpty,
        doc: "The service principal's secret.",
      }),
      clientCertificatePath: text({
        change: "local",
        rule: notEmpty,
        doc: "File with the service principal's certificate and key (PEM), in place of a secret.",
      }),
      accessToken: text({
        change: "local",
        from: [{ env: "IMMUTA_SQL_ACCESS_TOKEN" }],
        secret: true,
        rule: notEmpty,
        doc: "Access token for `https://database.windows.net/`. The one from the environment is kept in no state.",
      }),
      checkPool: flag({
        change: "local",
        whenUnset: false,
        doc: "Whether a refresh looks into the pool as well: what Immuta's scripts made there is compared with what they left, and the next `up` runs the edit script where something is gone or was granted. IMMUTA_CHECK_POOL says the same, or not, for one refresh.",
      }),
      connectTimeout: time({
        change: "local",
        whenUnset: defaultTimes.connectTimeout,
        doc: "How long one attempt to connect may take.",
      }),
      requestTimeout: time({
        change: "local",
        whenUnset: defaultTimes.requestTimeout,
        doc: "How long one batch may take before it is cancelled at the server.",
      }),
      waitForPool: time({
        change: "local",
        whenUnset: defaultTimes.waitForPool,
        doc: "How long to wait for a pool that is warming up or does not exist yet. When given, a paused pool is waited for as well, until somebody resumes it.",
      }),
    },
  }),
  timeouts: group({
    name: "Timeouts",
    doc: "How long an operation may be at work with Immuta, such as `90s`, `20m` or `1h30m`: all requests, repetitions, pauses and waits together. What is done in the pool does not count; it has times of its own in `bootstrap`.",
    fields: {
      create: time({ change: "local", whenUnset: "20m", doc: "How long a create may wait for Immuta." }),
      update: time({ change: "local", whenUnset: "20m", doc: "How long an update may wait for Immuta." }),
      delete: time({ change: "local", whenUnset: "20m", doc: "How long a delete may wait for Immuta." }),
    },
  }),
  poolIdentity: text({
    change: "replace",
    rule: notEmpty,
    doc: "Any text that differs when another pool stands under the same name, such as Azure's id and creation date of the pool.",
  }),
  onCreateFailure: words(
    "undo",
    "keep",
  )({
    change: "local",
    whenUnset: "undo",
    doc: "What happens to a create that Immuta gives up on: `undo` takes everything back; `keep` leaves it for inspection, and in the state.",
  }),
  onDisabled: words(
    "error",
    "recreate",
  )({
    change: "local",
    whenUnset: "error",
    doc: "What a refresh does about an integration that somebody disabled in Immuta: `error` reports it; `recreate` lets the next `up` create it anew.",
  }),
  retainPoolObjects: flag({
    change: "local",
    whenUnset: false,
    doc: "Whether what Immuta's scripts created stays in the pool when the integration is removed, for example because the pool is gone. IMMUTA_RETAIN_POOL_OBJECTS says the same at run time.",
  }),
  adopt: textOrTrue({
    change: "none",
    rule: notEmpty,
    doc: "Takes over an integration that Immuta already has: its id, or `true` to find it by host, database and schema. Can be removed afterwards.",
  }),
  adoptMode: words(
    "exact",
    "converge",
  )({
    change: "none",
    whenUnset: "exact",
    doc: "`exact` refuses an integration that differs from the program, and writes nothing; `converge` brings it to what the program says.",
  }),
};

/** The inputs as `check` leaves them: validated, with defaults. */
export type Inputs = Checked<typeof table>;
export type Bootstrap = NonNullable<Inputs["bootstrap"]>;
/** Where a password is to be had when an operation needs it. */
export type PasswordReference = NonNullable<Inputs["passwordFrom"]>;
