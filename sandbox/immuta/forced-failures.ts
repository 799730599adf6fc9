import type { ValidationResults } from "./model";
import { manageFailed } from "./validation";

export type Operation = "create" | "edit" | "delete";

/** Outcomes that a test has asked for: the next operation of a kind is accepted and ends in its error state. */
export class ForcedFailures {
  private readonly planned: { operation: Operation; message: string }[] = [];

  plan(operation: Operation, message: string): void {
    this.planned.push({ operation, message });
  }

  /** The validation results of the failure that was planned for this operation, which is then used up. */
  take(operation: Operation): ValidationResults | undefined {
    const index = this.planned.findIndex((planned) => planned.operation === operation);
    const [planned] = index < 0 ? [] : this.planned.splice(index, 1);
    return planned === undefined ? undefined : manageFailed(planned.message);
  }
}
