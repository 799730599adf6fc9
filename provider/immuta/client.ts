import { Interrupted } from "../core/interruption";
import { longestName, told } from "../core/strangers";
import { type Contract, usualContract } from "../core/contract";
import { TimeLimit } from "../core/time-limit";
import * as answers from "./answers";
import { Circuit } from "./circuit";
import { type Answer, type ConnectionOptions, connectionTo, NoTimeLeft } from "./connection";
import { type Request, Sending } from "./sending";
import { ImmutaError, type ImmutaFailure } from "./errors";
import {
  adviceFor,
  inSeconds,
  isOutage,
  neverLeft,
  NoAnswer,
  pauseAsked,
  redirection,
  wordsFor,
} from "./trouble";
import type { DeleteCredentials, Immuta, Payload } from "./types";
import type { Phase } from "../core/phases";
import { tenantOf } from "../core/tenant";

export interface ClientOptions<Config> extends ConnectionOptions {
  /** Reads what an integration's `config` holds. */
  readConfig: answers.ReadConfig<Config>;
  /** Shared by all clients of a tenant in this process. */
  circuit?: Circuit;
  /** Of the operation; default: five minutes for each request with its tries. */
  limit?: TimeLimit;
  contract?: Pick<Contract, "repeat429" | "repeatScripts">;
  /** Hears of each answer that is no error. */
  answered?: (answer: Heard) => void;
}

/** An answer as it came. */
export interface Heard {
  method: string;
  path: string;
  /** Content type; undefined where it has none. */
  type: string | undefined;
  body: string;
}

/** The Integrations API over HTTP. */
export function immutaClient<Config, Body extends Payload>(
  options: ClientOptions<Config>,
): Immuta<Config, Body> {
  const tenant = tenantOf(options.url);
  const circuit = options.circuit ?? new Circuit();
  const { repeat429, repeatScripts } = options.contract ?? usualContract;
  let exchange: ReturnType<typeof connectionTo> | undefined;

  async function send<T>(request: Request, read: (answer: unknown) => T): Promise<T> {
    const { interrupted } = circuit;
    if (interrupted !== undefined) throw givenUp(request, interrupted, true);
    // What reads from a list that somebody else asked for needs none.
    exchange ??= connectionTo({ ...options, repeats429: repeat429 === "yes" }, circuit);
    const started = Date.now();
    const sending = new Sending(request, options.limit ?? new TimeLimit());
    try {
      const answer = await exchange(sending);
      note(request, String(answer.status), started, answer.header("x-request-id"));
      if (answer.status < 200 || answer.status >= 300) throw refusal(sending, answer);
      circuit.answered();
      const { body, header } = answer;
      options.answered?.({ method: request.method, path: request.path, type: header("content-type"), body });
      return parsed(request, answer, read);
    } catch (error) {
      if (error instanceof ImmutaError || error instanceof Interrupted) throw error;
      if (request.method === "GET") options.interruption?.stopped.throwIfAborted();
      note(request, error instanceof NoAnswer ? error.trouble.code : "failed", started);
      throw unanswered(sending, error);
    } finally {
      circuit.ended(sending.id);
    }
  }

  const failure = ({ method, path, repeatable }: Request, more: Omit<ImmutaFailure, "method" | "path">) =>
    new ImmutaError(tenant, { method, path, changesNothing: repeatable, ...more });

  function parsed<T>(request: Request, { status, body, header }: Answer, read: (answer: unknown) => T): T {
    try {
      return read(answers.decoded(body));
    } catch (error) {
      const said =
        error instanceof answers.UnreadableAnswer
          ? `${error.message} (content type ${header("content-type") ?? "unknown"}). Is this really the URL of an Immuta tenant?`
          : "the answer could not be read";
      throw failure(request, { status, said });
    }
  }

  /** An answer that is none of success. */
  function refusal({ request, limit }: Sending, { status, body, header }: Answer): ImmutaError {
    const type = header("content-type");
    const { interrupted } = circuit;
    if (isOutage(status, type) && request.repeatable) {
      if (interrupted !== undefined) return givenUp(request, interrupted, false);
      circuit.failed(`HTTP ${status}`);
    } else circuit.answered();
    const decoded = answers.decoded(body);
    const requestId = header("x-request-id");
    const tests = answers.readValidation(
      (decoded as { validationResults?: unknown } | undefined)?.validationResults,
    )?.tests;
    const about = {
      status,
      mayBeDone: status === 429 && repeat429 === "no",
      immutasOwn: answers.isImmutasError(decoded, status),
      ...(requestId === undefined ? {} : { requestId }),
      ...(tests === undefined ? {} : { tests }),
    };
    if (status < 400)
      return failure(request, {
        ...about,
        ...redirection(header("location"), new URL(tenant + request.path)),
      });
    const said =
      answers.readMessage(decoded) ?? `an answer of content type ${type ?? "unknown"} without a message`;
    const pause = pauseAsked(header("retry-after"));
    return pause === 0 || pause < limit.left
      ? failure(request, { ...about, said })
      : failure(request, {
          ...about,
          said,
          advice: `Immuta asks to wait ${inSeconds(pause)}, longer than the ${inSeconds(limit.left)} left of ${limit.name}.`,
        });
  }

  function unanswered({ request, limit }: Sending, error: unknown): ImmutaError {
    if (error instanceof NoTimeLeft)
      return failure(request, {
        ...outOfTime(limit),
        said: `no time is left of ${limit.name}`,
        notSent: true,
      });
    if (!(error instanceof NoAnswer)) return failure(request, { said: String(error), cause: error });
    const { trouble } = error;
    const notSent = neverLeft(trouble);
    const over = limit.left <= 0;
    const { interrupted } = circuit;
    // That the operation had no more time says nothing of Immuta.
    if (!over && (request.repeatable || notSent)) {
      if (interrupted !== undefined) return givenUp(request, interrupted, notSent);
      circuit.failed(trouble.code);
    }
    const advice = adviceFor(trouble, options.url.host);
    return failure(request, {
      said: wordsFor(trouble),
      notSent,
      atProxy: trouble.atProxy !== undefined,
      cause: error,
      ...(over ? outOfTime(limit) : advice === undefined ? {} : { advice }),
    });
  }

  /** In one line: another resource's error says the rest. */
  const givenUp = (request: Request, reason: string, notSent: boolean): ImmutaError =>
    failure(request, {
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

const outOfTime = ({ name }: TimeLimit): Pick<ImmutaFailure, "outOfTime" | "advice"> => ({
  outOfTime: true,
  advice: `The time of the operation is over (${name}). Run it again, or give it longer in \`timeouts\`.`,
});

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
