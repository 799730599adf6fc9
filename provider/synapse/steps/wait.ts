import { waitUntil } from "../../immuta/wait";
import { contractOf, existing, leftOf } from "./means";
import { type Step, step } from "./step";

const wait = (until: "enabled" | "gone"): Step =>
  step({
    name: `wait until ${until}`,
    calls: ["GET /integrations/{id}/status"],
    do: async (operation) => {
      const { immuta, reporter, clock, watch } = operation.ports;
      const status = await waitUntil(immuta, {
        id: existing(operation),
        until,
        limit: leftOf(operation),
        reporter,
        asksStatus: contractOf(operation).askStatus === "yes",
        ...(clock === undefined ? {} : { clock }),
        ...(watch === undefined ? {} : { watcher: watch() }),
      });
      if (status !== undefined) operation.status = status;
      if (until === "gone") delete operation.integrationId;
    },
  });

export const untilEnabled = wait("enabled");
export const untilGone = wait("gone");
