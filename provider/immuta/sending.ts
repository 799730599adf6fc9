import type { TimeLimit } from "../core/time-limit";

/** A request, and what its tries have in common. */

export interface Request {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the tenant's URL. */
  path: string;
  body?: unknown;
  /** Repeating it changes nothing more: an answer 5xx or a broken connection is tried again. */
  repeatable: boolean;
}

/** One request with all its tries. */
export class Sending {
  readonly id = Symbol();
  /** Tries that took their whole time. */
  slowTries = 0;
  /** Takes note of how a try ended. */
  ended?: (result: string) => void;

  constructor(
    readonly request: Request,
    readonly limit: TimeLimit,
  ) {}
}

/** An answer that broke off has a status and no body. */
export const hasBody = <Response extends { data?: unknown }>(
  response: Response | undefined,
): response is Response => response !== undefined && response.data !== undefined;
