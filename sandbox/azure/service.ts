/** The gRPC service behind the port that the engine attaches to in place of the azure-native plugin. */
import type { handleUnaryCall, ServiceError, UntypedServiceImplementation } from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import provider from "@pulumi/pulumi/proto/provider_pb";
import type { Empty as EmptyMessage } from "google-protobuf/google/protobuf/empty_pb";
import type { JavaScriptValue, Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";
import { outputsOf, type Cloud } from "./cloud";
import { invoke } from "./invokes";
import type { Journal } from "./journal";
import { Empty, status, Struct } from "./protocol";
import { check, diff, previewCreate, previewUpdate, readInputs } from "./provider";
import type { ResourceType } from "./resource";
import { anyType } from "./any-type";
import { resourceType } from "./resource-types";
import type { ChangeKind, Properties } from "./values";

const version = "3.28.0";
const location = "azure-native:config:location";

/** The handlers. Secrets arrive in plain text, and the engine marks outputs that echo them as secret again. */
export function azureService(cloud: Cloud, journal: Journal): UntypedServiceImplementation {
  let defaultLocation: string | undefined;

  return {
    attach: unary((_request: plugin.PluginAttach) => new Empty()),

    cancel: unary((_request: EmptyMessage) => new Empty()),

    getPluginInfo: unary((_request: EmptyMessage) => new plugin.PluginInfo().setVersion(version)),

    checkConfig: unary((request: provider.CheckRequest) =>
      new provider.CheckResponse().setInputs(request.getNews()),
    ),

    diffConfig: unary((_request: provider.DiffRequest) => new provider.DiffResponse().setChanges(noChange)),

    configure: unary((request: provider.ConfigureRequest) => {
      defaultLocation = request.getVariablesMap().get(location);
      return new provider.ConfigureResponse().setSupportspreview(true);
    }),

    invoke: unary((request: provider.InvokeRequest) => {
      journal.add({ call: "invoke", type: request.getTok() });
      return new provider.InvokeResponse().setReturn(
        struct(invoke(cloud, request.getTok(), object(request.getArgs()))),
      );
    }),

    check: unary((request: provider.CheckRequest) => {
      const type = served(request, request.getNews());
      journal.add({ call: "check", type: type.token, resource: request.getName() });
      const { inputs, failures } = check(cloud, {
        type,
        logicalName: request.getName(),
        olds: object(request.getOlds()),
        news: object(request.getNews()),
        seed: request.getRandomseed_asU8(),
        defaultLocation,
      });
      return new provider.CheckResponse()
        .setInputs(struct(inputs))
        .setFailuresList(
          failures.map(({ property, reason }) =>
            new provider.CheckFailure().setProperty(property).setReason(reason),
          ),
        );
    }),

    diff: unary((request: provider.DiffRequest) => {
      const type = served(request, request.getNews());
      journal.add({ call: "diff", type: type.token, resource: request.getName() });
      const { changes, replaces, deleteBeforeReplace } = diff(
        type,
        object(request.getOldInputs()),
        object(request.getNews()),
      );
      const response = new provider.DiffResponse()
        .setChanges(changes.size === 0 ? noChange : provider.DiffResponse.DiffChanges.DIFF_SOME)
        .setReplacesList(replaces)
        .setDeletebeforereplace(deleteBeforeReplace)
        .setDiffsList([...new Set([...changes.keys()].map((path) => path.split(".")[0] ?? path))])
        .setHasdetaileddiff(true);
      for (const [path, kind] of changes) {
        const detail = new provider.PropertyDiff()
          .setKind(kindOf(kind, replaces.includes(path)))
          .setInputdiff(true);
        response.getDetaileddiffMap().set(path, detail);
      }
      return response;
    }),

    create: unary((request: provider.CreateRequest) => {
      const type = served(request, request.getProperties());
      const inputs = object(request.getProperties());
      journal.add({
        call: "create",
        type: type.token,
        resource: request.getName(),
        preview: request.getPreview(),
      });
      if (request.getPreview()) {
        return new provider.CreateResponse().setProperties(struct(previewCreate(type, inputs)));
      }
      const created = cloud.create(type, inputs);
      return new provider.CreateResponse().setId(created.id).setProperties(struct(outputsOf(created)));
    }),

    read: unary((request: provider.ReadRequest) => {
      const type = served(request);
      journal.add({ call: "read", type: type.token, resource: request.getName() });
      const found = cloud.get(request.getId());
      // A blank id says that the resource is gone.
      if (found === undefined) return new provider.ReadResponse();
      return new provider.ReadResponse()
        .setId(found.id)
        .setProperties(struct(outputsOf(found)))
        .setInputs(struct(readInputs(found, object(request.getInputs()))));
    }),

    update: unary((request: provider.UpdateRequest) => {
      const type = served(request, request.getNews());
      const inputs = object(request.getNews());
      journal.add({
        call: "update",
        type: type.token,
        resource: request.getName(),
        preview: request.getPreview(),
      });
      const outputs = request.getPreview()
        ? previewUpdate(type, object(request.getOlds()), inputs)
        : outputsOf(cloud.update(request.getId(), inputs));
      return new provider.UpdateResponse().setProperties(struct(outputs));
    }),

    delete: unary((request: provider.DeleteRequest) => {
      journal.add({ call: "delete", type: served(request).token, resource: request.getName() });
      cloud.delete(request.getId());
      return new Empty();
    }),
  };
}

const noChange = provider.DiffResponse.DiffChanges.DIFF_NONE;

/** A type that is not emulated gives back what it is given. */
function served(request: { getType(): string }, inputs?: StructMessage): ResourceType {
  return resourceType(request.getType()) ?? anyType(request.getType(), object(inputs));
}

function kindOf(kind: ChangeKind, replaces: boolean): provider.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = provider.PropertyDiff.Kind;
  const kinds = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  } as const;
  return kinds[kind][replaces ? 1 : 0];
}

/** A handler of one request and one answer; what it throws is the call's error. */
function unary<Request, Response>(
  handle: (request: Request) => Response,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      callback(null, handle(call.request));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      const refusal: Partial<ServiceError> = { code: status.UNKNOWN, details };
      callback(refusal);
    }
  };
}

function object(value: StructMessage | undefined): Properties {
  return value === undefined ? {} : value.toJavaScript();
}

function struct(properties: Properties): StructMessage {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}
