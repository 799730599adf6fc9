import type { ConnectionPool, Request } from "mssql";
import type { Phase } from "../immuta/types";
import type { Reporter } from "../reporter";
import type { Batch } from "./batches";
import { openConnection, type PoolLogin } from "./connection";
import { BatchFailed, type ServerError } from "./errors";
import { leadingKeywords } from "./statement";

export interface PhaseRun {
  phase: Phase;
  database: string;
  batches: readonly Batch[];
  /** Takes secrets out of what the server says: a syntax error quotes what it could not read. */
  mask: (text: string) => string;
}

/**
 * Runs the batches of one phase in order over one connection, in no transaction (a dedicated pool refuses
 * CREATE LOGIN and much DDL in one). The first batch that fails ends the phase.
 * Throws PoolUnreachable and BatchFailed.
 */
export async function runPhase(login: PoolLogin, run: PhaseRun, reporter: Reporter): Promise<void> {
  const connection = await openConnection(login, run.database, reporter);
  try {
    for (const [index, batch] of run.batches.entries()) {
      const errors = await runBatch(connection, batch, run, reporter);
      if (errors.length > 0)
        throw new BatchFailed({
          phase: run.phase,
          host: login.host,
          database: run.database,
          batch: index + 1,
          batches: run.batches.length,
          firstLine: batch.line,
          statement: leadingKeywords(batch.text),
          errors,
        });
      reporter.debug(
        `${run.phase}: batch ${index + 1} of ${run.batches.length} (${leadingKeywords(batch.text)}) done`,
      );
    }
  } finally {
    await connection.close();
  }
}

/** All errors of the batch, in the order of the server. */
async function runBatch(
  connection: ConnectionPool,
  batch: Batch,
  run: PhaseRun,
  reporter: Reporter,
): Promise<ServerError[]> {
  const request: Request = connection.request();
  request.on("info", (message: { number: number; message: string }) => {
    reporter.info(`the pool says: ${run.mask(message.message)}`);
  });
  try {
    await request.batch(batch.text);
    return [];
  } catch (error) {
    const failed = error as Partial<ServerFault> & { precedingErrors?: Partial<ServerFault>[] };
    return [...(failed.precedingErrors ?? []), failed].map((fault) => serverError(fault, run.mask));
  }
}

/** mssql's RequestError; connection faults carry their code in `number`. */
interface ServerFault {
  number: number | string;
  state: number;
  class: number;
  lineNumber: number;
  message: string;
}

function serverError(fault: Partial<ServerFault>, mask: (text: string) => string): ServerError {
  return {
    number: typeof fault.number === "number" ? fault.number : 0,
    ...(fault.state === undefined ? {} : { state: fault.state }),
    ...(fault.class === undefined ? {} : { severity: fault.class }),
    line: fault.lineNumber ?? 0,
    message: `${mask(fault.message ?? "unknown error")}${typeof fault.number === "string" ? ` (${fault.number})` : ""}`,
  };
}
