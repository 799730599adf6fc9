import { asFailure, type Failure, textOf, waysOn } from "../core/failure";
import type { PropertyMap } from "../core/property-map";
import { type Recovery, recovery, type Situation } from "../core/recovery";
import { IntegrationFailed } from "../immuta/wait";
import { OutcomeUnknown } from "./identity";
import type { Inputs } from "./inputs/table";
import { carryOut, newOperation } from "./operation";
import { type Plan, undo } from "./plan";
import type { Progress, State } from "./state";
import { accountBefore, allButPut, clean, leftByUpdate, unsettled } from "./outputs";
import { notApplied } from "./steps/confirm";
import { beginTime } from "./steps/means";
import { put } from "./steps/put";
import { placeTaken } from "./steps/register";
import { makesRole, setsAccount } from "./steps/run";
import { namesOf, type Operation } from "./steps/step";

/** What is done about an operation that failed. Which of it follows from core/recovery.ts alone. */

/** A failed operation that left something behind: the engine keeps `properties` and says `reasons`. */
export class PartialState extends Error {
  override readonly name = "PartialState";
  readonly reasons: string[];
  constructor(
    readonly id: string,
    readonly properties: PropertyMap,
    override readonly cause: Failure,
  ) {
    super(cause.message);
    this.reasons = [cause.message];
  }
}

/** A create that failed, for the engine. */
export async function afterFailedCreate(
  id: string,
  operation: Operation,
  inputs: Inputs,
  error: unknown,
): Promise<Error> {
  const failure = noted(operation, error);
  const { begun } = operation;
  if (begun.length === 0) return failure;
  const done = namesOf(begun);
  const kept = (as: Failure, from = operation): PartialState =>
    new PartialState(id, uncreated(from, inputs, done, failure), as);
  const taken = failure.kind === placeTaken;
  const asked = inputs.onCreateFailure === "keep" ? "create kept" : "create";
  const steps = undo(begun, { operation: "create", registered: operation.integrationId !== undefined });
  switch (recoveryOf(taken ? "create taken" : asked, failure)) {
    case "leave":
      return failure.noted(whatWasLeft(done, steps.length > 0));
    case "keep":
    case "repeat":
      return kept(asked === "create kept" && !isOpen(failure) ? failure.noted(keptAsAsked) : failure);
    case "undo":
      break;
  }
  if (steps.length === 0) return failure;
  const undoing = undoOfCreate(operation, inputs);
  beginTime(undoing.ports, "delete", inputs);
  try {
    operation.ports.reporter.info(`undoing what was done: ${done.join(", ")}`);
    await carryOut(steps, undoing);
    return failure.noted("Everything that was done before it was undone.");
  } catch (undoError) {
    return kept(
      failure.noted(
        `Undoing it failed as well: ${textOf(undoError)}\n` +
          `Done so far: ${done.join(", ")}. \`pulumi up\` goes on from here; \`pulumi destroy\` removes it.`,
      ),
      undoing,
    );
  }
}

const keptAsAsked =
  'Everything is left as it is (onCreateFailure: "keep"). `pulumi up` tries again from here; `pulumi destroy` removes it.';

/** Immuta's cleanup script knows no parts: it would remove what is the other integration's. */
function whatWasLeft(done: readonly string[], inPool: boolean): string {
  const cleanUp = inPool
    ? "run Immuta's cleanup and post-cleanup scripts for what was made here (getBootstrapScripts gives them), "
    : "";
  return (
    `Nothing was cleaned up, because Immuta's cleanup would remove the other integration's objects too. What was done: ${done.join(", ")}.` +
    waysOn(
      "If this program had the other one under another name, give that name in the resource option aliases.",
      "If no program has it, and it is on this database, take it over with adopt.",
      "If it is on another database of the host, this Immuta keeps one to a host: take a pool of another workspace.",
      `If nobody needs it, have it deleted in Immuta, ${cleanUp}and run \`pulumi up\` again.`,
    )
  );
}

/** What the program gave is what is removed, and what this run made is what is proven before it. */
function undoOfCreate(operation: Operation, inputs: Inputs): Operation {
  const password = operation.passwords.get("new");
  return newOperation({
    ...operation,
    kind: "delete",
    begun: [],
    sides: { old: inputs },
    passwords: new Map(password === undefined ? [] : [["old", password]]),
    state: unsettled(operation, inputs, undefined),
  });
}

/** An update that failed, or an `up` that went on with a create and failed again. */
export async function afterFailedUpdate(
  id: string,
  operation: Operation,
  olds: State,
  inputs: Inputs,
  planned: Plan,
  error: unknown,
): Promise<Error> {
  const failure = noted(operation, error);
  const { begun } = operation;
  const done = namesOf(begun);
  const before = olds.progress;
  if (before?.operation === "create") {
    const untouched = begun.length === 0 || operation.integrationId !== undefined;
    const base = untouched ? (operation.sides.old ?? inputs) : inputs;
    const state = uncreated(operation, base, [...before.done, ...done], failure, before.unanswered);
    return new PartialState(id, state, failure);
  }
  if (begun.length === 0) return failure;
  const changes = [...new Set([...planned.differences.map((d) => d.change), ...(before?.changes ?? [])])];
  const progress: Progress = { operation: "update", done, changes };
  const putBegun = begun.includes(put) && !inputs.autoBootstrap ? " put" : "";
  const account = begun.some(setsAccount);
  const own = accountBefore(olds, operation);
  const left = leftByUpdate(olds, inputs, { account, role: begun.some(makesRole) });
  const known = own === undefined ? {} : { scripts: olds.scripts ?? {} };
  const kept = (as: Failure): PartialState =>
    new PartialState(id, clean({ ...olds, ...known, ...left, progress }), as);
  switch (recoveryOf(`update${putBegun}${before === undefined ? "" : " resumed"}`, failure)) {
    case "repeat":
      return new PartialState(id, allButPut(operation, olds, inputs, progress), failure);
    case "keep":
    case "leave":
      return kept(failure);
    case "undo":
      break;
  }
  // The scripts of before would set the password of an account that nobody has proven.
  if (account && own === undefined) return kept(failure);
  try {
    const steps = undo(begun, { operation: "update", registered: true });
    if (steps.length === 0) return failure;
    operation.ports.reporter.info("putting the pool back to what it was");
    beginTime(operation.ports, "update", inputs);
    await carryOut(steps, newOperation({ ...operation, begun: [] }));
    const undone = failure.noted("The integration is what it was before.");
    // What the scripts of before do not drop stays: the state must know that it is ours.
    return Object.keys(left).length === 0
      ? undone
      : new PartialState(id, clean({ ...olds, ...left }), undone);
  } catch (undoError) {
    return kept(
      failure.noted(
        `Putting the pool back failed as well: ${textOf(undoError)}\n\`pulumi up\` goes on from here.`,
      ),
    );
  }
}

const recoveryOf = (situation: Situation, { outcome }: Failure): Recovery => recovery[situation][outcome];

const isOpen = ({ outcome }: Failure): boolean => outcome === "unknown" || outcome === "still working";

/** What Immuta said last goes into the state. */
function noted(operation: Operation, error: unknown): Failure {
  if (error instanceof IntegrationFailed) operation.status = error.status;
  return asFailure(error);
}

/** The state after a create that stopped half way. */
function uncreated(
  operation: Operation,
  inputs: Inputs,
  done: string[],
  failure: Failure,
  before = false,
): PropertyMap {
  const changes: Pick<Progress, "changes"> = failure.kind === notApplied ? { changes: ["put"] } : {};
  const unanswered = operation.integrationId === undefined && (before || failure instanceof OutcomeUnknown);
  return clean(
    unsettled(operation, inputs, {
      operation: "create",
      done,
      ...changes,
      ...(unanswered ? { unanswered } : {}),
    }),
  );
}
