import { request as httpRequest } from "node:http";
import { Agent, type AgentOptions, request as httpsRequest, type RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { bare, loginOf, portOf, type Proxy } from "./proxy";
import { ProxyFailed } from "./trouble";

/** Milliseconds that the proxy may take to lead to the host. */
const longestConnect = 20_000;

/**
 * Connections by way of a proxy's CONNECT, so that it sees neither key nor body. axios' own agent for it waits for ever
 * where the proxy closes the connection, and loses what a proxy says of its refusal.
 */
export class Tunnel extends Agent {
  constructor(
    private readonly proxy: Proxy,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(
    options: RequestOptions,
    connected: (error: Error | null, stream: Duplex) => void = () => undefined,
  ): undefined {
    const { host: name, port, path: _path, ...tls } = options;
    const host = bare(name ?? "");
    const target = `${host.includes(":") ? `[${host}]` : host}:${port ?? 443}`;
    const { url } = this.proxy;
    const login = loginOf(url);
    // Node's types ask for a stream beside an error as well, and Node for none.
    const fail = (error: ProxyFailed): void => {
      (connected as (error: Error) => void)(error);
    };
    const asked = (url.protocol === "https:" ? httpsRequest : httpRequest)({
      method: "CONNECT",
      host: bare(url.hostname),
      port: portOf(url),
      path: target,
      agent: false,
      timeout: longestConnect,
      rejectUnauthorized: true,
      headers: {
        Host: target,
        ...(login === undefined
          ? {}
          : {
              "Proxy-Authorization": `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`,
            }),
      },
    });
    asked.once("connect", ({ statusCode = 0, statusMessage = "" }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        connected(null, connect({ ...tls, host, socket }));
        return;
      }
      socket.destroy();
      fail(new ProxyFailed("ERR_PROXY", `HTTP ${statusCode} ${statusMessage}`.trimEnd(), statusCode));
    });
    asked.once("timeout", () => {
      asked.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
    });
    asked.once("error", (error: NodeJS.ErrnoException) => {
      fail(new ProxyFailed(error.code ?? "ECONNRESET", error.message));
    });
    asked.end();
  }
}
