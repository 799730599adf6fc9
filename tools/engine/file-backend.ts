/**
 * What a run left in a file backend. The Automation API starts the CLI three times after each run to have it told,
 * which takes as long as a small run itself.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputMap, UpdateSummary } from "@pulumi/pulumi/automation";

/** Where a stack lies: the folder of the backend, and the names of project and stack. */
export interface Place {
  state: string;
  project: string;
  stack: string;
}

interface Checkpoint {
  checkpoint: { latest?: { resources?: { type: string; outputs?: Record<string, unknown> }[] } | null };
}

/** The file of a stack's state. */
export const stateFileOf = ({ state, project, stack }: Place): string =>
  join(state, ".pulumi", "stacks", project, `${stack}.json`);

/** The stack's outputs; undefined where one of them is encrypted, which only the CLI can read. */
export function outputsIn(place: Place): OutputMap | undefined {
  const { checkpoint } = JSON.parse(readFileSync(stateFileOf(place), "utf8")) as Checkpoint;
  const root = checkpoint.latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs = root?.outputs ?? {};
  if (JSON.stringify(outputs).includes('"ciphertext":')) return undefined;
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value, secret: false }]));
}

/** Of the last run that came to its end; undefined where there was none. */
export function summaryIn({ state, project, stack }: Place): UpdateSummary | undefined {
  const folder = join(state, ".pulumi", "history", project, stack);
  // Their names hold the time in nanoseconds.
  const last = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith(".history.json"))
    .sort()
    .at(-1);
  if (last === undefined) return undefined;
  const { startTime, endTime, ...rest } = JSON.parse(readFileSync(join(folder, last), "utf8")) as Omit<
    UpdateSummary,
    "startTime" | "endTime"
  > & { startTime: number; endTime: number };
  return { ...rest, startTime: new Date(startTime * 1000), endTime: new Date(endTime * 1000) };
}
