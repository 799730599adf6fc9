import { askCatalog, type Asker } from "./ask";
import { type Governed, linesOf, looks } from "./catalog-lines";
import type { PoolLogin } from "./connect/login";

/**
 * What the catalog of a pool says of what Immuta's scripts made, one line for each thing, in order: account and role,
 * schemas, what is in schemas named `immuta_…`, memberships of account and role, and rights that they have in the database
 * or that anybody has on those schemas and what is in them. Not the views in the target schema: they come and go with
 * data sources. One login, seven SELECTs. Throws PoolUnreachable, and Failure
 * where the answers are too long.
 */
export async function readCatalog(login: PoolLogin, governed: Governed, asker: Asker): Promise<string[]> {
  const asked = looks(governed);
  const answers = await askCatalog(
    login,
    governed.database,
    asked.map(({ query }) => query),
    "check pool",
    asker,
  );
  const lines = asked.flatMap((look, at) => linesOf(answers[at] ?? [], look));
  return [...new Set(lines)].sort();
}
