import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

export type PropertyMap = Record<string, unknown>;

export const root = join(__dirname, "..", "..", "..");

/** What a create or update that failed half way leaves. */
export interface Partial {
  id: string;
  properties: PropertyMap;
  reasons: string[];
}

/** A call that the provider answered with an error, as the engine receives it. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  constructor(
    readonly call: string,
    message: string,
    readonly partial: Partial | undefined,
  ) {
    super(message);
  }

  /** What the engine prints of it: the reasons of a partial state, or the message. */
  get shown(): string {
    return this.partial === undefined ? this.message : this.partial.reasons.join("\n");
  }
}

/** The process that served the calls is gone. */
export class HostDied extends Error {
  override readonly name = "HostDied";
}

export interface CheckAnswer {
  inputs: PropertyMap;
  failures: string[];
}

export interface DiffAnswer {
  changes: boolean;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface ReadAnswer {
  id: string;
  properties: PropertyMap;
  inputs: PropertyMap | undefined;
}

const pulumiOf = (folder: string): string =>
  dirname(createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/package.json"));

/** Preloaded into the process of the provider. */
export const clock = join(root, "tests", "hurried-clock.cjs");

/**
 * Pulumi's own host of dynamic providers in a process of its own, spoken to as the engine speaks to it, beside a
 * server that takes its lines in the engine's place.
 */
export class ProviderHost {
  /** What came on stdout and stderr. */
  private printed = "";
  private phases = 0;
  private ended = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly engine: grpc.Server,
    /** Lines for the user, as the engine would show them. */
    private readonly said: string[],
  ) {}

  /**
   * `env`: what the process has beside PATH and HOME. `folder`: where the provider is installed, `pulumi`: Pulumi's
   * folder there, where Node does not find it, and `node`: what runs them; this repository and this Node by default.
   */
  static async start(
    env: Readonly<Record<string, string>>,
    { folder = root, node = process.execPath, pulumi = pulumiOf(folder) } = {},
  ): Promise<ProviderHost> {
    const said: string[] = [];
    const engine = await startEngine(said);
    const script = join(pulumi, "cmd", "dynamic-provider");
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(node, ["--require", clock, script, engine.address], {
      cwd: folder,
      env: { PATH, HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const port = await portOf(child);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.enable_retries": 0,
    });
    const host = new ProviderHost(child, client, engine.server, said);
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        host.printed += chunk.toString("utf8");
      });
    child.once("exit", () => {
      host.ended = true;
    });
    return host;
  }

  get id(): number {
    return this.child.pid ?? 0;
  }

  /** Phases served so far. */
  get served(): number {
    return this.phases;
  }

  /** Lines for the user, and what was printed, since the last time. */
  takeWritten(): string[] {
    const { printed } = this;
    this.printed = "";
    return [...this.said.splice(0), printed];
  }

  get alive(): boolean {
    return !this.ended;
  }

  /**
   * A preview, update or refresh begins: the engine starts a process for each, so the modules that keep
   * something between calls, all of them in the faces, are loaded anew. Gives the provider's text for the resources of this phase.
   */
  async phase(config: Readonly<Record<string, string>>): Promise<string> {
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({ ...config }));
    await this.call<messages.ConfigureResponse>("configure", (done) => this.client.configure(request, done));
    this.phases += 1;
    return `exports.handler=()=>{/* ${this.phases} */${fresh}return require("pulumi-immuta/provider")}`;
  }

  async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckAnswer> {
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    const answer = await this.call<messages.CheckResponse>("check", (done) =>
      this.client.check(request, done),
    );
    return {
      inputs: bagOf(answer.getInputs()),
      failures: answer.getFailuresList().map((failure) => failure.getReason()),
    };
  }

  async diff(urn: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<DiffAnswer> {
    const request = new messages.DiffRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    const answer = await this.call<messages.DiffResponse>("diff", (done) => this.client.diff(request, done));
    return {
      changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(urn: string, properties: PropertyMap): Promise<{ id: string; properties: PropertyMap }> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(properties));
    const answer = await this.call<messages.CreateResponse>("create", (done) =>
      this.client.create(request, done),
    );
    return { id: answer.getId(), properties: bagOf(answer.getProperties()) };
  }

  async read(urn: string, id: string, properties: PropertyMap): Promise<ReadAnswer> {
    const request = new messages.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(struct(properties));
    const answer = await this.call<messages.ReadResponse>("read", (done) => this.client.read(request, done));
    const inputs = answer.getInputs();
    return {
      id: answer.getId(),
      properties: bagOf(answer.getProperties()),
      inputs: inputs === undefined ? undefined : bagOf(inputs),
    };
  }

  async update(urn: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const request = new messages.UpdateRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    const answer = await this.call<messages.UpdateResponse>("update", (done) =>
      this.client.update(request, done),
    );
    return bagOf(answer.getProperties());
  }

  async delete(urn: string, id: string, properties: PropertyMap): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(struct(properties));
    await this.call<Empty>("delete", (done) => this.client.delete(request, done));
  }

  /** The engine was told to stop. */
  async cancel(): Promise<void> {
    await this.call<Empty>("cancel", (done) => this.client.cancel(new Empty(), done));
  }

  /** kill -9. */
  async kill(): Promise<void> {
    if (!this.ended) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await gone;
    }
    this.client.close();
    this.engine.forceShutdown();
  }

  private call<T>(name: string, send: (done: grpc.requestCallback<T>) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      send((error, answer) => {
        if (error === null && answer !== undefined) resolve(answer);
        else reject(failureOf(name, error));
      });
    });
  }
}

/** Forgets the modules that keep something from one call to the next. */
const fresh =
  `const {join,sep}=require("path");` +
  `const own=["dynamic","face"].map((name)=>join(process.cwd(),"dist","provider",name)+sep);` +
  `for(const name of Object.keys(require.cache))if(own.some((folder)=>name.startsWith(folder)))delete require.cache[name];`;

export function failureOf(call: string, error: grpc.ServiceError | null): Error {
  if (error === null) return new Error(`${call}: no answer and no error`);
  if (error.code === grpc.status.UNAVAILABLE || error.code === grpc.status.CANCELLED)
    return new HostDied(`${call}: ${error.details}`);
  return new CallFailed(call, error.details, partialIn(error));
}

function partialIn({ metadata }: grpc.ServiceError): Partial | undefined {
  const [details] = metadata.get("grpc-status-details-bin");
  if (details === undefined || typeof details === "string") return undefined;
  const [any] = Status.deserializeBinary(details).getDetailsList();
  if (any === undefined) return undefined;
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  return {
    id: failed.getId(),
    properties: bagOf(failed.getProperties()),
    reasons: failed.getReasonsList(),
  };
}

export const struct = (map: PropertyMap): Struct =>
  Struct.fromJavaScript(map as Record<string, JavaScriptValue>);
export const bagOf = (value: Struct | undefined): PropertyMap => value?.toJavaScript() ?? {};

export async function startEngine(said: string[]): Promise<{ server: grpc.Server; address: string }> {
  const server = new grpc.Server();
  const log: grpc.handleUnaryCall<LogRequest, Empty> = ({ request }, done) => {
    said.push(request.getMessage());
    done(null, new Empty());
  };
  const unimplemented: grpc.handleUnaryCall<unknown, unknown> = (_call, done) => {
    done({ code: grpc.status.UNIMPLEMENTED });
  };
  const methods = Object.fromEntries(Object.keys(EngineService).map((name) => [name, unimplemented]));
  server.addService(EngineService, {
    ...methods,
    log: log as grpc.handleUnaryCall<unknown, unknown>,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { server, address: `127.0.0.1:${port}` };
}

/** The process of a provider prints its port first. */
export function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    const note = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
    };
    const ended = (): void => {
      reject(new Error(`the provider's process ended: ${text}`));
    };
    const listen = (chunk: Buffer): void => {
      note(chunk);
      const [, port] = /^(\d+)\r?\n/.exec(text) ?? [];
      if (port === undefined) return;
      child.stdout?.off("data", listen);
      child.stderr?.off("data", note);
      child.off("exit", ended);
      resolve(Number(port));
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", note);
    child.once("exit", ended);
  });
}
