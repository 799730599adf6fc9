/** Faults by name: what a pool does when it is not well, settable while the endpoint runs. */
import { sqlError, type SqlError } from "./tsql/errors";

/**
 * `batch` counts the SQL batches that reach the database, over all connections, from 1, beginning when the fault is set;
 * batches of nothing but session options do not count. A fault with a number fires once and is gone.
 */
export type Fault =
  /** 42108 to every login, or to every batch of a session that could log in. */
  | { kind: "paused"; at: "login" | "batch" }
  /** 42109 to so many logins (or batches), or for so many seconds, and then no more. */
  | { kind: "warming"; at?: "login" | "batch"; logins?: number; seconds?: number }
  /** 40615, quoting the client's address: the connection's own unless given. */
  | { kind: "firewall"; clientAddress?: string }
  /** 40613 to every login. */
  | { kind: "unavailable" }
  /** So many logins (default: all) get no answer: the connection is reset, or nothing comes until the client gives up. */
  | { kind: "lost-login"; how: "reset" | "silence"; logins?: number }
  /** The connection is reset: before the batch ran, when half of its statements did, or when it did but no answer was sent. */
  | { kind: "reset"; batch: number; when: "before" | "inside" | "after" }
  /** The batch (every one, unless numbered) prints a line, then nothing comes until the client gives up. It does not run. */
  | { kind: "slow"; batch?: number }
  /** 15247 (or another permission error) in place of the batch. */
  | { kind: "deny"; batch: number; number?: 15247 | 297 }
  /** The connection is reset after the next batch that creates a login took effect, before it is answered. */
  | { kind: "drop-login-batch" };

/** What the session does with a batch in place of, or beside, running it. */
export type BatchEffect =
  | { kind: "error"; error: SqlError }
  | { kind: "reset"; when: "before" | "inside" | "after" }
  | { kind: "stall" };

interface Placed {
  fault: Fault;
  since: number;
  batches: number;
  /** How many logins or batches it has refused. */
  refused: number;
}

export class Faults {
  readonly #placed = new Map<string, Placed>();

  set(host: string, database: string, fault: Fault | undefined): void {
    if (fault === undefined) this.#placed.delete(key(host, database));
    else this.#placed.set(key(host, database), { fault, since: Date.now(), batches: 0, refused: 0 });
  }

  get(host: string, database: string): Fault | undefined {
    return this.#placed.get(key(host, database))?.fault;
  }

  /** The error that the firewall gives before anybody is asked who they are. */
  atConnection(host: string, database: string, address: string): SqlError | undefined {
    const fault = this.get(host, database);
    if (fault?.kind !== "firewall") return undefined;
    return sqlError(40615, host.split(".")[0] ?? host, fault.clientAddress ?? address);
  }

  /** The error of a login that is right in itself. */
  atLogin(host: string, database: string, traceId: string): SqlError | undefined {
    const placed = this.#placed.get(key(host, database));
    switch (placed?.fault.kind) {
      case "paused":
        return placed.fault.at === "login" ? sqlError(42108) : undefined;
      case "warming":
        return (placed.fault.at ?? "login") === "login" ? this.#warming(host, database, placed) : undefined;
      case "unavailable":
        return sqlError(40613, database, host.split(".")[0] ?? host, traceId);
      default:
        return undefined;
    }
  }

  /** What becomes of a login that gets no answer. */
  losesLogin(host: string, database: string): "reset" | "silence" | undefined {
    const placed = this.#placed.get(key(host, database));
    if (placed?.fault.kind !== "lost-login") return undefined;
    placed.refused += 1;
    if (placed.refused >= (placed.fault.logins ?? Infinity)) this.#placed.delete(key(host, database));
    return placed.fault.how;
  }

  atBatch(host: string, database: string, keywords: string): BatchEffect | undefined {
    const placed = this.#placed.get(key(host, database));
    if (placed === undefined) return undefined;
    placed.batches += 1;
    const { fault, batches } = placed;
    const fires = (batch: number): boolean => {
      if (batches !== batch) return false;
      this.#placed.delete(key(host, database));
      return true;
    };
    switch (fault.kind) {
      case "paused":
        return fault.at === "batch" ? { kind: "error", error: sqlError(42108) } : undefined;
      case "warming": {
        const error = fault.at === "batch" ? this.#warming(host, database, placed) : undefined;
        return error === undefined ? undefined : { kind: "error", error };
      }
      case "reset":
        return fires(fault.batch) ? { kind: "reset", when: fault.when } : undefined;
      case "slow":
        return fault.batch === undefined || fires(fault.batch) ? { kind: "stall" } : undefined;
      case "deny":
        return fires(fault.batch) ? { kind: "error", error: sqlError(fault.number ?? 15247) } : undefined;
      case "drop-login-batch":
        return keywords.endsWith("CREATE LOGIN") && fires(batches)
          ? { kind: "reset", when: "after" }
          : undefined;
      default:
        return undefined;
    }
  }

  #warming(host: string, database: string, placed: Placed): SqlError | undefined {
    const { fault, since } = placed;
    if (fault.kind !== "warming") return undefined;
    const { logins, seconds } = fault;
    const over =
      (logins !== undefined && placed.refused >= logins) ||
      (seconds !== undefined && Date.now() - since >= seconds * 1000);
    if (over) {
      this.#placed.delete(key(host, database));
      return undefined;
    }
    placed.refused += 1;
    return sqlError(42109);
  }
}

function key(host: string, database: string): string {
  return `${host.toLowerCase()}/${database.toLowerCase()}`;
}
