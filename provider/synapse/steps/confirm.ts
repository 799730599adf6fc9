import { Failure, failureKind } from "../../core/failure";
import { told } from "../../core/strangers";
import { ImmutaError } from "../../immuta/errors";
import { proven } from "../identity";
import { isFixed, unlikeSent, unlikeWords } from "../sent";
import { clockOf, existing, inputsOn } from "./means";
import { step } from "./step";

export const notApplied = failureKind({
  code: "IMMUTA-NOT-APPLIED",
  title: "Immuta accepted a request, and does not have what was sent.",
  remedy:
    "The message names the fields. Look at the integration in Immuta: what its policies rely on is not what the program says. `pulumi up` sends it again; if that does not help, ask Immuta's support.",
});

/** Milliseconds between the looks: an answer may lag behind what was accepted. */
const looksAgainAfter = [250, 500, 1000, 2000, 4000];

/** The last step of all that writes: does Immuta have what was sent? */
export const confirm = step({
  name: "confirm",
  calls: ["GET /integrations/{id}"],
  do: async (operation) => {
    const { immuta, reporter } = operation.ports;
    const id = existing(operation);
    const inputs = inputsOn("new", operation);
    for (const pause of [...looksAgainAfter, undefined]) {
      const found = await proven(immuta, { ...inputs, tenant: immuta.tenant }, id).catch((error: unknown) => {
        // What was accepted is not taken back because nobody says what came of it.
        throw error instanceof ImmutaError ? error.as("still working") : error;
      });
      const unlike = found === undefined ? [] : unlikeSent(found, inputs).filter((one) => !isFixed(one));
      if (found !== undefined && unlike.length === 0) {
        reporter.info(`${told(found.status)} as integration ${id}`);
        return;
      }
      if (pause === undefined)
        throw new Failure(
          notApplied,
          `Immuta ${immuta.tenant} accepted what was sent for integration ${id} and ` +
            (found === undefined ? "does not have it." : `has ${unlikeWords(unlike)}.`),
          { outcome: "still working" },
        );
      await clockOf(operation).sleep(pause);
    }
  },
});
