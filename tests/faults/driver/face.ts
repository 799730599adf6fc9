import { type CheckAnswer, type DiffAnswer, type PropertyMap, ProviderHost, type ReadAnswer } from "./host";
import { PluginHost, secret, withoutSecrets } from "./plugin";

/** What one run of the engine asks of the provider, by the names of resources. */
export interface Calls {
  /** Whether a preview asks create and update as well. */
  readonly previews: boolean;
  check(name: string, olds: PropertyMap, news: PropertyMap, preview: boolean): Promise<CheckAnswer>;
  diff(name: string, id: string, outputs: PropertyMap, news: PropertyMap): Promise<DiffAnswer>;
  create(
    name: string,
    inputs: PropertyMap,
    preview?: boolean,
  ): Promise<{ id: string; properties: PropertyMap }>;
  read(name: string, id: string, outputs: PropertyMap, inputs: PropertyMap): Promise<ReadAnswer>;
  update(
    name: string,
    id: string,
    outputs: PropertyMap,
    news: PropertyMap,
    preview?: boolean,
  ): Promise<PropertyMap>;
  delete(name: string, id: string, outputs: PropertyMap): Promise<void>;
  /** Throws an error where the engine could not go on with such outputs. */
  requireWhole(outputs: PropertyMap): void;
}

/** A process of the provider. */
export interface Process {
  readonly id: number;
  readonly alive: boolean;
  /** Runs that it served. */
  readonly served: number;
  takeWritten(): string[];
  kill(): Promise<void>;
}

interface Parts<P extends Process> {
  start: (env: Readonly<Record<string, string>>) => Promise<P>;
  /** A process is exchanged after so many runs: what each run loads anew stays in its memory. */
  runsOfOneProcess: number;
  begin: (process: P, config: Readonly<Record<string, string>>) => Promise<Calls>;
  /** What is kept, without what the engine encrypts in it. */
  readable: (kept: unknown) => unknown;
}

/** A process that shows a face. */
export interface Started {
  process: Process;
  /** A run begins, with these settings of the stack. */
  begin(config: Readonly<Record<string, string>>): Promise<Calls>;
}

/** What the provider shows the engine of itself. */
export interface Face extends Pick<Parts<Process>, "runsOfOneProcess" | "readable"> {
  start(env: Readonly<Record<string, string>>): Promise<Started>;
}

const faceOf = <P extends Process>({ start, begin, ...parts }: Parts<P>): Face => ({
  ...parts,
  start: async (env) => {
    const process = await start(env);
    return { process, begin: (config) => begin(process, config) };
  },
});

const dynamicUrn = (name: string): string =>
  `urn:pulumi:test::faults::pulumi-nodejs:dynamic/immuta:SynapseIntegration::${name}`;

const dynamic = faceOf({
  start: (env) => ProviderHost.start(env),
  // Each run loads the provider anew, and every promise of the process then pays for all of them.
  runsOfOneProcess: 50,
  begin: async (host, config) => {
    const text = await host.phase(config);
    /** The text of this run in place of the one that a resource was stored with. */
    const own = (map: PropertyMap): PropertyMap =>
      Object.keys(map).length === 0 ? {} : { ...map, __provider: text };
    return {
      previews: false,
      check: (name, olds, news, preview) => {
        const urn = dynamicUrn(name);
        return host.check(urn, own(olds), { ...news, __provider: text, __context: { urn, preview } });
      },
      diff: (name, id, outputs, news) => host.diff(dynamicUrn(name), id, own(outputs), news),
      create: (name, inputs) => host.create(dynamicUrn(name), inputs),
      read: (name, id, outputs) => host.read(dynamicUrn(name), id, own(outputs)),
      update: (name, id, outputs, news) => host.update(dynamicUrn(name), id, own(outputs), news),
      delete: (name, id, outputs) => host.delete(dynamicUrn(name), id, own(outputs)),
      requireWhole: (outputs) => {
        if (typeof outputs["__provider"] !== "string")
          throw new Error("the provider's text is missing among the outputs: no refresh, no destroy");
      },
    };
  },
  /** An output is encrypted where the input of the same name is secret: password, and bootstrap as a whole. */
  readable: (kept) =>
    JSON.parse(JSON.stringify(kept), (name, value: unknown) =>
      name === "password" || name === "bootstrap" ? "encrypted" : value,
    ) as unknown,
});

const plugin = faceOf({
  start: (env) => PluginHost.start({ env, settings: {}, lasting: true }),
  runsOfOneProcess: 300,
  begin: async (host, config) => {
    const settings = Object.entries(config).map(([name, value]) => [name.replace(/^immuta:/, ""), value]);
    await host.again(Object.fromEntries(settings) as PropertyMap);
    return {
      previews: true,
      // The schema has the SDKs mark it.
      check: (name, olds, { password, ...news }) =>
        host.check(olds, password === undefined ? news : { ...news, password: secret(password) }, name),
      diff: (name, id, outputs, news) => host.diff(id, outputs, news, name),
      create: (name, inputs, preview) => host.create(inputs, preview, name),
      read: (name, id, outputs, inputs) => host.read(id, outputs, inputs, name),
      update: (name, id, outputs, news, preview) => host.update(id, outputs, news, preview, name),
      delete: (name, id, outputs) => host.delete(id, outputs, name),
      requireWhole: () => undefined,
    };
  },
  readable: withoutSecrets,
});

export const faces = { dynamic, plugin };
export type FaceName = keyof typeof faces;
