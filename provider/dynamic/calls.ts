import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";

/**
 * What Pulumi's host does not hand on of the engine's calls: the URN of the resource that one is about, and Cancel, which
 * it answers itself.
 */

interface Handler {
  func: (call: { request?: { getUrn?: () => string } }, callback: unknown) => unknown;
}

interface Handlers {
  _retrieveHandler?: (path: string) => Handler | null;
}

const urns = new AsyncLocalStorage<string | undefined>();

/** The URN of the resource that is worked on; undefined in the call that loaded this module. */
export const currentUrn = (): string | undefined => urns.getStore();

/**
 * Sees calls on their way to Pulumi's host. Gives false where this version of grpc-js has another inside: then a running
 * operation goes on to its end after a Ctrl-C, and no URN is known.
 */
export function watchCalls(cancelled: () => void): boolean {
  const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const { Server } = load("@grpc/grpc-js") as typeof grpc;
  const handlers = Object(Server.prototype) as Handlers;
  const retrieve = handlers._retrieveHandler;
  if (typeof retrieve !== "function") return false;
  handlers._retrieveHandler = function (path) {
    if (path === "/pulumirpc.ResourceProvider/Cancel") cancelled();
    const handler = retrieve.call(this, path);
    if (typeof handler?.func !== "function") return handler;
    return {
      ...handler,
      func: (call, callback) => urns.run(call.request?.getUrn?.(), () => handler.func(call, callback)),
    };
  };
  return true;
}
