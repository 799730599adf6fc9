/**
 * Immuta on a laptop: a second, strict implementation of Immuta's Integrations API for Azure Synapse Analytics, written
 * from its published contract. It serves HTTP on the loopback interface and really looks at the pools it is told about.
 */
import { withControl, type BehindTheScenes } from "./control";
import { Faults, type FaultRule } from "./faults";
import type { Operation } from "./forced-failures";
import { Integrations } from "./integrations";
import { Journal, type ImmutaJournalEntry } from "./journal";
import { changeConfig, seedIntegration, type ConfigChanges, type Seed } from "./behind-the-scenes";
import { integrationAnswer, type IntegrationStatus } from "./model";
import { otherPlatforms } from "./other-platforms";
import type { PoolRoute } from "./pool";
import { Registry } from "./registry";
import { routes } from "./router";
import { ScriptRequests } from "./script-requests";
import { listen, type ServerOptions } from "./server";
import { defaultDelays, defaultSwitches, type Delays, type Switches } from "./switches";

export type { FaultAnswer, FaultRule } from "./faults";
export type { Operation } from "./forced-failures";
export type { ImmutaJournalEntry } from "./journal";
export type { ConfigChanges, Seed } from "./behind-the-scenes";
export type { IntegrationStatus, ValidationResults, ValidationTest } from "./model";
export type { PoolRoute } from "./pool";
export type { Delays, Switches } from "./switches";

export interface ImmutaOptions {
  /** What requests have to carry in their Authorization header, bare. */
  apiKey: string;
  /** Where the pools' hosts really are. */
  pools: PoolRoute;
  /** 0, the default, takes any free port. */
  port?: number;
  names?: ServerOptions["names"];
  delays?: Partial<Delays>;
  switches?: Partial<Switches>;
}

/** A running Immuta. */
export interface Immuta {
  readonly port: number;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** May be changed while it runs. */
  readonly switches: Switches;
  /** In milliseconds. May be changed while it runs; what is under way keeps its delay. */
  readonly delays: Delays;
  readonly journal: readonly ImmutaJournalEntry[];
  clearJournal(): void;
  /** Mistakes of this server's own, each answered with a bare 500. Empty when all is well. */
  readonly problems: readonly unknown[];
  /** Adds a rule; the rules before it come first. */
  fault(rule: FaultRule): void;
  clearFaults(): void;
  /** The next operation of this kind is accepted and ends in createError, editError or deleteError. */
  failNext(operation: Operation, message?: string): void;
  /** Ends every creating, editing and deleting now, instead of after its delay. */
  settle(): void;
  /** Adds an integration of any type without looking at a pool; gives its id. */
  seed(integration: Seed): string;
  /** Changes the configuration as somebody else would in Immuta's own interface. The pool is left as it is. */
  edit(id: string | number, changes: ConfigChanges): void;
  setStatus(id: string | number, status: IntegrationStatus): void;
  /** Disables an integration by force, which leaves the pool as it is. */
  disable(id: string | number): void;
  /** Forgets an integration altogether; the pool is left as it is. */
  remove(id: string | number): void;
  /** What GET /integrations answers now, as plain data of its own. */
  snapshot(): readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** Starts Immuta on the loopback interface, with a Snowflake and a Databricks integration (ids 1 and 2) in its list. */
export async function startImmuta(options: ImmutaOptions): Promise<Immuta> {
  const switches: Switches = { ...defaultSwitches, ...options.switches };
  const delays: Delays = { ...defaultDelays, ...options.delays };
  const registry = new Registry(switches, delays);
  for (const integration of otherPlatforms(() => registry.nextId())) registry.add(integration);
  const journal = new Journal(options.apiKey);
  const faults = new Faults();
  const problems: unknown[] = [];
  const integrations = new Integrations(registry, options.pools, switches);
  const scripts = new ScriptRequests(registry, switches);
  const scenes: BehindTheScenes = {
    edit: (id, changes) => {
      changeConfig(registry.get(id), changes);
    },
    disable: (id) => {
      registry.get(id).status = "disabled";
    },
    remove: (id) => {
      registry.remove(registry.get(id).id);
    },
  };
  const server = await listen({
    apiKey: options.apiKey,
    port: options.port ?? 0,
    names: options.names ?? [],
    journal,
    faults,
    handle: withControl(routes({ registry, integrations, scripts, switches }), scenes),
    onProblem: (error) => {
      problems.push(error);
    },
  });
  return {
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    switches,
    delays,
    journal: journal.entries,
    problems,
    clearJournal: () => {
      journal.clear();
    },
    fault: (rule) => {
      faults.add(rule);
    },
    clearFaults: () => {
      faults.clear();
    },
    failNext: (operation, message = "The operation failed.") => {
      integrations.failures.plan(operation, message);
    },
    settle: () => {
      registry.settle();
    },
    seed: (integration) => seedIntegration(registry, integration),
    edit: (id, changes) => {
      scenes.edit(String(id), changes);
    },
    setStatus: (id, status) => {
      registry.get(String(id)).status = status;
    },
    disable: (id) => {
      scenes.disable(String(id));
    },
    remove: (id) => {
      scenes.remove(String(id));
    },
    snapshot: () =>
      structuredClone(
        registry.list().map((integration) => ({ ...integrationAnswer(integration, switches) })),
      ),
    close: async () => {
      await server.close();
      registry.close();
    },
  };
}
