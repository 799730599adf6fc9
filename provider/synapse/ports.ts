import type { AuditLog } from "../core/audit-log";
import type { Clock } from "../core/clock";
import type { Configuration } from "../core/configuration";
import type { Interruption } from "../core/interruption";
import type { Reporter } from "../core/reporter";
import type { TimeLimit } from "../core/time-limit";
import type { Watcher } from "../immuta/watch";
import type { PasswordSource } from "../passwords/reference";
import type { Governed } from "../sql/catalog-lines";
import type { PoolLogin } from "../sql/connect/login";
import type { AccountFound, Sought } from "../sql/preflight";
import type { PhaseRun } from "../sql/run";
import type { Immuta } from "./api";
import type { Holdings } from "./holdings";

/** The outside world of one operation: one seam per side, so that tests can stand in for either. */
export interface Ports {
  immuta: Immuta;
  /** A place among those who wait at the same tenant; where there is none, each asks for itself. */
  watch?: () => Watcher;
  /** Runs one phase's batches in the pool. */
  runPhase(login: PoolLogin, run: PhaseRun, reporter: Reporter): Promise<void>;
  /** Looks for what the scripts would make; see sql/preflight.ts. */
  preflight(login: PoolLogin, sought: Sought): Promise<string[]>;
  /** What the pool holds of Immuta's; see sql/catalog.ts. */
  catalog(login: PoolLogin, governed: Governed): Promise<string[]>;
  /** Looks at the system account. */
  account(login: PoolLogin, sought: Required<Omit<Sought, "role">>): Promise<AccountFound>;
  /** Fetches what a reference names. */
  password: PasswordSource;
  configuration: Configuration;
  reporter: Reporter;
  /** The audit log. */
  auditLog: AuditLog;
  /** Sent to the servers as User-Agent and TDS application name. */
  applicationName: string;
  /** What the resources of this run hold. */
  holdings: Holdings;
  /** The resource's own, where the face knows it. */
  urn?: string;
  clock?: Clock;
  /** How long the operation may be at work with Immuta. */
  limit?: TimeLimit;
  /** Tells the operation to stop before its end. */
  interruption?: Interruption;
}
