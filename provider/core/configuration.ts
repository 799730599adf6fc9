import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Contract, readContract } from "./contract";
import { Failure, failureKind } from "./failure";
import { milliseconds } from "./rules";
import { tenantOf } from "./tenant";

/**
 * What the provider knows of its surroundings. Each value comes from the environment, else from the
 * stack's configuration: a refresh or destroy hands over the configuration of the last `up`.
 */
export interface Configuration {
  /** Throws ConfigurationError where the URL or key is missing or malformed. */
  tenant(): { url: URL; apiKey: string; from: "environment" | "stack" };
  /** The tenant that the URL names, with or without a key; absent where there is no URL, or none that can be read. */
  namedTenant?: string;
  /** The tenant that states may still name, while it is moved. */
  previousTenant?: string;
  /** The privileged SQL login for resources that give none. */
  sqlAdministrator: { username?: string; password?: string };
  /** A ready access token for bootstrap.authentication "entra-access-token". */
  sqlAccessToken?: string;
  /** Where to reach the pool's endpoint, when not under its own name. */
  sqlRoute(): { server?: string; port?: number };
  debug: boolean;
  /** File that each act is appended to. */
  auditLog?: string;
  /** How many resources are written at once; default 8. */
  concurrency: number;
  /** Databases (or "all") whose objects stay in the pool when their integration is removed. */
  retainPoolObjects: readonly string[];
  requestTimeout?: number;
  /** Whether a refresh looks into pools, whatever the programs said. Throws ConfigurationError. */
  checkPool(): boolean | undefined;
  /** What this tenant does where Immuta's guide leaves it open. Throws ConfigurationError with all that is wrong in it. */
  contract(): Contract;
}

const configurationKind = failureKind({
  code: "IMMUTA-CONFIGURATION",
  title: "A setting is missing, or is not one that can be used.",
  remedy:
    "Nothing was done. The message names the setting and its environment variable; [Configuration](configuration.md) has them all.",
});

export class ConfigurationError extends Failure {
  constructor(message: string) {
    super(configurationKind, message, { outcome: "not sent" });
  }
}

/** What a configuration has to keep to itself beside the API key. */
export const secretsIn = ({ sqlAdministrator, sqlAccessToken }: Configuration): string[] =>
  [sqlAdministrator.password, sqlAccessToken].filter((secret) => secret !== undefined);

/** Reads one `immuta:` setting of the stack; undefined where it is not set. */
export type StackSetting = (name: string) => string | undefined;

/** Which of the two wins: the settings are those of the last `up`, unless they are the arguments of an explicit provider. */
export type Precedence = "environment" | "settings";

export function readConfiguration(
  setting: StackSetting,
  env: NodeJS.ProcessEnv = process.env,
  first: Precedence = "environment",
): Configuration {
  const value = (variable: string, name: string): string | undefined => {
    const both = [notEmpty(env[variable]), notEmpty(setting(name))];
    const [wins, other] = first === "environment" ? both : both.reverse();
    return wins ?? other;
  };
  const username = value("IMMUTA_SQL_ADMIN_USERNAME", "sqlAdminUsername");
  const password = value("IMMUTA_SQL_ADMIN_PASSWORD", "sqlAdminPassword");
  const url = value("IMMUTA_URL", "url");
  const named = tenantNamedBy(url);
  const previous = tenantNamedBy(env["IMMUTA_PREVIOUS_URL"]);
  const auditLog = notEmpty(env["IMMUTA_AUDIT_LOG"]);
  const accessToken = value("IMMUTA_SQL_ACCESS_TOKEN", "sqlAccessToken");
  const server = value("IMMUTA_SQL_SERVER", "sqlServer");
  const port = value("IMMUTA_SQL_PORT", "sqlPort");
  const requestTimeout = milliseconds(value("IMMUTA_REQUEST_TIMEOUT", "requestTimeout") ?? "");
  return {
    tenant: () => ({
      from: url === notEmpty(env["IMMUTA_URL"]) ? "environment" : "stack",
      url: tenantUrl(url, value("IMMUTA_ALLOW_INSECURE", "allowInsecure") === "true"),
      apiKey:
        value("IMMUTA_API_KEY", "apiKey") ??
        fail(
          "No Immuta API key. Set IMMUTA_API_KEY in the environment, or run `pulumi config set --secret immuta:apiKey`.",
        ),
    }),
    ...(named === undefined ? {} : { namedTenant: named }),
    ...(previous === undefined ? {} : { previousTenant: previous }),
    sqlAdministrator: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
    ...(accessToken === undefined ? {} : { sqlAccessToken: accessToken }),
    sqlRoute: () => ({
      ...(server === undefined ? {} : { server }),
      ...(port === undefined ? {} : { port: portNumber(port) }),
    }),
    debug: env["PULUMI_IMMUTA_DEBUG"] === "1",
    ...(auditLog === undefined ? {} : { auditLog }),
    concurrency: positive(value("IMMUTA_CONCURRENCY", "concurrency")) ?? 8,
    retainPoolObjects: (value("IMMUTA_RETAIN_POOL_OBJECTS", "retainPoolObjects") ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
    checkPool: () => checkPool(notEmpty(env["IMMUTA_CHECK_POOL"])),
    contract: () => contractOf(setting("contract"), env["IMMUTA_CONTRACT"], first),
  };
}

function contractOf(stack: string | undefined, environment: string | undefined, first: Precedence): Contract {
  const { contract, problems } = readContract(stack, environment, first);
  if (problems.length > 0)
    fail(
      `What is set of Immuta's contract cannot be used:${problems.map((problem) => `\n  - ${problem}`).join("")}`,
    );
  return contract;
}

/** A refresh gets the settings of the last `up`, so the environment alone can say it for one. */
function checkPool(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  if (value === "1" || value === "true") return true;
  if (value === "0" || value === "false") return false;
  return fail(`IMMUTA_CHECK_POOL is ${JSON.stringify(value)}: give 1 or 0.`);
}

const tenantNamedBy = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? tenantOf(new URL(url)) : undefined;

const notEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

function fail(message: string): never {
  throw new ConfigurationError(message);
}

function tenantUrl(value: string | undefined, allowInsecure: boolean): URL {
  if (value === undefined)
    fail(
      "No Immuta URL. Set IMMUTA_URL in the environment, or run `pulumi config set immuta:url https://<your tenant>`.",
    );
  const url = URL.canParse(value)
    ? new URL(value)
    : fail(`IMMUTA_URL (or immuta:url) is no URL: give it as https://<your tenant>.`);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    fail("IMMUTA_URL (or immuta:url) has a login, query or fragment: give it as https://<your tenant>.");
  if (url.protocol === "https:") return url;
  if (url.protocol !== "http:")
    fail(`IMMUTA_URL (or immuta:url) has the scheme ${url.protocol} give it as https://<your tenant>.`);
  if (!isLoopback(url.hostname) && !allowInsecure)
    fail(
      `IMMUTA_URL (or immuta:url) is http:, which would send the API key to ${url.host} unencrypted. Use https, or set immuta:allowInsecure to true.`,
    );
  return url;
}

/** `host`: as URL has it. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(\.\d+){3}$/.test(host);

function positive(value: string | undefined): number | undefined {
  const number = Number(value);
  return Number.isInteger(number) && number >= 1 ? number : undefined;
}

function portNumber(value: string): number {
  const port = Number(value);
  return Number.isInteger(port) && port >= 1 && port <= 65535
    ? port
    : fail("IMMUTA_SQL_PORT (or immuta:sqlPort) is no port: give a whole number from 1 to 65535.");
}

interface Manifest {
  name?: string;
  version?: string;
  /** Of a release: where the engine gets its plugin from. */
  pluginDownloadURL?: string;
}

let own: Manifest | undefined;

/** What the package's own package.json says; the bundle of the plugin has one beside it. */
const ownManifest = (): Manifest => (own ??= readOwnManifest());

/** The package's own version, for the servers' audit. */
export const packageVersion = (): string => ownManifest().version ?? "unknown";

/** Where a release's plugin is got from; undefined in what was built without a repository's address. */
export const pluginDownloadURL = (): string | undefined => ownManifest().pluginDownloadURL;

function readOwnManifest(): Manifest {
  for (const up of [".", "../..", "../../.."]) {
    try {
      const manifest = JSON.parse(readFileSync(join(__dirname, up, "package.json"), "utf8")) as Manifest;
      if (manifest.name === "pulumi-immuta" && manifest.version !== undefined) return manifest;
    } catch {
      continue;
    }
  }
  return {};
}
