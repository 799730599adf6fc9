/** States that releases of the package have written: fixtures/state-<version>.json. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "@pulumi/pulumi/automation";
import type { Resource } from "./support";

export interface RecordedState {
  /** What the program gave, by resource name. */
  integrations: Record<string, object>;
  /** As `pulumi stack export --show-secrets` has it, with made-up values for what differs from run to run. */
  state: Deployment;
}

const folder = join(__dirname, "fixtures");
const madeUp = {
  tenant: "tenant.immuta.example",
  time: "2025-01-01T00:00:00Z",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** Of every release, by version. */
export const recordedVersions = (): string[] =>
  readdirSync(folder).flatMap((file) => /^state-(.+)\.json$/.exec(file)?.[1] ?? []);

export const recordedPath = (version: string): string => join(folder, `state-${version}.json`);

/** The recorded state, as if it had been made in this tenant. */
export function readRecorded(version: string, tenant: string): RecordedState {
  const text = readFileSync(recordedPath(version), "utf8");
  return JSON.parse(text.replaceAll(madeUp.tenant, tenant)) as RecordedState;
}

export const resourcesOf = ({ state }: RecordedState): Resource[] =>
  (state.deployment as { resources: Resource[] }).resources;

/** An export with nothing in it of the run, the machine and the tenant that it was made with. */
export function withMadeUpValues(exported: Deployment, tenant: string): Deployment {
  const dropped = new Set(["sourcePosition", "stackTrace", "secrets_providers"]);
  const times = new Set(["time", "created", "modified"]);
  const uuid = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g;
  const text = JSON.stringify(exported).replaceAll(tenant, madeUp.tenant).replaceAll(uuid, madeUp.uuid);
  return JSON.parse(text, (name, value: unknown) => {
    if (dropped.has(name)) return undefined;
    return times.has(name) ? madeUp.time : value;
  }) as Deployment;
}
