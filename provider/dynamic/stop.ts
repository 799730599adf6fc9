import type { Interruption } from "..";
import { createRequire } from "node:module";
import { connect } from "node:net";
import type * as grpc from "@grpc/grpc-js";

/**
 * How the process of a dynamic provider learns that it is to stop: by the engine's Cancel, which Pulumi's host answers
 * and tells nobody, and by an engine that is gone.
 */

interface Handlers {
  _retrieveHandler?: (path: string) => unknown;
}

/**
 * Sees the engine's Cancel, the first Ctrl-C, on its way to Pulumi's host. Gives false where this version of grpc-js
 * has another inside: then a running operation goes on to its end.
 */
export function heedCancel(interruption: Interruption): boolean {
  const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const { Server } = load("@grpc/grpc-js") as typeof grpc;
  const handlers = Server.prototype as unknown as Handlers;
  const retrieve = handlers._retrieveHandler;
  if (typeof retrieve !== "function") return false;
  handlers._retrieveHandler = function (path) {
    if (path === "/pulumirpc.ResourceProvider/Cancel")
      interruption.stop("Pulumi was told to (Ctrl-C, SIGINT or SIGTERM)");
    return retrieve.call(this, path);
  };
  return true;
}

/**
 * Holds a connection to the engine. When it breaks and no new one is to be had, the engine is gone: what is under way
 * stops, and then the process ends, which would otherwise live on beside the next run.
 * @param lastWords milliseconds in which what is under way comes to its end.
 */
export function endWithEngine(
  interruption: Interruption,
  address: string | undefined = process.argv[2],
  end: () => void = () => process.exit(1),
  lastWords = 5000,
): void {
  const [, host = "", port = ""] = /^([\w.-]+|\[[\da-fA-F:]+\]):(\d+)$/.exec(address ?? "") ?? [];
  if (port === "") return;
  const watch = (again: boolean): void => {
    const socket = connect({ host: host.replace(/[[\]]/g, ""), port: Number(port) });
    let reached = false;
    socket.unref();
    socket.on("connect", () => {
      reached = true;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      // The engine closes a connection over which nothing is asked: it is there while a new one is to be had.
      if (reached) watch(true);
      else if (again) gone();
    });
    socket.resume();
  };
  const gone = (): void => {
    interruption.stop("the Pulumi engine is gone");
    setTimeout(end, lastWords);
  };
  watch(false);
}
