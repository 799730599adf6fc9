// First: what mssql may print, what is not needed and so not loaded, and what it talks through.
import "./unheard";
import "./lazy-identity";
import "./pinned";
import { ConnectionPool, type config as MssqlConfig } from "mssql";
import type { Connection } from "tedious";

/** What mssql's own pool has beside what its types tell; its version is pinned, and a test counts the logins. */
interface Inner {
  _poolCreate(): Promise<Connection>;
  _poolDestroy(connection: Connection): Promise<void>;
}

const Base = ConnectionPool as unknown as new (config: MssqlConfig) => ConnectionPool & Inner;

/**
 * A pool of one session. mssql logs in to probe, logs out, and logs in again to work, which costs each phase a second
 * login; here the session that probed is the one that works.
 */
export class OneSession extends Base {
  private probed: Connection | undefined;
  private probing = true;

  /** Whether it keeps the process alive, as far as its timer goes, which is made anew for each request. */
  hold(held: boolean): void {
    const timer = this.pool["interval"];
    if (held) timer?.ref();
    else timer?.unref();
  }

  override async _poolCreate(): Promise<Connection> {
    const { probed } = this;
    this.probed = undefined;
    if (probed !== undefined) return probed;
    const connection = await super._poolCreate();
    if (this.probing) this.probed = connection;
    return connection;
  }

  /** The first to be given back is the probe. */
  override _poolDestroy(connection: Connection): Promise<void> {
    if (!this.probing) return super._poolDestroy(connection);
    this.probing = false;
    return Promise.resolve();
  }
}
