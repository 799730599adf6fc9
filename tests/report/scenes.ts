import type { Input } from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";

export const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };

/** Integrations of a program by name; `later` is a host that is known at `up` only. */
export type Integrations = Record<string, Partial<Args> & { later?: true; newFirst?: true }>;

interface Args {
  host: Input<string>;
  database: string;
  schema: string;
  autoBootstrap: boolean;
  username: string;
  password: string;
  bootstrap: object;
  impersonation: object;
  metadataDelimiters: object;
  timeouts: object;
}

interface Scene {
  /** What is there already. */
  before: Integrations;
  /** What the program says when the preview is made. */
  after: Integrations;
}

export const hostOf = (name: string): string => `${name}.sql.azuresynapse.net`;

const manual = { autoBootstrap: false, username: "immuta_system_account", password: "c4nary-Immuta1!" };
const automatic = {
  autoBootstrap: true,
  username: "sqladmin",
  password: administrator.administratorPassword,
};
const impersonation = { enabled: true, role: "IMMUTA_IMPERSONATION" };
const metadataDelimiters = { hashDelimiter: "#" };

/** pool-01 … pool-`last`. */
const pools = (first: number, last: number, args: Integrations[string]): Integrations =>
  Object.fromEntries(
    Array.from({ length: last - first + 1 }, (_, at) => [
      `pool-${String(first + at).padStart(2, "0")}`,
      args,
    ]),
  );

export const scenes: Record<string, Scene> = {
  "create-manual": { before: {}, after: { claims: manual } },
  "create-automatic": { before: {}, after: { claims: { ...automatic, impersonation } } },
  "impersonation-on": { before: { claims: manual }, after: { claims: { ...manual, impersonation } } },
  delimiters: { before: { claims: manual }, after: { claims: { ...manual, metadataDelimiters } } },
  credentials: { before: { claims: manual }, after: { claims: { ...manual, password: "c4nary-n3w!" } } },
  "replace-old-first": { before: { claims: manual }, after: { claims: { ...manual, schema: "other" } } },
  "replace-new-first": {
    before: { claims: manual },
    after: { claims: { ...manual, host: hostOf("other"), database: "claims", newFirst: true } },
  },
  delete: { before: { claims: manual, sales: automatic }, after: { claims: manual } },
  unchanged: { before: { claims: manual }, after: { claims: manual } },
  "unknown-host": { before: { claims: manual }, after: { claims: { ...manual, later: true } } },
  refused: {
    before: { claims: manual },
    after: { claims: { ...manual, metadataDelimiters: { hashDelimiter: "" } } },
  },
  adopt: { before: {}, after: { claims: { ...manual, adopt: "7" } as Integrations[string] } },
  "adopt-and-delete": {
    before: { claims: manual },
    after: {
      renamed: { ...manual, host: hostOf("claims"), database: "claims", adopt: "3" } as Integrations[string],
    },
  },
  mixed: {
    before: { ...pools(1, 16, manual), ...pools(17, 20, automatic) },
    after: {
      ...pools(1, 12, { ...manual, impersonation }),
      ...pools(13, 13, { ...manual, schema: "other" }),
      ...pools(15, 15, { ...manual, metadataDelimiters }),
      ...pools(16, 16, { ...manual, password: "c4nary-n3w!" }),
      ...pools(17, 18, automatic),
      ...pools(19, 19, { ...automatic, timeouts: { create: "5m" } }),
      ...pools(20, 20, { ...automatic, later: true }),
      ...pools(21, 22, automatic),
    },
  },
};

/** Registers the integrations, as a program does. */
export function declare(integrations: Integrations): void {
  for (const [name, { later = false, newFirst = false, ...given }] of Object.entries(integrations)) {
    const args = {
      host: later ? knownLater(name) : hostOf(name),
      database: name,
      schema: "governed",
      ...(given.autoBootstrap === false
        ? { bootstrap: { username: "sqladmin", password: "c4nary-Adm1n!" } }
        : {}),
      ...given,
    };
    const opts = newFirst ? { deleteBeforeReplace: false } : {};
    new immuta.SynapseIntegration(name, args as unknown as immuta.SynapseIntegrationArgs, opts);
  }
}

/** As of a workspace that is made in the same run. */
function knownLater(name: string): Input<string> {
  const other = new immuta.SynapseIntegration(`${name}-first`, {
    ...automatic,
    autoBootstrap: true,
    host: hostOf(`${name}-first`),
    database: "first",
    schema: "governed",
  });
  return other.integrationId.apply(() => hostOf(name));
}
