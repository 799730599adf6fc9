import type { PropertyMap } from "../../provider";
import { objectAt, present, propertiesAt, textsAt } from "./json";
import { type RawStep, stepsOf } from "./operations";
import type { Preview } from "./preview";

/** The file of `pulumi preview --save-plan`: what will be, and which inputs change, but not what they were. */
export function readPlan(plan: PropertyMap): Preview {
  const plans = objectAt(plan["resourcePlans"], "resourcePlans");
  const raw = Object.entries(plans).flatMap(([urn, value]): RawStep[] => {
    const place = `resourcePlans[${urn}]`;
    const resource = objectAt(value, place);
    const goal = present(resource["goal"]) ? objectAt(resource["goal"], `${place}.goal`) : {};
    const changed = changedBy(goal["inputDiff"], `${place}.goal.inputDiff`);
    const after = present(resource["state"])
      ? { after: propertiesAt(resource["state"], `${place}.state`) }
      : {};
    return textsAt(resource["steps"], `${place}.steps`).map((op) => ({
      urn,
      op,
      changed,
      ...after,
      replacedBecause: [],
    }));
  });
  return { source: "plan", ...stepsOf(raw), messages: [], failed: false };
}

/** Names of the inputs that are added, changed or taken away. */
function changedBy(value: unknown, place: string): string[] {
  if (!present(value)) return [];
  const { adds, updates, deletes } = objectAt(value, place);
  return [
    ...Object.keys(propertiesAt(adds, `${place}.adds`)),
    ...Object.keys(propertiesAt(updates, `${place}.updates`)),
    ...textsAt(deletes, `${place}.deletes`),
  ];
}
