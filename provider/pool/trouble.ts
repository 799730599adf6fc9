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

/** For how long something is waited for: not at all, as long as `waitForPool` says, or milliseconds within that. */
export type Patience = "not" | "waitForPool" | number;

/** What is done about some troubles of the same kind. */
export interface Rule {
  /** Error numbers of the server, or codes of faults of the connection. */
  troubles: readonly (number | string)[];
  reason: string;
  /** While the integration is created, for the pool may be minutes old. */
  fresh: Patience;
  later: Patience;
  /** Only where `bootstrap.waitForPool` is given. */
  onlyWhenAsked?: true;
  /** A batch that fails with it is not to blame: its phase is begun again. */
  interrupts: boolean;
}

const second = 1000;
const minute = 60 * second;

/** Everything else is an error at once. By number or code, never by text, which differs between languages and versions. */
export const rules: readonly Rule[] = [
  {
    troubles: [42109],
    reason: "the pool is warming up",
    fresh: "waitForPool",
    later: "waitForPool",
    interrupts: true,
  },
  {
    troubles: [40197, 40501, 40613, 49918, 49919, 49920, 10928, 10929],
    reason: "the database is not available yet",
    fresh: "waitForPool",
    later: "waitForPool",
    interrupts: true,
  },
  {
    troubles: [42108],
    reason: "the pool is paused, until somebody resumes it",
    fresh: "waitForPool",
    later: "waitForPool",
    onlyWhenAsked: true,
    interrupts: true,
  },
  {
    troubles: [40615],
    reason: "the firewall rule is not in force yet",
    fresh: 5 * minute,
    later: "not",
    interrupts: false,
  },
  {
    troubles: [4060, 40532],
    reason: "the gateway does not know the database yet",
    fresh: 5 * minute,
    later: "not",
    interrupts: false,
  },
  {
    troubles: [18456],
    reason: "the login is not known yet",
    fresh: 5 * second,
    later: "not",
    interrupts: false,
  },
  {
    troubles: ["ENOTFOUND"],
    reason: "the host name is not known yet",
    fresh: 2 * minute,
    later: "not",
    interrupts: false,
  },
  {
    troubles: ["EAI_AGAIN"],
    reason: "the name server does not answer",
    fresh: 2 * minute,
    later: 30 * second,
    interrupts: false,
  },
  {
    troubles: [
      "ECONNREFUSED",
      "ECONNRESET",
      "ECONNCLOSED",
      "ECLOSE",
      "EPIPE",
      "ETIMEDOUT",
      "ETIMEOUT",
      "EHOSTUNREACH",
      "ENETUNREACH",
    ],
    reason: "the endpoint does not answer",
    fresh: 5 * minute,
    later: 30 * second,
    interrupts: true,
  },
];

/**
 * Whether waiting can help. `limit`: for how many milliseconds at most, beside the limit of `waitForPool`; what does
 * not mend itself soon will not mend itself.
 */
export type Verdict = { wait: false } | { wait: true; reason: string; limit: number };

const fatal: Verdict = { wait: false };

/** Pure. */
export function judge(trouble: Trouble, { fresh, pauseIsAwaited }: Circumstances): Verdict {
  const rule = ruleFor(trouble);
  if (rule === undefined || (rule.onlyWhenAsked === true && !pauseIsAwaited)) return fatal;
  const patience = fresh ? rule.fresh : rule.later;
  if (patience === "not") return fatal;
  return { wait: true, reason: rule.reason, limit: patience === "waitForPool" ? Infinity : patience };
}

/** Errors of a batch after which the connection, not the batch, is to blame. */
export const interrupts = (trouble: Trouble): boolean => ruleFor(trouble)?.interrupts ?? false;

const ruleFor = ({ number, code }: Trouble): Rule | undefined =>
  rules.find(({ troubles }) => troubles.some((each) => each === (number ?? code)));
