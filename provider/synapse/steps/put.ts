import { addressWords, idOf, impersonationOf, impersonationWords } from "./fields";
import { clockOf, existing, payloadOn, whenLeft, withExternalAdvice } from "./means";
import { step } from "./step";

/** Nothing takes it back: where it is refused Immuta has what it had, and the scripts before it are undone. */
export const put = step({
  name: "put",
  writes: true,
  needs: { credentials: "new" },
  calls: ["PUT /integrations/{id}"],
  announced: {
    fields: ({ id, news }) => ({ ...idOf(id), ...impersonationOf(news) }),
    words: (fields) => `PUT ${addressWords(fields)} (${impersonationWords(fields)})`,
  },
  do: async (operation) => {
    const { immuta, reporter } = operation.ports;
    const id = existing(operation);
    const request = whenLeft(operation, () => immuta.update(id, payloadOn("new", operation)));
    operation.status = await request.catch((error: unknown) => {
      throw withExternalAdvice(error, operation);
    });
    const { edited } = operation;
    const gap = edited === undefined ? "" : `, ${clockOf(operation).now() - edited} ms after the edit script`;
    reporter.info(`PUT /integrations/${id} accepted${gap}`);
  },
});
