import { readConfiguration, immutaOf, synapseType } from "../../provider";
import { connect } from "node:tls";
import { fail, failOf, ok, type Result, skipped } from "./result";

/** Immuta's side, from the address to the key. One GET, and one TLS handshake before it. */
export async function examineTenant(env: NodeJS.ProcessEnv): Promise<Result[]> {
  const url = addressOf(env);
  if (!(url instanceof URL)) return [url, ...["TLS", "proxy", "API key"].map(withoutUrl)];
  const proxy = proxyFor(url, env);
  return [
    ok("URL", url.origin),
    ok("proxy", proxy === undefined ? `none for ${url.hostname}` : `${proxy.variable}: ${proxy.address}`),
    await tls(url, proxy !== undefined),
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

/** The proxy that HTTP clients take from the environment, without its login. */
export function proxyFor(
  url: URL,
  env: NodeJS.ProcessEnv,
): { variable: string; address: string } | undefined {
  const named = (name: string): [string, string] | undefined => {
    const variable = [name.toLowerCase(), name].find((candidate) => (env[candidate] ?? "") !== "");
    return variable === undefined ? undefined : [variable, env[variable] ?? ""];
  };
  const excluded = (named("NO_PROXY")?.[1] ?? "").split(/[\s,]+/).some((entry) => {
    const host = entry
      .toLowerCase()
      .replace(/:\d+$/, "")
      .replace(/^\*?\./, ".");
    if (host === "") return false;
    return host === "*" || host === url.hostname || (host.startsWith(".") && url.hostname.endsWith(host));
  });
  const found = excluded
    ? undefined
    : (named(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? named("ALL_PROXY"));
  if (found === undefined) return undefined;
  const [variable, value] = found;
  const full = value.includes("://") ? value : `http://${value}`;
  return { variable, address: URL.canParse(full) ? new URL(full).host : "(no URL)" };
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
      const { valid_to: until } = socket.getPeerCertificate();
      end(
        socket.authorized
          ? ok("TLS", `${socket.getProtocol() ?? "TLS"}, certificate valid to ${until}`)
          : fail(
              "TLS",
              `the certificate of ${url.host} is not trusted: ${String(socket.authorizationError)}`,
              "Name the file (PEM) of the authority that issued it in NODE_EXTRA_CA_CERTS.",
            ),
      );
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
