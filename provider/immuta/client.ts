import axios, { AxiosError, isAxiosError, type AxiosInstance } from "axios";
import axiosRetry from "axios-retry";
import { Interrupted, type Interruption } from "../core/interruption";
import type { Reporter } from "../core/reporter";
import { longestName, told } from "../core/strangers";
import { noAuditLog, type AuditLog } from "../core/audit-log";
import { type Contract, usualContract } from "../core/contract";
import * as answers from "./answers";
import { Circuit } from "./circuit";
import { ImmutaError } from "./errors";
import type { DeleteCredentials, Immuta, Payload } from "./types";
import type { Phase } from "../core/phases";

export interface ClientOptions<Config> {
  /** Reads what an integration's `config` holds. */
  readConfig: answers.ReadConfig<Config>;
  /** The tenant's URL, checked by configuration. */
  url: URL;
  apiKey: string;
  /** Sent as User-Agent, so that Immuta's audit shows who called. */
  userAgent: string;
  reporter: Reporter;
  /** Milliseconds one request may take; default 20 s for a GET, two minutes for the rest. */
  requestTimeout?: number;
  auditLog?: AuditLog;
  /** Shared by all clients of a tenant in this process. */
  circuit?: Circuit;
  /** Tries of a request that may be repeated; default 5. */
  tries?: number;
  /** Tells requests to stop: one that reads at once, one that writes when its time of grace is over. */
  interruption?: Interruption;
  contract?: Pick<Contract, "repeat429" | "repeatScripts">;
  /** Hears of each answer that is no error. */
  answered?: (answer: Answer) => void;
}

/** As it came. */
export interface Answer {
  method: string;
  path: string;
  /** Content type; undefined where it has none. */
  type: string | undefined;
  body: string;
}

interface Request {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** Repeating it changes nothing more: an answer 5xx or a broken connection is tried again. */
  repeatable: boolean;
}

declare module "axios" {
  interface AxiosRequestConfig {
    repeatable?: boolean;
    /** One request with all its tries. */
    request?: symbol;
    /** Takes note of how a try ended. */
    ended?: (result: string) => void;
  }
}

/** The Integrations API over HTTP. */
export function immutaClient<Config, Body extends Payload>(
  options: ClientOptions<Config>,
): Immuta<Config, Body> {
  const tenant = options.url.host;
  const circuit = options.circuit ?? new Circuit();
  const http = connection(options, circuit);
  const { repeat429, repeatScripts } = options.contract ?? usualContract;

  async function send<T>(request: Request, read: (answer: unknown) => T): Promise<T> {
    const { interrupted } = circuit;
    if (interrupted !== undefined) throw givenUp(request, interrupted, true);
    const started = Date.now();
    const id = Symbol(request.path);
    try {
      const response = await http.request<string>({
        method: request.method,
        url: request.path,
        repeatable: request.repeatable,
        request: id,
        ...(request.method === "GET" ? { timeout: options.requestTimeout ?? 20_000 } : {}),
        ...(request.body === undefined
          ? {}
          : { data: JSON.stringify(request.body), headers: { "Content-Type": "application/json" } }),
      });
      circuit.answered();
      const requestId = header(response.headers, "x-request-id");
      note(request, String(response.status), started, requestId);
      const type = header(response.headers, "content-type");
      options.answered?.({ method: request.method, path: request.path, type, body: response.data });
      return parsed(request, response.status, type, response.data, read);
    } catch (error) {
      if (error instanceof ImmutaError || error instanceof Interrupted) throw error;
      if (request.method === "GET") options.interruption?.stopped.throwIfAborted();
      note(
        request,
        isAxiosError(error) ? String(error.response?.status ?? codeOf(error)) : "failed",
        started,
      );
      throw failure(request, error);
    } finally {
      circuit.ended(id);
    }
  }

  function parsed<T>(
    request: Request,
    status: number,
    type: string | undefined,
    body: string,
    read: (answer: unknown) => T,
  ): T {
    const { method, path } = request;
    try {
      return read(answers.decoded(body));
    } catch (error) {
      const said =
        error instanceof answers.UnreadableAnswer
          ? `${error.message} (content type ${type ?? "unknown"}). Is this really the URL of an Immuta tenant?`
          : "the answer could not be read";
      throw new ImmutaError(tenant, { status, method, path, said, changesNothing: request.repeatable });
    }
  }

  function failure(request: Request, error: unknown): ImmutaError {
    const { method, path, repeatable: changesNothing } = request;
    if (!isAxiosError(error))
      return new ImmutaError(tenant, { method, path, said: String(error), changesNothing });
    const response = error.response;
    const { interrupted } = circuit;
    if (isOutage(error) && (request.repeatable || neverLeft(error))) {
      if (interrupted !== undefined) return givenUp(request, interrupted, neverLeft(error));
      circuit.failed(error.response === undefined ? codeOf(error) : `HTTP ${error.response.status}`);
    } else if (response !== undefined) circuit.answered();
    if (response === undefined)
      return new ImmutaError(tenant, {
        method,
        path,
        said: connectionTrouble(error),
        notSent: neverLeft(error),
        untrusted: isUntrusted(error),
        changesNothing,
        cause: new Error(`${codeOf(error)}: ${error.message}`),
      });
    const type = header(response.headers, "content-type");
    const body = answers.decoded(String(response.data));
    const said =
      response.status >= 300 && response.status < 400
        ? `it redirects to ${redirectTarget(response.headers)}, and the API key is sent to the configured host only. Set IMMUTA_URL to the tenant's own URL.`
        : (answers.readMessage(body) ?? `an answer of content type ${type ?? "unknown"} without a message`);
    const requestId = header(response.headers, "x-request-id");
    const tests = answers.readValidation(
      (body as { validationResults?: unknown } | undefined)?.validationResults,
    )?.tests;
    return new ImmutaError(tenant, {
      status: response.status,
      method,
      path,
      said,
      changesNothing,
      mayBeDone: response.status === 429 && repeat429 === "no",
      immutasOwn: answers.isImmutasError(body, response.status),
      ...(requestId === undefined ? {} : { requestId }),
      ...(tests === undefined ? {} : { tests }),
    });
  }

  /** In one line: another resource's error says the rest. */
  const givenUp = ({ method, path }: Request, reason: string, notSent: boolean): ImmutaError =>
    new ImmutaError(tenant, {
      method,
      path,
      said: `given up, because Immuta answers nobody at the moment (${reason})`,
      notSent,
      saidBefore: true,
    });

  function note(request: Request, outcome: string, started: number, requestId?: string): void {
    const id = requestId === undefined ? "" : ` (request ${told(requestId, { longest: longestName })})`;
    options.reporter.debug(
      `${request.method} ${request.path}: ${outcome} in ${Date.now() - started} ms${id}`,
    );
  }

  const integration = (id: string): string => `/integrations/${encodeURIComponent(id)}`;

  return {
    tenant,
    list: () =>
      send({ method: "GET", path: "/integrations", repeatable: true }, (answer) =>
        answers.readIntegrations(answer, options.readConfig),
      ),
    get: (id) =>
      orGone(
        send({ method: "GET", path: integration(id), repeatable: true }, (answer) =>
          answers.readIntegration(answer, options.readConfig),
        ),
      ),
    status: (id) =>
      unlessAnswered(
        [404, 405],
        send({ method: "GET", path: `${integration(id)}/status`, repeatable: true }, (answer) =>
          answers.readStatusOf(id, answer),
        ),
      ),
    create: (payload: Body) =>
      send({ method: "POST", path: "/integrations", body: payload, repeatable: false }, answers.readStatus),
    update: (id, payload) =>
      send({ method: "PUT", path: integration(id), body: payload, repeatable: false }, (answer) =>
        answers.readAccepted(id, "editing", answer),
      ),
    remove: (id, credentials?: DeleteCredentials) =>
      orGone(
        send({ method: "DELETE", path: integration(id), body: credentials, repeatable: false }, (answer) =>
          answers.readAccepted(id, "deleting", answer),
        ),
      ),
    script: (phase: Phase, payload, id) =>
      send(
        {
          method: "POST",
          path: id === undefined ? `/integrations/scripts/${phase}` : `${integration(id)}/scripts/${phase}`,
          body: payload,
          repeatable: repeatScripts === "yes",
        },
        answers.readScript,
      ),
  };
}

/** Failures before a byte of the request went out. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const neverLeft = (error: AxiosError): boolean => neverSent.has(codeOf(error)) || isUntrusted(error);

/** The server's certificate is not one that this machine trusts. */
const isUntrusted = (error: AxiosError): boolean => /CERT|SELF_SIGNED|LEAF_SIGNATURE/.test(codeOf(error));

/** Nobody answered, or what stands before Immuta did in its place. */
const isOutage = ({ response }: AxiosError): boolean =>
  response === undefined ||
  ([502, 503, 504].includes(response.status) &&
    !/\bjson\b/i.test(header(response.headers, "content-type") ?? ""));

function connection(options: ClientOptions<unknown>, circuit: Circuit): AxiosInstance {
  const http = axios.create({
    baseURL: options.url.href.replace(/\/$/, ""),
    timeout: options.requestTimeout ?? 120_000,
    // A redirect would carry the API key along.
    maxRedirects: 0,
    maxContentLength: 64 * 1024 * 1024,
    responseType: "text",
    // Answers are decoded below, where what is wrong with one can be said.
    transformResponse: [(body: unknown) => body],
    headers: {
      Accept: "application/json",
      Authorization: options.apiKey,
      "User-Agent": options.userAgent,
    },
  });
  const { auditLog = noAuditLog, interruption } = options;
  // Each try is an act of its own.
  http.interceptors.request.use((request) => {
    interruption?.stopped.throwIfAborted();
    // The timeout alone begins anew with every byte: an answer that drips would never be given up.
    const told = request.method === "get" ? interruption?.stopped : interruption?.cutOff;
    const { signal, release } = abortedAfter(request.timeout, told);
    request.signal = signal;
    const logged = auditLog.begin({
      act: `${(request.method ?? "").toUpperCase()} ${request.url ?? ""}`,
      on: options.url.host,
    });
    request.ended = (result) => {
      release();
      logged(result);
    };
    return request;
  });
  http.interceptors.response.use(
    (response) => {
      response.config.ended?.(String(response.status));
      return response;
    },
    (error: unknown) => {
      if (isAxiosError(error)) {
        error.config?.ended?.(String(error.response?.status ?? codeOf(error)));
        // Ends the pause before the next try, which may be longer than a request's own time.
        if (error.config !== undefined && interruption !== undefined)
          error.config.signal = interruption.stopped;
        else delete error.config?.signal;
      }
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
  );
  axiosRetry(http, {
    retries: (options.tries ?? 5) - 1,
    shouldResetTimeout: true,
    // Where 429 says that nothing was done it is all the same; for the rest the request must be one that can be repeated.
    retryCondition: (error) => {
      const { repeatable, request } = error.config ?? {};
      if (error.response?.status === 429)
        return repeatable === true || (options.contract ?? usualContract).repeat429 === "yes";
      if (repeatable !== true || request === undefined || error.code === AxiosError.ECONNABORTED)
        return false;
      if (error.response !== undefined && !isOutage(error)) return error.response.status >= 500;
      const mayPass =
        error.response !== undefined || (axiosRetry.isNetworkError(error) && !isUntrusted(error));
      return mayPass && circuit.mayTryAgain(request);
    },
    retryDelay: (retry, error) => Math.min(axiosRetry.exponentialDelay(retry, error, 200), 120_000),
    onRetry: (retry, error, request) => {
      options.reporter.info(
        `Immuta ${options.url.host} answered ${error.response?.status ?? error.code ?? "nothing"} to ` +
          `${(request.method ?? "").toUpperCase()} ${request.url ?? ""}: trying again (${retry})`,
      );
    },
  });
  return http;
}

/**
 * A signal that is aborted after so many milliseconds, or with another one, until it is released. Of AbortSignal.any
 * and AbortSignal.timeout, which would say the same, Node 20 lets the timeout be reclaimed before it has fired.
 */
function abortedAfter(
  milliseconds: number | undefined,
  told: AbortSignal | undefined,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = milliseconds === undefined ? undefined : setTimeout(abort, milliseconds);
  told?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      told?.removeEventListener("abort", abort);
    },
  };
}

async function orGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ImmutaError && error.isGone) return undefined;
    throw error;
  }
}

/** Undefined where the answer has one of these statuses, whoever gave it. */
async function unlessAnswered<T>(statuses: readonly number[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ImmutaError && statuses.includes(error.status ?? 0)) return undefined;
    throw error;
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function header(headers: unknown, name: string): string | undefined {
  const value = (headers as Record<string, unknown>)[name];
  return typeof value === "string" ? value : undefined;
}

/** Host of a redirect; its path and query may carry tokens. */
const redirectTarget = (headers: unknown): string =>
  attempt(() => new URL(header(headers, "location") ?? "").host) ?? "another place";

function codeOf(error: AxiosError): string {
  // Given up after its whole time, as one without a byte is.
  if (error.code === AxiosError.ERR_CANCELED) return AxiosError.ECONNABORTED;
  return error.code ?? (error.cause as { code?: string } | undefined)?.code ?? "failed";
}

function connectionTrouble(error: AxiosError): string {
  const cause = error.cause as { message?: string } | undefined;
  const code = codeOf(error);
  if (code === AxiosError.ECONNABORTED || code === AxiosError.ETIMEDOUT) return `no answer in time (${code})`;
  const causes = (error.cause as AggregateError | undefined)?.errors as { message?: string }[] | undefined;
  const words = error.message === "" ? (causes?.[0]?.message ?? cause?.message ?? "") : error.message;
  return `${code}${words === "" ? "" : ` (${words})`}`;
}
