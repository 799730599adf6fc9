import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { usualContract } from "../../../provider/core/contract";
import { immutaClient } from "../../../provider/immuta/client";
import { payloadOf } from "../../../provider/synapse/payload";
import { type Immuta, readConfig } from "../../../provider/synapse/api";
import { manual } from "./samples";

const payload = payloadOf(manual, { username: "immuta", password: "c4nary-password" }, usualContract);

describe("connections to Immuta", () => {
  /** Requests of each connection, in order. */
  const connections = new Map<unknown, string[]>();
  let server: Server;
  let immuta: Immuta;
  /** Requests that a connection serves before it is torn down: as from a server that closes those that are idle. */
  let serves: number;

  beforeEach(async () => {
    connections.clear();
    serves = Infinity;
    server = createServer((request: IncomingMessage, response) => {
      const { method = "", headers, socket } = request;
      const served = connections.get(socket) ?? [];
      connections.set(socket, served);
      if (served.length === serves) {
        socket.resetAndDestroy();
        return;
      }
      served.push(`${method} ${headers.connection ?? ""}`);
      request.resume().on("end", () => {
        const body = method === "GET" ? [] : { id: "7", status: "editing", script: "SELECT 1" };
        response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const silent = (): void => undefined;
    immuta = immutaClient({
      url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
      apiKey: "key",
      readConfig,
      userAgent: "pulumi-immuta/test",
      reporter: { info: silent, warn: silent, debug: silent },
      tries: 1,
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const seen = (): string[][] => [...connections.values()];

  it("are kept for what may be repeated", async () => {
    await immuta.list();
    await immuta.script("create", payload);
    await immuta.list();
    expect(seen()).to.deep.equal([["GET keep-alive", "POST keep-alive", "GET keep-alive"]]);
  });

  it("are fresh for each write, so that none is lost with one that the server closes after an answer", async () => {
    serves = 1;
    await immuta.list();
    await immuta.create(payload);
    await immuta.update("7", payload);
    await immuta.remove("7");
    expect(seen()).to.deep.equal([["GET keep-alive"], ["POST close"], ["PUT close"], ["DELETE close"]]);
  });
});
