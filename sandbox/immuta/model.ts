import type { Switches } from "./switches";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type IntegrationStatus =
  | "creating"
  | "createError"
  | "enabled"
  | "editing"
  | "editError"
  | "deleting"
  | "deleted"
  | "deleteError"
  | "disabled"
  | "migrating"
  | "migrateError"
  | "recurringValidationError";

export type ValidationStatus = "passed" | "failed" | "warning" | "skipped";

export interface ValidationTest {
  name: string;
  status: ValidationStatus;
  message?: string;
  result?: JsonObject[];
}

export interface ValidationResults {
  status: ValidationStatus;
  validationTests: ValidationTest[];
}

export interface Delimiters {
  hashDelimiter: string;
  hashKeyDelimiter: string;
  arrayDelimiter: string;
}

export type Impersonation = { enabled: false } | { enabled: true; role: string };

/** The settings of an integration, defaults filled in. */
export interface Settings {
  host: string;
  port: number;
  database: string;
  schema: string;
  impersonation: Impersonation;
  metadataDelimiters: Delimiters;
}

/** A SQL login with its password, in clear text. */
export interface Account {
  username: string;
  password: string;
}

/** What Immuta keeps of an integration of one of its other platforms: the configuration as a GET answers it. */
export interface OtherPlatform {
  platform: "other";
  config: JsonObject;
}

/** What Immuta keeps of an Azure Synapse Analytics integration. */
export interface SynapsePlatform {
  platform: "synapse";
  settings: Settings;
  /** Immuta's own system account in the pool. An integration seeded without credentials has none. */
  account?: Account;
  /** Of the payload it was set up or last edited with. */
  fingerprint: string;
  /** Names of the system accounts it had before; post-cleanup drops their logins too. */
  formerAccounts: string[];
  /** Roles in master that its edit scripts may have left (only where edit scripts run in master). */
  markers: string[];
}

export interface Integration {
  id: number;
  type: string;
  autoBootstrap: boolean;
  status: IntegrationStatus;
  validationResults: ValidationResults;
  details: SynapsePlatform | OtherPlatform;
}

const redacted = "<REDACTED>";

/** Deleted and disabled integrations do not count as in use: they neither conflict nor can be edited. */
export const isInUse = (integration: Integration): boolean =>
  integration.status !== "deleted" && integration.status !== "disabled";

const writtenId = (id: number, switches: Switches): string | number =>
  switches.idType === "string" ? String(id) : id;

/** The answer to POST, PUT, DELETE and to GET {id}/status. */
export function statusAnswer(integration: Integration, switches: Switches): object {
  const { id, status, validationResults } = integration;
  return { id: writtenId(id, switches), status, validationResults };
}

/** The answer to GET, for one integration. */
export function integrationAnswer(integration: Integration, switches: Switches): object {
  const { type, autoBootstrap } = integration;
  return { ...statusAnswer(integration, switches), type, autoBootstrap, config: publicConfig(integration) };
}

/** The configuration as a GET shows it: no password, and only that there is a username. */
export function publicConfig({ details }: Integration): object {
  if (details.platform === "other") return details.config;
  const { host, schema, database, port, impersonation, metadataDelimiters } = details.settings;
  return { host, schema, database, port, impersonation, metadataDelimiters, username: redacted };
}
