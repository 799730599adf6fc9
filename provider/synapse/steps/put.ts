import { ForeignIntegration, proven } from "../identity";
import { addressWords, idOf, settingsOf, settingsWords } from "./fields";
import { clockOf, existing, payloadOn, sentAgain, whenLeft, withExternalHint } from "./means";
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
    // Twice the same leaves what once leaves, as long as it is still ours.
    operation.status = await sentAgain(`PUT /integrations/${id}`, operation, send, async () => {
      await stillThere(id, operation);
      return undefined;
    }).catch((error: unknown) => {
      throw withExternalHint(error, operation);
    });
    const { edited } = operation;
    const gap = edited === undefined ? "" : `, ${clockOf(operation).now() - edited} ms after the edit script`;
    reporter.info(`PUT /integrations/${id} accepted${gap}`);
  },
});

async function stillThere(id: string, { ports: { immuta }, state }: Operation): Promise<void> {
  if (state !== undefined && (await proven(immuta, state, id)) === undefined)
    throw new ForeignIntegration(
      "gone",
      `Integration ${id} vanished from Immuta ${immuta.tenant} during the PUT.`,
    );
}
