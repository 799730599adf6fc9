import type { PropertyMap } from "../../provider";
import { arrayAt, objectAt, present, propertiesAt, textAt, textsAt } from "./json";
import { messageOf, stepsOf, type RawStep, withErrorsOfYaml } from "./operations";
import { isOfTheEngine, type Message, type Preview } from "./preview";

/** The one object that `pulumi preview --json` prints. */
export function readDigest(digest: PropertyMap): Preview {
  const raw = present(digest["steps"]) ? arrayAt(digest["steps"], "steps") : [];
  const diagnostics = present(digest["diagnostics"]) ? arrayAt(digest["diagnostics"], "diagnostics") : [];
  const told = diagnostics.flatMap((entry, at): Message[] => {
    const place = `diagnostics[${at}]`;
    return messageOf(objectAt(entry, place), place);
  });
  const steps = raw.map((step, at) => rawStep(objectAt(step, `steps[${at}]`), `steps[${at}]`));
  const messages = withErrorsOfYaml(
    told,
    steps.every(({ urn }) => isOfTheEngine(urn)),
  );
  const config = present(digest["config"]) ? objectAt(digest["config"], "config") : {};
  const contract = config["immuta:contract"];
  return {
    source: "preview",
    ...(typeof contract === "string" ? { contract } : {}),
    ...stepsOf(steps),
    messages,
    failed: messages.some(({ severity }) => severity === "error"),
  };
}

function rawStep(step: PropertyMap, place: string): RawStep {
  const before = stateAt(step["oldState"], `${place}.oldState`);
  const after = stateAt(step["newState"], `${place}.newState`);
  return {
    urn: textAt(step["urn"], `${place}.urn`),
    op: textAt(step["op"], `${place}.op`),
    ...(before === undefined ? {} : heldBefore(before)),
    ...(after === undefined ? {} : { after: after.inputs }),
    replacedBecause: textsAt(step["replaceReasons"], `${place}.replaceReasons`),
  };
}

interface ResourceState {
  inputs: PropertyMap;
  /** What the provider compares with: the outputs, which hold the inputs too. */
  held: PropertyMap;
  leftBehind: boolean;
  failedBefore: boolean;
}

export const heldBefore = ({ held, leftBehind, failedBefore }: ResourceState) => ({
  before: held,
  leftBehind,
  failedBefore,
});

/** A resource as the engine writes it, here and in its events. */
export function stateAt(value: unknown, place: string): ResourceState | undefined {
  if (!present(value)) return undefined;
  const state = objectAt(value, place);
  const inputs = propertiesAt(state["inputs"], `${place}.inputs`);
  const outputs = propertiesAt(state["outputs"], `${place}.outputs`);
  return {
    inputs,
    held: Object.keys(outputs).length === 0 ? inputs : outputs,
    leftBehind: state["delete"] === true,
    failedBefore: Array.isArray(state["initErrors"]) && state["initErrors"].length > 0,
  };
}
