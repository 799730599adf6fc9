import {
  adviceForFlaw,
  flawOf,
  immutaOf,
  type Proxy,
  proxyFor,
  readConfiguration,
  synapseType,
} from "../../provider";
import { checkServerIdentity, connect } from "node:tls";
import { fail, failOf, ok, type Result, skipped } from "./result";

/** Immuta's side, from the address to the key. One GET, and one TLS handshake before it. */
export async function examineTenant(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const url = addressOf(env);
  if (!(url instanceof URL)) return [url, ...["TLS", "proxy", "API key"].map(withoutUrl)];
  const proxy = proxyOf(url, env);
  return [
    ok("URL", url.origin),
    "check" in proxy ? proxy : ok("proxy", `${proxy.variable}: ${proxy.address}`),
    await tls(url, "address" in proxy),
    await key(env),
  ];
}

const withoutUrl = (check: string): Result => skipped(check, "no URL");

/** Judged by itself: the configuration names a missing key as well. */
function addressOf(env: NodeJS.ProcessEnv): URL | Result {
  try {
    return readConfiguration(() => undefined, { ...env, IMMUTA_API_KEY: "-" }).tenant().url;
  } catch (error) {
    return failOf("URL", error, "Set IMMUTA_URL to https://<your tenant>.");
  }
}

function proxyOf(url: URL, env: NodeJS.ProcessEnv): Proxy | Result {
  try {
    return proxyFor(url, env) ?? ok("proxy", `none for ${url.hostname}`);
  } catch (error) {
    return failOf("proxy", error, "Mend the variable.");
  }
}

const handshakeTimeout = 10_000;

async function tls(url: URL, proxied: boolean): Promise<Result> {
  if (url.protocol === "http:") return ok("TLS", "not used: http");
  if (proxied) return skipped("TLS", "through the proxy; the request below shows it");
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connect({
      host,
      port: Number(url.port === "" ? 443 : url.port),
      ...(/[a-z]/i.test(host) && !host.includes(":") ? { servername: host } : {}),
      // What is wrong with the certificate is told below; nothing is sent over this connection.
      rejectUnauthorized: false,
    });
    const end = (result: Result): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(handshakeTimeout, () => {
      end(fail("TLS", `no handshake with ${url.host} within 10 s`, reach));
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      end(fail("TLS", `${url.host}: ${error.code ?? error.message}`, reach));
    });
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate();
      if (socket.authorized) {
        end(ok("TLS", `${socket.getProtocol() ?? "TLS"}, certificate valid to ${certificate.valid_to}`));
        return;
      }
      const code = String(socket.authorizationError);
      const wrongName = checkServerIdentity(host, certificate);
      const advice = adviceForFlaw(flawOf(code) ?? "untrusted", wrongName?.message ?? "", url.host);
      end(fail("TLS", `the certificate of ${url.host} is not trusted: ${code}`, advice));
    });
  });
}

const reach = "Check that IMMUTA_URL names your tenant and that it can be reached from here.";

async function key(env: NodeJS.ProcessEnv): Promise<Result> {
  try {
    const configuration = readConfiguration(() => undefined, env);
    const silent = (): void => undefined;
    const immuta = immutaOf(configuration, {
      reporter: { info: silent, warn: silent, debug: silent },
      requestTimeout: configuration.requestTimeout ?? 20_000,
      tries: 1,
    });
    const all = await immuta.list();
    const ours = all.filter(({ type }) => type === synapseType).length;
    return ok("API key", `accepted; ${all.length} integrations, ${ours} of them ${synapseType}`);
  } catch (error) {
    return failOf("API key", error, reach);
  }
}
