import { Failure, failureKind } from "../core/failure";
import type { Phase } from "../core/phases";
import type { Change } from "../core/rows";
import type { Inputs } from "./inputs/table";
import type { PoolDrift } from "./pool-drift";

/** What an operation that stopped half way leaves for the next one. */
export interface Progress {
  operation: "create" | "update";
  /** Steps that were begun, in order, as `nameOf` writes them. */
  done: string[];
  /** What the operation was about to change. */
  changes?: Change[];
  /** POST was sent, and no answer told whether it was carried out. */
  unanswered?: true;
  /** The scripts were run to their end, and the state holds the inputs that they were made from: the PUT is left. */
  pending?: "put";
}

/** The outputs of the resource: its inputs, and what Immuta and the pool answered. */
export type State = Inputs & {
  /** Raised when the shape changes, so that an older package refuses what it cannot read. */
  stateFormat: number;
  /** Immuta's id; absent until the integration is registered. */
  integrationId?: string;
  /** The Immuta tenant, as `tenantOf` names it; the host alone until the integration is proven there. */
  tenant: string;
  status: string;
  validation: { status: string; failed: string[]; warnings: string[] };
  /**
   * Of each script that was run last: SHA-256 of its text without credentials, and its number of batches. Absent where no
   * operation of this resource has run any, nor proven the system account: an adopted one's may be anybody's until then.
   */
  scripts?: Partial<Record<Phase, { identity: string; batches: number }>>;
  /** System accounts of manual setup that were replaced: no script of Immuta's drops their logins. */
  formerAccounts?: string[];
  /** With `bootstrap.checkPool`: what the scripts made in the pool, in the lines of sql/catalog-lines.ts. */
  poolObjects?: string[];
  /** How the pool differed from it at the last look; absent where it did not. */
  poolDrift?: PoolDrift;
  /** Impersonation roles of changes that failed: nothing is sure to have dropped them again. */
  leftRoles?: string[];
  /** Absent when settled. */
  progress?: Progress;
};

export const stateFormat = 1;

const newerState = failureKind({
  code: "IMMUTA-STATE-FORMAT",
  title: "The state was written by a newer version of the package.",
  remedy: "Upgrade the package, as whoever ran the last `up` has done.",
});

export class StateFormatError extends Failure {
  constructor(message: string) {
    super(newerState, message, { outcome: "not sent" });
  }
}

/** Throws StateFormatError where a newer package wrote the state. */
export function readState(outputs: Record<string, unknown>): State {
  const format = outputs["stateFormat"];
  if (typeof format === "number" && format > stateFormat)
    throw new StateFormatError(
      `This state was written by a newer pulumi-immuta (state format ${format}; this version reads up to ${stateFormat}): upgrade the package.`,
    );
  return outputs as State;
}
