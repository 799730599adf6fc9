import {
  check,
  isThere,
  meaningOf,
  resourceId,
  type Integration,
  synapseType,
  type PropertyMap,
  type Inputs,
} from "../../provider";

/** An integration that a program can take over, with the inputs that match it. */
export interface Adoptable {
  id: string;
  status: string;
  inputs: Inputs;
}

export interface LeftOut {
  integration: Integration;
  reason: string;
}

export interface Inventory {
  /** By host and database. */
  adoptable: Adoptable[];
  leftOut: LeftOut[];
}

/**
 * Sorts a tenant's Synapse integrations into what can be adopted and what not, and why.
 * `setup`: what holds for those of which Immuta does not say whether their setup is automatic.
 */
export function inventoryOf(integrations: readonly Integration[], setup?: "automatic" | "manual"): Inventory {
  const inventory: Inventory = { adoptable: [], leftOut: [] };
  const there = integrations.filter((one) => one.type === synapseType && isThere(one));
  const databases = countOf(there.map(databaseOf));
  for (const integration of there) {
    const inputs = matchingInputs(integration, setup);
    const reason =
      unfit(integration) ??
      ((databases.get(databaseOf(integration)) ?? 0) > 1
        ? "Immuta has more than one on this database; delete those that are not meant"
        : undefined);
    if (reason !== undefined) inventory.leftOut.push({ integration, reason });
    else if (typeof inputs === "string") inventory.leftOut.push({ integration, reason: inputs });
    else inventory.adoptable.push({ id: integration.id, status: integration.status, inputs });
  }
  inventory.adoptable.sort((a, b) => compare(resourceId(a.inputs), resourceId(b.inputs)));
  inventory.leftOut.sort((a, b) => compare(a.integration.id, b.integration.id));
  return inventory;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** What the takeover itself would refuse. */
function unfit({ status }: Integration): string | undefined {
  const { adoptable, disabled } = meaningOf(status);
  if (adoptable === true) return undefined;
  if (disabled === true) return "it is disabled; enable it in Immuta, or delete it there";
  return `it is in state ${status}; adopt it when Immuta says enabled`;
}

const databaseOf = ({ config: { host = "", database = "" } }: Integration): string =>
  resourceId({ host, database, schema: "" });

function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What a program gives to match it exactly, with the provider's defaults; a text where no program could. */
function matchingInputs(
  { id, autoBootstrap, config }: Integration,
  setup: "automatic" | "manual" | undefined,
): Inputs | string {
  const automatic = autoBootstrap ?? (setup === undefined ? undefined : setup === "automatic");
  if (automatic === undefined)
    return "Immuta does not say whether its setup is automatic or manual; give --setup";
  const news: PropertyMap = { adopt: id, ...config, autoBootstrap: automatic };
  // Whoever runs the program gives the account's real name.
  if (!automatic) Object.assign(news, { username: "immuta_system_account", bootstrap: {} });
  const { inputs, failures } = check(news);
  if (failures.length === 0) return inputs as Inputs;
  return failures.map(({ reason }) => reason).join(" ");
}
