import type { PropertyMap } from "../../provider";
import { heldBefore, stateAt } from "./digest";
import { objectAt, present, textAt, textsAt } from "./json";
import { messageOf, type RawStep, stepsOf, withErrorsOfYaml } from "./operations";
import type { Message, Preview } from "./preview";

/** The engine's events, one object each: `--event-log`, streamed `--json`, and what the Automation API's onEvent gets. */
export function readEvents(events: readonly PropertyMap[]): Preview {
  const steps: RawStep[] = [];
  const told: Message[] = [];
  let result: unknown;
  events.forEach((event, at) => {
    const place = `event ${at + 1}`;
    if (present(event["resourcePreEvent"])) {
      const { metadata } = objectAt(event["resourcePreEvent"], `${place}.resourcePreEvent`);
      steps.push(rawStep(objectAt(metadata, `${place}.metadata`), `${place}.metadata`));
    }
    if (present(event["diagnosticEvent"]))
      told.push(...messageOf(objectAt(event["diagnosticEvent"], place), place));
    if (present(event["summaryEvent"])) result = objectAt(event["summaryEvent"], place)["result"];
  });
  const messages = withErrorsOfYaml(told, result === "failed");
  return {
    source: "events",
    ...stepsOf(steps),
    messages,
    failed: result === "failed" || messages.some(({ severity }) => severity === "error"),
  };
}

/** Whether an object is such an event. */
export const isEvent = (value: PropertyMap): boolean =>
  typeof value["sequence"] === "number" && Object.keys(value).some((key) => key.endsWith("Event"));

function rawStep(metadata: PropertyMap, place: string): RawStep {
  const before = stateAt(metadata["old"], `${place}.old`);
  const after = stateAt(metadata["new"], `${place}.new`);
  return {
    urn: textAt(metadata["urn"], `${place}.urn`),
    op: textAt(metadata["op"], `${place}.op`),
    ...(before === undefined ? {} : heldBefore(before)),
    ...(after === undefined ? {} : { after: after.inputs }),
    replacedBecause: textsAt(metadata["keys"], `${place}.keys`),
  };
}
