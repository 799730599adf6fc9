import { integration, type PropertyMap } from "..";
import type { dynamic } from "@pulumi/pulumi";
import { cacheCompiled } from "../face/compile-cache";
import { engineLog } from "../face/engine-log";
import { Provider, type Subject } from "../face/provider";
import { endWithEngine } from "../face/stop";
import { Audience, isContext } from "./audience";
import { currentUrn, watchCalls } from "./calls";
import { protocol } from "./protocol";

/** What Pulumi's dynamic provider host loads: this module is the provider. */

const provider = new Provider(engineLog(protocol));
cacheCompiled();
const audience = new Audience(provider.voice);
watchCalls(() => {
  provider.interruption.stop("Pulumi was told to (Ctrl-C, SIGINT or SIGTERM)");
});
endWithEngine(provider.interruption);

/** Kept synchronous: the host uses the provider before it awaits this. */
export function configure(request: dynamic.ConfigureRequest): Promise<void> {
  provider.configure((name) => request.config.get(`immuta:${name}`));
  return Promise.resolve();
}

export function check(olds: PropertyMap, news: PropertyMap): Promise<dynamic.CheckResult> {
  return provider.guarded(async () => {
    const { __context: context, ...given } = program(news);
    const before = program(olds);
    const result = provider.check(before, given, isContext(context) ? context.urn : undefined);
    const { failures, inputs } = result;
    if (failures.length === 0) {
      audience.remember(inputs, context);
      if (Object.keys(before).length === 0)
        await audience.preview(inputs, () => provider.announcementOfCreate(inputs));
    }
    return result;
  });
}

export function diff(id: string, olds: PropertyMap, news: PropertyMap): Promise<dynamic.DiffResult> {
  return provider.guarded(async () => {
    const after = program(news);
    const verdict = provider.diff(id, program(olds), after, currentUrn());
    await audience.preview(after, verdict.announcement);
    const { changes, replaces, deleteBeforeReplace } = verdict;
    return { changes, replaces, deleteBeforeReplace };
  });
}

export function create(inputs: PropertyMap): Promise<dynamic.CreateResult> {
  return withText(inputs, () => provider.create(program(inputs), subject(inputs)));
}

export function read(id: string, props: PropertyMap): Promise<dynamic.ReadResult> {
  return provider.read(id, program(props), subject(props));
}

export function update(id: string, olds: PropertyMap, news: PropertyMap): Promise<dynamic.UpdateResult> {
  return withText(news, () => provider.update(id, program(olds), program(news), subject(news)));
}

export { remove as delete };
function remove(_id: string, props: PropertyMap): Promise<void> {
  return provider.remove(program(props), subject(props));
}

/** Without the provider's own text, which the engine keeps among the properties. */
function program(map: PropertyMap): PropertyMap {
  const { __provider: _text, ...rest } = map;
  return provider.known(rest);
}

const subject = (map: PropertyMap): Subject => ({ urn: currentUrn(), row: audience.row(map) });

/**
 * Pulumi's host puts the provider's text into what an operation returns, but not into the state that a failed one
 * leaves, which could then neither be refreshed nor destroyed.
 */
async function withText<T>(map: PropertyMap, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof integration.PartialState) error.properties["__provider"] = map["__provider"];
    throw error;
  }
}
