import type { Fields } from "../../core/announcement";
import type { Contract } from "../../core/contract";
import { Failure, failureKind, textOf } from "../../core/failure";
import { unknown } from "../../core/unknown";
import { ImmutaError } from "../../immuta/errors";
import { nameOf, onHost, OutcomeUnknown, standingAt } from "../identity";
import { unlikeSent, unlikeWords } from "../sent";
import { impersonationOf, impersonationWords } from "./fields";
import { clockOf, contractOf, inputsOn, payloadOn, withExternalHint } from "./means";
import { remove } from "./remove";
import { type Operation, step } from "./step";
import { untilGone } from "./wait";

export const placeTaken = failureKind({
  code: "IMMUTA-PLACE-TAKEN",
  title: "While this resource was made, another integration took its place at Immuta.",
  remedy:
    "Nothing was cleaned up, because Immuta's cleanup script would remove the other one's objects too. The message says what may be done, by what the other one is.",
});

export const register = step({
  name: "register",
  writes: true,
  needs: { credentials: "new" },
  calls: ["POST /integrations"],
  announced: {
    fields: ({ news }) => ({
      setup: setupOf(news["autoBootstrap"]),
      ...impersonationOf(news),
    }),
    words: (fields) => `POST /integrations (${setupWords(fields)}, ${impersonationWords(fields)})`,
  },
  do: post,
  undo: ({ registered }) => (registered ? [remove, untilGone] : []),
});

/** null where it is known at `up` only. */
const setupOf = (automatic: unknown): string | null =>
  automatic === unknown ? null : automatic === true ? "automatic" : "manual";

const setupWords = ({ setup }: Fields): string =>
  typeof setup === "string" ? `${setup} setup` : "setup known at up";

/** Immuta keeps one integration at a place: a POST that was carried out after all lets the next one fail. */
const mostPosts = 3;

async function post(operation: Operation): Promise<void> {
  const { immuta, reporter } = operation.ports;
  let lost: ImmutaError | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      const status = await immuta.create(payloadOn("new", operation));
      operation.status = status;
      operation.integrationId = status.id;
      reporter.info(`registered as integration ${status.id}`);
      return;
    } catch (error) {
      if (!(error instanceof ImmutaError)) throw error;
      if (error.outcome === "unknown") lost = error;
      else if (lost === undefined)
        throw error.status === 409 ? await conflict(error, operation) : withExternalHint(error, operation);
      const id = await foundAgain(lost, operation);
      if (id !== undefined) {
        operation.integrationId = id;
        reporter.info(`the answer to POST /integrations was lost, but it was carried out: integration ${id}`);
        return;
      }
      if (attempt === mostPosts || error !== lost) throw notKnown(lost, againWords(error, lost));
      reporter.info(
        `the answer to POST /integrations was lost (${lost.said}), and Immuta has no such integration: it is sent again`,
      );
    }
  }
}

const againWords = (error: ImmutaError, lost: ImmutaError): string =>
  error === lost ? "Immuta's list holds no such integration yet." : `sent again, ${error.message}`;

const notKnown = (lost: ImmutaError, why: string): OutcomeUnknown =>
  new OutcomeUnknown(
    `${lost.message}\nWhether it was carried out is not known: ${why} \`pulumi up\` looks again and goes on from there; \`pulumi destroy\` removes it.`,
    lost,
  );

/** Milliseconds between the looks for an integration whose POST lost its answer: together as long as the list may lag. */
function looksAgainAfter({ listLag }: Contract): number[] {
  const pauses: number[] = [];
  for (let left = listLag * 1000; left > 0; left -= pauses.at(-1) ?? left)
    pauses.push(Math.min(500 * (pauses.length + 1), 10_000, left));
  return pauses;
}

/**
 * The id of the integration that a POST made whose answer was lost: it has our place, where nothing stood before, and
 * what was sent. Looks as long as the list may lag; undefined where it is not there. Throws OutcomeUnknown where nobody says.
 */
async function foundAgain(lost: ImmutaError, operation: Operation): Promise<string | undefined> {
  const { immuta } = operation.ports;
  const inputs = inputsOn("new", operation);
  for (const pause of [...looksAgainAfter(contractOf(operation)), undefined]) {
    const list = await immuta.list().catch((error: unknown) => {
      throw notKnown(lost, textOf(error));
    });
    const found = standingAt(list, inputs);
    if (found !== undefined) {
      const unlike = unlikeSent(found, inputs);
      if (unlike.length === 0) return found.id;
      throw new Failure(
        placeTaken,
        `${lost.message}\nImmuta now has integration ${found.id} on database ${inputs.database} of ${inputs.host}, ` +
          `which is not the one that was sent: it has ${unlikeWords(unlike)}. It is left alone.`,
        { cause: lost },
      );
    }
    if (pause !== undefined) await clockOf(operation).sleep(pause);
  }
  return undefined;
}

/** POST answered 409: which one is in the way? */
async function conflict(error: ImmutaError, operation: Operation): Promise<Failure> {
  const inputs = inputsOn("new", operation);
  const list = await operation.ports.immuta.list().catch(() => operation.before);
  const there = standingAt(list, inputs) ?? onHost(list, inputs);
  const which =
    there === undefined
      ? ""
      : `\nImmuta has integration ${there.id} on database ${nameOf(there.config.database)} of that host (schema ${nameOf(there.config.schema)}, ${there.status}).`;
  return new Failure(placeTaken, error.message + which, { cause: error });
}
