/**
 * Every setting of the provider that may stand beside the environment, once: those of a stack (`immuta:<name>`), and the
 * arguments of an explicit provider. configuration.ts reads them.
 */
export interface Setting {
  /** `words`: an object of texts. */
  type: "string" | "integer" | "boolean" | "words";
  /** Where it may come from in its place. */
  env: `IMMUTA_${string}`;
  secret?: true;
  doc: string;
}

export const settings: Readonly<Record<string, Setting>> = {
  url: {
    type: "string",
    env: "IMMUTA_URL",
    doc: "URL of the Immuta tenant, `https://…`; `http://` for this machine only.",
  },
  apiKey: {
    type: "string",
    env: "IMMUTA_API_KEY",
    secret: true,
    doc: "API key of a user with Immuta's APPLICATION_ADMIN permission.",
  },
  sqlAdminUsername: {
    type: "string",
    env: "IMMUTA_SQL_ADMIN_USERNAME",
    doc: "Name of the privileged SQL login of resources that give none.",
  },
  sqlAdminPassword: {
    type: "string",
    env: "IMMUTA_SQL_ADMIN_PASSWORD",
    secret: true,
    doc: "Password of the privileged SQL login of resources that give none.",
  },
  sqlAccessToken: {
    type: "string",
    env: "IMMUTA_SQL_ACCESS_TOKEN",
    secret: true,
    doc: 'Token for `bootstrap.authentication` "entra-access-token".',
  },
  sqlServer: {
    type: "string",
    env: "IMMUTA_SQL_SERVER",
    doc: "Host or address to connect to instead of a pool's host.",
  },
  sqlPort: {
    type: "integer",
    env: "IMMUTA_SQL_PORT",
    doc: "Port to connect to instead of a pool's port.",
  },
  retainPoolObjects: {
    type: "string",
    env: "IMMUTA_RETAIN_POOL_OBJECTS",
    doc: "Databases (`claims,sales`, or `all`) that are left as they are when their integration is removed.",
  },
  concurrency: {
    type: "integer",
    env: "IMMUTA_CONCURRENCY",
    doc: "How many integrations are written at once; 8 by default.",
  },
  requestTimeout: {
    type: "string",
    env: "IMMUTA_REQUEST_TIMEOUT",
    doc: "How long one request to Immuta may take, such as `90s`; by default 20 seconds for a GET, two minutes for the rest.",
  },
  contract: {
    type: "words",
    env: "IMMUTA_CONTRACT",
    doc: "What the tenant does where Immuta's guide leaves it open, setting by setting (docs/assumptions.md).",
  },
  allowInsecure: {
    type: "boolean",
    env: "IMMUTA_ALLOW_INSECURE",
    doc: "`true` lets the API key go over `http://` to another machine.",
  },
};

export const secretSettings: readonly string[] = Object.entries(settings)
  .filter(([, { secret }]) => secret)
  .map(([name]) => name);
