import * as immuta from "pulumi-immuta";
import { pools } from "./pools";

// Automatic setup: the privileged account is in IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD, where pipelines
// keep it. A preview needs neither it nor the API key.
for (const [name, { host, database, impersonationRole }] of Object.entries(pools))
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
