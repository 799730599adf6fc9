import { foundAfterLostAnswer, OutcomeUnknown } from "../identity";
import { ImmutaError } from "../../immuta/errors";
import { impersonationOf, impersonationWords } from "./fields";
import { unknown } from "../../core/unknown";
import { clockOf, inputsOn, payloadOn, withExternalAdvice } from "./means";
import { remove } from "./remove";
import type { Fields } from "../../core/announcement";
import { type Operation, step } from "./step";
import { untilGone } from "./wait";

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

async function post(operation: Operation): Promise<void> {
  const { immuta, reporter } = operation.ports;
  try {
    const status = await immuta.create(payloadOn("new", operation));
    operation.integrationId = status.id;
    operation.status = status;
    reporter.info(`registered as integration ${status.id}`);
  } catch (error) {
    if (!(error instanceof ImmutaError) || !error.mayHaveBeenCarriedOut)
      throw withExternalAdvice(error, operation);
    operation.integrationId = await idOfLostPost(error, operation);
  }
}

/** Throws OutcomeUnknown where it may yet be carried out, and the error of the POST where it was not. */
async function idOfLostPost(error: ImmutaError, operation: Operation): Promise<string> {
  const { immuta, reporter } = operation.ports;
  const inputs = inputsOn("new", operation);
  const notKnown = (why: string): OutcomeUnknown =>
    new OutcomeUnknown(
      `${error.message}\nWhether it was carried out is not known: ${why} \`pulumi up\` looks again and goes on from there; \`pulumi destroy\` removes it.`,
    );
  const id = await foundAfterLostAnswer(immuta, operation.before, inputs, clockOf(operation)).catch(
    (second: unknown) => {
      throw notKnown(second instanceof Error ? second.message : String(second));
    },
  );
  if (id !== undefined) {
    reporter.info(`the answer to POST /integrations was lost, but it was carried out: integration ${id}`);
    return id;
  }
  // Immuta prepares the pool itself before it lists the integration. In manual setup undoing the scripts ends it.
  if (inputs.autoBootstrap) throw notKnown("Immuta's list holds no such integration yet.");
  throw new Error(`${error.message}\nIt was not carried out: Immuta's list holds no such integration.`, {
    cause: error,
  });
}
