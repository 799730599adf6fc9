import { unknown } from "./unknown";
import type { Phase } from "./immuta/types";
import * as rules from "./validation";

/**
 * What a change of an input means for the integration (docs/properties.md):
 * - `replace`: another integration; this one is removed.
 * - `put`: PUT, in manual setup with the edit script before it.
 * - `credentials`: automatic setup stores it; manual setup runs initial-create and edit, then PUT.
 * - `local`: stored only, nobody is called.
 * - `none`: no difference at all; it says how to begin, not what is.
 */
export type Change = "replace" | "put" | "credentials" | "local" | "none";

export interface Impersonation {
  enabled: boolean;
  role?: string;
}

export interface MetadataDelimiters {
  hashDelimiter: string;
  hashKeyDelimiter: string;
  arrayDelimiter: string;
}

export interface Bootstrap {
  approvedScripts?: Partial<Record<Phase, string>>;
  guard?: "log" | "strict";
  run?: "provider" | "external";
  authentication?:
    "sql" | "entra-default" | "entra-managed-identity" | "entra-service-principal" | "entra-access-token";
  tenantId?: string;
  clientId?: string;
  clientSecret?: string;
  clientCertificatePath?: string;
  accessToken?: string;
  connectTimeout?: string;
  requestTimeout?: string;
  waitForPool?: string;
  username?: string;
  password?: string;
  server?: string;
  port?: number;
  trustServerCertificate?: boolean;
  encrypt?: "mandatory" | "strict";
}

/** Where a password is to be had when an operation needs it; exactly one is given. */
export interface PasswordReference {
  env?: string;
  file?: string;
  keyVault?: string;
}

export interface Timeouts {
  create?: string;
  update?: string;
  delete?: string;
}

/** The inputs as `check` leaves them: validated, with defaults. */
export interface Inputs {
  host: string;
  port: number;
  database: string;
  schema: string;
  autoBootstrap: boolean;
  username?: string;
  password?: string;
  authenticationType: "userPassword";
  impersonation: Impersonation;
  metadataDelimiters: MetadataDelimiters;
  bootstrap?: Bootstrap;
  timeouts?: Timeouts;
  poolIdentity?: string;
  onCreateFailure?: "undo" | "keep";
  onDisabled?: "error" | "recreate";
  retainPoolObjects?: boolean;
  passwordFrom?: PasswordReference;
  passwordVersion?: string;
  adopt?: string | true;
  adoptMode?: "exact" | "converge";
}

/** One row of the table that check, diff, plan and the reference page read. */
export interface Property {
  /** Dotted path, such as `impersonation.role`. */
  path: string;
  type: "string" | "number" | "boolean" | "string or true" | "object";
  change: Change;
  /** Filled in by check; `undefined` where the input has none. */
  default?: string | number | boolean;
  secret?: true;
  /** Which setup must give it: both, only manual, or none. */
  required?: "always" | "manual";
  /** Says what is wrong with a known value, or nothing. */
  rule?: (value: never) => string | undefined;
  /** Whether two values mean the same to Immuta and the pool. Default: strict equality. */
  same?: (a: unknown, b: unknown) => boolean;
  doc: string;
}

const sameHost = (a: unknown, b: unknown): boolean => normalHost(String(a)) === normalHost(String(b));
const sameIdentifier = (a: unknown, b: unknown): boolean =>
  normalIdentifier(String(a)) === normalIdentifier(String(b));

/** Host names compare without case and without the root's trailing dot. */
export const normalHost = (host: string): string => host.toLowerCase().replace(/\.$/, "");

/** Identifiers compare as a dedicated pool's default collation does (SQL_Latin1_General_CP1_CI_AS). */
export const normalIdentifier = (name: string): string => name.toLowerCase();

export const properties: readonly Property[] = [
  {
    path: "host",
    type: "string",
    change: "replace",
    required: "always",
    rule: rules.host,
    same: sameHost,
    doc: "Host name of the workspace's dedicated SQL endpoint, such as `contoso.sql.azuresynapse.net`.",
  },
  {
    path: "port",
    type: "number",
    change: "replace",
    default: 1433,
    rule: rules.port,
    doc: "Port of the dedicated SQL endpoint.",
  },
  {
    path: "database",
    type: "string",
    change: "replace",
    required: "always",
    rule: rules.identifier,
    same: sameIdentifier,
    doc: "The existing dedicated SQL pool in which Immuta keeps its schemas and views.",
  },
  {
    path: "schema",
    type: "string",
    change: "replace",
    required: "always",
    rule: rules.identifier,
    same: sameIdentifier,
    doc: "The Immuta-managed schema in which the policy-enforced views are made.",
  },
  {
    path: "autoBootstrap",
    type: "boolean",
    change: "replace",
    required: "always",
    doc: "true: automatic setup, Immuta prepares the pool itself. false: manual setup, this provider runs Immuta's scripts.",
  },
  {
    path: "username",
    type: "string",
    change: "credentials",
    required: "manual",
    rule: rules.identifier,
    doc: "Manual setup: Immuta's system account, made by the scripts. Automatic setup: a privileged account, used once for each change; default IMMUTA_SQL_ADMIN_USERNAME.",
  },
  {
    path: "password",
    type: "string",
    change: "credentials",
    required: "manual",
    secret: true,
    rule: rules.password,
    doc: "Password of `username`; default in automatic setup IMMUTA_SQL_ADMIN_PASSWORD.",
  },
  {
    path: "passwordFrom.env",
    type: "string",
    change: "credentials",
    rule: rules.notEmpty,
    doc: "Environment variable with the password, in place of `password`; only its name is kept in the state.",
  },
  {
    path: "passwordFrom.file",
    type: "string",
    change: "credentials",
    rule: rules.notEmpty,
    doc: "File with the password, in place of `password`; only its path is kept in the state.",
  },
  {
    path: "passwordFrom.keyVault",
    type: "string",
    change: "credentials",
    rule: rules.keyVaultSecret,
    doc: "URI of a secret in Azure Key Vault, with its version, in place of `password`; read with Microsoft Entra's default credential chain.",
  },
  {
    path: "passwordVersion",
    type: "string",
    change: "credentials",
    rule: rules.notEmpty,
    doc: "Any text that changes when the password behind `passwordFrom.env` or `passwordFrom.file` does: a rotation is seen by it.",
  },
  {
    path: "authenticationType",
    type: "string",
    change: "put",
    default: "userPassword",
    rule: rules.authenticationType,
    doc: "How Immuta logs in. The Synapse integration knows `userPassword` only.",
  },
  {
    path: "impersonation.enabled",
    type: "boolean",
    change: "put",
    default: false,
    doc: "Whether Immuta administrators may let users query as other Immuta users.",
  },
  {
    path: "impersonation.role",
    type: "string",
    change: "put",
    rule: rules.identifier,
    same: sameIdentifier,
    doc: "Name of the impersonation role; required when impersonation is enabled.",
  },
  {
    path: "metadataDelimiters.hashDelimiter",
    type: "string",
    change: "put",
    default: "|",
    rule: rules.delimiter,
    doc: "Separates hashes in the profile data that Immuta stores in the pool.",
  },
  {
    path: "metadataDelimiters.hashKeyDelimiter",
    type: "string",
    change: "put",
    default: "-",
    rule: rules.delimiter,
    doc: "Separates a hash from its key.",
  },
  {
    path: "metadataDelimiters.arrayDelimiter",
    type: "string",
    change: "put",
    default: ",",
    rule: rules.delimiter,
    doc: "Separates the elements of an array.",
  },
  {
    path: "bootstrap.run",
    type: "string",
    change: "local",
    rule: rules.oneOf("provider", "external"),
    doc: "Who runs Immuta's scripts: `provider` runs them over this connection; `external` says which to run where, and registers when Immuta's validation passes. Default `provider`.",
  },
  {
    path: "bootstrap.approvedScripts",
    type: "object",
    change: "local",
    rule: rules.approvedScripts,
    same: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    doc: "Identities of the scripts that may run, by phase: SHA-256 of the text with the password, where it is one literal in a place for a password, replaced; when given, a script of another identity, or of a phase that is not named, runs not at all. See getBootstrapScripts and the output `scripts`.",
  },
  {
    path: "bootstrap.guard",
    type: "string",
    change: "local",
    rule: rules.oneOf("log", "strict"),
    doc: "What becomes of a script with a statement that is not known to keep to Immuta's own (its schemas, the system account, the impersonation role) or cannot be judged, such as SQL that is built while it runs: `log` names each, `strict` refuses the script; default `log`. docs/scripts.md says what passes.",
  },
  {
    path: "bootstrap.username",
    type: "string",
    change: "local",
    rule: rules.identifier,
    doc: "Administrator's SQL login that runs the scripts; default IMMUTA_SQL_ADMIN_USERNAME.",
  },
  {
    path: "bootstrap.password",
    type: "string",
    change: "local",
    secret: true,
    rule: rules.password,
    doc: "Its password; default IMMUTA_SQL_ADMIN_PASSWORD.",
  },
  {
    path: "bootstrap.server",
    type: "string",
    change: "local",
    rule: rules.server,
    doc: "Where to connect instead of `host` (a private endpoint, a tunnel); the certificate is still checked against `host`. Default IMMUTA_SQL_SERVER, then `host`.",
  },
  {
    path: "bootstrap.port",
    type: "number",
    change: "local",
    rule: rules.port,
    doc: "Port to connect to instead of `port`; default IMMUTA_SQL_PORT, then `port`.",
  },
  {
    path: "bootstrap.trustServerCertificate",
    type: "boolean",
    change: "local",
    doc: "Accept any server certificate; default false.",
  },
  {
    path: "bootstrap.encrypt",
    type: "string",
    change: "local",
    rule: rules.oneOf("mandatory", "strict"),
    doc: "`mandatory` (default): TLS is agreed in the connection before the login; `strict`: TLS before anything else (TDS 8), with a certificate that is always checked.",
  },
  {
    path: "bootstrap.authentication",
    type: "string",
    change: "local",
    rule: rules.oneOf(
      "sql",
      "entra-default",
      "entra-managed-identity",
      "entra-service-principal",
      "entra-access-token",
    ),
    doc: "How the login that runs the scripts proves who it is: a SQL login, or Microsoft Entra's default credential chain, a managed identity, a service principal, a ready access token; default `sql`.",
  },
  {
    path: "bootstrap.tenantId",
    type: "string",
    change: "local",
    rule: rules.notEmpty,
    doc: "Microsoft Entra tenant of the service principal.",
  },
  {
    path: "bootstrap.clientId",
    type: "string",
    change: "local",
    rule: rules.notEmpty,
    doc: "Client id of the service principal, or of a user-assigned managed identity.",
  },
  {
    path: "bootstrap.clientSecret",
    type: "string",
    change: "local",
    secret: true,
    rule: rules.notEmpty,
    doc: "The service principal's secret.",
  },
  {
    path: "bootstrap.clientCertificatePath",
    type: "string",
    change: "local",
    rule: rules.notEmpty,
    doc: "File with the service principal's certificate and key (PEM), in place of a secret.",
  },
  {
    path: "bootstrap.accessToken",
    type: "string",
    change: "local",
    secret: true,
    rule: rules.notEmpty,
    doc: "Access token for `https://database.windows.net/`; default IMMUTA_SQL_ACCESS_TOKEN, which is kept in no state.",
  },
  {
    path: "bootstrap.connectTimeout",
    type: "string",
    change: "local",
    rule: rules.duration,
    doc: "How long one attempt to connect may take; default `30s`.",
  },
  {
    path: "bootstrap.requestTimeout",
    type: "string",
    change: "local",
    rule: rules.duration,
    doc: "How long one batch may take; then it is cancelled at the server. Default `10m`.",
  },
  {
    path: "bootstrap.waitForPool",
    type: "string",
    change: "local",
    rule: rules.duration,
    doc: "How long to wait for a pool that is warming up or not there yet; default `20m`. When given, a paused pool is waited for too, until somebody resumes it.",
  },
  ...(["create", "update", "delete"] as const).map((operation): Property => ({
    path: `timeouts.${operation}`,
    type: "string",
    change: "local",
    rule: rules.duration,
    doc: `How long ${operation} may wait for Immuta, such as \`90s\` or \`20m\`; default \`20m\`.`,
  })),
  {
    path: "poolIdentity",
    type: "string",
    change: "replace",
    rule: rules.notEmpty,
    doc: "Any text that is another one when the pool under the same name is another one, such as Azure's id and creation date of the pool.",
  },
  {
    path: "onCreateFailure",
    type: "string",
    change: "local",
    rule: rules.oneOf("undo", "keep"),
    doc: "What becomes of a create that Immuta gives up: `undo` takes everything back, `keep` leaves it for inspection, in the state; default `undo`.",
  },
  {
    path: "onDisabled",
    type: "string",
    change: "local",
    rule: rules.oneOf("error", "recreate"),
    doc: "What a refresh does about an integration that somebody disabled in Immuta: `error` says so, `recreate` lets the next `up` make it anew; default `error`.",
  },
  {
    path: "retainPoolObjects",
    type: "boolean",
    change: "local",
    doc: "Leave in the pool what Immuta's scripts made when the integration is removed, such as for a pool that is gone; default false. At run time: IMMUTA_RETAIN_POOL_OBJECTS.",
  },
  {
    path: "adopt",
    type: "string or true",
    change: "none",
    rule: rules.notEmpty,
    doc: "Take over an integration that Immuta has already: its id, or true to find it by host, database and schema. Can be taken out afterwards.",
  },
  {
    path: "adoptMode",
    type: "string",
    change: "none",
    rule: rules.oneOf("exact", "converge"),
    doc: "`exact` refuses an integration that differs from the program and writes nothing; `converge` brings it to the program; default `exact`.",
  },
];

/** Inputs that are objects. */
export const groups = new Set(
  properties.filter((p) => p.path.includes(".")).map((p) => p.path.split(".")[0] ?? ""),
);
export const topLevel = new Set(properties.map((p) => p.path.split(".")[0] ?? ""));

export type Bag = Record<string, unknown>;

export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Value at a dotted path; unknown where the object around it is. */
export function valueAt(bag: Bag, path: string): unknown {
  const [head = "", leaf] = path.split(".");
  const value = bag[head];
  if (leaf === undefined || value === unknown) return value;
  return isBag(value) ? value[leaf] : undefined;
}

/** The inputs among a state's outputs. */
export function inputsOf(outputs: Bag): Bag {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => topLevel.has(name)));
}
