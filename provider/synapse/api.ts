import type { Configuration } from "../core/configuration";
import { packageVersion } from "../core/configuration";
import type { Contract } from "../core/contract";
import type { Phase } from "../core/phases";
import { isPropertyMap, type PropertyMap } from "../core/property-map";
import type { NameAtImmuta } from "../core/rows";
import { text } from "../immuta/answers";
import type * as client from "../immuta/client";
import type * as api from "../immuta/types";
import { delimiterNames } from "./inputs/paths";
import type { Inputs, table } from "./inputs/table";

/** Immuta's API as the Azure Synapse Analytics integration uses it (guide: "Configure an Azure Synapse Analytics Integration"). */

export const synapseType = "Azure Synapse Analytics";

type ToldImmuta = Pick<Inputs, NameAtImmuta<typeof table, "sent" | "shown">>;
type ShownByImmuta = Pick<Inputs, NameAtImmuta<typeof table, "shown">>;

/** Every payload carries all of it, and the port where it is not Immuta's default: no request of the guide has one. */
export type SynapseConfig = Required<Omit<ToldImmuta, "port">> & Partial<Pick<ToldImmuta, "port">>;

export interface IntegrationPayload extends api.Payload {
  type: typeof synapseType;
  config: SynapseConfig;
}

/** What Immuta shows of an integration; nothing where it is another platform's. */
export type ShownConfig = Partial<Omit<ShownByImmuta, "metadataDelimiters">> & {
  metadataDelimiters?: Partial<Inputs["metadataDelimiters"]>;
};

export type Integration = api.Integration<ShownConfig>;
export type Immuta = api.Immuta<ShownConfig, IntegrationPayload>;

/** The contract shows lists whose items say as much as a GET does, and promises nothing. */
export const isWhole = ({ config, validation, autoBootstrap }: Integration): boolean =>
  config.host !== undefined &&
  config.impersonation !== undefined &&
  config.metadataDelimiters !== undefined &&
  validation !== undefined &&
  autoBootstrap !== undefined;

/** Logins live in master; all else is the pool's. */
export const runsInMaster = (phase: Phase, { editScriptIn }: Contract): boolean =>
  phase === "initial-create" || phase === "post-cleanup" || (phase === "edit" && editScriptIn === "master");

/** A client of the configured tenant. The HTTP library loads here. Throws ConfigurationError. */
export function immutaOf(
  configuration: Pick<Configuration, "tenant" | "requestTimeout" | "contract">,
  options: Omit<
    client.ClientOptions<ShownConfig>,
    "url" | "apiKey" | "userAgent" | "readConfig" | "contract"
  >,
): Immuta {
  const { url, apiKey } = configuration.tenant();
  const { requestTimeout } = configuration;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
  const { immutaClient } = require("../immuta/client") as typeof client;
  return immutaClient({
    url,
    apiKey,
    userAgent: `pulumi-immuta/${packageVersion()}`,
    readConfig,
    contract: configuration.contract(),
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
    ...options,
  });
}

/** What an answer's `config` holds; what is not as the guide has it is left out. */
export function readConfig(config: PropertyMap): ShownConfig {
  const result: ShownConfig = {};
  for (const name of ["host", "database", "schema"] as const) {
    const value = text(config[name]);
    if (value !== undefined) result[name] = value;
  }
  const port = typeof config["port"] === "string" ? Number(config["port"] || NaN) : config["port"];
  if (typeof port === "number" && Number.isInteger(port)) result.port = port;
  const impersonation = config["impersonation"];
  if (isPropertyMap(impersonation) && typeof impersonation["enabled"] === "boolean") {
    const role = text(impersonation["role"]);
    result.impersonation = { enabled: impersonation["enabled"], ...(role === undefined ? {} : { role }) };
  }
  const delimiters = config["metadataDelimiters"];
  if (isPropertyMap(delimiters)) {
    result.metadataDelimiters = {};
    for (const name of delimiterNames) {
      const value = text(delimiters[name]);
      if (value !== undefined) result.metadataDelimiters[name] = value;
    }
  }
  return result;
}
