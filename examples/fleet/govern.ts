import * as immuta from "pulumi-immuta";
import type { Pool } from "./pools";

/** Automatic setup: the privileged account is in IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD. */
export function govern(pools: readonly Pool[]): void {
  for (const { name, host, database, impersonationRole } of pools)
    new immuta.SynapseIntegration(
      name,
      {
        host,
        database,
        schema: "governed",
        autoBootstrap: true,
        impersonation: { enabled: impersonationRole !== undefined, role: impersonationRole },
      },
      { protect: true },
    );
}
