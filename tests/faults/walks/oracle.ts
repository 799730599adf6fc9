import type { PropertyMap } from "../driver/host";
import { settingsOf } from "../goal";

/**
 * What a run may send, written from the table of what a change means (the design's, repeated in docs/architecture.md),
 * from what is looked at before (docs/ownership.md) and from the guide's order of calls; never from the provider.
 */

export interface Trace {
  /** Calls to Immuta, {id} in place of ids; looks at the status are left out. */
  calls: string[];
  /** Databases that were looked into by one SELECT. */
  looks: string[];
  /** Databases in which scripts ran, in order. */
  ran: string[];
}

type Change = "replace" | "put" | "credentials" | "local";

const meanings: Readonly<Record<string, Change>> = {
  host: "replace",
  port: "replace",
  database: "replace",
  schema: "replace",
  autoBootstrap: "replace",
  poolIdentity: "replace",
  impersonation: "put",
  metadataDelimiters: "put",
  username: "credentials",
  password: "credentials",
  passwordFrom: "credentials",
  passwordVersion: "credentials",
  bootstrap: "local",
  timeouts: "local",
  onCreateFailure: "local",
  onDisabled: "local",
};

const defaults: PropertyMap = { port: 1433 };
const text = (value: unknown): string => JSON.stringify([value]);

/** Names of the inputs that differ in what they mean. */
function changedBetween(olds: PropertyMap, news: PropertyMap): string[] {
  const before: PropertyMap = { ...defaults, ...olds, ...settingsOf(olds) };
  const after: PropertyMap = { ...defaults, ...news, ...settingsOf(news) };
  return Object.keys(meanings).filter((name) => text(before[name]) !== text(after[name]));
}

const nobody: Trace = { calls: [], looks: [], ran: [] };
const isManual = (inputs: PropertyMap): boolean => inputs["autoBootstrap"] === false;
const databaseOf = (inputs: PropertyMap): string => String(inputs["database"]);

/** The look that proves a write: that Immuta has what was sent, or has it no more. */
const proof = "GET /integrations/{id}";

/** Both are looked into: for what would be in the way, for the account, or for a pool that answers. */
const everywhere = (inputs: PropertyMap): string[] => ["master", databaseOf(inputs)];

function creation(inputs: PropertyMap, looked: boolean): Trace {
  if (!isManual(inputs)) return { ...nobody, calls: ["GET /integrations", "POST /integrations", proof] };
  return {
    calls: [
      "GET /integrations",
      "POST /integrations/scripts/initial-create",
      "POST /integrations/scripts/create",
      "POST /integrations",
      proof,
    ],
    looks: looked ? everywhere(inputs) : [],
    ran: everywhere(inputs),
  };
}

function removal({ inputs, missing, adopted }: Known): Trace {
  // The delete script can be had only while the integration exists.
  if (missing === true)
    return !isManual(inputs)
      ? nobody
      : {
          calls: ["POST /integrations/scripts/cleanup", "POST /integrations/scripts/post-cleanup"],
          looks: adopted === true ? everywhere(inputs) : [],
          ran: [databaseOf(inputs), "master"],
        };
  if (!isManual(inputs))
    return { ...nobody, calls: ["GET /integrations/{id}", "DELETE /integrations/{id}", proof] };
  return {
    calls: [
      "GET /integrations/{id}",
      "POST /integrations/{id}/scripts/delete",
      "POST /integrations/scripts/post-cleanup",
      "DELETE /integrations/{id}",
      proof,
    ],
    looks: everywhere(inputs),
    ran: [databaseOf(inputs), "master"],
  };
}

/** The role of a change that the integration did not have: somebody else's may be there. */
function bringsRole(olds: PropertyMap, news: PropertyMap): boolean {
  const { role } = settingsOf(news).impersonation;
  return role !== undefined && role !== settingsOf(olds).impersonation.role;
}

function change({ inputs: olds, adopted }: Known, inputs: PropertyMap, names: readonly string[]): Trace {
  const changed = names.map((name) => meanings[name]);
  const credentials = changed.includes("credentials");
  if (!isManual(inputs))
    return changed.includes("put")
      ? { ...nobody, calls: ["GET /integrations/{id}", "PUT /integrations/{id}", proof] }
      : nobody;
  if (!credentials && !changed.includes("put")) return nobody;
  const account = adopted === true || names.includes("username");
  return {
    calls: [
      "GET /integrations/{id}",
      ...(credentials ? ["POST /integrations/scripts/initial-create"] : []),
      "POST /integrations/{id}/scripts/edit",
      "GET /integrations/{id}",
      "PUT /integrations/{id}",
      proof,
    ],
    looks: [
      ...(account ? everywhere(inputs) : []),
      ...(bringsRole(olds, inputs) ? [databaseOf(inputs)] : []),
    ],
    ran: credentials ? everywhere(inputs) : [databaseOf(inputs)],
  };
}

const both = (one: Trace, other: Trace): Trace => ({
  calls: [...one.calls, ...other.calls],
  looks: [...one.looks, ...other.looks],
  ran: [...one.ran, ...other.ran],
});

/** What is known of an integration before a run. */
export interface Known {
  /** What the state says, drifts that a refresh found included. */
  inputs: PropertyMap;
  /** Not at Immuta, as the state says too: in manual setup the pool still holds what is ours. */
  missing?: boolean;
  /** No script of this resource ran since: whether the system account is Immuta's is not proven yet. */
  adopted?: boolean;
}

export interface Expected {
  operation: "create" | "update" | "replace" | "delete" | "same";
  trace: Trace;
  /** What comes at the end of the run, after all other integrations. */
  afterwards: Trace;
}

/** What a run does to one integration. */
export function expectedOf(known: Known | undefined, news: PropertyMap | undefined): Expected {
  const done = (operation: Expected["operation"], trace: Trace, afterwards = nobody): Expected => ({
    operation,
    trace,
    afterwards,
  });
  if (known === undefined) return done("create", news === undefined ? nobody : creation(news, true));
  const { inputs: olds, missing, adopted } = known;
  if (news === undefined) return done("delete", nobody, removal(known));
  const names = changedBetween(olds, news);
  if (names.some((name) => meanings[name] === "replace")) {
    const [gone, made] = [removal(known), creation(news, true)];
    // Immuta refuses a second integration on a host: the old one goes first.
    return olds["host"] === news["host"] ? done("replace", both(gone, made)) : done("replace", made, gone);
  }
  if (missing === true) return done("update", creation(news, adopted === true));
  if (names.length === 0) return done("same", nobody);
  return done("update", change(known, news, names));
}

/** Several integrations in the order of the program; what is removed goes last, the newest first. */
export function wholeOf(parts: readonly Expected[]): Trace {
  const first = parts.map(({ trace }) => trace).reduce(both, nobody);
  return parts.map(({ afterwards }) => afterwards).reduce(both, first);
}
