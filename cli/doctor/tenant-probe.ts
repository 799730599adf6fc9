import {
  type Configuration,
  type Contract,
  contractSettings,
  describe,
  immutaOf,
  ImmutaError,
  type Integration,
  isAt,
  isThere,
  synapseType,
  table,
  usualContract,
} from "../../provider";
import { CommandError } from "../io";
import { type Finding, type Heard, type Place, probe, requestsOf } from "./probe";

export interface Wanted {
  /** Immuta's id of the integration to look at. */
  id: string | undefined;
  /** Where to ask for scripts, and which integration to look at, if there is one. */
  place: Pick<Place, "host" | "database"> | undefined;
}

export interface Probed {
  findings: Finding[];
  /** What IMMUTA_CONTRACT would be: what is set in it, and what was found. */
  settings: Partial<Record<keyof Contract, string | number>>;
}

/**
 * Probes the configured tenant. `say` hears what will be asked before it is. Throws CommandError, ConfigurationError, and
 * ImmutaError where the tenant does not answer.
 */
export async function probeTenant(
  configuration: Configuration,
  wanted: Wanted,
  say: (line: string) => void,
): Promise<Probed> {
  const contract = configuration.contract();
  const heard: Heard[] = [];
  const silent = (): void => undefined;
  const immuta = immutaOf(configuration, {
    reporter: { info: silent, warn: silent, debug: silent },
    // An answer that is not the first proves nothing.
    tries: 1,
    answered: (answer) => void heard.push(answer),
  });
  say(`asks Immuta ${immuta.tenant} with GETs and for scripts, which are not run: nothing is changed`);
  say("GET /integrations");
  const all = await immuta.list().catch((error: unknown) => {
    if (error instanceof ImmutaError && error.status === 200) return error.said;
    throw error;
  });
  if (typeof all === "string")
    return {
      findings: [{ about: "list", result: "otherwise", detail: all }],
      settings: settingsOf(contract, []),
    };
  const integration = chosen(all, wanted);
  const place = placeOf(integration, wanted);
  if (integration !== undefined) say(`looks at integration ${describe(integration)}`);
  for (const request of requestsOf({ integration, place })) say(request);
  const findings = await probe({ immuta, contract, heard, integration, place, all });
  return { findings, settings: settingsOf(contract, findings) };
}

/** A manual one first: it has scripts of its own. Throws CommandError for an id that is not there. */
function chosen(all: readonly Integration[], { id, place }: Wanted): Integration | undefined {
  const ours = all.filter((one) => one.type === synapseType && isThere(one));
  if (id !== undefined) {
    const found = ours.find((one) => one.id === id);
    if (found === undefined)
      throw new CommandError(`Immuta has no ${synapseType} integration with the id of --id.`);
    return found;
  }
  const there = ours.filter(
    (one) => place === undefined || isAt(one, { ...place, schema: one.config.schema ?? "" }),
  );
  return there.find(({ autoBootstrap }) => autoBootstrap === false) ?? there[0];
}

function placeOf(integration: Integration | undefined, { place }: Wanted): Place | undefined {
  const { host, database, schema, port, impersonation, metadataDelimiters } = {
    ...(integration === undefined && place !== undefined ? { ...place, schema: "immuta_probe" } : {}),
    ...integration?.config,
  };
  if (host === undefined || database === undefined || schema === undefined) return undefined;
  const { hashDelimiter, hashKeyDelimiter, arrayDelimiter } = table.metadataDelimiters.fields;
  return {
    ...{ host, database, schema },
    port: port ?? table.port.default,
    impersonation: impersonation ?? { enabled: false },
    metadataDelimiters: {
      hashDelimiter: hashDelimiter.default,
      hashKeyDelimiter: hashKeyDelimiter.default,
      arrayDelimiter: arrayDelimiter.default,
      ...metadataDelimiters,
    },
  };
}

function settingsOf(contract: Contract, findings: readonly Finding[]): Probed["settings"] {
  const found = new Map(findings.map(({ about, set }) => [about, set]));
  return Object.fromEntries(
    contractSettings.flatMap((name) => {
      const value = found.get(name) ?? contract[name];
      return value === usualContract[name] ? [] : [[name, value]];
    }),
  );
}
