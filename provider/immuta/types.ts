/** Requests and answers of Immuta's Integrations API (guide: "Configure an Azure Synapse Analytics Integration"). */

export const synapseType = "Azure Synapse Analytics";

import type { Inputs, NameAtImmuta, table } from "../properties";
import type { Phase } from "./phases";

export { type Phase, phases, runsInMaster } from "./phases";

type ToldImmuta = Pick<Inputs, NameAtImmuta<typeof table, "sent" | "shown">>;
type ShownByImmuta = Pick<Inputs, NameAtImmuta<typeof table, "shown">>;

/** Every payload carries all of it. */
export type SynapseConfig = Required<ToldImmuta>;

/** Body of POST and PUT, and of the script requests that belong to them. */
export interface IntegrationPayload {
  type: typeof synapseType;
  autoBootstrap: boolean;
  config: SynapseConfig;
}

/** Body of DELETE in automatic setup. */
export interface DeleteCredentials {
  authenticationType: "userPassword";
  username: string;
  password: string;
}

export interface ValidationTest {
  name: string;
  status: string;
  message?: string;
}

export interface Validation {
  status: string;
  tests: ValidationTest[];
}

/** The states of Immuta's reference; others may come with later versions. */
export type Status = string;

export interface IntegrationStatus {
  id: string;
  status: Status;
  validation?: Validation;
}

/** An integration of any platform; what is not Synapse's is left out. */
export interface Integration extends IntegrationStatus {
  type: string;
  autoBootstrap?: boolean;
  config: Partial<Omit<ShownByImmuta, "metadataDelimiters">> & {
    metadataDelimiters?: Partial<Inputs["metadataDelimiters"]>;
  };
}

/** What the provider asks of Immuta. Every method throws ImmutaError. */
export interface Immuta {
  /** Host name of the tenant. */
  readonly tenant: string;
  list(): Promise<Integration[]>;
  /** Undefined only where Immuta itself answers 404. */
  get(id: string): Promise<Integration | undefined>;
  status(id: string): Promise<IntegrationStatus | undefined>;
  create(payload: IntegrationPayload): Promise<IntegrationStatus>;
  update(id: string, payload: IntegrationPayload): Promise<IntegrationStatus>;
  /** Undefined where Immuta answers 404: nothing is left to delete. */
  remove(id: string, credentials?: DeleteCredentials): Promise<IntegrationStatus | undefined>;
  /** Text of a bootstrap script. `id` for the phases of an integration that exists: edit and delete. */
  script(phase: Phase, payload: IntegrationPayload, id?: string): Promise<string>;
}
