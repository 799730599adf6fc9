/** What a type of resource and a resource are. */
import type { AzureError } from "./errors";
import type { NameRule } from "./names";
import type { Properties } from "./values";

/** What Azure knows of a resource when it has made it, besides the inputs. */
export interface Created {
  id: string;
  name: string;
  /** Normalized; empty for a type without a location. */
  location: string;
  /** ISO 8601. */
  time: string;
}

export interface ResourceType {
  /** As in a program's state, e.g. "azure-native:synapse:SqlPool". */
  token: string;
  /** Azure's own name of the type. */
  azureType: string;
  apiVersion: string;
  /** The id below the subscription, with the inputs it is made of in braces. */
  path: string;
  /** The id among the resources that are there, where the path alone does not tell it. */
  idAmong?(inputs: Properties, others: readonly Resource[]): string;
  /** The input that holds the resource's own name and its rule; absent where Azure fixes the name. */
  name?: { input: string; rule: NameRule };
  /** The type that must exist above this one; a resource group has none. */
  parent?: string;
  /** Inputs without which azure-native does not ask Azure at all. */
  required: readonly string[];
  /** Whether the resource has a location of its own, by default the configured one or its resource group's. */
  located: boolean;
  /** Whether the name is taken for everybody in Azure, not only in its parent. */
  globalName: boolean;
  /** Inputs that Azure never gives back. */
  writeOnly: readonly string[];
  /** Inputs that Azure refuses to change. */
  immutable: readonly string[];
  /** What Azure's service refuses when it is asked to create or update; nothing when it agrees. */
  refuses(inputs: Properties): AzureError | undefined;
  /** Ids of resources elsewhere that must exist; none by default. */
  refersTo?(inputs: Properties): string[];
  /** Outputs that only exist when the resource does. */
  computed(inputs: Properties, created: Created): Properties;
}

export interface Resource {
  readonly id: string;
  readonly type: ResourceType;
  readonly name: string;
  /** As the program gave them, write-only ones included. */
  readonly inputs: Properties;
  /** ISO 8601. */
  readonly created: string;
}
