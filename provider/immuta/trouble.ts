import { type Flaw, flawOf, namesIn, notObeyed } from "../core/certificates";
import type { Proxy } from "./proxy";

/** What went wrong on the way to Immuta, and the words for it. Pure. */

/** Why no answer came. */
export interface Trouble {
  /** Of Node, OpenSSL or axios. */
  code: string;
  message: string;
  /** By way of which the request went. */
  proxy?: Proxy;
  /** It did not get beyond the proxy; the status where that answered. */
  atProxy?: { status?: number };
}

/** No answer came. */
export class NoAnswer extends Error {
  constructor(readonly trouble: Trouble) {
    super(`${trouble.code}: ${trouble.message}`);
  }
}

/** The proxy did not lead to the host: no byte of the request left. */
export class ProxyFailed extends Error {
  /** `status`: what it answered to CONNECT; undefined where it could not be asked. */
  constructor(
    readonly code: string,
    message: string,
    readonly status?: number,
  ) {
    super(message);
  }
}

/** What axios calls a request that was given up after its whole time. */
const gaveUp = "ECONNABORTED";

/** As axios throws it. */
interface Thrown {
  code?: string | undefined;
  message: string;
  cause?: unknown;
}

export function codeOf({ code, cause }: Thrown): string {
  // Given up after its whole time, as one without a byte is.
  if (code === "ERR_CANCELED") return gaveUp;
  return code ?? (cause as { code?: string } | undefined)?.code ?? "failed";
}

export function troubleFrom(error: Thrown, proxy: Proxy | undefined): Trouble {
  const cause = error.cause as Partial<AggregateError> | undefined;
  const [first] = (cause?.errors ?? []) as { message?: string }[];
  const message = error.message === "" ? (first?.message ?? cause?.message ?? "") : error.message;
  const trouble = { code: codeOf(error), message };
  if (proxy === undefined) return trouble;
  if (!(cause instanceof ProxyFailed)) return { ...trouble, proxy };
  return { ...trouble, proxy, atProxy: cause.status === undefined ? {} : { status: cause.status } };
}

/** Failures before a byte of the request went out. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
export const neverLeft = ({ code, atProxy }: Trouble): boolean =>
  atProxy !== undefined || neverSent.has(code) || flawOf(code) !== undefined;

const outOfTime = new Set([gaveUp, "ETIMEDOUT"]);

export const tookWholeTime = ({ code }: Trouble): boolean => code === gaveUp;

/** Whether the same may come to an answer at once: not where a person has to act. */
export const isPassing = ({ code, atProxy }: Trouble): boolean =>
  flawOf(code) === undefined && (atProxy?.status ?? 500) >= 500;

/** Whether nobody answered, or what stands before Immuta did in its place. */
export const isOutage = (status: number | undefined, contentType = ""): boolean =>
  status === undefined || ([502, 503, 504].includes(status) && !/\bjson\b/i.test(contentType));

const nameOf = ({ address, variable }: Proxy): string => `the proxy ${address} (${variable})`;

/** What happened, behind "no answer: ". */
export function wordsFor({ code, message, proxy, atProxy }: Trouble): string {
  if (proxy !== undefined && atProxy?.status !== undefined)
    return `${nameOf(proxy)} refused to lead there: ${message}`;
  const what = outOfTime.has(code)
    ? `no answer in time (${code})`
    : `${code}${message === "" ? "" : ` (${message})`}`;
  if (proxy === undefined) return what;
  return atProxy === undefined ? `${what}, through ${nameOf(proxy)}` : `${nameOf(proxy)}: ${what}`;
}

/** What to do; undefined where there is no more to say than that the way is to be looked at. */
export function adviceFor({ code, message, proxy, atProxy }: Trouble, tenant: string): string | undefined {
  if (proxy !== undefined && atProxy?.status === 407)
    return `The proxy wants a login: give it in ${proxy.variable}, as http://user:password@proxy:port, with special characters percent-encoded.`;
  if (proxy !== undefined && atProxy?.status !== undefined)
    return `Have the proxy let ${tenant} pass, or name the host in NO_PROXY where it can be reached without.`;
  const flaw = flawOf(code, message);
  if (flaw !== undefined)
    return adviceForFlaw(flaw, message, atProxy === undefined ? tenant : proxy?.address);
  if (proxy !== undefined && atProxy !== undefined)
    return `Check ${proxy.variable} and that the proxy can be reached from here; NO_PROXY names hosts that are reached without it.`;
  return undefined;
}

/** About the certificate of a server, or one that it asks for. */
export function adviceForFlaw(flaw: Flaw, message: string, server = "the server"): string {
  if (flaw === "ours wanted")
    return `What answers at ${server} asks for a client certificate, which this provider cannot give: reach Immuta by an address that wants none.`;
  return `The certificate of ${server} ${forFlaw[flaw](message)}${notObeyed()}`;
}

const forFlaw: Readonly<Record<Exclude<Flaw, "ours wanted">, (message: string) => string>> = {
  "another name": (message) =>
    `is for another name: it has ${namesIn(message)}. IMMUTA_URL (or immuta:url) names another server than the one that answers, or something in between answers in its place.`,
  expired: () => "has expired. Have it renewed, or set this machine's clock right.",
  "not yet valid": () => "is not valid yet. Set this machine's clock right, or have it issued anew.",
  revoked: () =>
    "was taken back by its authority. Ask whoever runs that server before anything is sent there.",
  weak: () =>
    "is too weak: its key is too short, or its signature of an old kind. Have a stronger one issued.",
  untrusted: () =>
    "is not trusted here. Name the file (PEM) of the authority that issued it in NODE_EXTRA_CA_CERTS.",
};

/** Where an answer leads to that is not followed, and what to do. Query, login and fragment may be secret. */
export function redirection(location: string | undefined, from: URL): { said: string; advice: string } {
  const to =
    location !== undefined && URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined)
    return {
      said: "it redirects, and does not say where to",
      advice: "Set IMMUTA_URL (or immuta:url) to the tenant's own URL.",
    };
  return {
    said: `it redirects to ${to.protocol}//${to.host}${to.pathname}`,
    advice:
      to.hostname === from.hostname && from.protocol === "http:" && to.protocol === "https:"
        ? `Set IMMUTA_URL (or immuta:url) to https://${to.host}: the API key is not sent along.`
        : to.host === from.host
          ? "It is a page of the same host, such as one to sign in. Check IMMUTA_API_KEY, and the path in IMMUTA_URL (or immuta:url)."
          : "The API key is sent to the configured host only. Set IMMUTA_URL (or immuta:url) to the tenant's own URL.",
  };
}

/** Milliseconds of a Retry-After, in seconds or as a date; 0 where there is none. */
export function pauseAsked(retryAfter: string | undefined, now = Date.now()): number {
  if (retryAfter === undefined) return 0;
  const seconds = Number(retryAfter);
  const pause = Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds * 1000;
  return Number.isNaN(pause) ? 0 : Math.max(0, pause);
}

export const inSeconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)} s`;
