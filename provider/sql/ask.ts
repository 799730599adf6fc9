import { type AuditLog, noAuditLog } from "../core/audit-log";
import { type Clock, systemClock } from "../core/clock";
import type { Reporter } from "../core/reporter";
import { told } from "../core/strangers";
import { defaultRequestTimeout, type Outcome, resultOf } from "./batch";
import type { PoolLogin } from "./connect/login";
import { troubleFrom } from "./driver-errors";
import { PoolUnreachable } from "./errors";
import { connectPatiently, pause } from "./retry-policy";
import type { Sessions } from "./sessions";
import { howItBroke, interruptionIn } from "./trouble";

type Rows = Outcome["rows"];

/** Who asks. */
export interface Asker {
  reporter: Reporter;
  /** None by default. */
  auditLog?: AuditLog;
  /** The system's by default. */
  clock?: Clock;
  /** A login of its own by default. */
  sessions?: Sessions;
}

/** Reading can be done again as often as wanted; a connection that always breaks will not mend itself. */
const mostAttempts = 3;

/**
 * What the catalog of one database answers to each SELECT, over one session; the audit log has it as this act. Throws
 * PoolUnreachable.
 */
export async function askCatalog(
  login: PoolLogin,
  database: string,
  queries: readonly string[],
  act: string,
  asker: Asker,
): Promise<Rows[]> {
  const { reporter, clock = systemClock } = asker;
  for (let attempt = 1; ; attempt++) {
    const outcomes = await askOnce(login, database, queries, act, asker);
    const errors = outcomes.at(-1)?.errors ?? [];
    const [first] = errors;
    if (first === undefined) return outcomes.map(({ rows }) => rows);
    const interruption = interruptionIn(errors.map(troubleFrom), login);
    if (interruption === undefined || attempt === mostAttempts)
      throw new PoolUnreachable(
        `The catalog of database ${database} on ${login.host} could not be read: ` +
          told(first.number === 0 ? first.message : `Msg ${first.number}: ${first.message}`),
        troubleFrom(first),
      );
    reporter.info(
      `${howItBroke(interruption)} while the catalog of database ${database} was read; it is read again`,
    );
    await clock.sleep(pause(attempt - 1));
  }
}

/** Up to the first that fails. */
async function askOnce(
  login: PoolLogin,
  database: string,
  queries: readonly string[],
  act: string,
  { reporter, auditLog = noAuditLog, clock = systemClock, sessions }: Asker,
): Promise<Outcome[]> {
  const wanted = { use: "look", fresh: true, sessions } as const;
  const connection = await connectPatiently(login, database, wanted, reporter, clock);
  const outcomes: Outcome[] = [];
  try {
    for (const query of queries) {
      const ended = auditLog.begin({ act, on: login.host, database, statement: "SELECT" });
      const outcome = await connection.batch(query, login.requestTimeout ?? defaultRequestTimeout);
      ended(resultOf(outcome));
      outcomes.push(outcome);
      if (outcome.errors.length > 0) break;
    }
    return outcomes;
  } finally {
    await connection.close();
  }
}
