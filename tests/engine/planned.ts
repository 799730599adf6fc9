/** What a preview plans, as text that people can read and a test can compare. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runtime } from "@pulumi/pulumi";
import type { DiagnosticEvent, EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { announcementMark } from "../../provider/core/announcement";
import type { Scenario } from "./support";

interface Step {
  op: string;
  urn: string;
  type: string;
  diffs?: string[] | null;
  new?: { inputs?: Record<string, unknown>; parent?: string; protect?: boolean } | null;
}

const signs: Record<string, string> = { create: "+", update: "~", same: " ", delete: "-", replace: "±" };

/** Not of interest to a reader, or another one in each run. */
const leftOut = (key: string): boolean => key.startsWith("__");

/**
 * Previews, and gives each resource with its operation and its inputs (of one that stays the same, nothing else), in the
 * order of their
 * URNs, and what the provider says about it.
 */
export async function planned({ opened }: Scenario): Promise<string> {
  const events: EngineEvent[] = [];
  await opened.stack.preview({ onEvent: (event) => void events.push(event) });
  const steps = events
    .flatMap(({ resourcePreEvent }) => (resourcePreEvent === undefined ? [] : [resourcePreEvent.metadata]))
    .map((metadata) => metadata as unknown as Step)
    .filter(({ type }) => !type.startsWith("pulumi:"));
  const said = (urn: string): string[] =>
    events.flatMap(({ diagnosticEvent }) =>
      diagnosticEvent?.urn === urn && isForPeople(diagnosticEvent)
        ? [`    » ${diagnosticEvent.message.trim()}`]
        : [],
    );
  return steps
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((step) => `${[...described(step), ...said(step.urn)].join("\n")}\n`)
    .join("");
}

/** No debug message, no passing status, and not the announcement as data. */
const isForPeople = ({ severity, ephemeral, message }: DiagnosticEvent): boolean =>
  (severity as string) !== "debug" && ephemeral !== true && !message.includes(announcementMark);

/** Components before what is in them, then by URN. */
const order = ({ urn }: Step): string => `${urn.includes("$") ? 1 : 0} ${urn}`;

function described({ op, urn, type, diffs, new: resource }: Step): string[] {
  const marks = [
    ...(resource?.protect === true ? ["protected"] : []),
    // A dynamic resource's diff names none.
    ...(diffs === undefined || diffs === null || diffs.length === 0 ? [] : [`changes ${diffs.join(", ")}`]),
  ];
  const head = `${signs[op] ?? op} ${type} ${urn.split("::").at(-1) ?? ""}${marks.length === 0 ? "" : ` (${marks.join("; ")})`}`;
  return op === "same" ? [head] : [head, ...inputs(resource?.inputs ?? {})];
}

const inputs = (given: Record<string, unknown>): string[] =>
  Object.entries(given)
    .filter(([key]) => !leftOut(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `    ${key}: ${JSON.stringify(shown(value))}`);

/** The engine's marks of what is secret or not known yet, in words, and what is another one in each run. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (isSecret(value)) return "[secret]";
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !leftOut(key))
        .map(([key, inner]) => [key, shown(inner)]),
    );
  if (value === runtime.unknownValue) return "[unknown]";
  if (typeof value !== "string") return value;
  // Eight hexadecimal digits are what makes an automatic name of azure-native's.
  return value.replace(/(?<=[a-z])[0-9a-f]{8}(?![0-9a-z])/g, "########").replace(/^\d{4}-.*T.*Z$/, "[time]");
}

const isSecret = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "ciphertext" in value;

/** Compares with tests/engine/golden/<name>.txt; UPDATE_GOLDEN=1 writes it anew. */
export function expectGolden(name: string, text: string): void {
  const file = join(__dirname, "golden", `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).to.equal(existsSync(file) ? readFileSync(file, "utf8") : undefined);
}
