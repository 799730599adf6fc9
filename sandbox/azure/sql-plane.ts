/** What happens to workspaces and pools as SQL servers and databases when their Azure resources change. */
import { randomBytes } from "node:crypto";
import type { Resource } from "./resource";
import { administratorLogin, restoreSource } from "./resource-types";
import { knownString, type Properties } from "./values";

/** The SQL side of Synapse: where a workspace is a server, and a dedicated SQL pool a database on it. */
export interface SqlPlane {
  /** host: the workspace's SQL endpoint, e.g. claims.sql.azuresynapse.net */
  createWorkspace(workspace: {
    host: string;
    administratorLogin: string;
    administratorPassword: string;
  }): void;
  setAdministratorPassword(host: string, password: string): void;
  dropWorkspace(host: string): void;
  /** source: of a restore, the pool whose content the new one has. */
  createPool(host: string, database: string, source?: PoolPlace): void;
  dropPool(host: string, database: string): void;
}

export interface PoolPlace {
  host: string;
  database: string;
}

const workspaceType = "azure-native:synapse:Workspace";
const sqlPoolType = "azure-native:synapse:SqlPool";
const passwordInput = "sqlAdministratorLoginPassword";

export function sqlCreate(sql: SqlPlane, { type, name, inputs }: Resource): void {
  if (type.token === workspaceType) {
    sql.createWorkspace({
      host: hostOf(name),
      administratorLogin: administratorLogin(inputs),
      // Azure makes up a password that nobody knows when the program gives none.
      administratorPassword:
        knownString(inputs, passwordInput) ?? `Aa1!${randomBytes(24).toString("base64url")}`,
    });
  }
  if (type.token === sqlPoolType) {
    const source = poolOf(restoreSource(inputs));
    sql.createPool(hostOfPool(inputs), name, ...(source === undefined ? [] : [source]));
  }
}

export function sqlUpdate(sql: SqlPlane, old: Resource, { type, name, inputs }: Resource): void {
  const password = knownString(inputs, passwordInput);
  if (type.token === workspaceType && password !== undefined && password !== old.inputs[passwordInput]) {
    sql.setAdministratorPassword(hostOf(name), password);
  }
}

export function sqlDelete(sql: SqlPlane, { type, name, inputs }: Resource): void {
  if (type.token === workspaceType) sql.dropWorkspace(hostOf(name));
  if (type.token === sqlPoolType) sql.dropPool(hostOfPool(inputs), name);
}

/** The pool that an id names. */
function poolOf(id: string | undefined): PoolPlace | undefined {
  const [, workspaceName, database] = /\/workspaces\/([^/]+)\/sqlPools\/([^/]+)$/i.exec(id ?? "") ?? [];
  return workspaceName === undefined || database === undefined
    ? undefined
    : { host: hostOf(decodeURIComponent(workspaceName)), database: decodeURIComponent(database) };
}

function hostOf(workspaceName: string): string {
  return `${workspaceName.toLowerCase()}.sql.azuresynapse.net`;
}

function hostOfPool(inputs: Properties): string {
  return hostOf(knownString(inputs, "workspaceName") ?? "");
}
