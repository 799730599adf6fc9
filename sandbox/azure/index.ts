/**
 * Azure on a laptop: a provider that the Pulumi engine attaches to in place of the azure-native plugin, with
 *
 *     PULUMI_DEBUG_PROVIDERS=azure-native:<port>
 *
 * The program keeps using the real @pulumi/azure-native. Resources live in memory until close(). A Synapse workspace
 * and its dedicated SQL pools also come and go on the SQL plane that is handed in.
 */
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Cloud, outputsOf } from "./cloud";
import { Journal, type AzureJournalEntry } from "./journal";
import { Server, ServerCredentials } from "./protocol";
import type { Resource } from "./resource";
import { resourceType } from "./resource-types";
import { azureService } from "./service";
import type { SqlPlane } from "./sql-plane";
import type { Properties } from "./values";

export type { AzureJournalEntry } from "./journal";
export type { SqlPlane } from "./sql-plane";

export interface AzureOptions {
  /** Told when workspaces and SQL pools come, change and go. */
  sql: SqlPlane;
  /** 0, the default, takes any free port. */
  port?: number;
}

export interface AzureResource {
  /** Azure's resource id. */
  id: string;
  /** The type's token, e.g. "azure-native:synapse:SqlPool". */
  type: string;
  /** What Azure would show; no passwords. */
  properties: Properties;
}

export interface Azure {
  /** On 127.0.0.1. */
  readonly port: number;
  /** What the engine asked for, in order, without values. */
  readonly journal: readonly AzureJournalEntry[];
  clearJournal(): void;
  /** What exists, sorted by id. */
  resources(): AzureResource[];
  /** Makes a resource of a type such as "azure-native:synapse:SqlPool", as somebody in the portal would. Throws AzureError where Azure refuses. */
  createResource(type: string, inputs: Properties): AzureResource;
  /** Deletes a resource, and all that lies in it, as somebody in the portal would. */
  deleteResource(id: string): void;
  close(): Promise<void>;
}

/** Starts the provider. Throws Error when the port is taken. */
export async function startAzure({ sql, port = 0 }: AzureOptions): Promise<Azure> {
  const cloud = new Cloud(sql);
  const journal = new Journal();
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  server.addService(ResourceProviderService, azureService(cloud, journal));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, actual) => {
      if (error === null) resolve(actual);
      else reject(error);
    });
  });
  const shown = (resource: Resource): AzureResource => ({
    id: resource.id,
    type: resource.type.token,
    properties: outputsOf(resource),
  });
  return {
    port: bound,
    journal: journal.entries,
    clearJournal: () => {
      journal.clear();
    },
    resources: () => cloud.list().map(shown),
    createResource: (token, inputs) => {
      const type = resourceType(token);
      if (type === undefined) throw new Error(`${token} is not emulated.`);
      return shown(cloud.create(type, inputs));
    },
    deleteResource: (id) => {
      cloud.delete(id);
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.tryShutdown(() => {
          resolve();
        });
        server.forceShutdown();
      });
    },
  };
}
