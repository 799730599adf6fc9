import * as pulumi from "@pulumi/pulumi";
import { GovernedSqlPool, type GovernedSqlPoolArgs } from "../../../../sdk/azure";

export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

export interface Declared {
  component: GovernedSqlPool;
  registered: Registered[];
  /** Functions of azure-native that were called. */
  calls: { token: string; inputs: Record<string, unknown> }[];
}

export const created = "2025-01-31T10:00:00.1234567Z";

/** Declares a component over Pulumi's mocks, and waits until its integration is registered. */
export async function declare(
  args: GovernedSqlPoolArgs,
  opts: pulumi.ComponentResourceOptions = {},
): Promise<Declared> {
  const registered: Registered[] = [];
  const calls: Declared["calls"] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
      registered.push({ type, name, inputs: inputs as Record<string, unknown> });
      return { id: `/azure/${name}`, state: stateOf(type, name, inputs as Record<string, unknown>) };
    },
    call: ({ token, inputs }: pulumi.runtime.MockCallArgs) => {
      calls.push({ token, inputs: inputs as Record<string, unknown> });
      return {
        id: "/azure/looked-up",
        creationDate: created,
        connectivityEndpoints: { sql: "contoso.sql.azuresynapse.azure.cn" },
      };
    },
  });
  const component = withoutStacks(() => new GovernedSqlPool("claims", args, opts));
  await valueOf(component.status);
  return { component, registered, calls };
}

/** Pulumi keeps a stack for each of its promises, which is most of what a declaration takes. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What Azure would add. */
function stateOf(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const given = ["workspaceName", "sqlPoolName", "accountName", "containerName", "resourceGroupName"];
  const own: Record<string, string> = {
    "azure-native:synapse:Workspace": "workspaceName",
    "azure-native:synapse:SqlPool": "sqlPoolName",
    "azure-native:storage:StorageAccount": "accountName",
    "azure-native:storage:BlobContainer": "containerName",
    "azure-native:resources:ResourceGroup": "resourceGroupName",
  };
  const visible = Object.fromEntries(Object.entries(inputs).filter(([key]) => !given.includes(key)));
  return {
    ...visible,
    name: inputs[own[type] ?? ""] ?? `${name}-automatic`,
    creationDate: created,
    primaryEndpoints: { dfs: `https://${name}.dfs.example/` },
    connectivityEndpoints: { sql: "contoso.sql.azuresynapse.azure.cn" },
    customDnsConfigs: [{ fqdn: "x", ipAddresses: ["10.9.9.9"] }],
    integrationId: "7",
    status: "enabled",
  };
}

export const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });
