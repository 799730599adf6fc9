import type { ConnectionPool } from "mssql";
import { serverErrors, type ServerError } from "./faults";

/** How a batch ended: without errors, or with all of them in the order of the server. */
export interface Outcome {
  errors: ServerError[];
  /** It did not end in time and was cancelled at the server. */
  late: boolean;
  /** Of the first result set. */
  rows: Record<string, unknown>[];
}

/**
 * Sends one batch as it is, outside of any transaction. Never rejects.
 * @param timeout milliseconds to the end of the answer, not only to its beginning.
 * @param said takes PRINT and other informational messages while the batch runs.
 */
export async function sendBatch(
  pool: ConnectionPool,
  text: string,
  timeout: number,
  said: (message: string) => void = () => undefined,
): Promise<Outcome> {
  const request = pool.request();
  request.on("info", ({ message }: { message: string }) => {
    said(message);
  });
  const clock = { late: false };
  const timer = setTimeout(() => {
    clock.late = true;
    // An attention: ends the batch at the server too.
    request.cancel();
  }, timeout);
  try {
    const { recordsets } = await request.batch(text);
    return { errors: [], late: false, rows: (recordsets as Outcome["rows"][])[0] ?? [] };
  } catch (error) {
    const errors = serverErrors(error);
    // Behind a cancellation stand the errors before it; the cancellation itself is ours.
    return clock.late
      ? { errors: errors.filter(({ number }) => number > 0), late: true, rows: [] }
      : { errors, late: false, rows: [] };
  } finally {
    clearTimeout(timer);
  }
}
