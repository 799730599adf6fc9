/** A workspace in the sandbox, and what pool/ needs to run scripts in it without waiting for anything. */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../../provider/core/clock";
import { PoolUnreachable } from "../../provider/sql/errors";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { splitBatches } from "../../provider/sql/script/split";
import { runPhase, type PhaseRun } from "../../provider/sql/run";
import type { Reporter } from "../../provider/core/reporter";
import { startSynapse, type Synapse, type SynapseOptions } from "../../sandbox/synapse";

export const host = "claims.sql.azuresynapse.net";
export const database = "claims";
export const administrator = { username: "sqladmin", password: "Adm1n!stration" };

export async function startPool(options: SynapseOptions = {}): Promise<Synapse> {
  const synapse = await startSynapse(options);
  synapse.createWorkspace({
    host,
    administratorLogin: administrator.username,
    administratorPassword: administrator.password,
  });
  synapse.createPool(host, database);
  return synapse;
}

/** The sandbox's authority is not in this process' trust store, so the certificate is not checked unless a test says so. */
export const loginTo = (
  { address, port }: { address: string; port: number },
  given: Partial<PoolLogin> = {},
): PoolLogin => ({
  host,
  port: 1433,
  authentication: { type: "sql", ...administrator },
  route: { server: address, port },
  trustServerCertificate: true,
  applicationName: "pulumi-immuta/test",
  pauseIsAwaited: false,
  ...given,
});

export class Lines implements Reporter {
  readonly infos: string[] = [];
  readonly warnings: string[] = [];
  readonly debugs: string[] = [];
  /** Told of each line, while the work goes on. */
  onInfo: (line: string) => void = () => undefined;
  info(line: string): void {
    this.infos.push(line);
    this.onInfo(line);
  }
  warn(line: string): void {
    this.warnings.push(line);
  }
  debug(line: string): void {
    this.debugs.push(line);
  }
  get all(): string {
    return [...this.infos, ...this.warnings, ...this.debugs].join("\n");
  }
}

/** Time passes only while somebody sleeps, and then at once. */
export class FakeClock implements Clock {
  readonly sleeps: number[] = [];
  /** Called after each sleep with the time that it is now. */
  onSleep: (now: number) => void = () => undefined;
  #now = 0;
  now(): number {
    return this.#now;
  }
  sleep(milliseconds: number): Promise<void> {
    this.sleeps.push(milliseconds);
    this.#now += milliseconds;
    this.onSleep(this.#now);
    return Promise.resolve();
  }
}

export interface Stage {
  lines: Lines;
  clock: FakeClock;
  run(
    script: string,
    given?: Partial<PhaseRun>,
    login?: Partial<PoolLogin>,
    mayRepeat?: boolean,
  ): Promise<void>;
}

/** Runs scripts as the provider does, against this endpoint. */
export function stageOn(endpoint: { address: string; port: number }): Stage {
  const lines = new Lines();
  const clock = new FakeClock();
  return {
    lines,
    clock,
    run: (script, given = {}, login = {}, mayRepeat = true) =>
      runPhase(
        loginTo(endpoint, login),
        {
          phase: "create",
          database,
          batches: splitBatches(script),
          fresh: false,
          mask: (text) => text,
          ...given,
        },
        lines,
        clock,
        mayRepeat,
      ),
  };
}

export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}

export async function unreachable(work: Promise<unknown>): Promise<PoolUnreachable> {
  const error = await failureOf(work);
  if (error instanceof PoolUnreachable) return error;
  throw error;
}

/** "kind database" of the journal's logins and logouts, "database: statement" of its batches. */
export const acts = (synapse: Synapse): string[] =>
  synapse.journal.map(({ kind, database: where, statement, errors }) =>
    kind === "batch"
      ? `${where}: ${statement ?? ""}`
      : `${kind} ${where}${errors.length === 0 ? "" : ` ${errors.join(",")}`}`,
  );

export const countOf = (synapse: Synapse, kind: Synapse["journal"][number]["kind"]): number =>
  synapse.journal.filter((entry) => entry.kind === kind).length;

/** Turns of the event loop, until it is so; the server hears of a logout a few turns after it was said. */
async function until(so: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !so(); turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** The journal when everybody who logged in has logged out again. */
export async function actsWhenQuiet(synapse: Synapse): Promise<string[]> {
  await until(() => countOf(synapse, "logout") === countOf(synapse, "login"));
  return acts(synapse);
}

const handles = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((name) => name === "Timeout" || name.startsWith("TCP") || name.startsWith("TLS"))
    .sort();

export interface Watch {
  expectNoneLeft(): Promise<void>;
}

/** What is open before the test must be all that is open after it: no socket, no server, no timer more. */
export async function watchHandles(): Promise<Watch> {
  // The test's own timer runs from the next turn on.
  await new Promise((resolve) => setImmediate(resolve));
  const before = handles();
  return {
    expectNoneLeft: async () => {
      await until(() => handles().length <= before.length);
      expect(handles()).to.deep.equal(before);
    },
  };
}

/** What a process sees that trusts the sandbox's authority, and then closes its session, or parks it and ends all the same. */
export async function seenByTrusting(
  { port, certificateAuthority }: Synapse,
  encrypt: "mandatory" | "strict",
  end: "close" | "park" = "close",
): Promise<{ error?: string; rows?: unknown[]; infos?: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  try {
    const authority = join(folder, "authority.pem");
    writeFileSync(authority, certificateAuthority);
    const client = [join(__dirname, "trusting-client.ts"), JSON.stringify({ port, encrypt, end })];
    const { stdout } = await promisify(execFile)(process.execPath, ["--require", "tsx/cjs", ...client], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
      timeout: 20_000,
    });
    return JSON.parse(stdout) as Awaited<ReturnType<typeof seenByTrusting>>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
