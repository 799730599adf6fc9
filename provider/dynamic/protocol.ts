import { createRequire } from "node:module";
import type { Protocol } from "../face/engine-log";

/** From Pulumi's own copies: credentials of another gRPC library are not accepted. */
export function protocol(): Protocol {
  const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  return {
    service: load("@pulumi/pulumi/proto/engine_grpc_pb") as Protocol["service"],
    messages: load("@pulumi/pulumi/proto/engine_pb") as Protocol["messages"],
    grpc: load("@grpc/grpc-js") as Protocol["grpc"],
  };
}
