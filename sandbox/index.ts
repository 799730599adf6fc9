/**
 * Immuta, Synapse pools and Azure on one machine, for the demo, the tests and programs of one's own. The three parts
 * share published contracts only; here they are wired to each other.
 *
 * @module pulumi-immuta-sandbox
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAzure, type Azure, type SqlPlane } from "./azure";
import { startImmuta, type Delays, type Immuta, type Switches } from "./immuta";
import { startSynapse, type ConnectionPolicy, type PoolDialect, type Synapse } from "./synapse";

export type { Azure, AzureJournalEntry, AzureResource } from "./azure";
export type {
  ConfigChanges,
  Delays,
  FaultAnswer,
  FaultRule,
  Immuta,
  ImmutaJournalEntry,
  IntegrationStatus,
  Operation,
  Seed,
  Switches,
} from "./immuta";
export type { Catalog, ConnectionPolicy, Fault, PoolDialect, Synapse, SynapseJournalEntry } from "./synapse";

export interface SandboxOptions {
  /** The key that Immuta accepts; a random one by default. */
  apiKey?: string;
  /** Names under which requests to Immuta may come beside 127.0.0.1 and localhost, in lower case; default none. */
  names?: readonly string[];
  /** How long Immuta takes to create, edit and delete, in milliseconds; default 20 each. */
  delays?: Partial<Delays>;
  /** What Immuta's contract leaves open. */
  switches?: Partial<Switches>;
  /** What the parsers of the pools take. */
  dialect?: Partial<PoolDialect>;
  /** So many logins to a pool that was just provisioned are refused with 42109, as one that is warming up does; default 0. */
  newPoolsWarmFor?: number;
  /**
   * How clients reach a pool: "proxy", the default, through the gateway, as from outside Azure; "redirect" by way of the
   * gateway to a node on a port from 11000 to 11999, as from inside Azure.
   */
  connectionPolicy?: ConnectionPolicy;
  /** 0, the default, takes any free port. */
  ports?: { immuta?: number; synapse?: number; azure?: number };
}

/** Three services on 127.0.0.1, which know each other as the real ones do. Nothing of them outlives `close()`. */
export interface Sandbox {
  readonly immuta: Immuta;
  readonly synapse: Synapse;
  readonly azure: Azure;
  readonly apiKey: string;
  /** What a run of Pulumi needs in its environment to meet the sandbox in place of the real services. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends all connections, stops listening and deletes the authority's file. */
  close(): Promise<void>;
}

/** Starts Immuta, Synapse and Azure. Throws where a port that was asked for is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { apiKey = randomBytes(16).toString("hex"), ports = {} } = options;
  const synapse = await startSynapse({
    port: ports.synapse ?? 0,
    ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
    connectionPolicy: options.connectionPolicy ?? "proxy",
  });
  const azure = await startAzure({
    sql: provisioning(synapse, options.newPoolsWarmFor ?? 0),
    port: ports.azure ?? 0,
  });
  const immuta = await startImmuta({
    apiKey,
    port: ports.immuta ?? 0,
    pools: {
      route: () => ({ address: synapse.address, port: synapse.port }),
      certificateAuthority: synapse.certificateAuthority,
    },
    ...(options.names === undefined ? {} : { names: options.names }),
    ...(options.delays === undefined ? {} : { delays: options.delays }),
    ...(options.switches === undefined ? {} : { switches: options.switches }),
  });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-sandbox-"));
  const authority = join(folder, "certificate-authority.pem");
  writeFileSync(authority, synapse.certificateAuthority);
  return {
    immuta,
    synapse,
    azure,
    apiKey,
    environment: {
      IMMUTA_URL: immuta.url,
      IMMUTA_API_KEY: apiKey,
      IMMUTA_SQL_SERVER: synapse.address,
      IMMUTA_SQL_PORT: String(synapse.port),
      NODE_EXTRA_CA_CERTS: authority,
      PULUMI_DEBUG_PROVIDERS: `azure-native:${azure.port}`,
      ...withoutProxy(process.env),
    },
    close: async () => {
      // Immuta first: it may be at work in a pool.
      await immuta.close();
      await Promise.all([azure.close(), synapse.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** No proxy leads to this machine. HTTP clients differ in which of the two they read first. */
function withoutProxy(env: NodeJS.ProcessEnv): Record<"NO_PROXY" | "no_proxy", string> {
  const given = env["no_proxy"] ?? env["NO_PROXY"] ?? "";
  const direct = given === "" ? "127.0.0.1" : `${given},127.0.0.1`;
  return { NO_PROXY: direct, no_proxy: direct };
}

/** The SQL side of Azure, whose new pools are warming up. */
function provisioning(synapse: Synapse, logins: number): SqlPlane {
  const createPool: SqlPlane["createPool"] = (host, database, source) => {
    synapse.createPool(host, database, source);
    if (logins > 0) synapse.setFault(host, database, { kind: "warming", logins });
  };
  return { ...synapse, createPool };
}
