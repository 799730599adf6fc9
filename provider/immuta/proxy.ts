import { BlockList, isIP } from "node:net";
import { ConfigurationError, isLoopback } from "../core/configuration";

export interface Proxy {
  /** With its login, if any, percent-encoded. */
  url: URL;
  /** The environment variable that names it. */
  variable: string;
  /** Its host and port, as they are told. */
  address: string;
}

/**
 * The proxy that the environment names for a URL: HTTPS_PROXY or HTTP_PROXY by its scheme, else ALL_PROXY, in lower case
 * first, unless NO_PROXY excepts it. None leads to this machine. Throws ConfigurationError where it is none for HTTP.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): Proxy | undefined {
  const named = (name: string): [string, string] | undefined => {
    const variable = [name.toLowerCase(), name].find((candidate) => (env[candidate] ?? "") !== "");
    return variable === undefined ? undefined : [variable, env[variable] ?? ""];
  };
  if (isLoopback(url.hostname) || /(?:^|\.)localhost$/.test(bare(url.hostname))) return undefined;
  const found = named(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ?? named("ALL_PROXY");
  if (found === undefined || isExcepted(url, named("NO_PROXY")?.[1] ?? "")) return undefined;
  return read(...found);
}

function read(variable: string, value: string): Proxy {
  const full = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !(url.protocol in usualPorts) || url.hostname === "")
    throw new ConfigurationError(
      `${variable} names no proxy that speaks HTTP: give it as http://proxy:port or https://proxy:port.`,
    );
  try {
    decodeURIComponent(url.username + url.password);
  } catch {
    throw new ConfigurationError(
      `The login in ${variable} is not percent-encoded: write % as %25, @ as %40, : as %3A and / as %2F in it.`,
    );
  }
  return { url, variable, address: `${url.hostname}:${portOf(url)}` };
}

const usualPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

export const portOf = ({ port, protocol }: URL): number =>
  port === "" ? (usualPorts[protocol] ?? 0) : Number(port);

/** Of a proxy; undefined where it wants none. */
export function loginOf({ username, password }: URL): { username: string; password: string } | undefined {
  if (username === "" && password === "") return undefined;
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** A host name as sockets take it: an IPv6 address without its brackets. */
export const bare = (hostname: string): string => hostname.toLowerCase().replace(/^\[|\]$|\.$/g, "");

/** Entries of NO_PROXY: `*`, a host or address, `.domain` or `*.domain`, each with a port or not, or `network/bits`. */
function isExcepted(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, named = entry, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
      const name = named.replace(/^\*(?=\.)/, "");
      if (name === "" || (port !== undefined && Number(port) !== portOf(url))) return false;
      if (name === "*" || name === "*.") return true;
      if (name.includes("/")) return isWithin(host, name);
      return name.startsWith(".") ? host.endsWith(name) : canonical(name) === host;
    });
}

/** As URL has it, which writes addresses in one way. */
function canonical(name: string): string {
  const address = bare(name);
  const url = `http://${isIP(address) === 6 ? `[${address}]` : address}`;
  return URL.canParse(url) ? bare(new URL(url).hostname) : address;
}

function isWithin(host: string, network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const family = isIP(host);
  if (family === 0 || isIP(bare(address)) !== family) return false;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const version = family === 4 ? "ipv4" : "ipv6";
  const networks = new BlockList();
  networks.addSubnet(bare(address), Number(bits), version);
  return networks.check(host, version);
}
