import type { Phase } from "../immuta/types";
import { interrupts, type Trouble } from "./trouble";

/** One error of the server as it numbers and words it, or a fault of the connection with its code. */
export interface ServerError {
  /** 0 for a fault of the connection. */
  number: number;
  code?: string;
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
        permissionAdvice(errors),
    );
  }

  /** The connection broke or the pool went away; the batch itself is not to blame. */
  get interrupted(): boolean {
    return this.failure.errors.some((error) => interrupts(troubleOf(error)));
  }
}

const troubleOf = ({ number, code, message }: ServerError): Trouble => ({
  message,
  ...(number === 0 ? {} : { number }),
  ...(code === undefined ? {} : { code }),
});

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
  const place = error.line > 0 ? `, script line ${firstLine + error.line - 1}` : "";
  const severity = error.severity === undefined ? "" : `, level ${error.severity}`;
  const state = error.state === undefined ? "" : `, state ${error.state}`;
  return `Msg ${error.number}${severity}${state}${place}: ${error.message}`;
}

const permissionErrors = new Set([229, 262, 297, 300, 15151, 15247]);

const permissionAdvice = (errors: readonly ServerError[]): string =>
  errors.some((error) => permissionErrors.has(error.number))
    ? "\nThe login that runs the scripts (bootstrap.username) must be allowed to create logins and users and to manage grants, as the workspace's SQL administrator is."
    : "";

/** What to do about a connection that did not come about; begins with a new line, or is empty. */
export function adviceFor({ number, code, message }: Trouble): string {
  switch (number) {
    case 18456:
      return "\nUser name or password is wrong. Check bootstrap.username and bootstrap.password (or IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD).";
    case 40615: {
      const address = /'(\d+\.\d+\.\d+\.\d+)'/.exec(message)?.[1];
      return `\nThe workspace's firewall does not let this machine in: there is no IP firewall rule for ${address ?? "its address"}.`;
    }
    case 42108:
      return "\nThe pool is paused. Resume it with `az synapse sql pool resume --name <pool> --workspace-name <workspace> --resource-group <group>`, or give bootstrap.waitForPool to wait until somebody does.";
    case 4060:
      return "\nThe database does not exist, or this login may not open it. Check `database`.";
    case 40532:
      return "\nThe gateway knows no such workspace. Check `host`.";
    case undefined:
      break;
    default:
      return "";
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "\nThe host name cannot be resolved from here. Check `host`, or bootstrap.server for a private endpoint.";
  if (code !== undefined && /CERT|SIGNATURE|ALTNAME/.test(code))
    return "\nThe server's certificate is not trusted. Add its authority with NODE_EXTRA_CA_CERTS, or set bootstrap.trustServerCertificate.";
  if (/AADSTS|token/i.test(message))
    return "\nMicrosoft Entra gave no usable token. Check bootstrap.authentication and what it names; a ready token may have expired.";
  return "\nCheck that the endpoint can be reached from here; bootstrap.server names another address, such as a private endpoint's.";
}
