import { parseUrn, type PropertyMap } from "../../provider";
import { CommandError } from "../io";
import { visible } from "../text";
import { announcementIn } from "./announcement";
import { present, textAt } from "./json";
import {
  isIntegration,
  isOfTheEngine,
  type Message,
  type Operation,
  type Preview,
  type PreviewStep,
} from "./preview";

/** A step as the engine names it. */
export interface RawStep {
  urn: string;
  op: string;
  before?: PropertyMap;
  after?: PropertyMap;
  changed?: string[];
  replacedBecause: string[];
  leftBehind?: boolean;
  failedBefore?: boolean;
}

/** The engine's operations. Several of one replacement are one here. */
const operations: Readonly<Record<string, Operation | "nothing">> = {
  create: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
  same: "same",
  read: "same",
  // Only the state is told something; the step that follows says what is done about it.
  refresh: "nothing",
  "read-replacement": "nothing",
  discard: "nothing",
  "discard-replaced": "nothing",
  "remove-pending-replace": "nothing",
};

/** The integrations' steps and the number of all others, from the engine's steps in order. */
export function stepsOf(raw: readonly RawStep[]): Pick<Preview, "stack" | "steps" | "others"> {
  if (raw.length > 0 && raw.every(({ op }) => op === "refresh"))
    throw new CommandError("this is the preview of a refresh; that of an up is wanted (`pulumi preview`).");
  const steps = new Map<string, PreviewStep>();
  const others = new Map<string, Operation>();
  for (const step of raw) {
    const integration = isIntegration(step.urn);
    const operation = Object.hasOwn(operations, step.op) ? operations[step.op] : undefined;
    if (operation === undefined && integration)
      throw new CommandError(
        `the preview cannot be read: ${visible(step.op)} of ${visible(step.urn)} is no operation that this version knows.`,
      );
    if (operation === undefined || operation === "nothing") continue;
    if (integration) add(steps, step, operation);
    else if (operation !== "same" && !isOfTheEngine(step.urn)) others.set(step.urn, operation);
  }
  const first = raw[0] === undefined ? undefined : parseUrn(raw[0].urn);
  return { stack: first?.stack ?? "", steps: [...steps.values()], others: countsOf([...others.values()]) };
}

function add(
  steps: Map<string, PreviewStep>,
  { op, failedBefore = false, ...step }: RawStep,
  operation: Operation,
): void {
  const leftBehind = operation === "delete" && step.leftBehind === true;
  // An integration may be there twice: as itself, and as what an interrupted replacement left.
  const key = `${leftBehind ? "left " : ""}${step.urn}`;
  const known = steps.get(key);
  if (known === undefined) {
    const order = oldFirst(op);
    steps.set(key, {
      ...step,
      operation,
      leftBehind,
      failedBefore,
      ...(order === undefined ? {} : { oldFirst: order }),
    });
    return;
  }
  known.operation = operation;
  if (known.before === undefined && step.before !== undefined) known.before = step.before;
  if (known.after === undefined && step.after !== undefined) known.after = step.after;
  known.replacedBecause = [...new Set([...known.replacedBecause, ...step.replacedBecause])];
}

/** From the first of a replacement's steps. */
function oldFirst(op: string): boolean | undefined {
  if (op === "delete-replaced") return true;
  return op === "create-replacement" ? false : undefined;
}

export function countsOf(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** A diagnostic message. Debug messages hold secrets in plain text, and are left out unread, as a passing status is. */
export function messageOf(entry: PropertyMap, place: string): Message[] {
  const severity = textAt(entry["severity"], `${place}.severity`);
  if (entry["ephemeral"] === true) return [];
  if (severity !== "error" && severity !== "warning" && !severity.startsWith("info")) return [];
  const text = textAt(entry["message"], `${place}.message`).trim();
  if (text === "") return [];
  const urn = entry["urn"];
  const announcement = severity === "info" ? announcementIn(text) : undefined;
  return [
    {
      ...(announcement === undefined ? {} : { announcement }),
      severity: severity.startsWith("info") ? "info" : (severity as "error" | "warning"),
      ...(severity === "info#err" ? { errorStream: true as const } : {}),
      text: severity === "error" ? colourless(text).replace(/^error: /, "") : text,
      ...(present(urn) && urn !== "" ? { urn: textAt(urn, `${place}.urn`) } : {}),
    },
  ];
}

// eslint-disable-next-line no-control-regex -- as a terminal is told of colours
const colours = /\u001b\[[\d;]*m/g;
const colourless = (text: string): string => text.replace(colours, "");

/**
 * A YAML program fails by its error stream alone: "Error: …", and lines that go on with it. Any program may write that and
 * go on; what tells them apart is the colour of the word, which the engine may have been told to take away, or that
 * nothing came after.
 *
 * @param nothingElse the preview is known to have failed, or has no resource at all
 */
export function withErrorsOfYaml(messages: readonly Message[], nothingElse: boolean): Message[] {
  const first = messages.findIndex(
    ({ errorStream, text }) =>
      errorStream === true &&
      colourless(text).startsWith("Error: ") &&
      (nothingElse || text.startsWith("\u001b[31mError")),
  );
  return messages.map((message, at) =>
    message.errorStream === true && first !== -1 && at >= first
      ? { severity: "error", text: colourless(message.text).replace(/^Error: /, "") }
      : message,
  );
}
