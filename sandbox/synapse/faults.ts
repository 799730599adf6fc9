/** Faults by name: what a pool does when it is not well, settable while the endpoint runs. */
import { killError, passingError, type KillNumber, type PassingNumber } from "./fault-errors";
import { sqlError, type SqlError } from "./tsql/errors";
import type { Malformation } from "./wire/malformed";

/** How a connection ends: TCP's reset, TCP's orderly end alone, or TLS' goodbye (close_notify) before that. */
export type Ending = "reset" | "fin" | "close";

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
  /**
   * So many logins (default: all) get no answer: the connection ends, or nothing comes until the client gives up. That is
   * in place of the answer to LOGIN7 (the default), to PRELOGIN, or to the first message of TLS in PRELOGIN. The latter two
   * come before the client names a database: they meet whoever connects next, to the gateway or to the workspace's node.
   */
  | { kind: "lost-login"; how: Ending | "silence"; logins?: number; at?: "prelogin" | "tls" | "login7" }
  /**
   * The gateway sends so many logins (default: all) to a node, whatever the connection policy. The route leads to a port
   * where nobody listens ("refused"), or where nothing is said ("silence"), or to a node that shows a certificate of the
   * same authority for another name, or to one that sends the client on to itself, again and again ("loop").
   */
  | { kind: "node"; how: "refused" | "silence" | "certificate" | "loop"; logins?: number }
  /**
   * The connection ends, by TCP's reset unless `how` says otherwise: before the batch ran, when half of its statements
   * did, or when it did but no answer was sent; "idle": when it was answered, before the client sends another.
   */
  | { kind: "reset"; batch: number; when: "before" | "inside" | "after" | "idle"; how?: Ending }
  /** Somebody ends the session: 596 (or another such message) in place of the batch, and the server closes in good order. */
  | { kind: "kill"; batch: number; number?: KillNumber }
  /** The batch (every one, unless numbered) prints a line, then nothing comes until the client gives up. It does not run. */
  | { kind: "slow"; batch?: number }
  /** 15247 (or another permission error) in place of the batch. */
  | { kind: "deny"; batch: number; number?: 15247 | 297 }
  /** An error in place of the batch after which it may be sent again. */
  | { kind: "error"; batch: number; number: PassingNumber }
  /** What comes in place of the answer to the batch (or, without a number, to the next login) is no TDS. The batch does not run. */
  | { kind: "malformed"; batch?: number; how: Malformation }
  /** The connection is reset after the next batch that creates a login took effect, before it is answered. */
  | { kind: "drop-login-batch" };

type Of<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;
export type NodeFault = Of<"node">["how"];

/** What the session does with a batch in place of, or beside, running it. */
export type BatchEffect =
  | { kind: "error"; error: SqlError }
  /** The message, whatever its severity, and the end of the connection. */
  | { kind: "kill"; error: SqlError }
  | { kind: "end"; when: Of<"reset">["when"]; how: Ending }
  | { kind: "malformed"; how: Malformation }
  | { kind: "stall" };

/** What the session does with a login in place of answering it. */
export type LoginEffect =
  { kind: "lost"; how: Ending | "silence" } | { kind: "malformed"; how: Malformation };

interface Placed {
  fault: Fault;
  host: string;
  since: number;
  batches: number;
  /** How many logins or batches it has refused. */
  refused: number;
}

export class Faults {
  private readonly placed = new Map<string, Placed>();

  set(host: string, database: string, fault: Fault | undefined): void {
    if (fault === undefined) this.placed.delete(key(host, database));
    else this.placed.set(key(host, database), { fault, host, since: Date.now(), batches: 0, refused: 0 });
  }

  get(host: string, database: string): Fault | undefined {
    return this.placed.get(key(host, database))?.fault;
  }

  /** The error that the firewall gives before anybody is asked who they are. */
  atConnection(host: string, database: string, address: string): SqlError | undefined {
    const fault = this.get(host, database);
    if (fault?.kind !== "firewall") return undefined;
    return sqlError(40615, host.split(".")[0] ?? host, fault.clientAddress ?? address);
  }

  /** The error of a login that is right in itself. */
  atLogin(host: string, database: string, traceId: string): SqlError | undefined {
    const placed = this.placed.get(key(host, database));
    switch (placed?.fault.kind) {
      case "paused":
        return placed.fault.at === "login" ? sqlError(42108) : undefined;
      case "warming":
        return (placed.fault.at ?? "login") === "login" ? this.warming(host, database, placed) : undefined;
      case "unavailable":
        return sqlError(40613, database, host.split(".")[0] ?? host, traceId);
      default:
        return undefined;
    }
  }

  /** Before a database is named. `host`: the workspace whose node it is; undefined at the gateway, where it may be any. */
  beforeLogin(host: string | undefined, stage: "prelogin" | "tls"): Ending | "silence" | undefined {
    for (const [place, placed] of this.placed) {
      const { fault } = placed;
      if (fault.kind !== "lost-login" || fault.at !== stage) continue;
      if (host !== undefined && placed.host !== host) continue;
      this.count(place, placed, fault.logins);
      return fault.how;
    }
    return undefined;
  }

  /** What becomes of a login that gets no answer, or none that can be read. */
  inPlaceOfLogin(host: string, database: string): LoginEffect | undefined {
    const place = key(host, database);
    const placed = this.placed.get(place);
    const fault = placed?.fault;
    if (placed === undefined || fault === undefined) return undefined;
    if (fault.kind === "lost-login" && (fault.at ?? "login7") === "login7") {
      this.count(place, placed, fault.logins);
      return { kind: "lost", how: fault.how };
    }
    if (fault.kind === "malformed" && fault.batch === undefined) {
      this.placed.delete(place);
      return { kind: "malformed", how: fault.how };
    }
    return undefined;
  }

  /** What is the matter with the node to which the gateway sends this login. */
  atNode(host: string, database: string): NodeFault | undefined {
    const place = key(host, database);
    const placed = this.placed.get(place);
    if (placed?.fault.kind !== "node") return undefined;
    this.count(place, placed, placed.fault.logins);
    return placed.fault.how;
  }

  atBatch(host: string, database: string, keywords: string): BatchEffect | undefined {
    const placed = this.placed.get(key(host, database));
    if (placed === undefined) return undefined;
    placed.batches += 1;
    const { fault, batches } = placed;
    const fires = (batch: number): boolean => {
      if (batches !== batch) return false;
      this.placed.delete(key(host, database));
      return true;
    };
    switch (fault.kind) {
      case "paused":
        return fault.at === "batch" ? { kind: "error", error: sqlError(42108) } : undefined;
      case "warming": {
        const error = fault.at === "batch" ? this.warming(host, database, placed) : undefined;
        return error === undefined ? undefined : { kind: "error", error };
      }
      case "reset":
        return fires(fault.batch) ? { kind: "end", when: fault.when, how: fault.how ?? "reset" } : undefined;
      case "kill":
        return fires(fault.batch) ? { kind: "kill", error: killError(fault.number ?? 596) } : undefined;
      case "slow":
        return fault.batch === undefined || fires(fault.batch) ? { kind: "stall" } : undefined;
      case "deny":
        return fires(fault.batch) ? { kind: "error", error: sqlError(fault.number ?? 15247) } : undefined;
      case "error":
        return fires(fault.batch) ? { kind: "error", error: passingError(fault.number) } : undefined;
      case "malformed":
        return fault.batch !== undefined && fires(fault.batch)
          ? { kind: "malformed", how: fault.how }
          : undefined;
      case "drop-login-batch":
        return keywords.endsWith("CREATE LOGIN") && fires(batches)
          ? { kind: "end", when: "after", how: "reset" }
          : undefined;
      default:
        return undefined;
    }
  }

  private warming(host: string, database: string, placed: Placed): SqlError | undefined {
    const { fault, since } = placed;
    if (fault.kind !== "warming") return undefined;
    const { logins, seconds } = fault;
    const over =
      (logins !== undefined && placed.refused >= logins) ||
      (seconds !== undefined && Date.now() - since >= seconds * 1000);
    if (over) {
      this.placed.delete(key(host, database));
      return undefined;
    }
    placed.refused += 1;
    return sqlError(42109);
  }

  /** One login more that was refused; at the last one the fault is gone. */
  private count(place: string, placed: Placed, logins = Infinity): void {
    placed.refused += 1;
    if (placed.refused >= logins) this.placed.delete(place);
  }
}

function key(host: string, database: string): string {
  return `${host.toLowerCase()}/${database.toLowerCase()}`;
}
