import type { Phase } from "../immuta/types";
import { permissionAdvice } from "./advice";
import { type ServerError, troubleFrom } from "./faults";
import { interrupts, type Trouble } from "./trouble";

export type { ServerError } from "./faults";

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
        errors.map((error) => `\n  - ${describe(error, firstLine)}`).join("") +
        permissionAdvice(errors),
    );
  }

  /** The connection broke or the pool went away; the batch itself is not to blame. */
  get interrupted(): boolean {
    return this.failure.errors.some((error) => interrupts(troubleFrom(error)));
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
  const place =
    error.line === 0
      ? ""
      : error.procedure === undefined
        ? `, script line ${firstLine + error.line - 1}`
        : `, procedure ${error.procedure}, line ${error.line}`;
  const severity = error.severity === undefined ? "" : `, level ${error.severity}`;
  const state = error.state === undefined ? "" : `, state ${error.state}`;
  return `Msg ${error.number}${severity}${state}${place}: ${error.message}`;
}
