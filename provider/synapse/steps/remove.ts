import { isThere, meaningOf } from "../../immuta/status";
import { deleteCredentials } from "../payload";
import { addressWords, idOf } from "./fields";
import { existing, inputsOn, payloadOn, sentAgain, whenLeft } from "./means";
import { step } from "./step";

export const remove = step({
  name: "remove",
  writes: true,
  needs: { credentials: "old", setup: "automatic" },
  calls: ["DELETE /integrations/{id}"],
  announced: {
    fields: ({ id }) => idOf(id),
    words: (fields) => `DELETE ${addressWords(fields)}`,
  },
  do: async (operation) => {
    const { immuta, reporter } = operation.ports;
    const id = existing(operation);
    const automatic = inputsOn("old", operation).autoBootstrap;
    const credentials = automatic ? deleteCredentials(payloadOn("old", operation).config) : undefined;
    const send = (): ReturnType<typeof immuta.remove> =>
      whenLeft(operation, () => immuta.remove(id, credentials));
    const status = await sentAgain(`DELETE /integrations/${id}`, operation, send, async () => {
      const found = await immuta.get(id);
      const removed = found === undefined || !isThere(found) || meaningOf(found.status).removal === "begun";
      return removed ? { answer: found } : undefined;
    });
    if (status !== undefined) operation.status = status;
    reporter.info(`DELETE /integrations/${id} accepted`);
  },
});
