import type { Phase } from "../core/phases";
import type { AnyStatus } from "./status";

/** Requests and answers of Immuta's Integrations API, whatever the platform. Guide, "Integrations API reference". */

/** Body of POST and PUT, and of the script requests that belong to them. */
export interface Payload {
  type: string;
  autoBootstrap: boolean;
  config: object;
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

export interface IntegrationStatus {
  id: string;
  /** As the reference spells it. */
  status: AnyStatus;
  validation?: Validation;
  /** The answer came without a word, or without its end: the state is the one that the guide shows in it. */
  unsaid?: true;
}

/** An integration of any platform, with as much of its settings as one platform reads. */
export interface Integration<Config> extends IntegrationStatus {
  type: string;
  autoBootstrap?: boolean;
  config: Config;
}

/** What the provider asks of Immuta. Every method throws ImmutaError. */
export interface Immuta<Config, Body extends Payload> {
  /** Host name of the tenant. */
  readonly tenant: string;
  list(): Promise<Integration<Config>[]>;
  /** Undefined only where Immuta itself answers 404. */
  get(id: string): Promise<Integration<Config> | undefined>;
  /** Undefined where nothing answers there, which the guide does not promise: what that means, `get` says. */
  status(id: string): Promise<IntegrationStatus | undefined>;
  create(payload: Body): Promise<IntegrationStatus>;
  update(id: string, payload: Body): Promise<IntegrationStatus>;
  /** Undefined where Immuta answers 404: nothing is left to delete. */
  remove(id: string, credentials?: DeleteCredentials): Promise<IntegrationStatus | undefined>;
  /** Text of a bootstrap script. `id` for the phases of an integration that exists: edit and delete. */
  script(phase: Phase, payload: Payload | undefined, id?: string): Promise<string>;
}
