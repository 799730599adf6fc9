import {
  status,
  Metadata,
  type handleUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { type IResourceProviderServer, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import {
  type Announcement,
  integration,
  packageVersion,
  type PropertyMap,
  secretPaths,
  secretSettings,
} from "..";
import type { Provider, Subject } from "../face/provider";
import { type Detail, detailsOf } from "./detailed-diff";
import { functions } from "./functions";
import { changedSettings, precedenceOf, refusalsOf, settingsOf } from "./settings";
import { type Path, unwrapped, wrapped } from "./wire";

type Served = Pick<
  IResourceProviderServer,
  | "getSchema"
  | "getPluginInfo"
  | "handshake"
  | "attach"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "cancel"
  | "invoke"
>;

/** The engine's calls, in the order in which they come: messages on the outside, the core's maps on the inside. */
export function serviceOf(provider: Provider, schema: () => string): Served {
  /** What diff found of a resource: create and update, which may follow, say it in a preview. */
  const verdicts = new Map<string, () => Announcement | undefined>();

  /** Secrets are kept out of all texts from here on. What the dynamic face left in a state is none of the program's. */
  const received = (struct: Struct | undefined): { map: PropertyMap; secrets: Path[] } => {
    const { plain, secrets, texts } = unwrapped(struct?.toJavaScript() ?? {});
    const { __provider: _text, ...map } = plain;
    provider.keep(...texts);
    return { map: provider.known(map), secrets };
  };

  const announce = (urn: string, otherwise: () => Announcement | undefined): Promise<void> =>
    provider.voice.announce(urn, verdicts.get(urn) ?? otherwise);

  /** An operation whose failure may leave a state, in which the same is secret. */
  const operating = async <T>(secrets: readonly Path[], work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof integration.PartialState ? new LeftBehind(error, secrets) : error;
    }
  };

  const served = <Request, Answer>(
    work: (request: Request) => Answer | Promise<Answer>,
  ): handleUnaryCall<Request, Answer> => unary((request) => provider.guarded(() => work(request)));

  return {
    getSchema: served(() => new messages.GetSchemaResponse().setSchema(schema())),

    getPluginInfo: served(() => new PluginInfo().setVersion(packageVersion())),

    handshake: served(() => new messages.ProviderHandshakeResponse().setAcceptSecrets(true)),

    // Of debuggers alone: the engine says nothing else this way.
    attach: served(() => new Empty()),

    checkConfig: served((request: messages.CheckRequest) => {
      const { plain, secrets, texts } = unwrapped(request.getNews()?.toJavaScript() ?? {});
      provider.keep(...texts, ...secretSettings.map((name) => plain[name]));
      return new messages.CheckResponse()
        .setInputs(sent(plain, [...secrets, ...secretSettings.map((name) => [name])]))
        .setFailuresList(refusalsOf(plain).map((reason) => failure(provider.told(reason))));
    }),

    diffConfig: served((request: messages.DiffRequest) => {
      const [olds, news] = [request.getOldInputs() ?? request.getOlds(), request.getNews()].map(
        (struct) => unwrapped(struct?.toJavaScript() ?? {}).plain,
      );
      const changed = changedSettings(olds ?? {}, news ?? {});
      return answered(
        new Map(changed.map((name) => [name, { kind: "update", replace: false, input: true }])),
      );
    }),

    configure: served((request: messages.ConfigureRequest) => {
      const { plain, texts } = unwrapped(request.getArgs()?.toJavaScript() ?? {});
      provider.keep(...texts, ...secretSettings.map((name) => plain[name]));
      provider.configure(settingsOf(plain), precedenceOf(request.getUrn() ?? ""));
      return new messages.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),

    check: served((request: messages.CheckRequest) => {
      const news = received(request.getNews());
      const { map: olds } = received(request.getOlds());
      const { inputs, failures } = provider.check(olds, news.map, request.getUrn());
      return new messages.CheckResponse()
        .setInputs(sent(inputs, secretsOf(news)))
        .setFailuresList(failures.map(({ reason }) => failure(reason)));
    }),

    diff: served((request: messages.DiffRequest) => {
      const { map: olds } = received(request.getOlds());
      const { map: news } = received(request.getNews());
      const urn = request.getUrn();
      const verdict = provider.diff(request.getId(), olds, news, urn);
      verdicts.set(urn, verdict.announcement);
      return answered(detailsOf(verdict, olds, news), verdict);
    }),

    create: served((request: messages.CreateRequest) => {
      const inputs = received(request.getProperties());
      const secrets = secretsOf(inputs);
      return operating(secrets, async () => {
        const answer = new messages.CreateResponse();
        if (request.getPreview()) {
          await announce(request.getUrn(), () => provider.announcementOfCreate(inputs.map));
          return answer.setProperties(sent(integration.previewed(inputs.map), secrets));
        }
        const { id, outs } = await provider.create(inputs.map, subject(request.getUrn()));
        return answer.setId(id).setProperties(sent(outs, secrets));
      });
    }),

    read: served(async (request: messages.ReadRequest) => {
      const outputs = received(request.getProperties());
      const secrets = secretsOf(outputs, received(request.getInputs()));
      const isKnown = outputs.map["stateFormat"] !== undefined;
      const { id, props, inputs } = isKnown
        ? await provider.read(request.getId(), outputs.map, subject(request.getUrn()))
        : await provider.importExisting(request.getId(), subject(request.getUrn()));
      const answer = new messages.ReadResponse().setId(id);
      return id === "" ? answer : answer.setProperties(sent(props, secrets)).setInputs(sent(inputs, secrets));
    }),

    update: served((request: messages.UpdateRequest) => {
      const { map: olds } = received(request.getOlds());
      const news = received(request.getNews());
      const secrets = secretsOf(news);
      return operating(secretsOf(news, received(request.getOlds())), async () => {
        const answer = new messages.UpdateResponse();
        if (request.getPreview()) {
          await announce(request.getUrn(), () => provider.announcementOfChange(olds, news.map));
          return answer.setProperties(sent(integration.previewed(news.map, olds), secrets));
        }
        const urn = request.getUrn();
        const { outs } = await provider.update(request.getId(), olds, news.map, subject(urn));
        return answer.setProperties(sent(outs, secrets));
      });
    }),

    delete: served(async (request: messages.DeleteRequest) => {
      await provider.remove(received(request.getProperties()).map, subject(request.getUrn()));
      return new Empty();
    }),

    // At the end of every run, too: then there is nothing to stop.
    cancel: served(() => {
      provider.interruption.stop("Pulumi was told to (Ctrl-C, SIGINT or SIGTERM)");
      return new Empty();
    }),

    invoke: served(async (request: messages.InvokeRequest) => {
      const token = request.getTok();
      const called = Object.hasOwn(functions, token) ? functions[token] : undefined;
      if (called === undefined) throw new Error(`${token}: there is no such function.`);
      const args = received(request.getArgs());
      const answer = new messages.InvokeResponse();
      try {
        const { immuta, configuration } = provider.portsFor(token.replace(/.*:/, ""));
        const given = await provider.guarded(() => called.run(immuta, args.map, configuration.contract()));
        return answer.setReturn(sent({ ...given }, called.secrets(given)));
      } catch (error) {
        return answer.setFailuresList([failure(error instanceof Error ? error.message : String(error))]);
      }
    }),
  };
}

const subject = (urn: string): Subject => ({ urn, row: urn });

const alwaysSecret: readonly Path[] = secretPaths.map((path) => path.split("."));

/** What the program calls secret, and what the table does: an SDK marks no field of an object by itself. */
const secretsOf = (...maps: readonly { secrets: Path[] }[]): Path[] => [
  ...alwaysSecret,
  ...maps.flatMap(({ secrets }) => secrets),
];

const sent = (map: PropertyMap, secrets: readonly Path[]): Struct =>
  Struct.fromJavaScript(wrapped(map, secrets) as Record<string, JavaScriptValue>);

/** Names no property: the engine would print its value. */
const failure = (reason: string): messages.CheckFailure => new messages.CheckFailure().setReason(reason);

const { Kind } = messages.PropertyDiff;
const kinds = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

function answered(
  details: ReadonlyMap<string, Detail>,
  {
    changes = details.size > 0,
    replaces = [],
    deleteBeforeReplace = false,
  }: Partial<integration.DiffResult> = {},
): messages.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const answer = new messages.DiffResponse()
    .setChanges(changes ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...new Set([...details.keys()].map((path) => path.split(".")[0] ?? ""))])
    .setReplacesList(replaces)
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const [path, { kind, replace, input }] of details) {
    const [plain, replacing] = kinds[kind];
    const diff = new messages.PropertyDiff().setKind(replace ? replacing : plain).setInputdiff(input);
    answer.getDetaileddiffMap().set(path, diff);
  }
  return answer;
}

/** A failed operation that left a state. */
class LeftBehind extends Error {
  readonly metadata = new Metadata();

  constructor({ id, message, properties, reasons }: integration.PartialState, secrets: readonly Path[]) {
    super(message);
    const detail = new messages.ErrorResourceInitFailed()
      .setId(id)
      .setProperties(sent(properties, secrets))
      .setReasonsList(reasons);
    const any = new Any();
    any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const details = new Status().setCode(status.UNKNOWN).setMessage(message);
    details.addDetails(any);
    this.metadata.set("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  }
}

/** A call as gRPC serves it. */
function unary<Request, Answer>(
  work: (request: Request) => Answer | Promise<Answer>,
): handleUnaryCall<Request, Answer> {
  const serve = async (request: Request, done: sendUnaryData<Answer>): Promise<void> => {
    try {
      done(null, await work(request));
    } catch (error) {
      // Its stack is there where somebody asked for it.
      const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
      done({
        code: status.UNKNOWN,
        details: stack === "" ? message : stack,
        ...(error instanceof LeftBehind ? { metadata: error.metadata } : {}),
      });
    }
  };
  return ({ request }, done) => void serve(request, done);
}

/** For calls of the protocol that are not served. */
export function unserved(): UntypedServiceImplementation {
  const refuse: handleUnaryCall<unknown, unknown> = (_call, done) => {
    done({ code: status.UNIMPLEMENTED });
  };
  return Object.fromEntries(Object.keys(ResourceProviderService).map((name) => [name, refuse]));
}
