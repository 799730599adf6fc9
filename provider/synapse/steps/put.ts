import { ForeignIntegration, proven } from "../identity";
import type { Integration } from "../api";
import { meaningOf } from "../../immuta/status";
import { isFixed, unlikeSent } from "../sent";
import { addressWords, idOf, settingsOf, settingsWords } from "./fields";
import { clockOf, existing, inputsOn, payloadOn, sentAgain, whenLeft, withExternalHint } from "./means";
import { type Operation, step } from "./step";

/** Nothing takes it back: where it is refused Immuta has what it had, and the scripts before it are undone. */
export const put = step({
  name: "put",
  writes: true,
  needs: { credentials: "new" },
  calls: ["PUT /integrations/{id}"],
  announced: {
    fields: ({ id, news, changed }) => ({ ...idOf(id), ...settingsOf(news, changed) }),
    words: (fields) => `PUT ${addressWords(fields)} (${settingsWords(fields)})`,
  },
  do: async (operation) => {
    const { immuta, reporter } = operation.ports;
    const id = existing(operation);
    const send = (): ReturnType<typeof immuta.update> =>
      whenLeft(operation, () => immuta.update(id, payloadOn("new", operation)));
    operation.status = await sentAgain(`PUT /integrations/${id}`, operation, send, async (answer) => {
      const found = await stillThere(id, operation);
      // A lost answer: twice the same leaves what once leaves, and nobody tells of a password whether it is the new one.
      if (answer === "lost" || found === undefined) return undefined;
      const isDone = unlikeSent(found, inputsOn("new", operation)).every(isFixed);
      return isDone || meaningOf(found.status).end === "working" ? { answer: found } : undefined;
    }).catch((error: unknown) => {
      throw withExternalHint(error, operation);
    });
    const { edited } = operation;
    const gap = edited === undefined ? "" : `, ${clockOf(operation).now() - edited} ms after the edit script`;
    reporter.info(`PUT /integrations/${id} accepted${gap}`);
  },
});

/** As Immuta has it, if it is known whose it is. */
async function stillThere(
  id: string,
  { ports: { immuta }, state }: Operation,
): Promise<Integration | undefined> {
  if (state === undefined) return undefined;
  const found = await proven(immuta, state, id);
  if (found === undefined)
    throw new ForeignIntegration(
      "gone",
      `Integration ${id} vanished from Immuta ${immuta.tenant} during the PUT.`,
    );
  return found;
}
