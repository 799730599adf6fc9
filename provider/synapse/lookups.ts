import { type Integration, type Immuta } from "./api";
import { describe, isAt } from "./identity";
import { normalHost } from "./inputs/identifiers";
import { isThere, statusOf } from "../immuta/status";

/** Look-ups of integrations of any platform. */

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

/** Narrows a list of integrations; what is left out does not narrow. */
export interface GetIntegrationsArgs {
  /** Immuta's name of the platform, in full: `Azure Synapse Analytics`, `Snowflake`, `Databricks`, … */
  type?: string | undefined;
  /** Such as `enabled`, `disabled`, `createError`, `recurringValidationError`. */
  status?: string | undefined;
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
  return resultOf(await found(immuta, args));
}

/** The integration as Immuta has it. Throws where there is none, or several. */
export async function found(immuta: Immuta, args: GetIntegrationArgs): Promise<Integration> {
  refuseIncomplete(args);
  if (args.id === undefined) return findByPlace(immuta, args);
  const one = await immuta.get(args.id);
  if (one !== undefined && isThere(one)) return one;
  throw new Error(
    `Immuta ${immuta.tenant} has no integration with id ${args.id}. ${inventory(await immuta.list())}`,
  );
}

async function findByPlace(immuta: Immuta, place: IntegrationByPlace): Promise<Integration> {
  const all = await immuta.list();
  const [one, ...others] = all.filter((candidate) => isThere(candidate) && isAt(candidate, place));
  const wanted = `on host ${place.host}, database ${place.database}, schema ${place.schema}`;
  if (one === undefined)
    throw new Error(`Immuta ${immuta.tenant} has no integration ${wanted}. ${inventory(all, place.host)}`);
  if (others.length > 0)
    throw new Error(
      `Immuta ${immuta.tenant} has ${others.length + 1} integrations ${wanted}: ${[one, ...others].map(describe).join("; ")}. ` +
        "Look the one you mean up by its id.",
    );
  return one;
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
