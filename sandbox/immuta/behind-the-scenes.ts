import type {
  Delimiters,
  Impersonation,
  Integration,
  IntegrationStatus,
  JsonObject,
  ValidationResults,
} from "./model";
import { completeSettings, synapseType, type SentSettings } from "./payload";
import type { Registry } from "./registry";

/** An integration as a test wants it to be there already. */
export interface Seed {
  /** Default "Azure Synapse Analytics". */
  type?: string;
  /** Default: the next free one. */
  id?: number;
  /** Default true. */
  autoBootstrap?: boolean;
  /** Default "enabled". */
  status?: IntegrationStatus;
  /** Default: passed, without tests. */
  validationResults?: ValidationResults;
  /**
   * For Azure Synapse Analytics the fields of a payload's config, with username and password of the system account if
   * Immuta is to have one; for another platform the config as a GET answers it.
   */
  config: JsonObject | (SentSettings & { username?: string; password?: string });
}

/** What can be changed of a Synapse integration behind the program's back; any fields for another platform. */
export interface ConfigChanges {
  impersonation?: Impersonation;
  metadataDelimiters?: Partial<Delimiters>;
  host?: string;
  port?: number;
  database?: string;
  schema?: string;
  [other: string]: unknown;
}

/** Adds an integration. Throws Error when the id is taken or the config of a Synapse integration lacks a field. */
export function seedIntegration(registry: Registry, seed: Seed): string {
  const id = seed.id ?? registry.nextId();
  if (registry.find(String(id)) !== undefined)
    throw new Error(`an integration with id ${id} is there already`);
  const type = seed.type ?? synapseType;
  registry.add({
    id,
    type,
    autoBootstrap: seed.autoBootstrap ?? true,
    status: seed.status ?? "enabled",
    validationResults: seed.validationResults ?? { status: "passed", validationTests: [] },
    details:
      type === synapseType
        ? synapseDetails(seed.config as SentSettings & { username?: string; password?: string })
        : { platform: "other", config: structuredClone(seed.config) },
  });
  return String(id);
}

function synapseDetails({
  username,
  password,
  ...sent
}: SentSettings & { username?: string; password?: string }): Integration["details"] {
  for (const name of ["host", "database", "schema"] as const)
    if (typeof sent[name] !== "string") throw new Error(`a seeded integration needs config.${name}`);
  return {
    platform: "synapse",
    settings: completeSettings(structuredClone(sent)),
    ...(username === undefined || password === undefined ? {} : { account: { username, password } }),
    fingerprint: "",
    formerAccounts: [],
    markers: [],
  };
}

/** Changes what is named and leaves the rest. Delimiters that are not named keep their values. */
export function changeConfig({ details }: Integration, changes: ConfigChanges): void {
  if (details.platform === "other") {
    Object.assign(details.config, structuredClone(changes));
    return;
  }
  const { settings } = details;
  const { metadataDelimiters, ...others } = structuredClone(changes);
  Object.assign(settings, others);
  Object.assign(settings.metadataDelimiters, metadataDelimiters);
}
