import type { Phase } from "../core/phases";
import { type Clock, systemClock } from "../core/clock";
import type { Reporter } from "../core/reporter";
import { teller } from "../core/strangers";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import { defaultRequestTimeout, resultOf } from "./batch";
import type { Batch } from "./script/split";
import type { PoolConnection } from "./connect/connection";
import { BatchFailed, PoolUnreachable } from "./errors";
import { type ServerError, troubleFrom } from "./driver-errors";
import { lostBefore } from "./connect/line";
import type { PoolLogin } from "./connect/login";
import { connectPatiently, pause } from "./retry-policy";
import type { Sessions } from "./sessions";
import { leadingKeywords } from "./script/statement";
import { howItBroke, interruptionIn } from "./trouble";

export interface PhaseRun {
  phase: Phase;
  database: string;
  batches: readonly Batch[];
  /** The pool may have been provisioned minutes ago. */
  fresh: boolean;
  /** SHA-256 of the script without credentials, for the audit log. */
  identity?: string;
  auditLog?: AuditLog;
  sessions?: Sessions;
  /** Takes secrets out of what the server says: a syntax error quotes what it could not read. */
  mask: (text: string) => string;
}

/**
 * The phases that are assumed to be written so that they can be begun again after a batch of them has run: each
 * statement guarded, or without effect the second time. docs/scripts.md says so to whom it concerns.
 */
export const repeatable: Readonly<Record<Phase, boolean>> = {
  "initial-create": true,
  create: true,
  edit: true,
  delete: true,
  cleanup: true,
  "post-cleanup": true,
};

/** How often a phase is begun in all when its connection breaks. */
const mostRuns = 3;

/**
 * Runs the batches of one phase in order over one connection, in no transaction (a dedicated pool refuses
 * CREATE LOGIN and much DDL in one). The first batch that fails ends the phase. Where the connection breaks, the phase
 * is begun again where no batch was sent yet, or where it is repeatable. Throws PoolUnreachable and BatchFailed.
 */
export async function runPhase(
  login: PoolLogin,
  run: PhaseRun,
  reporter: Reporter,
  clock: Clock = systemClock,
  mayRepeat: boolean = repeatable[run.phase],
): Promise<void> {
  if (login.trustServerCertificate)
    reporter.warn(
      `bootstrap.trustServerCertificate: the certificate of ${login.host} is not checked; whoever answers there gets the login and the script`,
    );
  // Over all runs of the phase.
  const sent = { batches: 0 };
  let first: BatchFailed | undefined;
  for (let attempt = 1; ; attempt++) {
    const { database, fresh, sessions } = run;
    const wanted = { use: "phase", fresh, sessions } as const;
    const connection = await connectPatiently(login, database, wanted, reporter, clock).catch(
      (error: unknown) => {
        if (!(error instanceof PoolUnreachable) || sent.batches === 0) throw error;
        throw new PoolUnreachable(error.message, error.trouble, { outcome: "refused", cause: error });
      },
    );
    try {
      await runBatches(connection, login, run, sent, reporter);
      return;
    } catch (error) {
      if (!(error instanceof BatchFailed)) throw error;
      const interruption = interruptionIn(error.failure.errors.map(troubleFrom), login);
      if (interruption === undefined || attempt === mostRuns) throw afterRepeat(error, first);
      if (!mayRepeat && sent.batches > 0) throw notRepeated(error);
      first ??= error;
      const { batch, batches } = error.failure;
      reporter.info(
        `${howItBroke(interruption)} in batch ${batch} of ${batches}; the ${run.phase} script is run again from its beginning`,
      );
    } finally {
      await connection.close();
    }
    await clock.sleep(pause(attempt - 1));
  }
}

/** "already exists" in a second run is the first one's doing. */
function afterRepeat(error: BatchFailed, first: BatchFailed | undefined): BatchFailed {
  if (first === undefined) return error;
  const note = `The script had been begun again from its beginning, because of this:\n${first.message}`;
  return new BatchFailed({ ...error.failure, note }, { cause: first });
}

function notRepeated(error: BatchFailed): BatchFailed {
  const note =
    "The batch may have been carried out, and the script is not one that can be begun again: look before running it once more.";
  return new BatchFailed({ ...error.failure, note }, { cause: error });
}

async function runBatches(
  connection: PoolConnection,
  login: PoolLogin,
  run: PhaseRun,
  sent: { batches: number },
  reporter: Reporter,
): Promise<void> {
  const timeout = login.requestTimeout ?? defaultRequestTimeout;
  const say = (line: string): void => {
    reporter.info(`the pool says: ${line}`);
  };
  for (const [index, batch] of run.batches.entries()) {
    const statement = leadingKeywords(batch.text);
    const ended = (run.auditLog ?? noAuditLog).begin({
      act: `batch ${index + 1} of ${run.batches.length}`,
      on: login.host,
      database: run.database,
      phase: run.phase,
      statement,
      ...(run.identity === undefined ? {} : { identity: run.identity }),
    });
    const printed = teller(say, "lines of this batch", { mask: run.mask });
    const outcome = await connection.batch(batch.text, timeout, printed.tell);
    printed.end();
    ended(resultOf(outcome));
    const { errors } = outcome;
    if (!errors.some(({ code }) => code === lostBefore)) sent.batches++;
    if (errors.length > 0)
      throw new BatchFailed({
        phase: run.phase,
        host: login.host,
        database: run.database,
        batch: index + 1,
        batches: run.batches.length,
        firstLine: batch.line,
        statement,
        errors: errors.map((error) => ({ ...error, message: tellable(error, batch, run.mask) })),
      });
    reporter.debug(`${run.phase}: batch ${index + 1} of ${run.batches.length} (${statement}) done`);
  }
}

/** Between the first quotation mark of any language and the last; behind one that stands alone, all. */
const quoted = /['"`[\]«»‹›‘’‚‛“”„‟「」『』](?:[^]*['"`[\]«»‹›‘’‚‛“”„‟「」『』]|[^]*$)/u;

/**
 * An error may quote the batch, down to a piece of a password that ends its literal too early: where the batch holds a
 * secret, nothing is told of what the server quotes, whatever the error's number and severity.
 */
const tellable = ({ message }: ServerError, batch: Batch, mask: PhaseRun["mask"]): string =>
  mask(batch.text) === batch.text ? mask(message) : mask(message).replace(quoted, "'…'");
