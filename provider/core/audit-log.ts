import { appendFileSync } from "node:fs";
import { Failure, failureKind, textOf } from "./failure";

const notWritten = failureKind({
  code: "IMMUTA-AUDIT-LOG",
  title: "The audit log cannot be written.",
  remedy:
    "Nothing is done unseen: make the file that `IMMUTA_AUDIT_LOG` names writable, or unset the variable.",
});

/** One act on Immuta or a pool, as the audit log names it. Nothing in it is secret. */
export interface AuditEntry {
  /** "POST /integrations", or "batch 3 of 17". */
  act: string;
  /** Host of the tenant or the pool. */
  on: string;
  database?: string;
  phase?: string;
  /** Leading keywords of a batch. */
  statement?: string;
  /** Identity of the script that a batch belongs to: SHA-256 without credentials. */
  identity?: string;
}

/** Remembers each act before it is done and after it, so that the last one is known even after a crash. */
export interface AuditLog {
  /** Gives what to call with the result. Throws where it cannot be written: nothing is done unseen. */
  begin(act: AuditEntry): (result: string) => void;
}

export const noAuditLog: AuditLog = { begin: () => () => undefined };

let acts = 0;

/** Appends JSON lines to a file (IMMUTA_AUDIT_LOG). `resource`: the resource's URN or place. */
export function fileAuditLog(file: string, resource: string): AuditLog {
  const append = (line: object): void => {
    try {
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    } catch (error) {
      throw new Failure(
        notWritten,
        `The audit log (IMMUTA_AUDIT_LOG) cannot be written, so nothing was done: ${textOf(error)}`,
        { outcome: "not sent", cause: error },
      );
    }
  };
  return {
    begin: (act) => {
      const id = `${process.pid}-${++acts}`;
      const started = Date.now();
      append({ time: new Date(started).toISOString(), id, state: "begin", resource, ...act });
      return (result) => {
        const now = Date.now();
        append({
          time: new Date(now).toISOString(),
          id,
          state: "end",
          resource,
          ...act,
          result,
          milliseconds: now - started,
        });
      };
    },
  };
}
