import * as grpc from "@grpc/grpc-js";
import * as service from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { pluginDownloadURL } from "..";
import { engineLog } from "../face/engine-log";
import { Provider } from "../face/provider";
import { endWithEngine } from "../face/stop";
import { schemaText } from "./schema";
import { serviceOf, unserved } from "./service";

/**
 * `pulumi-resource-immuta <address of the engine>`: serves the engine's calls on a port of this machine that it prints as its
 * only line, until the engine ends it or is gone.
 */
const schema = (): string => schemaText(pluginDownloadURL());

const provider = new Provider(engineLog(() => ({ service, messages, grpc })));
const server = new grpc.Server({
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
});
server.addService(ResourceProviderService, { ...unserved(), ...serviceOf(provider, schema) });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
  endWithEngine(provider.interruption);
});
