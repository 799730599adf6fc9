import type { ConnectionPool, Request } from "mssql";
import type { Phase } from "../immuta/types";
import type { Clock } from "../immuta/wait";
import type { Reporter } from "../reporter";
import type { Batch } from "./batches";
import { BatchFailed, PoolUnreachable, type ServerError } from "./errors";
import type { PoolLogin } from "./login";
import { connectPatiently } from "./patience";
import { leadingKeywords } from "./statement";

export interface PhaseRun {
  phase: Phase;
  database: string;
  batches: readonly Batch[];
  /** The pool may have been provisioned minutes ago. */
  fresh: boolean;
  /** Takes secrets out of what the server says: a syntax error quotes what it could not read. */
  mask: (text: string) => string;
}

/** How often a phase is begun in all when its connection breaks. */
const mostRuns = 3;

/**
 * Runs the batches of one phase in order over one connection, in no transaction (a dedicated pool refuses
 * CREATE LOGIN and much DDL in one). The first batch that fails ends the phase. Where the connection breaks, the phase
 * is run again from its beginning: Immuta's scripts guard each statement, so that they may be repeated.
 * Throws PoolUnreachable and BatchFailed.
 */
export async function runPhase(
  login: PoolLogin,
  run: PhaseRun,
  reporter: Reporter,
  clock?: Clock,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const connection = await connectPatiently(login, run.database, run.fresh, reporter, clock).catch(
      (error: unknown) => {
        if (error instanceof PoolUnreachable) error.afterBatches = attempt > 1;
        throw error;
      },
    );
    try {
      await runBatches(connection, login, run, reporter);
      return;
    } catch (error) {
      const broken = error instanceof BatchFailed && error.interrupted;
      if (!broken || attempt === mostRuns) throw error;
      reporter.info(
        `the connection broke in batch ${error.failure.batch} of ${error.failure.batches}; the ${run.phase} script is run again from its beginning`,
      );
    } finally {
      await connection.close();
    }
  }
}

async function runBatches(
  connection: ConnectionPool,
  login: PoolLogin,
  run: PhaseRun,
  reporter: Reporter,
): Promise<void> {
  for (const [index, batch] of run.batches.entries()) {
    const statement = leadingKeywords(batch.text);
    const errors = await runBatch(connection, batch, login.requestTimeout ?? 600_000, run, reporter);
    if (errors.length > 0)
      throw new BatchFailed({
        phase: run.phase,
        host: login.host,
        database: run.database,
        batch: index + 1,
        batches: run.batches.length,
        firstLine: batch.line,
        statement,
        errors,
      });
    reporter.debug(`${run.phase}: batch ${index + 1} of ${run.batches.length} (${statement}) done`);
  }
}

/** All errors of the batch, in the order of the server. */
async function runBatch(
  connection: ConnectionPool,
  batch: Batch,
  timeout: number,
  run: PhaseRun,
  reporter: Reporter,
): Promise<ServerError[]> {
  const request: Request = connection.request();
  request.on("info", (message: { message: string }) => {
    reporter.info(`the pool says: ${run.mask(message.message).replace(/\s*[\r\n]+\s*/g, " ")}`);
  });
  const clock = { late: false };
  const timer = setTimeout(() => {
    clock.late = true;
    // Ends the batch at the server too; the connection is closed afterwards.
    request.cancel();
  }, timeout);
  try {
    await request.batch(batch.text);
    return [];
  } catch (error) {
    if (clock.late) return [tooSlow(timeout)];
    const fault = error as ServerFault & { precedingErrors?: ServerFault[] };
    return [...(fault.precedingErrors ?? []), fault].map((each) => serverError(each, run.mask));
  } finally {
    clearTimeout(timer);
  }
}

/** mssql's RequestError; a fault of the connection carries its code in `number`. */
type ServerFault = Partial<{
  number: number | string;
  state: number;
  class: number;
  lineNumber: number;
  message: string;
  code: string;
}>;

function serverError(fault: ServerFault, mask: (text: string) => string): ServerError {
  const { number, state, lineNumber } = fault;
  const broken = typeof number !== "number" && fault.code !== undefined && fault.code !== "EREQUEST";
  return {
    number: typeof number === "number" ? number : 0,
    ...(broken ? { code: fault.code ?? "" } : {}),
    ...(state === undefined ? {} : { state }),
    ...(fault.class === undefined ? {} : { severity: fault.class }),
    line: lineNumber ?? 0,
    message: mask(fault.message ?? "unknown error"),
  };
}

const tooSlow = (timeout: number): ServerError => ({
  number: 0,
  code: "too slow",
  line: 0,
  message: `the batch did not end within ${timeout / 1000} s and was cancelled; it may have been carried out in part. Raise bootstrap.requestTimeout if it needs longer.`,
});
