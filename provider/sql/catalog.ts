import { type Clock, systemClock } from "../core/clock";
import type { Reporter } from "../core/reporter";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import { askCatalog } from "./ask";
import { type Governed, linesOf, looks } from "./catalog-lines";
import type { PoolLogin } from "./connect/login";
import type { Sessions } from "./sessions";

/**
 * What the catalog of a pool says of what Immuta's scripts made, one line for each thing, in order: account and role,
 * schemas, what is in schemas named `immuta_…`, memberships of account and role, and rights that they have in the database
 * or that anybody has on those schemas and what is in them. Not the views in the target schema: they come and go with
 * data sources. One login, seven SELECTs. Throws PoolUnreachable, and Failure
 * where the answers are too long.
 */
export async function readCatalog(
  login: PoolLogin,
  governed: Governed,
  reporter: Reporter,
  auditLog: AuditLog = noAuditLog,
  clock: Clock = systemClock,
  sessions?: Sessions,
): Promise<string[]> {
  const asked = looks(governed);
  const answers = await askCatalog(
    login,
    governed.database,
    asked.map(({ query }) => query),
    { act: "check pool", reporter, auditLog, clock, sessions },
  );
  const lines = asked.flatMap((look, at) => linesOf(answers[at] ?? [], look));
  return [...new Set(lines)].sort();
}
