import { lengthOf } from "../core/rules";
import { defaultTimes } from "./connect/login";
import { serverErrors, type ServerError } from "./driver-errors";

/** Milliseconds. */
export const defaultRequestTimeout = lengthOf(defaultTimes.requestTimeout);

/** The code of a batch that did not end in time and was cancelled at the server. */
export const tooSlow = "too slow";

/**
 * Where requests to a pool are made: what of mssql's pool is used here. Not by mssql's own types, which a user's compiler
 * would look for when it reads our declarations.
 */
export interface Requests {
  request(): {
    on(event: "info", listener: (information: { message: string }) => void): unknown;
    batch(text: string): Promise<{ recordsets: unknown }>;
    cancel(): void;
  };
}

/** How a batch ended. */
export interface Outcome {
  /** All of them in the order of the server, a fault of the connection or `tooSlow` last; none where it went well. */
  errors: ServerError[];
  /** Of the first result set. */
  rows: Record<string, unknown>[];
}

/** As the audit log says it: "done", or numbers and codes of the errors, which hold nothing of the SQL. */
export const resultOf = ({ errors }: Outcome): string =>
  errors.length === 0 ? "done" : errors.map(({ number, code }) => code ?? `Msg ${number}`).join(", ");

/**
 * Sends one batch as it is, outside of any transaction. Never rejects.
 * @param timeout milliseconds to the end of the answer, not only to its beginning.
 * @param said takes PRINT and other informational messages while the batch runs.
 * @param cutOff cancels the batch when it is aborted.
 */
export async function sendBatch(
  pool: Requests,
  text: string,
  timeout: number,
  said: (message: string) => void = () => undefined,
  cutOff?: AbortSignal,
): Promise<Outcome> {
  const request = pool.request();
  request.on("info", ({ message }) => {
    said(message);
  });
  const cancelled: { because?: ServerError } = {};
  const cancel = (because: ServerError): void => {
    cancelled.because ??= because;
    // An attention: ends the batch at the server too.
    request.cancel();
  };
  const timer = setTimeout(() => {
    cancel(lateness(timeout));
  }, timeout);
  const stop = (): void => {
    cancel(cutShort);
  };
  if (cutOff?.aborted === true) return { errors: [cutShort], rows: [] };
  cutOff?.addEventListener("abort", stop, { once: true });
  try {
    const { recordsets } = await request.batch(text);
    return { errors: [], rows: (recordsets as Outcome["rows"][])[0] ?? [] };
  } catch (error) {
    const errors = serverErrors(error);
    // Behind a cancellation stand the errors before it; the cancellation itself is ours.
    return {
      errors:
        cancelled.because === undefined
          ? errors
          : [...errors.filter(({ number }) => number > 0), cancelled.because],
      rows: [],
    };
  } finally {
    clearTimeout(timer);
    cutOff?.removeEventListener("abort", stop);
  }
}

const cutShort: ServerError = {
  number: 0,
  code: "cut off",
  line: 0,
  message:
    "the batch was cancelled, because the operation was told to stop; it may have been carried out in part.",
};

const lateness = (timeout: number): ServerError => ({
  number: 0,
  code: tooSlow,
  line: 0,
  message: `the batch did not end within ${timeout / 1000} s and was cancelled; it may have been carried out in part. Raise bootstrap.requestTimeout if it needs longer.`,
});
