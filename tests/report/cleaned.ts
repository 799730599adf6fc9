import type { EngineEvent } from "@pulumi/pulumi/automation";

/** What differs from machine to machine and from run to run, and what a report has no use for. */
const dropped = new Set([
  "stackTrace",
  "sourcePosition",
  "created",
  "modified",
  "duration",
  "seed",
  "magic",
  "provider",
]);
const constant: Record<string, unknown> = {
  ciphertext: "v1:AAAA",
  time: "2026-01-01T00:00:00Z",
  timestamp: 0,
};

/** The same JSON without them. */
export function cleaned(json: string): string {
  return `${JSON.stringify(withoutMachine(JSON.parse(json)), undefined, 1)}\n`;
}

/** Events as `--event-log` writes them, one a line, without debug messages, which hold secrets in plain text. */
export function cleanedEvents(events: readonly EngineEvent[]): string {
  // The Automation API's types do not know these.
  const debug = ({ diagnosticEvent }: EngineEvent): boolean =>
    (diagnosticEvent?.severity as string) === "debug";
  const kept = events.filter((event) => !debug(event));
  return kept.map((event) => `${JSON.stringify(withoutMachine(event))}\n`).join("");
}

function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, inner]) => [key, key in constant ? constant[key] : withoutMachine(inner)]),
  );
}
