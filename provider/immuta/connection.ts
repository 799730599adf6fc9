import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import axios, { AxiosError, type AxiosRequestConfig, isAxiosError } from "axios";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import type { Interruption } from "../core/interruption";
import type { Reporter } from "../core/reporter";
import { tenantOf } from "../core/tenant";
import { brokeOff } from "./answers";
import type { Circuit } from "./circuit";
import { loginOf, portOf, type Proxy, proxyFor } from "./proxy";
import { type RetryOptions, retrying } from "./retry";
import { hasBody, type Sending } from "./sending";
import { codeOf, NoAnswer, troubleFrom } from "./trouble";
import { Tunnel } from "./tunnel";

declare module "axios" {
  interface AxiosRequestConfig {
    sending?: Sending;
  }
}

/** As it came, whatever its status. */
export interface Answer {
  status: number;
  body: string;
  header: (name: string) => string | undefined;
}

/** Thrown where a try would begin when no time is left. */
export class NoTimeLeft extends Error {}

export interface ConnectionOptions extends RetryOptions {
  url: URL;
  apiKey: string;
  userAgent: string;
  reporter: Reporter;
  /** Milliseconds one request may take; default 20 s for a GET, two minutes for the rest. */
  requestTimeout?: number;
  auditLog?: AuditLog;
  /** Tells requests to stop: one that reads at once, one that writes when its time of grace is over. */
  interruption?: Interruption;
}

/** The way to a tenant. What it returns throws NoAnswer, NoTimeLeft and Interrupted. */
export function connectionTo(
  options: ConnectionOptions,
  circuit: Circuit,
): (sending: Sending) => Promise<Answer> {
  const { auditLog = noAuditLog, interruption, url } = options;
  const proxy = proxyFor(url);
  const http = axios.create({
    baseURL: tenantOf(url),
    proxy: proxy === undefined || isTunnelled(url) ? false : forwarding(proxy),
    // A redirect would carry the API key along.
    maxRedirects: 0,
    maxContentLength: 64 * 1024 * 1024,
    responseType: "text",
    // Answers are decoded by the client, where what is wrong with one can be said.
    transformResponse: [(body: unknown) => body],
    headers: {
      Accept: "application/json",
      Authorization: options.apiKey,
      "User-Agent": options.userAgent,
    },
  });
  // Each try is an act of its own.
  http.interceptors.request.use((config) => {
    interruption?.stopped.throwIfAborted();
    const { sending } = config;
    if (sending === undefined) throw new Error("a request of nobody's");
    const { method, path, repeatable } = sending.request;
    const { left } = sending.limit;
    if (left <= 0) throw new NoTimeLeft();
    Object.assign(config, agentsFor(url, proxy, repeatable));
    // A timer may come a little early.
    config.timeout = Math.min(options.requestTimeout ?? (method === "GET" ? 20_000 : 120_000), left + 1);
    // The timeout alone begins anew with every byte: an answer that drips would never be given up.
    const told = method === "GET" ? interruption?.stopped : interruption?.cutOff;
    const { signal, release } = abortedAfter(config.timeout, told);
    config.signal = signal;
    const logged = auditLog.begin({ act: `${method} ${path}`, on: url.host });
    sending.ended = (result) => {
      release();
      logged(result);
    };
    return config;
  });
  http.interceptors.response.use((response) => {
    // Something on the way lost the rest of it.
    if (response.config.sending?.request.repeatable === true && brokeOff(String(response.data)))
      throw new AxiosError(
        "an answer without its end",
        "ERR_BAD_RESPONSE",
        response.config,
        response.request,
        response,
      );
    return response;
  });
  http.interceptors.response.use(
    (response) => {
      response.config.sending?.ended?.(String(response.status));
      return response;
    },
    (error: unknown) => {
      if (isAxiosError(error)) {
        error.config?.sending?.ended?.(
          hasBody(error.response) ? String(error.response.status) : codeOf(error),
        );
        // Ends the pause before the next try, which may be longer than a request's own time.
        if (error.config !== undefined && interruption !== undefined)
          error.config.signal = interruption.stopped;
        else delete error.config?.signal;
      }
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
  );
  retrying(http, { ...options, circuit, proxy });

  return async (sending) => {
    const { method, path, body } = sending.request;
    const request: AxiosRequestConfig = {
      method,
      url: path,
      sending,
      ...(body === undefined
        ? {}
        : { data: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    };
    try {
      return answerOf(await http.request<string>(request));
    } catch (error) {
      if (!isAxiosError(error)) throw error;
      if (hasBody(error.response)) return answerOf(error.response);
      throw new NoAnswer(troubleFrom(error, proxy));
    }
  };
}

function answerOf({ status, data, headers }: { status: number; data: unknown; headers: unknown }): Answer {
  const values = headers as Record<string, unknown>;
  return {
    status,
    body: String(data),
    header: (name) => {
      const value = values[name];
      return typeof value === "string" ? value : undefined;
    },
  };
}

/** Through a proxy's CONNECT; to http:// a proxy forwards, and sees all of it. */
const isTunnelled = ({ protocol }: URL): boolean => protocol === "https:";

function forwarding({ url }: Proxy): NonNullable<AxiosRequestConfig["proxy"]> {
  const auth = loginOf(url);
  return {
    protocol: url.protocol,
    host: url.hostname,
    port: portOf(url),
    ...(auth === undefined ? {} : { auth }),
  };
}

interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

/** Of all clients of this process, so that requests may share connections. */
const agents = new Map<string, Agents>();

/**
 * What may be repeated goes on over connections that are kept. A write gets a connection of its own: a server may close
 * a kept one in the very moment in which it is used, and then nobody knows whether it was carried out.
 */
function agentsFor(url: URL, proxy: Proxy | undefined, keepAlive: boolean): Agents {
  const key = `${url.protocol} ${proxy?.url.href ?? ""} ${keepAlive ? "kept" : "closed"}`;
  const known = agents.get(key);
  if (known !== undefined) return known;
  // The times of Node's own agent. What the environment says of certificates is not asked.
  const settings = { keepAlive, scheduling: "lifo", timeout: 5000 } as const;
  const secure = { ...settings, rejectUnauthorized: true };
  const made = {
    httpAgent: new HttpAgent(settings),
    httpsAgent: proxy !== undefined && isTunnelled(url) ? new Tunnel(proxy, secure) : new HttpsAgent(secure),
  };
  agents.set(key, made);
  return made;
}

/**
 * A signal that is aborted after so many milliseconds, or with another one, until it is released. Of AbortSignal.any
 * and AbortSignal.timeout, which would say the same, Node 20 lets the timeout be reclaimed before it has fired.
 */
function abortedAfter(
  milliseconds: number,
  told: AbortSignal | undefined,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = setTimeout(abort, milliseconds);
  told?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      told?.removeEventListener("abort", abort);
    },
  };
}
