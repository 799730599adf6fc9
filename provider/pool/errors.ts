import type { Phase } from "../immuta/types";

/** One error of the server, as it numbers and words it. */
export interface ServerError {
  number: number;
  state?: number;
  severity?: number;
  /** Line inside the batch, counted from 1; 0 where the server gives none. */
  line: number;
  message: string;
}

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
        adviceFor(errors),
    );
  }
}

/** No connection to the pool; `fatal` where waiting cannot help. */
export class PoolUnreachable extends Error {
  override readonly name = "PoolUnreachable";
  constructor(
    message: string,
    readonly number?: number,
  ) {
    super(message);
  }
}

function describe(error: ServerError, firstLine: number): string {
  const place = error.line > 0 ? `, script line ${firstLine + error.line - 1}` : "";
  const severity = error.severity === undefined ? "" : `, level ${error.severity}`;
  const state = error.state === undefined ? "" : `, state ${error.state}`;
  return `Msg ${error.number}${severity}${state}${place}: ${error.message}`;
}

const permissionErrors = new Set([229, 262, 297, 300, 15247, 15151]);

const adviceFor = (errors: readonly ServerError[]): string =>
  errors.some((error) => permissionErrors.has(error.number))
    ? "\nThe login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is."
    : "";

/** What a server's refusal of a login means, and what to do. */
export function loginAdvice(number: number | undefined, message: string): string {
  switch (number) {
    case 18456:
      return "User name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD).";
    case 40615: {
      const address = /'(\d+\.\d+\.\d+\.\d+)'/.exec(message)?.[1];
      return `The workspace's firewall does not let this machine in. Add an IP firewall rule for ${address ?? "its address"}.`;
    }
    case 42108:
      return "The pool is paused. Resume it with `az synapse sql pool resume`, then run `pulumi up` again.";
    case 42109:
      return "The pool is warming up. Run `pulumi up` again in a few minutes.";
    case 40613:
      return "The database is not available at the moment. Run `pulumi up` again in a few minutes.";
    case 4060:
      return "The database does not exist, or this login may not open it. Check `database`.";
    case 40532:
      return "The gateway knows no such workspace. Check `host`.";
    default:
      return "";
  }
}
