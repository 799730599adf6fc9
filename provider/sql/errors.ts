import type { Phase } from "../core/phases";
import { type About, Failure, failureKind } from "../core/failure";
import { listed, told } from "../core/strangers";
import { batchHint } from "./hints";
import type { ServerError } from "./driver-errors";
import type { Trouble } from "./trouble";

export type { ServerError } from "./driver-errors";

const scriptFailed = failureKind({
  code: "IMMUTA-SCRIPT-FAILED",
  title: "The pool refused a batch of one of Immuta's scripts.",
  remedy:
    "The message names phase, database, batch, line and the server's error number, and what helps with that number. What was run before is undone, or the state says how far it came. [Scripts](scripts.md) says which errors are waited for, [Rights](rights.md) what the login needs.",
});

/** A batch failed. The text names place and numbers and never quotes the batch. */
export class BatchFailed extends Failure {
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
      /** What else is to be said of it. */
      note?: string;
    },
    about: Pick<About, "cause"> = {},
  ) {
    const { phase, host, database, batch, batches, firstLine, statement, errors, note } = failure;
    super(
      scriptFailed,
      `The ${phase} script failed in database ${database} on ${host}: batch ${batch} of ${batches} ` +
        `(script line ${firstLine}, ${statement}):` +
        listed(
          errors.map((error) => told(describe(error, firstLine))),
          "errors",
        ) +
        batchHint(errors, host, database) +
        (note === undefined ? "" : `\n${note}`),
      { ...about, ...(batch === 1 && errors.some(isOfParser) ? { outcome: "not sent" } : {}) },
    );
  }
}

/** A batch that was not understood has done nothing. */
const isOfParser = (error: ServerError): boolean => error.severity === 15 || isOfPoolsParser(error);

/** A dedicated pool's parser has numbers of its own, such as 103010. */
const isOfPoolsParser = ({ number }: ServerError): boolean => number >= 103_000 && number < 105_000;

const unreachable = failureKind({
  code: "IMMUTA-POOL-UNREACHABLE",
  title: "The login to the pool did not come about.",
  remedy:
    "The message says what came back and what helps: a paused pool, a firewall rule, a name that does not resolve, a refused login, a certificate. `npx pulumi-immuta doctor --host <host> --database <database>` tries each step by itself. Nothing was changed where no batch had been sent.",
});

/** No connection to the pool. Outcome "not sent" unless batches of the phase may have run over an earlier connection. */
export class PoolUnreachable extends Failure {
  constructor(
    message: string,
    readonly trouble: Trouble,
    about: About = {},
  ) {
    super(unreachable, message, { outcome: "not sent", ...about });
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

/** A dedicated pool's parser always says line 1, and has the true one in its text. */
function lineInText(error: ServerError): number | undefined {
  if (!isOfPoolsParser(error)) return undefined;
  const line = /\bline: (\d{1,9}), column: \d+/i.exec(error.message)?.[1];
  return line === undefined ? undefined : Number(line);
}
