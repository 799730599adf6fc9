/** Programs as users write them, and the sandbox's pools that they are about. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Program } from "../../tools/engine/stack";
import type { Sandbox } from "../../sandbox";

const administrator = { username: "sqladmin", password: "Administrator-Placeholder-1" };

/** One automatic setup. */
export const automatic = {
  sales: {
    host: "sales.sql.azuresynapse.net",
    database: "sales",
    schema: "governed",
    autoBootstrap: true,
    ...administrator,
  },
} as const;

/** One automatic and one manual setup; between them they give every kind of input. */
export const both = {
  sales: {
    ...automatic.sales,
    impersonation: { enabled: true, role: "ANALYST_IMPERSONATION" },
    metadataDelimiters: { hashDelimiter: "#" },
    timeouts: { create: "15m" },
  },
  claims: {
    host: "claims.sql.azuresynapse.net",
    database: "claims",
    schema: "governed",
    autoBootstrap: false,
    username: "immuta_system_account",
    password: "System-Placeholder-1",
    bootstrap: { ...administrator, trustServerCertificate: false },
    poolIdentity: "claims of 2025-01-31",
    onCreateFailure: "keep",
  },
} as const;

/** Makes the workspaces and pools that the programs are about. */
export function providePools(sandbox: Sandbox): void {
  for (const { host, database } of Object.values(both)) {
    sandbox.synapse.createWorkspace({
      host,
      administratorLogin: administrator.username,
      administratorPassword: administrator.password,
    });
    sandbox.synapse.createPool(host, database);
  }
}

/** The text of a CommonJS program. */
export const commonJs = (integrations: object): string =>
  `const { SynapseIntegration } = require("pulumi-immuta");
const integrations = ${JSON.stringify(integrations, undefined, 2)};
for (const [name, args] of Object.entries(integrations)) exports[name] = new SynapseIntegration(name, args).status;
`;

/** The text of an ES module program, which imports by name. */
export const esModule = (integrations: object): string =>
  `import { SynapseIntegration } from "pulumi-immuta";
const integrations = ${JSON.stringify(integrations, undefined, 2)};
export const statuses = Object.entries(integrations).map(([name, args]) => new SynapseIntegration(name, args).status);
`;

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** An ES module as a program, loaded afresh in every run as Node itself loads it. */
export function loadEsModule(path: string): Program {
  let runs = 0;
  return async () => {
    runs += 1;
    return { ...((await import(`${pathToFileURL(path).href}?run=${runs}`)) as Record<string, unknown>) };
  };
}
