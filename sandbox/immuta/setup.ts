import type { Account } from "./model";
import { PoolError, withSession, type PoolRoute } from "./pool";
import { scriptBatches, type Phase, type ScriptSource } from "./scripts";

const databaseOf = (phase: Phase, source: ScriptSource): string =>
  phase === "initial-create" || phase === "post-cleanup" ? "master" : source.settings.database;

/**
 * Runs phases of Immuta's own scripts with the privileged account of an automatic setup.
 * Throws PoolError with the first error; what had run by then stays.
 */
export async function runPhases(
  pools: PoolRoute,
  privileged: Account,
  phases: readonly Phase[],
  source: ScriptSource,
): Promise<void> {
  for (const phase of phases)
    await runBatches(pools, privileged, databaseOf(phase, source), source, scriptBatches(phase, source));
}

/** Runs batches one after the other over one connection. */
export function runBatches(
  pools: PoolRoute,
  account: Account,
  database: string,
  { settings }: Pick<ScriptSource, "settings">,
  batches: readonly string[],
): Promise<void> {
  return withSession(pools, settings, database, account, async (session) => {
    for (const batch of batches) await session.batch(batch);
  });
}

/** Undoes what a setup has made so far. Says whether it could. */
export async function undo(
  pools: PoolRoute,
  privileged: Account,
  phases: readonly Phase[],
  source: ScriptSource,
): Promise<boolean> {
  try {
    await runPhases(pools, privileged, phases, source);
    return true;
  } catch (error) {
    if (error instanceof PoolError) return false;
    throw error;
  }
}
