import {
  readConfiguration,
  type Configuration,
  resourceId,
  Interruption,
  type PropertyMap,
  type Inputs,
  harmless,
  withCode,
  secretPaths,
  isPropertyMap,
  valueAt,
  type Ports,
  type Asking,
  Wiring,
  integration,
} from "..";
import type { dynamic } from "@pulumi/pulumi";
import { Semaphore } from "./semaphore";
import { Claims } from "./accounts";
import { Audience, isContext } from "./audience";
import { currentUrn, watchCalls } from "./calls";
import { endWithEngine } from "./stop";

/**
 * What Pulumi's dynamic provider host loads: this module is the provider. It hands configuration, clients and the
 * reporter to the core, which knows nothing of Pulumi.
 */

let configuration: Configuration = readConfiguration(() => undefined);
let writes = new Semaphore(configuration.concurrency);
const interruption = new Interruption();
watchCalls(() => {
  interruption.stop("Pulumi was told to (Ctrl-C, SIGINT or SIGTERM)");
});
endWithEngine(interruption);
const wiring = new Wiring(interruption);
const audience = new Audience((text) => wiring.secrets.mask(text));
const claims = new Claims();

/** Kept synchronous: the host uses the provider before it awaits this. */
export function configure(request: dynamic.ConfigureRequest): Promise<void> {
  configuration = readConfiguration((name) => request.config.get(`immuta:${name}`));
  writes = new Semaphore(configuration.concurrency);
  wiring.holdings.forget();
  return Promise.resolve();
}

export function check(olds: PropertyMap, news: PropertyMap): Promise<dynamic.CheckResult> {
  return told(async () => {
    const { __context: context, ...given } = program(news);
    const before = program(olds);
    const contract = configuration.contract();
    const result = integration.check(before, given, configuration.sqlAdministrator.username);
    const { failures, inputs } = result;
    const claimed = isContext(context) ? claims.claim(context.urn, inputs, contract) : undefined;
    if (claimed !== undefined) failures.push({ property: "", reason: claimed });
    for (const failure of failures) failure.reason = harmless(wiring.secrets.mask(failure.reason));
    if (failures.length === 0) {
      audience.remember(inputs, context);
      if (Object.keys(before).length === 0)
        await audience.preview(inputs, () => integration.announcementOfCreate(inputs, contract));
    }
    return result;
  });
}

export function diff(id: string, olds: PropertyMap, news: PropertyMap): Promise<dynamic.DiffResult> {
  return told(async () => {
    const [before, after] = [program(olds), program(news)];
    const contract = configuration.contract();
    const planned = integration.planOf(before, after, contract);
    const result = integration.diff(id, before, after, planned, configuration);
    integration.keeps(result, before, wiring.holdings, currentUrn());
    await audience.preview(after, () => integration.announcementOfChange(before, after, planned, contract));
    return result;
  });
}

export function create(inputs: PropertyMap): Promise<dynamic.CreateResult> {
  return written(inputs, async () => {
    const { id, outs } = await integration.create(inputsFrom(inputs), ports(inputs));
    return { id, outs: tellable(outs) };
  });
}

export function read(id: string, props: PropertyMap): Promise<dynamic.ReadResult> {
  return told(async () => {
    const state = await integration.read(id, program(props), wiring.portsForRead(asking(props)));
    return { ...state, props: tellable(state.props) };
  });
}

export function update(id: string, olds: PropertyMap, news: PropertyMap): Promise<dynamic.UpdateResult> {
  return written(news, async () => {
    const { outs } = await integration.update(id, program(olds), inputsFrom(news), ports(news));
    return { outs: tellable(outs) };
  });
}

/** What Immuta said of an integration goes into the state in plain text. */
function tellable(outputs: PropertyMap): PropertyMap {
  const masked = (value: unknown): unknown => {
    if (typeof value === "string") return wiring.secrets.mask(value);
    if (Array.isArray(value)) return value.map(masked);
    return isPropertyMap(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]))
      : value;
  };
  for (const name of ["status", "validation"] as const)
    if (outputs[name] !== undefined) outputs[name] = masked(outputs[name]);
  return outputs;
}

export { remove as delete };
function remove(_id: string, props: PropertyMap): Promise<void> {
  return written(props, async () => {
    await integration.remove(program(props), ports(props));
  });
}

/** Without the provider's own text, which the engine keeps among the properties. */
function program(map: PropertyMap): PropertyMap {
  const { __provider: _text, ...rest } = map;
  wiring.secrets.add(...secretPaths.map((path) => valueAt(rest, path)));
  return rest;
}

const inputsFrom = (map: PropertyMap): Inputs => program(map) as Inputs;

const asking = (map: PropertyMap): Asking => {
  const inputs = inputsFrom(map);
  const urn = currentUrn();
  const place = resourceId(inputs);
  return {
    configuration,
    reporter: audience.reporter(inputs, place, configuration.debug),
    subject: audience.subject(inputs) ?? place,
    ...(urn === undefined ? {} : { urn }),
  };
};

const ports = (map: PropertyMap): Ports => wiring.ports(asking(map));

/** However many resources the engine hands over at once, only so many write. */
const written = <T>(map: PropertyMap, work: () => Promise<T>): Promise<T> =>
  told(() => writes.hold(() => withText(map, work)));

/**
 * Pulumi's host puts the provider's text into what an operation returns, but not into the state that a failed one
 * leaves, which could then neither be refreshed nor destroyed.
 */
async function withText<T>(map: PropertyMap, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof integration.PartialState)
      tellable(error.properties)["__provider"] = map["__provider"];
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
    error.message = harmless(wiring.secrets.mask(withCode(error)), longestError);
    error.stack = configuration.debug ? harmless(wiring.secrets.mask(error.stack ?? ""), longestError) : "";
    if (error instanceof integration.PartialState) error.reasons.splice(0, Infinity, error.message);
    throw error;
  } finally {
    await audience.flushed();
  }
}
