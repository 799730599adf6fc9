import { type Immuta, type Integration, describe, isAt, isThere, normalHost, statusOf } from "../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import { inTenant } from "./tenant";

/** By Immuta's id. */
export interface IntegrationById {
  id: string;
  host?: never;
  database?: never;
  schema?: never;
}

/** By what it governs. Compared as Immuta and a dedicated SQL pool do: without case, the host without a trailing dot. */
export interface IntegrationByPlace {
  id?: never;
  host: string;
  database: string;
  schema: string;
}

export type GetIntegrationArgs = IntegrationById | IntegrationByPlace;

export type GetIntegrationOutputArgs =
  | { id: Input<string>; host?: never; database?: never; schema?: never }
  | { id?: never; host: Input<string>; database: Input<string>; schema: Input<string> };

/** Narrows a list of integrations; what is left out does not narrow. */
export interface GetIntegrationsArgs {
  /** Immuta's name of the platform, in full: `Azure Synapse Analytics`, `Snowflake`, `Databricks`, … */
  type?: string | undefined;
  /** Such as `enabled`, `disabled`, `createError`, `recurringValidationError`. */
  status?: string | undefined;
}

export interface GetIntegrationsOutputArgs {
  type?: Input<string | undefined>;
  status?: Input<string | undefined>;
}

/** One of Immuta's validation tests. */
export interface IntegrationTest {
  name: string;
  /** `passed`, `failed`, `warning` or `skipped`. */
  status: string;
  message?: string;
}

/** An integration of any platform, as Immuta describes it. Never holds credentials. */
export interface GetIntegrationResult extends ConfigOfIntegration {
  /** Immuta's id, as text. */
  id: string;
  /** Immuta's name of the platform, such as `Azure Synapse Analytics`. */
  type: string;
  /** Immuta's state of it, `enabled` when all is well. */
  status: string;
  /** Whether Immuta set it up itself. */
  autoBootstrap?: boolean;
  validation?: { status: string; tests: IntegrationTest[] };
}

/** The inputs that Immuta shows, where the platform has them. */
type ConfigOfIntegration = Integration["config"];

/**
 * The integration, of any platform, with this id or on this host, database and schema.
 *
 * Runs in the program, so it asks Immuta in previews as well. Ends the program where Immuta has no such integration, or
 * several on that host, database and schema. A deleted integration that Immuta still remembers is not found.
 */
export function getIntegration(args: GetIntegrationArgs): Promise<GetIntegrationResult> {
  return inTenant("getIntegration", (immuta) => findIntegration(immuta, args));
}

/**
 * The same for values that are known later only. Asks Immuta as soon as they are known: in a preview that is not before
 * what they come from exists.
 */
export function getIntegrationOutput(args: GetIntegrationOutputArgs): Output<GetIntegrationResult> {
  return pulumi.output(args).apply((known) => getIntegration(known));
}

/**
 * The integrations of all platforms, or those of a type or in a status; an empty list where there is none.
 *
 * Runs in the program, so it asks Immuta in previews as well. Deleted integrations that Immuta still remembers are in it
 * only where `status: "deleted"` asks for them.
 */
export function getIntegrations(args: GetIntegrationsArgs = {}): Promise<GetIntegrationResult[]> {
  return inTenant("getIntegrations", (immuta) => findIntegrations(immuta, args));
}

/** The same for values that are known later only. */
export function getIntegrationsOutput(args: GetIntegrationsOutputArgs = {}): Output<GetIntegrationResult[]> {
  return pulumi.output(args).apply((known) => getIntegrations(known));
}

export async function findIntegrations(
  immuta: Immuta,
  { type, status }: GetIntegrationsArgs,
): Promise<GetIntegrationResult[]> {
  return (await immuta.list())
    .filter((found) => type === undefined || found.type === type)
    .filter((found) => (status === undefined ? isThere(found) : found.status === statusOf(status)))
    .map(resultOf);
}

export async function findIntegration(
  immuta: Immuta,
  args: GetIntegrationArgs,
): Promise<GetIntegrationResult> {
  refuseIncomplete(args);
  if (args.id === undefined) return findByPlace(immuta, args);
  const found = await immuta.get(args.id);
  if (found !== undefined && isThere(found)) return resultOf(found);
  throw new Error(
    `Immuta ${immuta.tenant} has no integration with id ${args.id}. ${inventory(await immuta.list())}`,
  );
}

async function findByPlace(immuta: Immuta, place: IntegrationByPlace): Promise<GetIntegrationResult> {
  const all = await immuta.list();
  const [found, ...others] = all.filter((candidate) => isThere(candidate) && isAt(candidate, place));
  const wanted = `on host ${place.host}, database ${place.database}, schema ${place.schema}`;
  if (found === undefined)
    throw new Error(`Immuta ${immuta.tenant} has no integration ${wanted}. ${inventory(all, place.host)}`);
  if (others.length > 0)
    throw new Error(
      `Immuta ${immuta.tenant} has ${others.length + 1} integrations ${wanted}: ${[found, ...others].map(describe).join("; ")}. ` +
        "Look the one you mean up by its id.",
    );
  return resultOf(found);
}

/** Programs in JavaScript, and values from configuration, get past the types. */
function refuseIncomplete(args: GetIntegrationArgs): void {
  const missing = (["host", "database", "schema"] as const).filter((name) => isBlank(args[name]));
  if (args.id !== undefined ? !isBlank(args.id) && missing.length === 3 : missing.length === 0) return;
  throw new Error(
    "give either id, or host, database and schema, none of them empty. " +
      (args.id === undefined
        ? `Missing: ${missing.join(", ")}.`
        : isBlank(args.id)
          ? "The id is empty."
          : "Both were given."),
  );
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === "";

const mostNamed = 10;

/** What there is instead, those on the host that was looked for first. */
function inventory(all: readonly Integration[], host?: string): string {
  const isNear = ({ config }: Integration): boolean =>
    host !== undefined && normalHost(config.host ?? "") === normalHost(host);
  const there = all.filter(isThere);
  if (there.length === 0) return "It has no integrations at all.";
  const ordered = [...there.filter(isNear), ...there.filter((integration) => !isNear(integration))];
  const more = ordered.length > mostNamed ? `; and ${ordered.length - mostNamed} more` : "";
  return `It has ${ordered.slice(0, mostNamed).map(describe).join("; ")}${more}.`;
}

function resultOf({ config, ...integration }: Integration): GetIntegrationResult {
  return { ...integration, ...config };
}
