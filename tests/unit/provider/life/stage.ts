import type { Announcement } from "../../../../provider/core/announcement";
import { wordsOf } from "../../../../provider/synapse/words";
import { readConfiguration } from "../../../../provider/core/configuration";
import { ImmutaError } from "../../../../provider/immuta/errors";
import {
  synapseType,
  type Immuta,
  type Integration,
  type IntegrationPayload,
} from "../../../../provider/synapse/api";
import type { Credentials } from "../../../../provider/synapse/payload";
import type { Phase } from "../../../../provider/core/phases";
import type { AccountFound } from "../../../../provider/sql/preflight";
import { BatchFailed } from "../../../../provider/sql/errors";
import type { PropertyMap } from "../../../../provider/core/property-map";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import { PartialState } from "../../../../provider/synapse/integration";
import { resolvePassword } from "../../../../provider/passwords/reference";
import { noAuditLog } from "../../../../provider/core/audit-log";
import { Holdings } from "../../../../provider/synapse/holdings";
import type { Ports } from "../../../../provider/synapse/ports";

/** Both sides of the outside world in memory; `acts` is what was asked of them, in order. */
export class Stage {
  readonly acts: string[] = [];
  readonly integrations = new Map<string, Integration>();
  /** Throws instead of the act of this name. Each entry fails once. */
  readonly failures = new Map<string, Error>();
  /** The same, for as long as they are here. */
  readonly lasting = new Map<string, Error>();
  /** What was said, in order. */
  readonly lines: string[] = [];
  /** The state in which a POST or PUT ends. */
  ends = "enabled";
  tenant = "https://tenant.example";
  /** What the pool holds of Immuta's. */
  found: string[] = [];
  /** What its catalog says of what scripts made. */
  pool: string[] = [];
  /** What the catalogs say of the system account; by default nothing has its name. */
  account: AccountFound = { schemas: "its own", controls: false };
  /** Of a run; a new one for each call where none is set. */
  run: Holdings | undefined;
  private nextId = 7;
  private time = 0;

  ports(env: NodeJS.ProcessEnv = {}): Ports {
    return {
      immuta: this.immuta(),
      runPhase: (_login, run) => {
        this.act(`run ${run.phase} in ${run.database}`);
        return Promise.resolve();
      },
      preflight: (_login, { database }) => {
        this.act(`preflight ${database}`);
        return Promise.resolve(this.found);
      },
      catalog: (_login, { database }) => {
        this.act(`catalog ${database}`);
        return Promise.resolve(this.pool);
      },
      account: (_login, { database, username }) => {
        this.act(`account ${username} ${database}`);
        return Promise.resolve(this.account);
      },
      configuration: readConfiguration(() => undefined, env),
      reporter: {
        info: (line) => void this.lines.push(line),
        warn: (line) => void this.lines.push(`warning: ${line}`),
        debug: () => undefined,
      },
      auditLog: noAuditLog,
      password: resolvePassword,
      holdings: this.run ?? new Holdings(),
      applicationName: "test",
      clock: {
        now: () => this.time,
        sleep: (milliseconds) => {
          this.time += milliseconds;
          return Promise.resolve();
        },
      },
    };
  }

  private act(name: string): void {
    this.acts.push(name);
    const failure = this.failures.get(name) ?? this.lasting.get(name);
    this.failures.delete(name);
    if (failure !== undefined) throw failure;
  }

  private immuta(): Immuta {
    const settle = (id: string): Integration | undefined => {
      const found = this.integrations.get(id);
      if (found?.status === "deleting") this.integrations.delete(id);
      if (found?.status === "creating" || found?.status === "editing") found.status = this.ends;
      return found?.status === "deleting" ? undefined : found;
    };
    const asked = async <T>(name: string, work: () => T): Promise<T> => {
      await Promise.resolve();
      this.act(name);
      return work();
    };
    const integration = (id: string, payload: IntegrationPayload, status: string): Integration => {
      const { username: _u, password: _p, authenticationType: _a, ...config } = payload.config;
      const made = { id, status, type: synapseType, autoBootstrap: payload.autoBootstrap, config };
      this.integrations.set(id, made);
      return made;
    };
    return {
      tenant: this.tenant,
      list: () => asked("list", () => [...this.integrations.values()]),
      get: (id) => asked(`get ${id}`, () => this.integrations.get(id)),
      status: (id) => asked(`status ${id}`, () => settle(id)),
      create: (payload) => asked("post", () => integration(String(this.nextId++), payload, "creating")),
      update: (id, payload) => asked(`put ${id}`, () => integration(id, payload, "editing")),
      remove: (id, credentials) =>
        asked(`delete ${id}${credentials === undefined ? "" : ` as ${credentials.username}`}`, () => {
          const found = this.integrations.get(id);
          if (found !== undefined) found.status = "deleting";
          return found;
        }),
      script: (phase: Phase, payload) =>
        asked(`script ${phase}`, () => {
          const { username = "", password = "" } = (payload?.config ?? {}) as Partial<Credentials>;
          return `-- ${phase}\nALTER LOGIN [${username}] WITH PASSWORD = N'${password.replaceAll("'", "''")}'`;
        }),
    };
  }
}

/** The lines of an announcement. */
export const told = (announcement: Announcement | undefined): string[] =>
  announcement === undefined ? [] : wordsOf(announcement).map(({ text }) => text);

export const failed = (phase: Phase): BatchFailed =>
  new BatchFailed({
    phase,
    host: "h",
    database: "d",
    batch: 1,
    batches: 1,
    firstLine: 1,
    statement: "PRINT …",
    errors: [{ number: 297, line: 1, message: "no permission" }],
  });

export const answered = (
  status: number | undefined,
  method: string,
  path: string,
  said = "oops",
): ImmutaError =>
  new ImmutaError("https://tenant.example", {
    ...(status === undefined ? {} : { status }),
    method,
    path,
    said,
  });

export const failureOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
};

export const partialStateOf = async (work: Promise<unknown>): Promise<PartialState> => {
  const error = await failureOf(work);
  if (error instanceof PartialState) return error;
  throw error;
};

export async function made(stage: Stage, inputs: Inputs): Promise<{ id: string; outs: PropertyMap }> {
  const result = await life.create(inputs, stage.ports());
  stage.acts.length = 0;
  return result;
}

/** A life in which the stage's integration has another id. */
export function elsewhere(stage: Stage, id: string): Ports {
  stage.integrations.clear();
  const ports = stage.ports();
  return {
    ...ports,
    immuta: {
      ...ports.immuta,
      list: () => Promise.resolve([]),
      create: async (payload) => {
        const made = { ...(await ports.immuta.create(payload)), id };
        const [found] = stage.integrations.values();
        stage.integrations.clear();
        if (found !== undefined) stage.integrations.set(id, { ...found, id, status: "enabled" });
        return made;
      },
    },
  };
}
