import { createRequire } from "node:module";
import type * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { currentUrn, watchCalls } from "../../../provider/dynamic/calls";

interface Handler {
  func: (call: object) => unknown;
}

describe("the engine's calls on their way to Pulumi's host", () => {
  const load = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const { Server } = load("@grpc/grpc-js") as typeof grpc;
  const prototype = Object(Server.prototype) as { _retrieveHandler: (path: string) => Handler };
  const own = prototype._retrieveHandler;
  let cancelled = 0;
  beforeEach(() => {
    cancelled = 0;
    expect(
      watchCalls(() => cancelled++),
      "this version of grpc-js has another inside",
    ).to.equal(true);
  });
  afterEach(() => {
    prototype._retrieveHandler = own;
  });
  const handlerOf = (path: string, func: Handler["func"]): Handler =>
    prototype._retrieveHandler.call({ handlers: new Map([[path, { func }]]) }, path);

  it("tell of a Cancel, and of no other call", () => {
    handlerOf("/pulumirpc.ResourceProvider/Delete", () => undefined);
    expect(cancelled).to.equal(0);
    handlerOf("/pulumirpc.ResourceProvider/Cancel", () => undefined);
    expect(cancelled).to.equal(1);
  });

  it("tell the resource that each is about, though many are under way", async () => {
    const path = "/pulumirpc.ResourceProvider/Delete";
    const { func } = handlerOf(path, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return currentUrn();
    });
    const asked = ["urn:a", "urn:b"].map((urn) => func({ request: { getUrn: () => urn } }));
    expect(await Promise.all([...asked, func({ request: {} })])).to.deep.equal(["urn:a", "urn:b", undefined]);
    expect(currentUrn()).to.equal(undefined);
  });
});
