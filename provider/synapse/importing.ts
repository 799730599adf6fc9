import { isThere, meaningOf } from "../immuta/status";
import { stateOfAdopted } from "./adoption";
import { type Integration, synapseType } from "./api";
import { check } from "./check";
import { describe, ForeignIntegration, type Place } from "./identity";
import type { Inputs } from "./inputs/table";
import { found, type GetIntegrationArgs } from "./lookups";
import { reported } from "./outputs";
import type { Ports } from "./ports";
import type { State } from "./state";

/**
 * `pulumi import` and `.get()`: an adoption that begins with an id alone. What Immuta does not tell, the system account above
 * all, is not in the state until a program says it.
 */

/**
 * The state of an integration that Immuta has, by Immuta's id or by `host/database/schema`. GETs only. Throws where there is
 * none, or none that can be taken over.
 */
export async function importedState(id: string, { immuta }: { immuta: Ports["immuta"] }): Promise<State> {
  const one = await found(immuta, asked(id));
  const { type, status, autoBootstrap, config } = one;
  const [host, database, schema] = [config.host, config.database, config.schema];
  if (type !== synapseType) throw refusal(one, immuta.tenant, `is of type ${type}, not ${synapseType}`);
  if (!isThere(one) || meaningOf(status).adoptable !== true)
    throw refusal(one, immuta.tenant, `is in state ${status}: take it over when Immuta says enabled`);
  if (host === undefined || database === undefined || schema === undefined || autoBootstrap === undefined)
    throw refusal(
      one,
      immuta.tenant,
      "is not told whole (host, database, schema, setup): give them in a program, with `adopt`",
    );
  const place: Place = { host, database, schema };
  const { inputs } = check({ ...config, ...place, autoBootstrap });
  return { ...stateOfAdopted(one, inputs as Inputs, immuta.tenant), ...reported(one) };
}

function asked(id: string): GetIntegrationArgs {
  const [host = "", database, ...schema] = id.split("/");
  return database === undefined ? { id } : { host, database, schema: schema.join("/") };
}

const refusal = (one: Integration, tenant: string, why: string): ForeignIntegration =>
  new ForeignIntegration(
    "adoption",
    `Integration ${describe(one)} at Immuta ${tenant} cannot be imported: it ${why}. Nothing was changed.`,
  );
