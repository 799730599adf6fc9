import { createHash } from "node:crypto";
import { malformed } from "./errors";
import type { Account, Delimiters, Impersonation, Settings } from "./model";
import type { Switches } from "./switches";

export const synapseType = "Azure Synapse Analytics";

/** A payload that was found well-formed. */
export interface Payload {
  type: typeof synapseType;
  autoBootstrap: boolean;
  account: Account;
  /** The settings as sent: what was left out is absent, so that the receiver decides what that means. */
  sent: SentSettings;
  /**
   * SHA-256 over the settings as sent (not over defaults: the payload of the script and that of the POST or PUT have
   * to be the same payload) in hex. Credentials stay out, so that it gives nothing away about a password; they are
   * compared by logging in.
   */
  fingerprint: string;
}

export type SentSettings = Pick<Settings, "host" | "database" | "schema"> & {
  port?: number;
  impersonation?: Impersonation;
  metadataDelimiters?: Partial<Delimiters>;
};

export const defaultDelimiters: Readonly<Delimiters> = {
  hashDelimiter: "|",
  hashKeyDelimiter: "-",
  arrayDelimiter: ",",
};

const delimiterNames = ["hashDelimiter", "hashKeyDelimiter", "arrayDelimiter"] as const;

/** Fills what was not sent from `base`, by default from Immuta's defaults. */
export function completeSettings(sent: SentSettings, base?: Settings): Settings {
  return {
    host: sent.host,
    port: sent.port ?? base?.port ?? 1433,
    database: sent.database,
    schema: sent.schema,
    impersonation: sent.impersonation ?? base?.impersonation ?? { enabled: false },
    metadataDelimiters: { ...(base?.metadataDelimiters ?? defaultDelimiters), ...sent.metadataDelimiters },
  };
}

/**
 * Reads the payload of POST and PUT /integrations and of the script endpoints.
 * Throws ApiError 400 for what is missing, unknown or of the wrong type; the sentence names the field, not its value.
 */
export function parsePayload(body: unknown, switches: Switches): Payload {
  const { autoBootstrap, config } = parseEnvelope(body);
  const sent = parseConfig(config, switches, credentialNames);
  const account = parseAccount(config, "config.");
  return { type: synapseType, autoBootstrap, account, sent, fingerprint: fingerprintOf(config) };
}

/** The same without credentials, which are refused. */
export function parseWithoutCredentials(body: unknown, switches: Switches): Omit<Payload, "account"> {
  const { autoBootstrap, config } = parseEnvelope(body);
  const sent = parseConfig(config, switches, []);
  return { type: synapseType, autoBootstrap, sent, fingerprint: fingerprintOf(config) };
}

function parseEnvelope(body: unknown): { autoBootstrap: boolean; config: Fields } {
  const payload = objectAt(body, "payload");
  refuseUnknown(payload, "", ["type", "autoBootstrap", "config"]);
  if (stringAt(payload, "type", "") !== synapseType) throw malformed(`"type" must be [${synapseType}]`);
  const autoBootstrap = booleanAt(payload, "autoBootstrap", "");
  return { autoBootstrap, config: objectAt(required(payload, "config", ""), "config") };
}

const credentialNames = ["authenticationType", "username", "password"] as const;

/** Reads the credentials a DELETE of an automatic setup carries; undefined when there is no payload. */
export function parseCredentials(body: unknown): Account | undefined {
  if (body === undefined) return undefined;
  const credentials = objectAt(body, "payload");
  if (Object.keys(credentials).length === 0) return undefined;
  refuseUnknown(credentials, "", credentialNames);
  return parseAccount(credentials, "");
}

function parseConfig(
  config: Fields,
  { portInPayload }: Switches,
  credentials: readonly string[],
): SentSettings {
  const prefix = "config.";
  refuseUnknown(config, prefix, [
    "host",
    ...(portInPayload === "refused" ? [] : ["port"]),
    "database",
    "schema",
    "impersonation",
    "metadataDelimiters",
    ...credentials,
  ]);
  const sent: SentSettings = {
    host: hostAt(config, prefix),
    database: nameAt(config, "database", prefix),
    schema: nameAt(config, "schema", prefix),
  };
  if (config["port"] !== undefined || portInPayload === "required") sent.port = portAt(config, prefix);
  if (config["impersonation"] !== undefined) sent.impersonation = parseImpersonation(config["impersonation"]);
  if (config["metadataDelimiters"] !== undefined)
    sent.metadataDelimiters = parseDelimiters(config["metadataDelimiters"]);
  return sent;
}

function parseAccount(fields: Fields, prefix: string): Account {
  if (stringAt(fields, "authenticationType", prefix) !== "userPassword")
    throw malformed(`"${prefix}authenticationType" must be [userPassword]`);
  return { username: nameAt(fields, "username", prefix), password: stringAt(fields, "password", prefix) };
}

function parseImpersonation(value: unknown): Impersonation {
  const fields = objectAt(value, "config.impersonation");
  const prefix = "config.impersonation.";
  refuseUnknown(fields, prefix, ["enabled", "role"]);
  if (!booleanAt(fields, "enabled", prefix)) {
    if (fields["role"] !== undefined) nameAt(fields, "role", prefix);
    return { enabled: false };
  }
  return { enabled: true, role: nameAt(fields, "role", prefix) };
}

function parseDelimiters(value: unknown): Partial<Delimiters> {
  const fields = objectAt(value, "config.metadataDelimiters");
  const prefix = "config.metadataDelimiters.";
  refuseUnknown(fields, prefix, delimiterNames);
  const delimiters: Partial<Delimiters> = {};
  for (const name of delimiterNames)
    if (fields[name] !== undefined) delimiters[name] = stringAt(fields, name, prefix);
  return delimiters;
}

type Fields = Record<string, unknown>;

function objectAt(value: unknown, path: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw malformed(`"${path}" must be of type object`);
  return value as Fields;
}

function refuseUnknown(fields: Fields, prefix: string, known: readonly string[]): void {
  for (const name of Object.keys(fields))
    if (!known.includes(name)) throw malformed(`"${prefix}${name}" is not allowed`);
}

function required(fields: Fields, name: string, prefix: string): unknown {
  const value = fields[name];
  if (value === undefined) throw malformed(`"${prefix}${name}" is required`);
  return value;
}

function stringAt(fields: Fields, name: string, prefix: string): string {
  const value = required(fields, name, prefix);
  if (typeof value !== "string") throw malformed(`"${prefix}${name}" must be a string`);
  if (value === "") throw malformed(`"${prefix}${name}" is not allowed to be empty`);
  return value;
}

/** The name of something in SQL Server: at most 128 characters. */
function nameAt(fields: Fields, name: string, prefix: string): string {
  const value = stringAt(fields, name, prefix);
  if (value.length > 128)
    throw malformed(`"${prefix}${name}" length must be less than or equal to 128 characters long`);
  return value;
}

function booleanAt(fields: Fields, name: string, prefix: string): boolean {
  const value = required(fields, name, prefix);
  if (typeof value !== "boolean") throw malformed(`"${prefix}${name}" must be a boolean`);
  return value;
}

function hostAt(fields: Fields, prefix: string): string {
  const host = stringAt(fields, "host", prefix);
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host))
    throw malformed(`"${prefix}host" must be a valid hostname`);
  return host;
}

function portAt(fields: Fields, prefix: string): number {
  const port = required(fields, "port", prefix);
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535)
    throw malformed(`"${prefix}port" must be a valid port`);
  return port;
}

function fingerprintOf(config: Fields): string {
  const settings = Object.fromEntries(
    Object.entries(config).filter(([name]) => name !== "username" && name !== "password"),
  );
  return createHash("sha256").update(canonical(settings)).digest("hex");
}

/** JSON with sorted keys: the same payload in JSON and in YAML, in any order of fields, is the same payload. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(",")}}`;
}
