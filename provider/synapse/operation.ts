import { Failure, textOf } from "../core/failure";
import { OutcomeUnknown } from "./identity";
import { Interrupted, type Interruption } from "../core/interruption";
import { contractOf, inputsOn, payloadOn } from "./steps/means";
import { type Need, namesOf, type Operation, type Step } from "./steps/step";
import { bootstrapLogin } from "./login";
import { carriesAccount } from "./payload";

export function newOperation(
  about: Pick<Operation, "ports" | "kind" | "sides"> & Partial<Operation>,
): Operation {
  return {
    begun: [],
    told: new Set(),
    proved: new Set(),
    before: [],
    generated: new Map(),
    passwords: new Map(),
    scripts: {},
    ...about,
  };
}

/** Carries the steps out in order; the first failure ends it. Throws Interrupted where it was told to stop. */
export async function carryOut(steps: readonly Step[], operation: Operation): Promise<void> {
  const { interruption } = operation.ports;
  interruption?.stopped.throwIfAborted();
  await resolveCredentials(steps, operation);
  for (const step of steps) {
    if (isStopped(interruption)) throw whenStopped(operation);
    if (step.writes) operation.begun.push(step);
    try {
      await step.do(operation);
    } catch (error) {
      // There is nothing to take back of what never was begun.
      if (step.writes && error instanceof Failure && error.outcome === "not sent") operation.begun.pop();
      if (!isStopped(interruption) || error instanceof OutcomeUnknown) throw error;
      throw whenStopped(operation, error);
    }
  }
}

const isStopped = (interruption?: Interruption): boolean => interruption?.stopped.aborted === true;

/** However a step took it that it was cut off, that is why. */
function whenStopped({ begun, ports }: Operation, during?: unknown): Interrupted {
  const reason: unknown = ports.interruption?.stopped.reason;
  const lines = [reason, ...(during === undefined || during === reason ? [] : [during])].map(textOf);
  if (begun.length > 0)
    lines.push(`Done so far, the last one perhaps in part: ${namesOf(begun).join(", ")}.`);
  return new Interrupted(lines.join("\n"));
}

/** Every credential is had before the first write: a missing one leaves nothing half done. */
async function resolveCredentials(steps: readonly Step[], operation: Operation): Promise<void> {
  const { sides, passwords, ports } = operation;
  const fetched = new Map<string, Promise<string>>();
  for (const side of ["new", "old"] as const) {
    const reference = sides[side]?.passwordFrom;
    if (reference === undefined || passwords.has(side)) continue;
    const key = JSON.stringify(reference);
    const password = fetched.get(key) ?? ports.password(reference);
    fetched.set(key, password);
    passwords.set(side, await password);
  }
  for (const { needs } of steps) if (needs !== undefined) resolve(needs, operation);
}

function resolve({ credentials, setup, script, connection }: Need, operation: Operation): void {
  if (connection !== undefined) bootstrapLogin(inputsOn(connection, operation), operation.ports);
  if (credentials === undefined) return;
  if (script !== undefined && !carriesAccount(script, contractOf(operation))) return;
  if (setup === undefined || inputsOn(credentials, operation).autoBootstrap)
    payloadOn(credentials, operation);
}
