import { type PropertyMap, isPropertyMap } from "../../provider";
import { CommandError } from "../io";
import { visible } from "../text";
import { readDigest } from "./digest";
import { isEvent, readEvents } from "./events";
import type { Preview } from "./preview";
import { readPlan } from "./saved-plan";

const wanted = "`pulumi preview --json`, the events of `--event-log` or the plan of `--save-plan` are wanted";

/** Tells the shapes apart and reads them. Throws CommandError where it is none of them. */
export function readPreview(bytes: Buffer): Preview {
  const text = decode(bytes).trim();
  if (text === "") throw new CommandError(`the preview is empty: ${wanted}.`);
  const whole = parsed(text);
  if (isPropertyMap(whole)) {
    if (isPropertyMap(whole["resourcePlans"])) return readPlan(whole);
    if (isEvent(whole)) return readEvents([whole]);
    // A program without resources has neither steps nor messages.
    if (["steps", "diagnostics", "changeSummary"].some((key) => key in whole)) return readDigest(whole);
    throw new CommandError(`this JSON is no preview: ${wanted}.`);
  }
  if (Array.isArray(whole)) return readEvents(allEvents(whole));
  if (whole !== undefined) throw new CommandError(`this JSON is no preview: ${wanted}.`);
  return readEvents(allEvents(lines(text)));
}

/** UTF-8; with its mark at the beginning UTF-16, which PowerShell's `>` writes. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString("utf16le", 2);
  return bytes.toString("utf8").replace(/^\uFEFF/, "");
}

/** Undefined where it is no JSON as a whole. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, at) => {
      const event = parsed(line);
      if (event !== undefined) return event;
      throw new CommandError(
        at === 0 && !text.startsWith("{")
          ? `this is no JSON, it begins with "${visible(text.slice(0, 40))}": ${wanted}.`
          : `the JSON breaks off or is damaged, at line ${at + 1}: ${wanted}.`,
      );
    });
}

function allEvents(values: readonly unknown[]): PropertyMap[] {
  return values.map((value, at) => {
    if (isPropertyMap(value) && isEvent(value)) return value;
    throw new CommandError(`this JSON is no preview (entry ${at + 1} is no event of the engine): ${wanted}.`);
  });
}
