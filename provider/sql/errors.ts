import type { Phase } from "../core/phases";
import { listed, told } from "../core/strangers";
import { batchAdvice } from "./hints";
import type { ServerError } from "./driver-errors";
import type { Trouble } from "./trouble";

export type { ServerError } from "./driver-errors";

/** A batch failed. The text names place and numbers and never quotes the batch. */
export class BatchFailed extends Error {
  override readonly name = "BatchFailed";
  constructor(
    readonly failure: {
      phase: Phase;
      host: string;
      database: string;
      batch: number;
      batches: number;
      /** Line of the script on which the batch begins. */
      firstLine: number;
      statement: string;
      errors: readonly ServerError[];
    },
  ) {
    const { phase, host, database, batch, batches, firstLine, statement, errors } = failure;
    super(
      `The ${phase} script failed in database ${database} on ${host}: batch ${batch} of ${batches} ` +
        `(script line ${firstLine}, ${statement}):` +
        listed(
          errors.map((error) => told(describe(error, firstLine))),
          "errors",
        ) +
        batchAdvice(errors, host, database),
    );
  }
}

/** No connection to the pool. */
export class PoolUnreachable extends Error {
  override readonly name = "PoolUnreachable";
  /** Batches of the phase may have run over an earlier connection. */
  afterBatches = false;
  constructor(
    message: string,
    readonly trouble: Trouble,
  ) {
    super(message);
  }
}

function describe(error: ServerError, firstLine: number): string {
  if (error.number === 0) return error.code === undefined ? error.message : `${error.code}: ${error.message}`;
  const line = lineInText(error) ?? error.line;
  const place =
    line === 0
      ? ""
      : error.procedure === undefined
        ? `, script line ${firstLine + line - 1}`
        : `, procedure ${error.procedure}, line ${line}`;
  const severity = error.severity === undefined ? "" : `, level ${error.severity}`;
  const state = error.state === undefined ? "" : `, state ${error.state}`;
  return `Msg ${error.number}${severity}${state}${place}: ${error.message}`;
}

/** A dedicated pool's parser (103010) always says line 1, and has the true one in its text. */
function lineInText({ number, message }: ServerError): number | undefined {
  if (number < 103_000 || number >= 105_000) return undefined;
  const line = /\bline: (\d{1,9}), column: \d+/i.exec(message)?.[1];
  return line === undefined ? undefined : Number(line);
}
