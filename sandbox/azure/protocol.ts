/**
 * gRPC and protobuf as Pulumi's SDK has them: its generated messages take no others, and with them the sandbox needs
 * no copies of its own.
 */
import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import type * as empty from "google-protobuf/google/protobuf/empty_pb";
import type * as struct from "google-protobuf/google/protobuf/struct_pb";

const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));

export const { Server, ServerCredentials, status } = load("@grpc/grpc-js") as typeof grpc;
export const { Empty } = load("google-protobuf/google/protobuf/empty_pb") as typeof empty;
export const { Struct } = load("google-protobuf/google/protobuf/struct_pb") as typeof struct;
