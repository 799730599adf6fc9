import type { dynamic } from "@pulumi/pulumi";
import { packageVersion, readConfiguration, type Configuration } from "../provider/configuration";
import { Circuit } from "../provider/immuta/circuit";
import { SharedList } from "../provider/immuta/shared-list";
import { resourceId } from "../provider/identity";
import type { Clock } from "../provider/immuta/wait";
import { Interruption, sleep } from "../provider/interruption";
import { resolvePassword } from "../provider/password-reference";
import type { Bag, Inputs } from "../provider/properties";
import { Semaphore } from "../provider/semaphore";
import { harmless } from "../provider/strangers";
import * as integration from "../provider/synapse-integration";
import { fileTrail, noTrail } from "../provider/trail";
import type { World } from "../provider/world";
import { SystemAccounts } from "./accounts";
import { Audience, isContext } from "./audience";
import { endWithEngine, heedCancel } from "./stop";

/**
 * What Pulumi's dynamic provider host loads: this module is the provider. It hands configuration, clients and the
 * reporter to the core, which knows nothing of Pulumi.
 */

let configuration: Configuration = readConfiguration(() => undefined);
let writes = new Semaphore(configuration.concurrency);
const interruption = new Interruption();
heedCancel(interruption);
endWithEngine(interruption);
const clock: Clock = { now: Date.now, sleep: (milliseconds) => sleep(milliseconds, interruption.stopped) };
const circuits = new Map<string, Circuit>();
const lists = new Map<string, SharedList>();
const audience = new Audience();
const systemAccounts = new SystemAccounts();

/** Kept synchronous: the host uses the provider before it awaits this. */
export function configure(request: dynamic.ConfigureRequest): Promise<void> {
  configuration = readConfiguration((name) => request.config.get(`immuta:${name}`));
  writes = new Semaphore(configuration.concurrency);
  return Promise.resolve();
}

export function check(olds: Bag, news: Bag): Promise<dynamic.CheckResult> {
  return told(async () => {
    const { __context: context, ...given } = program(news);
    const result = integration.check(program(olds), given);
    const { failures, inputs } = result;
    const shared = isContext(context) ? systemAccounts.claim(context.urn, inputs) : undefined;
    if (shared !== undefined) failures.push({ property: "", reason: shared });
    for (const failure of failures) failure.reason = harmless(failure.reason);
    if (failures.length === 0) {
      audience.remember(inputs, context);
      if (Object.keys(program(olds)).length === 0)
        await audience.preview(inputs, () => integration.announcementOfCreate(inputs));
    }
    return result;
  });
}

export function diff(id: string, olds: Bag, news: Bag): Promise<dynamic.DiffResult> {
  return told(async () => {
    const [before, after] = [program(olds), program(news)];
    const planned = integration.planOf(before, after);
    const result = integration.diff(id, before, after, planned);
    await audience.preview(after, () => integration.announcementOfChange(before, after, planned));
    return result;
  });
}

export function create(inputs: Bag): Promise<dynamic.CreateResult> {
  return written(inputs, async () => integration.create(inputsFrom(inputs), await world(inputs)));
}

export function read(id: string, props: Bag): Promise<dynamic.ReadResult> {
  return told(async () => {
    const { immuta, ...rest } = await world(props);
    return integration.read(id, program(props), { ...rest, immuta: listFor(immuta.tenant).sharedBy(immuta) });
  });
}

export function update(id: string, olds: Bag, news: Bag): Promise<dynamic.UpdateResult> {
  return written(news, async () =>
    integration.update(id, program(olds), inputsFrom(news), await world(news)),
  );
}

export { remove as delete };
function remove(_id: string, props: Bag): Promise<void> {
  return written(props, async () => {
    await integration.remove(program(props), await world(props));
  });
}

function listFor(tenant: string): SharedList {
  const list = lists.get(tenant) ?? new SharedList();
  lists.set(tenant, list);
  return list;
}

/** Without the provider's own text, which the engine keeps among the properties. */
function program(bag: Bag): Bag {
  const { __provider: _text, ...rest } = bag;
  return rest;
}

const inputsFrom = (bag: Bag): Inputs => program(bag) as Inputs;

/** The clients load when an operation needs them: a preview loads neither axios nor mssql. */
async function world(bag: Bag): Promise<World> {
  const { url, apiKey, from } = configuration.tenant();
  const { immutaClient } = await import("../provider/immuta/client.js");
  const reporter = audience.reporter(program(bag), resourceId(inputsFrom(bag)), configuration.debug);
  const applicationName = `pulumi-immuta/${packageVersion()}`;
  const { requestTimeout, auditLog } = configuration;
  const subject = audience.subject(program(bag)) ?? resourceId(inputsFrom(bag));
  const trail = auditLog === undefined ? noTrail : fileTrail(auditLog, subject);
  reporter.debug(
    `Immuta ${url.host}, named by the ${from === "environment" ? "environment (IMMUTA_URL)" : "stack's settings (immuta:url)"}`,
  );
  const circuit = circuits.get(url.host) ?? new Circuit();
  circuits.set(url.host, circuit);
  return {
    immuta: immutaClient({
      url,
      apiKey,
      userAgent: applicationName,
      reporter,
      trail,
      circuit,
      interruption,
      ...(requestTimeout === undefined ? {} : { requestTimeout }),
    }),
    runPhase: async (login, run, lines) => {
      const { runPhase } = await import("../provider/pool/run.js");
      await runPhase(login, run, lines, clock);
    },
    survey: async (login, sought, lines, acts) => {
      const { survey } = await import("../provider/pool/survey.js");
      return survey(login, sought, lines, acts, clock);
    },
    password: resolvePassword,
    configuration,
    reporter,
    trail,
    applicationName,
    clock,
    interruption,
  };
}

/** However many resources the engine hands over at once, only so many write. */
const written = <T>(bag: Bag, work: () => Promise<T>): Promise<T> =>
  told(() => writes.hold(() => withText(bag, work)));

/**
 * Pulumi's host puts the provider's text into what an operation returns, but not into the state that a failed one
 * leaves, which could then neither be refreshed nor destroyed.
 */
async function withText<T>(bag: Bag, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof integration.PartialState) error.properties["__provider"] = bag["__provider"];
    throw error;
  }
}

/** Characters of an error that are told: all, as far as its parts keep to their bounds. */
const longestError = 100_000;

/**
 * The host prints the stack of an error, twice; a user needs its message once, and with nothing in it that a terminal or
 * a pipeline obeys. Lines come before the end.
 */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    error.message = harmless(error.message, longestError);
    error.stack = configuration.debug ? harmless(error.stack ?? "", longestError) : "";
    if (error instanceof integration.PartialState)
      error.reasons.splice(0, Infinity, ...error.reasons.map((reason) => harmless(reason, longestError)));
    throw error;
  } finally {
    await audience.flushed();
  }
}
