import { ImmutaError } from "../../immuta/errors";
import { isBusy } from "../../immuta/wait";
import { type Credentials, payloadOf, scriptPayloadOf } from "../payload";
import type { IntegrationStatus, Payload } from "../../immuta/types";
import type { IntegrationPayload } from "../api";
import { secretsIn } from "../../core/configuration";
import { type Clock, systemClock } from "../../core/clock";
import type { Contract } from "../../core/contract";
import type { Phase } from "../../core/phases";
import { type Inputs, table } from "../inputs/table";
import { lasting } from "../../core/rows";
import { secretPaths } from "../inputs/paths";
import { valueAt } from "../../core/property-map";
import { payloadCredentials } from "../login";
import { OutcomeUnknown } from "../identity";
import type { Ports } from "../ports";
import type { Operation, Script, ScriptOf, Side } from "./step";

/** What steps have at hand in an operation. */

export function inputsOn(side: Side, { sides }: Operation): Inputs {
  const inputs = sides[side];
  if (inputs === undefined) throw new Error(`no ${side} inputs in this operation`);
  return inputs;
}

export const contractOf = ({ ports }: Operation): Contract => ports.configuration.contract();

export const payloadOn = (side: Side, operation: Operation): IntegrationPayload =>
  payloadOf(inputsOn(side, operation), credentialsOn(side, operation), contractOf(operation));

export const scriptPayloadOn = (phase: Phase, side: Side, operation: Operation): Payload | undefined =>
  scriptPayloadOf(
    phase,
    inputsOn(side, operation),
    () => credentialsOn(side, operation),
    contractOf(operation),
  );

const credentialsOn = (side: Side, operation: Operation): Credentials =>
  payloadCredentials(withPassword(side, operation), operation.ports.configuration);

/** With the password that a reference names. */
function withPassword(side: Side, operation: Operation): Inputs {
  const inputs = inputsOn(side, operation);
  const password = operation.passwords.get(side);
  return password === undefined ? inputs : { ...inputs, password };
}

/** The account's password, where it is known: a script may hold it, whatever its request carried. */
export const passwordOn = (side: Side, operation: Operation): string =>
  withPassword(side, operation).password ?? "";

export function existing({ integrationId }: Operation): string {
  if (integrationId === undefined) throw new Error("the integration has no id yet");
  return integrationId;
}

export const clockOf = ({ ports }: Operation): Clock => ports.clock ?? systemClock;

const timeoutOf = (kind: Operation["kind"], inputs?: Pick<Inputs, "timeouts">): number =>
  lasting(table.timeouts.fields[kind], inputs?.timeouts?.[kind]);

/** From here on an operation, or what takes it back, has as long for Immuta as its inputs say. */
export const beginTime = (
  { limit }: Pick<Ports, "limit">,
  kind: Operation["kind"],
  inputs: Pick<Inputs, "timeouts">,
): void => limit?.begin(`timeouts.${kind}`, timeoutOf(kind, inputs));

/** How many milliseconds an operation may still wait for Immuta. */
export const leftOf = ({ kind, sides, ports }: Operation): number =>
  ports.limit?.left ?? timeoutOf(kind, sides.new ?? sides.old);

/** By the script and whose payload it was made from. */
export const keyOf = ({ phase, side }: ScriptOf): string => `${phase} ${side}`;

export const counted = ({ batches }: Script): string =>
  batches.length === 1 ? "1 batch" : `${batches.length} batches`;

/** Everything that must not show: the secret inputs of both sides, and what came from elsewhere in their place. */
export function secretsOf({ sides, ports, passwords }: Operation): string[] {
  const given = [sides.new ?? {}, sides.old ?? {}].flatMap((inputs) =>
    secretPaths.map((path) => valueAt(inputs, path)),
  );
  return [...given, ...passwords.values(), ...secretsIn(ports.configuration)].filter(
    (secret) => typeof secret === "string",
  );
}

/** Tries again when Immuta has left the state in which it refuses a request. */
export async function whenLeft<T>(operation: Operation, request: () => Promise<T>): Promise<T> {
  const clock = clockOf(operation);
  const until = clock.now() + leftOf(operation);
  for (let attempt = 0; ; attempt++) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof ImmutaError) || !isBusy(error) || clock.now() >= until) throw error;
      if (attempt === 0) operation.ports.reporter.info(`Immuta is busy with it (${error.said}): waiting`);
      await clock.sleep(Math.min(500 * 1.5 ** attempt, 15_000, Math.max(until - clock.now(), 1)));
    }
  }
}

const notKnown = (lost: ImmutaError, why: string): OutcomeUnknown =>
  new OutcomeUnknown(
    `${lost.message}\nWhether it was carried out is not known${why === "" ? "" : `: ${why}`}. \`pulumi up\` looks again and goes on from there.`,
    lost,
  );

/** How often a write is sent whose answer is lost. */
const mostSends = 3;

/**
 * What a write answers that may be sent twice. Where its answer is lost, or says nothing, `carriedOut` looks: what it gives
 * is the answer, and else the write is sent again, after an answer of nothing once. Throws OutcomeUnknown where that does
 * not come to an end either.
 */
export async function sentAgain<T extends IntegrationStatus | undefined>(
  what: string,
  operation: Operation,
  send: () => Promise<T>,
  carriedOut: (answer: "lost" | "unsaid") => Promise<{ answer: T } | undefined>,
): Promise<T> {
  let lost: ImmutaError | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await send();
      if (answer?.unsaid !== true || attempt > 1) return answer;
      await clockOf(operation).sleep(500);
      // It was accepted: whoever cannot look now waits as for any other.
      const done = await carriedOut("unsaid").catch((looking: unknown) => {
        if (looking instanceof ImmutaError) return { answer };
        throw looking;
      });
      if (done !== undefined) return done.answer;
      operation.ports.reporter.info(`${what} had an empty answer, and nothing came of it: it is sent again`);
    } catch (error) {
      if (!(error instanceof ImmutaError)) throw error;
      if (error.outcome === "unknown") lost = error;
      else if (lost === undefined) throw error;
      if (error !== lost || attempt === mostSends)
        throw notKnown(lost, error === lost ? "" : `sent again, ${error.message}`);
      await clockOf(operation).sleep(500 * attempt);
      const done = await carriedOut("lost").catch((looking: unknown) => {
        throw looking instanceof ImmutaError ? notKnown(error, looking.message) : looking;
      });
      operation.ports.reporter.info(
        `the answer to ${what} was lost (${lost.said})${done === undefined ? ": it is sent again" : ", but it was carried out"}`,
      );
      if (done !== undefined) return done.answer;
    }
  }
}

/** Immuta finds out by its validation whether the scripts were run. */
export function withExternalHint(error: unknown, operation: Operation): unknown {
  if (!(error instanceof ImmutaError) || error.status !== 422) return error;
  if (inputsOn("new", operation).bootstrap?.run !== "external") return error;
  return error.noted(
    'The scripts are run outside of Pulumi (bootstrap.run: "external"). Run those named above, then run `pulumi up` again.',
  );
}
