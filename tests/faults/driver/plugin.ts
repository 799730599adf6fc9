import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { bagOf, clock, failureOf, portOf, type PropertyMap, root, startEngine, struct } from "./host";

const type = "immuta:index:SynapseIntegration";
export const urnOf = (name: string): string => `urn:pulumi:test::faults::${type}::${name}`;

export interface Details {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** Kind of each difference by its path; `output` where it is none of the inputs. */
  details: Record<string, string>;
}

interface Starting {
  env?: Readonly<Record<string, string>>;
  settings: PropertyMap;
  /** Name of the provider's resource. */
  name?: string;
  /** Whether it is to serve other runs as well; see again. */
  lasting?: boolean;
}

/**
 * The plugin as it is packed, in a process of its own, spoken to as the engine speaks to it, beside a server that takes its
 * lines in the engine's place. Properties are given and taken with the engine's marks around secrets.
 */
export class PluginHost {
  private printed = "";
  private runs = 0;
  /** Every answer, as it came. */
  private readonly answers: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private client: ResourceProviderClient,
    private readonly engine: grpc.Server,
    private readonly said: string[],
  ) {}

  static async start({
    env = {},
    settings,
    name = "default",
    lasting = false,
  }: Starting): Promise<PluginHost> {
    const said: string[] = [];
    const engine = await startEngine(said);
    const { PATH = "", HOME = "" } = process.env;
    const [program, ...args] = lasting
      ? [process.execPath, join(__dirname, "plugin-again.cjs"), engine.address]
      : [join(root, "plugin", "pulumi-resource-immuta"), engine.address];
    const child = spawn(program, args, {
      cwd: root,
      env: { PATH, HOME, NODE_OPTIONS: `--require ${clock}`, ...env },
      stdio: [lasting ? "pipe" : "ignore", "pipe", "pipe"],
    });
    const host = new PluginHost(child, clientOn(await portOf(child)), engine.server, said);
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (host.printed += chunk.toString("utf8")));
    await host.begin(settings, name);
    return host;
  }

  /** As if its process had been started anew, which takes fifty times as long. */
  async again(settings: PropertyMap): Promise<void> {
    const port = portOf(this.child);
    this.child.stdin?.write("again\n");
    this.client.close();
    this.client = clientOn(await port);
    await this.begin(settings, "default");
  }

  private async begin(settings: PropertyMap, name: string): Promise<void> {
    this.runs += 1;
    const urn = `urn:pulumi:test::faults::pulumi:providers:immuta::${name}`;
    const hello = new messages.ProviderHandshakeRequest().setConfigureWithUrn(true);
    await this.call<messages.ProviderHandshakeResponse>("handshake", (done) =>
      this.client.handshake(hello, done),
    );
    const { inputs, failures } = await this.checkConfig(settings);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    const request = new messages.ConfigureRequest().setArgs(struct(inputs)).setUrn(urn);
    await this.call<messages.ConfigureResponse>("configure", (done) => this.client.configure(request, done));
  }

  async checkConfig(settings: PropertyMap): Promise<{ inputs: PropertyMap; failures: string[] }> {
    const request = new messages.CheckRequest().setNews(struct(settings));
    const answer = await this.call<messages.CheckResponse>("checkConfig", (done) =>
      this.client.checkConfig(request, done),
    );
    return {
      inputs: bagOf(answer.getInputs()),
      failures: answer.getFailuresList().map((one) => one.getReason()),
    };
  }

  async diffConfig(olds: PropertyMap, news: PropertyMap): Promise<Details> {
    const request = new messages.DiffRequest().setOlds(struct(olds)).setNews(struct(news));
    return detailsOf(
      await this.call<messages.DiffResponse>("diffConfig", (done) => this.client.diffConfig(request, done)),
    );
  }

  async schema(): Promise<string> {
    const answer = await this.call<messages.GetSchemaResponse>("getSchema", (done) =>
      this.client.getSchema(new messages.GetSchemaRequest(), done),
    );
    return answer.getSchema();
  }

  async check(
    olds: PropertyMap,
    news: PropertyMap,
    name = "claims",
  ): Promise<{ inputs: PropertyMap; failures: string[] }> {
    const request = new messages.CheckRequest()
      .setUrn(urnOf(name))
      .setOlds(struct(olds))
      .setNews(struct(news));
    const answer = await this.call<messages.CheckResponse>("check", (done) =>
      this.client.check(request, done),
    );
    return {
      inputs: bagOf(answer.getInputs()),
      failures: answer.getFailuresList().map((one) => one.getReason()),
    };
  }

  async diff(id: string, olds: PropertyMap, news: PropertyMap, name = "claims"): Promise<Details> {
    const request = new messages.DiffRequest()
      .setUrn(urnOf(name))
      .setId(id)
      .setOlds(struct(olds))
      .setNews(struct(news));
    return detailsOf(
      await this.call<messages.DiffResponse>("diff", (done) => this.client.diff(request, done)),
    );
  }

  async create(
    properties: PropertyMap,
    preview = false,
    name = "claims",
  ): Promise<{ id: string; properties: PropertyMap }> {
    const request = new messages.CreateRequest()
      .setUrn(urnOf(name))
      .setProperties(struct(properties))
      .setPreview(preview);
    const answer = await this.call<messages.CreateResponse>("create", (done) =>
      this.client.create(request, done),
    );
    return { id: answer.getId(), properties: bagOf(answer.getProperties()) };
  }

  async read(
    id: string,
    properties: PropertyMap = {},
    inputs: PropertyMap = {},
    name = "claims",
  ): Promise<{ id: string; properties: PropertyMap; inputs: PropertyMap }> {
    const request = new messages.ReadRequest()
      .setUrn(urnOf(name))
      .setId(id)
      .setProperties(struct(properties))
      .setInputs(struct(inputs));
    const answer = await this.call<messages.ReadResponse>("read", (done) => this.client.read(request, done));
    return {
      id: answer.getId(),
      properties: bagOf(answer.getProperties()),
      inputs: bagOf(answer.getInputs()),
    };
  }

  async update(
    id: string,
    olds: PropertyMap,
    news: PropertyMap,
    preview = false,
    name = "claims",
  ): Promise<PropertyMap> {
    const request = new messages.UpdateRequest()
      .setUrn(urnOf(name))
      .setId(id)
      .setOlds(struct(olds))
      .setNews(struct(news))
      .setPreview(preview);
    const answer = await this.call<messages.UpdateResponse>("update", (done) =>
      this.client.update(request, done),
    );
    return bagOf(answer.getProperties());
  }

  async delete(id: string, properties: PropertyMap, name = "claims"): Promise<void> {
    const request = new messages.DeleteRequest()
      .setUrn(urnOf(name))
      .setId(id)
      .setProperties(struct(properties));
    await this.call<Empty>("delete", (done) => this.client.delete(request, done));
  }

  async invoke(name: string, args: PropertyMap): Promise<{ given: PropertyMap; failures: string[] }> {
    const request = new messages.InvokeRequest().setTok(`immuta:index:${name}`).setArgs(struct(args));
    const answer = await this.call<messages.InvokeResponse>("invoke", (done) =>
      this.client.invoke(request, done),
    );
    return {
      given: bagOf(answer.getReturn()),
      failures: answer.getFailuresList().map((one) => one.getReason()),
    };
  }

  async cancel(): Promise<void> {
    await this.call<Empty>("cancel", (done) => this.client.cancel(new Empty(), done));
  }

  /** Lines for the user since the last time. */
  takeSaid(): string[] {
    return this.said.splice(0);
  }

  /** What came on stdout and stderr behind the port. */
  get written(): string {
    return this.printed;
  }

  /** Every answer that was given, without what stands in marks of secrets, and every error and line. */
  get plain(): string {
    return [this.printed, ...this.answers, ...this.said].join("\n");
  }

  get id(): number {
    return this.child.pid ?? 0;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Runs served so far. */
  get served(): number {
    return this.runs;
  }

  /** What anybody may have read of it since the last time. */
  takeWritten(): string[] {
    const { plain } = this;
    this.printed = "";
    this.answers.length = 0;
    this.said.length = 0;
    return [plain];
  }

  /** The engine ends without a word. */
  loseEngine(): void {
    this.client.close();
    this.engine.forceShutdown();
  }

  async kill(): Promise<void> {
    if (this.alive) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await gone;
    }
    this.loseEngine();
  }

  private call<T extends { toObject(): object }>(
    name: string,
    send: (done: grpc.requestCallback<T>) => unknown,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      send((error, answer) => {
        if (error === null && answer !== undefined) {
          this.answers.push(JSON.stringify(withoutSecrets(plainOf(answer))));
          resolve(answer);
        } else {
          const failure = failureOf(name, error);
          this.answers.push(failure.message);
          const partial = (failure as { partial?: { properties: PropertyMap } }).partial;
          if (partial !== undefined) this.answers.push(JSON.stringify(withoutSecrets(partial)));
          reject(failure);
        }
      });
    });
  }
}

const clientOn = (port: number): ResourceProviderClient =>
  new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

/** A message's structs as the maps that they are. */
function plainOf(answer: object): unknown {
  const maps = ["getProperties", "getInputs", "getReturn"].flatMap((getter) => {
    const get: unknown = (answer as Record<string, unknown>)[getter];
    return typeof get === "function" ? [bagOf(get.call(answer) as Parameters<typeof bagOf>[0])] : [];
  });
  const lists = ["getFailuresList", "getDiffsList"].flatMap((getter) => {
    const get: unknown = (answer as Record<string, unknown>)[getter];
    return typeof get === "function" ? [String(get.call(answer))] : [];
  });
  return [maps, lists];
}

const signature = "4dabf18193072939515e22adb298388d";

/** A value as the engine sends it when it is a secret. */
export const secret = (value: unknown): PropertyMap => ({
  [signature]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]));
}

const kindNames = Object.fromEntries(
  Object.entries(messages.PropertyDiff.Kind).map(([name, kind]) => [
    kind,
    name.toLowerCase().replace("_", " "),
  ]),
);

function detailsOf(answer: messages.DiffResponse): Details {
  const details: Record<string, string> = {};
  answer.getDetaileddiffMap().forEach((diff, path) => {
    details[path] = `${kindNames[diff.getKind()] ?? ""}${diff.getInputdiff() ? "" : " output"}`;
  });
  return {
    changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: answer.getReplacesList(),
    deleteBeforeReplace: answer.getDeletebeforereplace(),
    details,
  };
}
