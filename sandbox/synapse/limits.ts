/** How much a pool does at once: sessions that are open, requests that run. The rest of the requests wait, unheard. */
import { sqlError, type SqlError } from "./tsql/errors";
import type { Database } from "./workspace";

export interface PoolLimits {
  /** Sessions open at a time in one pool, default 1024 (DW600c and above; smaller pools have 512). One more is refused with 10928. */
  maxSessions: number;
  /** Requests that run at a time in one pool, default 128. One more waits in silence until one of them ends. */
  concurrency: number;
}

const documented: PoolLimits = { maxSessions: 1024, concurrency: 128 };
/** Sessions, in the words of 10928. */
const sessions = 2;

/** `master` is no pool and has none of these limits. */
export class Limits {
  private readonly limits: PoolLimits;
  private readonly running = new Map<Database, number>();
  private queue: (() => void)[] = [];

  constructor(limits: Partial<PoolLimits>) {
    this.limits = { ...documented, ...limits };
  }

  /** The error for one more session, beside so many that are open. */
  atLogin(database: Database, open: number): SqlError | undefined {
    const { maxSessions } = this.limits;
    if (database.isMaster || open < maxSessions) return undefined;
    return sqlError(10928, sessions, "session", maxSessions);
  }

  /** May one more request run? If not, `resume` is called once that may have changed. */
  admits(database: Database, resume: () => void): boolean {
    if (database.isMaster || (this.running.get(database) ?? 0) < this.limits.concurrency) return true;
    this.queue.push(resume);
    return false;
  }

  /** A request runs on after the turn in which it began. */
  hold(database: Database): void {
    this.running.set(database, (this.running.get(database) ?? 0) + 1);
  }

  release(database: Database): void {
    this.running.set(database, (this.running.get(database) ?? 0) - 1);
    for (const resume of this.queue.splice(0)) setImmediate(resume);
  }
}
