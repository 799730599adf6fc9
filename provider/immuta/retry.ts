import type { AxiosError, AxiosInstance } from "axios";
import axiosRetry from "axios-retry";
import type { Interruption } from "../core/interruption";
import type { Reporter } from "../core/reporter";
import type { Circuit } from "./circuit";
import { hasBody, type Sending } from "./sending";
import type { Proxy } from "./proxy";
import {
  inSeconds,
  isOutage,
  isPassing,
  pauseAsked,
  tookWholeTime,
  type Trouble,
  troubleFrom,
} from "./trouble";

export interface RetryOptions {
  /** Tries of a request that may be repeated. */
  tries?: number;
  /** Milliseconds, half of the pause before the second try; each further one is twice as long. */
  pause?: number;
  /** Whether a 429 says that nothing was done, to whatever it is the answer. */
  repeats429?: boolean;
}

interface Retrying extends RetryOptions {
  url: URL;
  reporter: Reporter;
  circuit: Circuit;
  proxy: Proxy | undefined;
  interruption?: Interruption;
}

/** Which requests are tried again, and after how long: within the time that their operation has left. */
export function retrying(
  http: AxiosInstance,
  { url, reporter, circuit, proxy, tries = 5, pause = 200, repeats429 = true, interruption }: Retrying,
): void {
  axiosRetry(http, {
    retries: tries - 1,
    shouldResetTimeout: true,
    // Where 429 says that nothing was done it is all the same; for the rest the request must be one that can be repeated.
    retryCondition: async (error) => {
      const { sending } = error.config ?? {};
      if (sending === undefined || askedPause(error) >= sending.limit.left) return false;
      if (interruption?.stopped.aborted === true) return false;
      if (error.response?.status === 429 && repeats429) return true;
      if (!sending.request.repeatable) return false;
      if (error.response?.status === 429) return true;
      const status = statusOf(error);
      if (!isOutage(status, headerOf(error, "content-type"))) return (status ?? 0) >= 500;
      if (status === undefined && !mayPass(error, troubleFrom(error, proxy), sending)) return false;
      return within(sending.limit.left, circuit.mayTryAgain(sending.id));
    },
    retryDelay: (retry, error) => {
      const asked = askedPause(error);
      if (asked === 0) return axiosRetry.exponentialDelay(retry, undefined, pause);
      // Whoever was sent away together does not come back together.
      return Math.min(asked + 500 * Math.random(), error.config?.sending?.limit.left ?? asked);
    },
    onRetry: (retry, error, { sending }) => {
      const asked = askedPause(error);
      const { method, path } = sending?.request ?? { method: "", path: "" };
      reporter.info(
        `Immuta ${url.host} answered ${statusOf(error) ?? troubleFrom(error, proxy).code} to ${method} ${path}: ` +
          `trying again${asked === 0 ? "" : ` in ${inSeconds(asked)}`} (${retry})`,
      );
    },
  });
}

/** Undefined where no answer came, or not the whole of it: what is an error with a status of success is none. */
const statusOf = ({ response }: AxiosError): number | undefined =>
  !hasBody(response) || response.status < 300 ? undefined : response.status;

/** What took its whole time is tried once more: either that has passed, or it takes as long again. */
function mayPass(error: AxiosError, trouble: Trouble, sending: Sending): boolean {
  if (tookWholeTime(trouble)) return sending.slowTries++ === 0;
  return error.response !== undefined || (axiosRetry.isNetworkError(error) && isPassing(trouble));
}

const askedPause = (error: AxiosError): number => pauseAsked(headerOf(error, "retry-after"));

function headerOf({ response }: AxiosError, name: string): string | undefined {
  const value: unknown = response?.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** False where the answer takes longer. */
function within(milliseconds: number, answer: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds, false);
    answer.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
