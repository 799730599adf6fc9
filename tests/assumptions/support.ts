import { Holdings } from "../../provider/synapse/holdings";
import { readConfig } from "../../provider/synapse/api";
import { expect } from "chai";
import { type Configuration, readConfiguration } from "../../provider/core/configuration";
import { resourceId } from "../../provider/synapse/identity";
import { immutaClient } from "../../provider/immuta/client";
import type { Clock } from "../../provider/core/clock";
import { runPhase } from "../../provider/sql/run";
import { wordsOf } from "../../provider/synapse/words";
import { readCatalog } from "../../provider/sql/catalog";
import { accountIn, preflight } from "../../provider/sql/preflight";
import type { PropertyMap } from "../../provider/core/property-map";
import type { Inputs } from "../../provider/synapse/inputs/table";
import * as integration from "../../provider/synapse/integration";
import { resolvePassword } from "../../provider/passwords/reference";
import { noAuditLog } from "../../provider/core/audit-log";
import type { Ports } from "../../provider/synapse/ports";
import { startImmuta, type Immuta, type Switches } from "../../sandbox/immuta";
import { startSynapse, type Synapse, type SynapseOptions } from "../../sandbox/synapse";

/** Immuta and Synapse over the wire; each life gets a workspace of its own in them. */
export interface Servers {
  immuta: Immuta;
  synapse: Synapse;
  close(): Promise<void>;
}

const apiKey = "assumptions-key";
const administrator = { username: "sqladmin", password: "Adm1n]istr'ator" };

export async function startServers(pools: SynapseOptions = {}): Promise<Servers> {
  const synapse = await startSynapse(pools);
  const immuta = await startImmuta({
    apiKey,
    pools: {
      route: () => ({ address: synapse.address, port: synapse.port }),
      certificateAuthority: synapse.certificateAuthority,
    },
    delays: { creating: 1, editing: 1, deleting: 1 },
  });
  return {
    immuta,
    synapse,
    close: async () => {
      expect(immuta.problems).to.deep.equal([]);
      await immuta.close();
      await synapse.close();
    },
  };
}

export type Setup = "automatic" | "manual";

/** What reached the servers, in order. */
export interface Trace {
  /** Calls to Immuta; polls of the status are left out. */
  calls: string[];
  /** Databases that were only looked into: by SELECTs. */
  looks: string[];
  /** Databases in which scripts ran. */
  databases: string[];
}

export const nobody: Trace = { calls: [], looks: [], databases: [] };

let workspaces = 0;

/** One resource through its life, driven by the provider's core as the engine drives it. */
export class Life {
  readonly host: string;
  readonly database: string;
  program: PropertyMap;
  state: PropertyMap | undefined;
  /** Lines for the user. */
  readonly told: string[] = [];
  /** IMMUTA_CONTRACT. */
  contract = "";
  /** Phases whose run is lost on its way: the pool never sees them. */
  readonly lost = new Set<string>();
  private administrator = { ...administrator };
  private elapsed = 0;

  constructor(
    readonly servers: Servers,
    readonly setup: Setup,
    switches: Partial<Switches> = {},
    /** A life on another pool of the same workspace. */
    neighbour?: Life,
  ) {
    this.database = neighbour === undefined ? "claims" : "sales";
    const { immuta, synapse } = servers;
    Object.assign(immuta.switches, switches);
    this.host = neighbour?.host ?? `life${++workspaces}.sql.azuresynapse.net`;
    if (neighbour === undefined)
      synapse.createWorkspace({
        host: this.host,
        administratorLogin: administrator.username,
        administratorPassword: administrator.password,
      });
    synapse.createPool(this.host, this.database);
    const account =
      setup === "automatic"
        ? { ...administrator, autoBootstrap: true }
        : {
            username: `immuta_${this.database}`,
            password: "F1rst'Passw0rd",
            autoBootstrap: false,
            bootstrap: { trustServerCertificate: true },
          };
    this.program = { host: this.host, database: this.database, schema: "governed", ...account };
  }

  /** The administrator's password changes in Azure, as a rotation does it. */
  rotateAdministrator(password: string): void {
    this.servers.synapse.setAdministratorPassword(this.host, password);
    this.administrator = { ...this.administrator, password };
  }

  /** `pulumi up` of the program with these changes. A partial state is kept when it fails. */
  async up(changes: PropertyMap = {}): Promise<Trace> {
    this.program = { ...this.program, ...changes };
    return this.traced(async () => {
      const { inputs, failures } = integration.check({}, this.program);
      expect(failures).to.deep.equal([]);
      const news = stored(inputs) as unknown as Inputs;
      if (this.state === undefined) return this.make(news);
      const contract = this.configuration().contract();
      const planned = integration.planOf(this.state, stored(inputs), contract);
      const diff = integration.diff(this.id, this.state, stored(inputs), planned);
      if (!diff.changes) return;
      if (diff.replaces.length === 0) {
        const { outs } = await this.kept(integration.update(this.id, this.state, news, this.ports()));
        this.state = stored(outs);
        return;
      }
      const old = this.state;
      if (!diff.deleteBeforeReplace) await this.make(news);
      await integration.remove(old, this.ports());
      if (!diff.deleteBeforeReplace) return;
      this.state = undefined;
      return this.make(news);
    });
  }

  /** The lines of a preview of the program with these changes. */
  previewed(changes: PropertyMap): string[] {
    const { inputs } = integration.check({}, { ...this.program, ...changes });
    const contract = this.configuration().contract();
    const planned = integration.planOf(this.state ?? {}, stored(inputs), contract);
    const announced = integration.announcementOfChange(this.state ?? {}, stored(inputs), planned, contract);
    return announced === undefined ? [] : wordsOf(announced).map(({ text }) => text);
  }

  /** Whether a preview of the program shows a change. */
  get differs(): boolean {
    const { inputs } = integration.check({}, this.program);
    return integration.diff(this.id, this.state ?? {}, stored(inputs)).changes;
  }

  /** `pulumi refresh`. */
  refresh(environment: Record<string, string> = {}): Promise<Trace> {
    return this.traced(async () => {
      const read = await integration.read(this.id, this.state ?? {}, this.ports(environment));
      this.state = read.id === "" ? undefined : stored(read.props);
    });
  }

  /** `pulumi destroy`. */
  destroy(environment: Record<string, string> = {}): Promise<Trace> {
    return this.traced(async () => {
      await integration.remove(this.state ?? {}, this.ports(environment));
      this.state = undefined;
    });
  }

  get integrationId(): string {
    return String(this.state?.["integrationId"]);
  }

  /** Impersonation and delimiters as Immuta has them; undefined where it has no integration in use. */
  get atImmuta(): PropertyMap | undefined {
    const found = this.servers.immuta.snapshot().find((one) => {
      const { host, database } = one["config"] as PropertyMap;
      return host === this.host && database === this.program["database"] && one["status"] !== "deleted";
    });
    if (found === undefined) return undefined;
    const { impersonation, metadataDelimiters } = found["config"] as PropertyMap;
    return { status: found["status"], impersonation, metadataDelimiters };
  }

  /** Everything in the pool and in master that was not there in the beginning. */
  get leftInPool(): string[] {
    return [...this.leftIn("master"), ...this.leftInDatabase];
  }

  get leftInDatabase(): string[] {
    return this.leftIn(this.database);
  }

  /** Databases in which the last operation ran scripts. */
  get ran(): string[] {
    return ranIn(sessionsIn(this.servers.synapse));
  }

  private leftIn(database: string): string[] {
    return Object.entries(this.servers.synapse.catalog(this.host, database)).flatMap(([kind, things]) =>
      (things as unknown[]).map((thing) => `${database} ${kind} ${JSON.stringify(thing)}`),
    );
  }

  private get id(): string {
    return resourceId(this.program as unknown as Inputs);
  }

  private async make(inputs: Inputs): Promise<void> {
    const { outs } = await this.kept(integration.create(inputs, this.ports()));
    this.state = stored(outs);
  }

  private async kept<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      if (error instanceof integration.PartialState) this.state = stored(error.properties);
      throw error;
    }
  }

  private async traced(work: () => Promise<void>): Promise<Trace> {
    const { immuta, synapse } = this.servers;
    immuta.clearJournal();
    synapse.clearJournal();
    await work();
    const sessions = sessionsIn(synapse);
    return {
      calls: immuta.journal
        .map(({ method, path }) => `${method} ${path.replace(/\/integrations\/\d+/, "/integrations/{id}")}`)
        .filter((call) => !call.endsWith("/status")),
      looks: sessions.filter(reads).map(({ database }) => database),
      databases: ranIn(sessions),
    };
  }

  private configuration(environment: Record<string, string> = {}): Configuration {
    const { immuta, synapse } = this.servers;
    return readConfiguration(() => undefined, {
      IMMUTA_CONTRACT: this.contract,
      IMMUTA_URL: immuta.url,
      IMMUTA_API_KEY: apiKey,
      IMMUTA_SQL_SERVER: synapse.address,
      IMMUTA_SQL_PORT: String(synapse.port),
      IMMUTA_SQL_ADMIN_USERNAME: this.administrator.username,
      IMMUTA_SQL_ADMIN_PASSWORD: this.administrator.password,
      ...environment,
    });
  }

  /** As the provider's host module makes one, but for a clock that does not wait. */
  private ports(environment: Record<string, string> = {}): Ports {
    const configuration = this.configuration(environment);
    const tell = (line: string): void => {
      this.told.push(line);
    };
    const reporter = { info: tell, warn: tell, debug: () => undefined };
    const { url } = configuration.tenant();
    const clock: Clock = {
      now: () => Date.now() + this.elapsed,
      sleep: async (milliseconds) => {
        this.elapsed += milliseconds;
        await new Promise((resolve) => setTimeout(resolve, 2));
      },
    };
    return {
      immuta: immutaClient({
        ...{ url, readConfig, apiKey, userAgent: "pulumi-immuta/test", reporter },
        contract: configuration.contract(),
      }),
      runPhase: async (login, run, lines) => {
        if (!this.lost.delete(run.phase)) await runPhase(login, run, lines, clock);
      },
      catalog: (login, governed) => readCatalog(login, governed, { reporter, clock }),
      preflight: (login, sought) => preflight(login, sought, { reporter, clock }),
      account: (login, sought) => accountIn(login, sought, { reporter, clock }),
      configuration,
      reporter,
      auditLog: noAuditLog,
      holdings: new Holdings(),
      password: resolvePassword,
      applicationName: "pulumi-immuta/test",
      clock,
    };
  }
}

interface Session {
  database: string;
  /** Leading keywords of its batches. */
  statements: string[];
}

/** Our sessions that got beyond their first batch, which asks for the database's name. One life has one at a time. */
function sessionsIn({ journal }: Synapse): Session[] {
  const sessions: Session[] = [];
  for (const { kind, applicationName, database, statement } of journal) {
    if (applicationName !== "pulumi-immuta/test") continue;
    if (kind === "login") sessions.push({ database, statements: [] });
    if (kind === "batch") sessions.at(-1)?.statements.push(statement ?? "");
  }
  return sessions.filter(({ statements }) => statements.length > 1);
}

const reads = ({ statements }: Session): boolean =>
  statements.every((statement) => /^SELECT\b/.test(statement));

const ranIn = (sessions: readonly Session[]): string[] =>
  sessions
    .filter((session) => !reads(session))
    .map(({ database }) => database)
    .filter((database, index, all) => database !== all[index - 1]);

/** Through the engine and back: what a state keeps is JSON. */
const stored = (map: PropertyMap): PropertyMap => JSON.parse(JSON.stringify(map)) as PropertyMap;

/** The message of an operation that must fail. */
export async function failure(operation: Promise<unknown>): Promise<string> {
  const error = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("it was expected to fail");
  return error.message;
}
