import { deleteCredentials } from "../payload";
import { addressWords, idOf } from "./fields";
import { existing, inputsOn, payloadOn, whenLeft } from "./means";
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
    const status = await whenLeft(operation, () => immuta.remove(id, credentials));
    if (status !== undefined) operation.status = status;
    reporter.info(`DELETE /integrations/${id} accepted`);
  },
});
