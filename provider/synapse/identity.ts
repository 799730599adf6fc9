import type { Immuta, Integration } from "./api";
import { synapseType } from "./api";
import type { Contract } from "../core/contract";
import type { Reporter } from "../core/reporter";
import { isThere, meaningOf } from "../immuta/status";
import type { Inputs } from "./inputs/table";
import { normalHost, normalIdentifier, sameHost, sameIdentifier } from "./inputs/identifiers";
import { unlikeSent, unlikeWords } from "./sent";
import type { State } from "./state";
import { Failure, failureKind, waysOn } from "../core/failure";
import { bounded, longestName, told } from "../core/strangers";
import { isHostAlone, isOnHost } from "../core/tenant";

/**
 * Own or foreign, decided in one place: what a resource's id is, whether an integration at Immuta is the one of a
 * state, and whether something stands where a new one is to go.
 */

const kinds = {
  taken: failureKind({
    code: "IMMUTA-TAKEN",
    title: "Immuta already governs the database, and this resource did not make that integration.",
    remedy:
      "If this program had it under another name, give that name in the resource option `aliases`. If this run replaces it by force (`--replace`, `pulumi state taint`), set the resource option `deleteBeforeReplace`, as `SynapseIntegration` does where the program does not say `false`. If nobody's program has it, take it over with `adopt`. If another stack has it, that one lets go first: `pulumi state delete`, or `retainOnDelete`. [Own or foreign](ownership.md) has the rule.",
  }),
  leftovers: failureKind({
    code: "IMMUTA-LEFTOVERS",
    title: "The pool already holds what Immuta's scripts would make.",
    remedy:
      "Nothing was changed. If it belongs to an integration, take that over with `adopt`; if it is left over, run Immuta's cleanup and post-cleanup scripts (`getBootstrapScripts` gives them); otherwise give another schema or another system account.",
  }),
  role: failureKind({
    code: "IMMUTA-ROLE",
    title: "The impersonation role is there already, and this stack did not make it.",
    remedy:
      "Nothing was changed. Name another role in `impersonation.role`: Immuta's scripts give it rights, and drop it when impersonation is switched off. A role that a killed run left behind is yours to drop.",
  }),
  account: failureKind({
    code: "IMMUTA-ACCOUNT",
    title: "Nothing proves that the account `username` names is the integration's own.",
    remedy:
      "Nothing was changed: Immuta's scripts would set its password, or drop it. Give the name of an account that is nobody's. Where an adopted integration was given a wrong `username`, take it out of the state (`pulumi state delete`) and adopt it with the right one. `IMMUTA_RETAIN_POOL_OBJECTS` lets `pulumi destroy` remove the integration alone.",
  }),
  tenant: failureKind({
    code: "IMMUTA-TENANT",
    title: "The state belongs to another Immuta tenant than the one that is configured.",
    remedy:
      "Set `IMMUTA_URL` and the key of the tenant that it belongs to. If the tenant has moved, set `IMMUTA_PREVIOUS_URL` to its old URL for one run.",
  }),
  other: failureKind({
    code: "IMMUTA-FOREIGN",
    title: "The integration at Immuta is not the one of the state.",
    remedy:
      "Nothing was changed. Somebody deleted it and made another, or the state is an old one. If it is the same one, `adopt` with its id for one run.",
  }),
  gone: failureKind({
    code: "IMMUTA-GONE",
    title: "The integration was deleted in Immuta.",
    remedy: "Run `pulumi refresh`, and then `pulumi up` to make it anew.",
  }),
  adoption: failureKind({
    code: "IMMUTA-ADOPT",
    title: "What `adopt` names cannot be taken over as it is.",
    remedy:
      'Nothing was changed. The message lists what differs: change the program to match, or set `adoptMode: "converge"` to have the integration brought to the program.',
  }),
};

/** Found where nothing was expected, or another than expected: nothing is written to it. */
export class ForeignIntegration extends Failure {
  constructor(which: keyof typeof kinds, message: string) {
    super(kinds[which], message);
  }
}

export interface Place {
  host: string;
  database: string;
  schema: string;
}

/** A database under one name, however it is spelt. */
export const databaseId = ({ host, database }: Omit<Place, "schema">): string =>
  `${normalHost(host)}/${normalIdentifier(database)}`;

/** The Pulumi id: our own and stable, known before Immuta has given one. */
export const resourceId = (place: Place): string => `${databaseId(place)}/${normalIdentifier(place.schema)}`;

const same = { host: sameHost, database: sameIdentifier, schema: sameIdentifier };
const names = ["host", "database", "schema"] as const;

/** Whether Immuta has a part of a place otherwise, or does not tell. */
const isUnlike = ({ config }: Integration, place: Place, name: keyof Place): boolean =>
  config[name] === undefined || !same[name](config[name], place[name]);

/** Which parts of a place Immuta has otherwise, or does not tell. */
export const unlikePlace = (integration: Integration, place: Place): (keyof Place)[] =>
  names.filter((name) => isUnlike(integration, place, name));

/** Whether an integration governs this host, database and schema. */
export const isAt = (integration: Integration, place: Place): boolean =>
  unlikePlace(integration, place).length === 0;

/** Integrations of the same host; where Immuta keeps one there, they are in each other's way. */
const allOnHost = (integrations: readonly Integration[], place: Place): Integration[] =>
  integrations.filter((one) => one.type === synapseType && isThere(one) && !isUnlike(one, place, "host"));

export const onHost = (integrations: readonly Integration[], place: Place): Integration | undefined =>
  allOnHost(integrations, place)[0];

/** The integration at Immuta that stands on the same database; Immuta keeps at most one there. */
export const standingAt = (integrations: readonly Integration[], place: Place): Integration | undefined =>
  allOnHost(integrations, place).find((one) => !isUnlike(one, place, "database"));

/** Throws ForeignIntegration where Immuta already has what a new integration would conflict with. */
export async function look(immuta: Immuta, inputs: Inputs, { conflictOn }: Contract): Promise<Integration[]> {
  const integrations = await immuta.list();
  const found =
    standingAt(integrations, inputs) ?? (conflictOn === "host" ? onHost(integrations, inputs) : undefined);
  if (found !== undefined)
    throw new ForeignIntegration(
      "taken",
      `Immuta ${immuta.tenant} already has integration ${found.id} on database ${nameOf(found.config.database)} of ${nameOf(found.config.host)} ` +
        `(schema ${nameOf(found.config.schema)}, ${found.status}), which this resource did not make. Nothing was changed.` +
        waysOn(...waysWith(found, inputs)),
    );
  return integrations;
}

/** What may be done about an integration where a new one is to go. Whatever else is so, an alias loses nothing. */
function waysWith(found: Integration, inputs: Inputs): string[] {
  const option = "set the resource option deleteBeforeReplace: true.";
  const adopt = `take it over with adopt: "${found.id}".`;
  const onDatabase = standingAt([found], inputs) !== undefined;
  const ofTheCase = isAt(found, inputs)
    ? [`If no program has it yet, ${adopt}`, `If this run replaces it by force (--replace, taint), ${option}`]
    : onDatabase
      ? [
          `If this run moves it from that schema, ${option}`,
          `If no program has it yet, give its schema, and ${adopt}`,
        ]
      : [
          `If this run moves it from that database, ${option}`,
          "If this Immuta keeps several integrations on a host, leave conflictOn out of immuta:contract or IMMUTA_CONTRACT.",
        ];
  return [
    "If this program had it under another name, give that name in the resource option aliases.",
    ...ofTheCase,
    "If another stack has it, that one lets go first: `pulumi state delete`, or the resource option retainOnDelete.",
    `If it is to stay, take ${onDatabase ? "another database" : "a pool of another workspace"}. If nobody needs it, have it deleted in Immuta first.`,
  ];
}

/** Throws ForeignIntegration where the pool already holds what the scripts would make. */
export function refuseFound(inputs: Inputs, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new ForeignIntegration(
    "leftovers",
    `The pool already holds what Immuta's scripts would make, and this stack did not make it: ${bounded(found.map(nameOf), "of them").join(", ")}. Nothing was changed.` +
      waysOn(
        "If it belongs to an integration, take that over with `adopt`.",
        "If it is left over, run Immuta's cleanup and post-cleanup scripts (getBootstrapScripts gives them).",
        `Otherwise name another schema, system account or impersonation role for ${inputs.host}.`,
      ),
  );
}

/** Throws ForeignIntegration where the role that a change brings is there already. */
export function refuseRole({ database, host, impersonation }: Inputs, found: readonly string[]): void {
  if (found.length === 0) return;
  const role = nameOf(impersonation.role);
  throw new ForeignIntegration(
    "role",
    `Role ${role} is already in database ${database} of ${host}, and this stack did not make it: Immuta's scripts would give it rights, and drop it when impersonation is switched off. Nothing was changed.` +
      waysOn(
        "Name another role in impersonation.role.",
        `If a run that was killed left it behind, DROP ROLE [${role}] in that database, and run \`pulumi up\` again.`,
      ),
  );
}

/** Of a system account that is not proven to be the integration's. */
export const foreignAccount = ({ host, database }: Inputs, what: string, doubt: string): ForeignIntegration =>
  new ForeignIntegration(
    "account",
    `${told(what)} of ${host} is there, and nothing proves that it is Immuta's for this integration: ${doubt}. ` +
      "Immuta's scripts would set its password, or drop it. Nothing was changed." +
      waysOn(
        "If a new account is wanted, name one in `username` that is nobody's.",
        "If an adopted integration was given a wrong one, take it out of the state (`pulumi state delete`) and adopt it with the account that Immuta has.",
        `To remove the integration and leave account and pool alone, set IMMUTA_RETAIN_POOL_OBJECTS=${database} for \`pulumi destroy\`.`,
      ),
  );

/**
 * The state as one of the configured tenant. Where it names the host alone it goes on doing so until a proof holds, as
 * another tenant of that host may answer. Throws ForeignIntegration where it belongs to another tenant. `previous`: the
 * tenant that somebody says it is moved from, on purpose.
 */
export function atTenant(state: State, tenant: string, previous?: string): State {
  if (state.tenant === tenant) return state;
  const moved = state.tenant === previous || isOnHost(previous, state.tenant);
  if (moved) return { ...state, tenant };
  if (isOnHost(tenant, state.tenant)) return state;
  throw new ForeignIntegration(
    "tenant",
    `This integration belongs to the Immuta tenant ${state.tenant}, but IMMUTA_URL (or immuta:url) names ${tenant}. ` +
      "Nothing was changed. Set the URL and API key of the tenant it belongs to; " +
      `if the tenant has moved to ${tenant}, set IMMUTA_PREVIOUS_URL to its old URL for one run.`,
  );
}

/** Not there does not mean gone where nothing proves that it is the same tenant. */
function refuseUnprovenTenant({ tenant }: Pick<State, "tenant">, immuta: Immuta, what: string): void {
  if (!isHostAlone(tenant)) return;
  throw new ForeignIntegration(
    "tenant",
    `Immuta ${immuta.tenant} does not have ${what}, and this state names its tenant by the host ${tenant} alone: it may belong to another tenant there. ` +
      "Nothing was changed. Set the URL and API key of the tenant it belongs to; " +
      `if that is ${immuta.tenant}, set IMMUTA_PREVIOUS_URL to the same URL for one run.`,
  );
}

/** The state's id is unknown to Immuta, but another integration stands in its place. */
export async function refuseOtherInPlace(immuta: Immuta, state: Place, id: string): Promise<void> {
  const other = standingAt(await immuta.list(), state);
  if (other === undefined) return;
  throw new ForeignIntegration(
    "other",
    `This state knows the integration as ${id}, which Immuta ${immuta.tenant} does not have; on database ${state.database} of ${state.host} it has integration ${other.id}. ` +
      `Nothing was changed. If it is the same one (a restored or lost state), set adopt: "${other.id}" for one run.`,
  );
}

/**
 * Asks Immuta for the state's integration and proves that it is ours. Undefined where it is gone.
 * Throws ForeignIntegration where another one has its id or its place. The tenant is the caller's to compare.
 */
export async function proven(
  immuta: Immuta,
  state: Place & Pick<State, "tenant">,
  id: string,
): Promise<Integration | undefined> {
  const found = await immuta.get(id);
  if (found === undefined || !isThere(found)) {
    await refuseOtherInPlace(immuta, state, id);
    refuseUnprovenTenant(state, immuta, `integration ${id}`);
    return undefined;
  }
  const differing = [
    ...(found.id === id ? [] : [`id ${found.id}`]),
    ...(found.type === synapseType ? [] : [`type ${found.type}`]),
    ...unlikePlace(found, state).map((name) => `${name} ${found.config[name] ?? "unknown"}`),
  ];
  if (differing.length > 0)
    throw new ForeignIntegration(
      "other",
      `Integration ${id} at Immuta ${immuta.tenant} is not the one of this state: it has ${differing.join(", ")}, ` +
        `where the state has ${synapseType}, host ${state.host}, database ${state.database}, schema ${state.schema}. ` +
        "Nothing was changed.",
    );
  return found;
}

const disabled = failureKind({
  code: "IMMUTA-DISABLED",
  title: "Somebody disabled the integration in Immuta: its policies are not enforced.",
  remedy:
    'Enable it in Immuta again, or set `onDisabled: "recreate"`, run `pulumi up`, and then `pulumi up --refresh` to have it made anew.',
});

/** Somebody switched it off in Immuta: nobody but a person knows whether that was meant. */
export const switchedOff = ({ id }: Integration, { database, host, tenant, onDisabled }: State): Failure =>
  new Failure(
    disabled,
    `Integration ${id} on database ${database} of ${host} was disabled in Immuta ${tenant}: its policies are not enforced. ` +
      "Enable it in Immuta again, or " +
      (onDisabled === "recreate" ? "" : 'set onDisabled: "recreate" alone, run `pulumi up`, and then ') +
      "run `pulumi up --refresh` to have it made anew.",
  );

const unknownEnd = failureKind({
  code: "IMMUTA-ANSWER-LOST",
  title: "A request was sent, and no answer told whether it was carried out.",
  remedy: "Run `pulumi up` again: it looks for what was carried out before it sends anything.",
});

/** A write was sent, and nothing tells whether it was carried out. The next operation looks again. */
export class OutcomeUnknown extends Failure {
  constructor(message: string, cause?: unknown) {
    super(unknownEnd, message, { outcome: "unknown", cause });
  }
}

/**
 * The state with the id that Immuta gave to a POST whose answer never came, where it was carried out after all. Throws
 * ForeignIntegration where another one has the place: it is neither taken over nor removed.
 */
export async function withIdOfLostPost({ immuta, reporter }: Asking, state: State): Promise<State> {
  if (state.integrationId !== undefined || state.progress?.unanswered !== true) return state;
  const found = standingAt(await immuta.list(), state);
  if (found === undefined) {
    refuseUnprovenTenant(state, immuta, `the integration on database ${state.database} of ${state.host}`);
    return state;
  }
  const unlike = unlikeSent(found, state);
  if (!isAt(found, state) || unlike.length > 0)
    throw new ForeignIntegration(
      "taken",
      `Immuta ${immuta.tenant} has integration ${found.id} on database ${state.database} of ${state.host}, ` +
        `and nothing proves that this stack made it: it has ${unlike.length > 0 ? unlikeWords(unlike) : `schema ${nameOf(found.config.schema)}`}. Nothing was changed.` +
        waysOn(
          `If it is this program's, set adopt: "${found.id}" for one run.`,
          "If it is not, take this resource out of the state (`pulumi state delete`).",
        ),
    );
  reporter.info(`the answer to POST /integrations was lost, but it was carried out: integration ${found.id}`);
  return { ...state, integrationId: found.id, status: found.status };
}

interface Asking {
  immuta: Immuta;
  reporter: Reporter;
}

/** The state of a failed create without the id of an integration whose removal, begun to undo it, has come to its end. */
export async function withoutRemoved(immuta: Immuta, state: State): Promise<State> {
  const { integrationId, ...rest } = state;
  if (integrationId === undefined || state.progress?.operation !== "create") return state;
  if (meaningOf(state.status).removal === undefined) return state;
  return (await proven(immuta, state, integrationId)) === undefined ? rest : state;
}

/** Such as `7 (Azure Synapse Analytics, enabled, contoso.sql.azuresynapse.net/claims/governed)`. */
export function describe({ id, type, status, config }: Integration): string {
  const place = [config.host, config.database, config.schema]
    .filter((part) => part !== undefined)
    .map(nameOf);
  return `${id} (${[type, status, ...(place.length === 0 ? [] : [place.join("/")])].join(", ")})`;
}

/** Of something at Immuta or in a pool, for a message. */
export const nameOf = (given = ""): string => told(given, { longest: longestName });
