/** What kept a connection from coming about, or broke it: the server's number, or the code of a fault below it. */
export interface Trouble {
  number?: number;
  code?: string;
  message: string;
}

/** What is known of the pool before connecting. */
export interface Circumstances {
  /** It may have been provisioned minutes ago: names, rules and logins may still be on their way. */
  fresh: boolean;
  /** Somebody was told to resume it, so a paused pool is waited for. */
  pauseIsAwaited: boolean;
}

/**
 * Whether waiting can help. `limit`: for how many milliseconds at most, beside the limit of `waitForPool`; what does
 * not mend itself soon will not mend itself.
 */
export type Verdict = { wait: false } | { wait: true; reason: string; limit: number };

const second = 1000;
const minute = 60 * second;
const fatal: Verdict = { wait: false };
const wait = (reason: string, limit = Infinity): Verdict => ({ wait: true, reason, limit });

/** Pure: decides by number or code, never by text, which differs between languages and versions. */
export function judge(trouble: Trouble, { fresh, pauseIsAwaited }: Circumstances): Verdict {
  switch (trouble.number) {
    case 42109:
      return wait("the pool is warming up");
    case 40197:
    case 40501:
    case 40613:
    case 49918:
    case 49919:
    case 49920:
    case 10928:
    case 10929:
      return wait("the database is not available yet");
    case 42108:
      return pauseIsAwaited ? wait("the pool is paused, until somebody resumes it") : fatal;
    case 40615:
      return fresh ? wait("the firewall rule is not in force yet", 5 * minute) : fatal;
    case 4060:
    case 40532:
      return fresh ? wait("the gateway does not know the database yet", 5 * minute) : fatal;
    case 18456:
      return fresh ? wait("the login is not known yet", 5 * second) : fatal;
    case undefined:
      break;
    default:
      return fatal;
  }
  switch (trouble.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return fresh ? wait("the host name is not known yet", 2 * minute) : fatal;
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "ECONNCLOSED":
    case "EPIPE":
    case "ETIMEDOUT":
    case "ETIMEOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return wait("the endpoint does not answer", fresh ? 5 * minute : 30 * second);
    default:
      return fatal;
  }
}

/** Errors of a batch after which the connection, not the batch, is to blame. */
export const interrupts = (trouble: Trouble): boolean =>
  judge(trouble, { fresh: false, pauseIsAwaited: true }).wait;
