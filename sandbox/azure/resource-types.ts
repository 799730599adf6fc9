/** The resource types that are served, one entry each: what identifies a resource, what it needs, what Azure adds. */
import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import { AzureError } from "./errors";
import {
  blobContainerName,
  firewallRuleName,
  resourceGroupName,
  sqlPoolName,
  storageAccountName,
  workspaceName,
} from "./names";
import { synapseEndpoint } from "./private-endpoint";
import type { ResourceType } from "./resource";
import { isObject, knownString, type Properties } from "./values";

export const subscriptionId = "00000000-0000-0000-0000-000000000000";
export const tenantId = "11111111-1111-1111-1111-111111111111";

const agrees = () => undefined;
const groupPath = "/resourceGroups/{resourceGroupName}";
const workspacePath = `${groupPath}/providers/Microsoft.Synapse/workspaces/{workspaceName}`;
const storageAccountPath = `${groupPath}/providers/Microsoft.Storage/storageAccounts/{accountName}`;
const synapseApi = "2021-06-01";
const storageApi = "2024-01-01";
const childOfWorkspace = {
  apiVersion: synapseApi,
  parent: "azure-native:synapse:Workspace",
  required: ["resourceGroupName", "workspaceName"],
  globalName: false,
  writeOnly: [],
} as const;

const resourceGroup: ResourceType = {
  token: "azure-native:resources:ResourceGroup",
  azureType: "Microsoft.Resources/resourceGroups",
  apiVersion: "2024-07-01",
  path: groupPath,
  name: { input: "resourceGroupName", rule: resourceGroupName },
  required: [],
  located: true,
  globalName: false,
  writeOnly: [],
  immutable: [],
  refuses: agrees,
  computed: () => ({ properties: { provisioningState: "Succeeded" } }),
};

const storageAccount: ResourceType = {
  token: "azure-native:storage:StorageAccount",
  azureType: "Microsoft.Storage/storageAccounts",
  apiVersion: storageApi,
  path: storageAccountPath,
  name: { input: "accountName", rule: storageAccountName },
  parent: resourceGroup.token,
  required: ["resourceGroupName", "kind", "sku"],
  located: true,
  globalName: true,
  writeOnly: [],
  immutable: ["isHnsEnabled"],
  refuses: agrees,
  computed: (inputs, { name, location, time }) => ({
    accessTier: inputs["accessTier"] ?? "Hot",
    creationTime: time,
    primaryEndpoints: Object.fromEntries(
      ["blob", "dfs", "file", "queue", "table"].map((service) => [
        service,
        `https://${name}.${service}.core.windows.net/`,
      ]),
    ),
    primaryLocation: location,
    provisioningState: "Succeeded",
    sku: { tier: "Standard", ...(isObject(inputs["sku"]) ? inputs["sku"] : {}) },
    statusOfPrimary: "available",
  }),
};

const blobContainer: ResourceType = {
  token: "azure-native:storage:BlobContainer",
  azureType: "Microsoft.Storage/storageAccounts/blobServices/containers",
  apiVersion: storageApi,
  path: `${storageAccountPath}/blobServices/default/containers/{containerName}`,
  name: { input: "containerName", rule: blobContainerName },
  parent: storageAccount.token,
  required: ["resourceGroupName", "accountName"],
  located: false,
  globalName: false,
  writeOnly: [],
  immutable: [],
  refuses: agrees,
  computed: (_inputs, { time }) => ({
    deleted: false,
    hasImmutabilityPolicy: false,
    hasLegalHold: false,
    lastModifiedTime: time,
    leaseState: "Available",
    leaseStatus: "Unlocked",
  }),
};

const workspace: ResourceType = {
  token: "azure-native:synapse:Workspace",
  azureType: "Microsoft.Synapse/workspaces",
  apiVersion: synapseApi,
  path: workspacePath,
  name: { input: "workspaceName", rule: workspaceName },
  parent: resourceGroup.token,
  required: ["resourceGroupName"],
  located: true,
  globalName: true,
  writeOnly: ["sqlAdministratorLoginPassword"],
  immutable: [
    "sqlAdministratorLogin",
    "defaultDataLakeStorage",
    "managedResourceGroupName",
    "managedVirtualNetwork",
  ],
  refuses: workspaceRefuses,
  computed: (inputs, { id, name }) => ({
    connectivityEndpoints: {
      dev: `https://${name}.dev.azuresynapse.net`,
      sql: `${name}.sql.azuresynapse.net`,
      sqlOnDemand: `${name}-ondemand.sql.azuresynapse.net`,
      web: `https://web.azuresynapse.net?workspace=${encodeURIComponent(id)}`,
    },
    extraProperties: { WorkspaceType: "Normal" },
    ...(isObject(inputs["identity"])
      ? { identity: { ...inputs["identity"], principalId: uuidOf(`principal ${id}`), tenantId: tenantId } }
      : {}),
    managedResourceGroupName:
      inputs["managedResourceGroupName"] ?? `synapseworkspace-managedrg-${uuidOf(`group ${id}`)}`,
    provisioningState: "Succeeded",
    sqlAdministratorLogin: administratorLogin(inputs),
    workspaceUID: uuidOf(id),
  }),
};

const sqlPool: ResourceType = {
  ...childOfWorkspace,
  token: "azure-native:synapse:SqlPool",
  azureType: "Microsoft.Synapse/workspaces/sqlPools",
  path: `${workspacePath}/sqlPools/{sqlPoolName}`,
  name: { input: "sqlPoolName", rule: sqlPoolName },
  located: true,
  immutable: ["collation", "createMode"],
  refuses: sqlPoolRefuses,
  refersTo: (inputs) => [restoreSource(inputs) ?? []].flat(),
  computed: (inputs, { time }) => ({
    collation: inputs["collation"] ?? "SQL_Latin1_General_CP1_CI_AS",
    creationDate: time,
    maxSizeBytes: inputs["maxSizeBytes"] ?? 263_882_790_666_240,
    provisioningState: "Succeeded",
    sku: { capacity: 0, ...(isObject(inputs["sku"]) ? inputs["sku"] : {}) },
    status: "Online",
    storageAccountType: inputs["storageAccountType"] ?? "GRS",
  }),
};

const ipFirewallRule: ResourceType = {
  ...childOfWorkspace,
  token: "azure-native:synapse:IpFirewallRule",
  azureType: "Microsoft.Synapse/workspaces/firewallRules",
  path: `${workspacePath}/firewallRules/{ruleName}`,
  name: { input: "ruleName", rule: firewallRuleName },
  located: false,
  immutable: [],
  refuses: firewallRuleRefuses,
  computed: () => ({ provisioningState: "Succeeded" }),
};

const workspaceAadAdmin: ResourceType = {
  ...childOfWorkspace,
  token: "azure-native:synapse:WorkspaceAadAdmin",
  azureType: "Microsoft.Synapse/workspaces/administrators",
  path: `${workspacePath}/administrators/activeDirectory`,
  located: false,
  immutable: [],
  refuses: agrees,
  computed: () => ({}),
};

const workspaceSqlAadAdmin: ResourceType = {
  ...workspaceAadAdmin,
  token: "azure-native:synapse:WorkspaceSqlAadAdmin",
  azureType: "Microsoft.Synapse/workspaces/sqlAdministrators",
  path: `${workspacePath}/sqlAdministrators/activeDirectory`,
};

const privateEndpoint: ResourceType = {
  ...synapseEndpoint,
  path: `${groupPath}/providers/Microsoft.Network/privateEndpoints/{privateEndpointName}`,
  parent: resourceGroup.token,
  located: true,
  globalName: false,
  writeOnly: [],
  immutable: ["subnet"],
};

/** Every type that is served, parents before children. */
export const resourceTypes: readonly ResourceType[] = [
  resourceGroup,
  storageAccount,
  blobContainer,
  workspace,
  sqlPool,
  ipFirewallRule,
  workspaceAadAdmin,
  workspaceSqlAadAdmin,
  privateEndpoint,
];

/** The type of a token, which may name an API version ("azure-native:synapse/v20210601:Workspace"). */
export function resourceType(token: string): ResourceType | undefined {
  const plain = token.replace(/\/v\d{8}(preview)?:/, ":");
  return resourceTypes.find((type) => type.token === plain);
}

/** The inputs an id is made of, from the resource group down. */
export function pathInputs(type: ResourceType): string[] {
  return [...type.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

/** The id that inputs lead to. All that it is made of must be known. */
export function idOf(type: ResourceType, inputs: Properties): string {
  const path = type.path.replace(/\{(\w+)\}/g, (_brace, input: string) => {
    const value = knownString(inputs, input);
    if (value === undefined)
      throw new AzureError("MissingParameter", `The ${input} of a ${type.azureType} is missing.`);
    return encodeURIComponent(value);
  });
  return `/subscriptions/${subscriptionId}${path}`;
}

/** The login Azure gives a workspace's SQL administrator when the program names none. */
export function administratorLogin(inputs: Properties): string {
  return knownString(inputs, "sqlAdministratorLogin") ?? "sqladminuser";
}

const reservedLogins = [
  "admin",
  "administrator",
  "sa",
  "root",
  "dbmanager",
  "loginmanager",
  "dbo",
  "guest",
  "public",
];

function workspaceRefuses(inputs: Properties): AzureError | undefined {
  const storage = inputs["defaultDataLakeStorage"];
  if (!isObject(storage) || knownString(storage, "accountUrl") === undefined) {
    return new AzureError(
      "ValidationFailed",
      "defaultDataLakeStorage with accountUrl and filesystem is required.",
    );
  }
  if (inputs["azureADOnlyAuthentication"] === true) {
    return new AzureError(
      "FeatureNotSupported",
      "azureADOnlyAuthentication: only SQL logins are emulated here.",
    );
  }
  const login = administratorLogin(inputs);
  if (reservedLogins.includes(login.toLowerCase())) {
    return new AzureError("InvalidLoginName", `The SQL administrator must not be called ${login}.`);
  }
  const password = knownString(inputs, "sqlAdministratorLoginPassword");
  if (password !== undefined && !isComplex(password, login)) {
    return new AzureError(
      "PasswordNotComplex",
      "Password validation failed: 8 to 128 characters of at least three of upper case, lower case, digits and " +
        "others, without the login's name.",
    );
  }
  return undefined;
}

function isComplex(password: string, login: string): boolean {
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  const holdsLogin = password.toLowerCase().includes(login.toLowerCase());
  return password.length >= 8 && password.length <= 128 && kinds >= 3 && !holdsLogin;
}

const sqlPoolUnits = [
  100, 200, 300, 400, 500, 1000, 1500, 2000, 2500, 3000, 5000, 6000, 7500, 10000, 15000, 30000,
];

/** The id of the pool from which one is restored. The sandbox keeps no restore points: it restores what is there now. */
export const restoreSource = (inputs: Properties): string | undefined =>
  inputs["createMode"] === "PointInTimeRestore" ? knownString(inputs, "sourceDatabaseId") : undefined;

function sqlPoolRefuses(inputs: Properties): AzureError | undefined {
  if (inputs["createMode"] === "PointInTimeRestore") {
    const missing = ["restorePointInTime", "sourceDatabaseId"].find((input) => inputs[input] === undefined);
    if (missing !== undefined)
      return new AzureError("MissingParameter", `createMode PointInTimeRestore needs ${missing}.`);
  }
  const sku = isObject(inputs["sku"]) ? knownString(inputs["sku"], "name") : undefined;
  if (sku !== undefined && sqlPoolUnits.some((units) => sku.toUpperCase() === `DW${units}C`))
    return undefined;
  return new AzureError(
    "InvalidSku",
    `The sku.name of a SQL pool must be one of DW100c to DW30000c, and is ${sku ?? "missing"}.`,
  );
}

function firewallRuleRefuses(inputs: Properties): AzureError | undefined {
  const start = knownString(inputs, "startIpAddress") ?? "";
  const end = knownString(inputs, "endIpAddress") ?? "";
  if (isIPv4(start) && isIPv4(end) && ipNumber(start) <= ipNumber(end)) return undefined;
  return new AzureError("InvalidIpAddressRange", `"${start}" to "${end}" is no range of IPv4 addresses.`);
}

function ipNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** A UUID that stays the same for the same text. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
