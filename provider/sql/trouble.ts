/** What kept a connection from coming about, or broke it: the server's number, or the code of a fault below it. */
export interface Trouble {
  number?: number;
  code?: string;
  /** Of the server's error; from 20 on it ends the session. */
  severity?: number;
  message: string;
  /** The node that the gateway sent on to, where the trouble came after that. */
  node?: { server: string; port: number };
}

/** What is known of the pool before connecting. */
export interface Circumstances {
  /** It may have been provisioned minutes ago: names, rules and logins may still be on their way. */
  fresh: boolean;
  /** Somebody was told to resume it, so a paused pool is waited for. */
  pauseIsAwaited: boolean;
}

/** For how long something is waited for: not at all, as long as `waitForPool` says, or milliseconds within that. */
export type Waiting = "not" | "waitForPool" | number;

/** What is done about some troubles of the same kind. */
export interface Rule {
  /** Error numbers of the server, or codes of faults of the connection. */
  troubles: readonly (number | string)[];
  reason: string;
  /** While the integration is created, for the pool may be minutes old. */
  fresh: Waiting;
  later: Waiting;
  /** Only where `bootstrap.waitForPool` is given. */
  onlyWhenAsked?: true;
  /** A batch that fails with it is not to blame: its phase is begun again. */
  interrupts: boolean;
}

const second = 1000;
const minute = 60 * second;

/** Errors from this severity on end the session, whatever their number. */
const endsSession = 20;

const sessionEnded: Rule = {
  troubles: [`any other of severity ${endsSession} or more`],
  reason: "the server ended the session",
  fresh: 5 * minute,
  later: 30 * second,
  interrupts: true,
};

/** The gateway answers, so the pool is there: a node that moves is back in seconds, a closed port stays closed. */
const nodeSilent: Rule = {
  troubles: ["any of these at the node that the gateway names"],
  reason: "the node that the gateway names does not answer",
  fresh: 30 * second,
  later: 30 * second,
  interrupts: true,
};

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
    troubles: [1205, 1222, 110802, 110806],
    reason: "the server asks for it to be sent again",
    fresh: 30 * second,
    later: 30 * second,
    interrupts: true,
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
  nodeSilent,
  sessionEnded,
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

/** Why a batch was broken off that is not to blame for it. */
export interface Interruption {
  /** As told: number or code. */
  by: number | string;
  reason: string;
  /** The session is gone; otherwise the server refused the batch for now. */
  connectionLost: boolean;
}

/** Pure; undefined where the batch is to blame, or where a pause is not waited for. */
export function interruptionIn(
  troubles: readonly Trouble[],
  { pauseIsAwaited }: Pick<Circumstances, "pauseIsAwaited">,
): Interruption | undefined {
  for (const trouble of troubles) {
    const rule = ruleFor(trouble);
    if (rule?.interrupts !== true || (rule.onlyWhenAsked === true && !pauseIsAwaited)) continue;
    const by = trouble.number ?? trouble.code ?? "no answer";
    return { by, reason: rule.reason, connectionLost: typeof by === "string" || rule === sessionEnded };
  }
  return undefined;
}

/** In the words of a line, such as "the connection broke". */
export const howItBroke = ({ by, reason, connectionLost }: Interruption): string =>
  connectionLost ? "the connection broke" : `${reason} (${by}),`;

function ruleFor({ number, code, severity = 0, node }: Trouble): Rule | undefined {
  const rule = rules.find(({ troubles }) => troubles.some((each) => each === (number ?? code)));
  if (rule !== undefined && number === undefined && node !== undefined && rule.interrupts) return nodeSilent;
  return rule ?? (severity >= endsSession ? sessionEnded : undefined);
}
