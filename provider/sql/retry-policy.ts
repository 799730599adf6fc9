import { type Clock, systemClock } from "../core/clock";
import { unlessAborted } from "../core/interruption";
import { lengthOf } from "../core/rules";
import type { Reporter } from "../core/reporter";
import { openConnection, type PoolConnection, type Session } from "./connect/connection";
import { PoolUnreachable } from "./errors";
import { defaultTimes, type PoolLogin } from "./connect/login";
import type { Sessions, Use } from "./sessions";
import { judge } from "./trouble";

const defaultLimit = lengthOf(defaultTimes.waitForPool);
/** A wait that goes on is told of so often. */
const announcement = 60_000;

/** What a session is for. */
export interface Wanted {
  use: Use;
  /** The pool may have been provisioned minutes ago. */
  fresh: boolean;
  /** Where it comes from and goes back to; it is one of its own where there is nothing of the kind. */
  sessions: Sessions | undefined;
}

/**
 * Connects, and where waiting can help waits: connecting changes nothing, so it may be tried as often as wanted.
 * Throws PoolUnreachable at once where waiting cannot help, and Interrupted where it is told to stop.
 */
export async function connectPatiently(
  login: PoolLogin,
  database: string,
  { use, fresh, sessions }: Wanted,
  reporter: Reporter,
  clock: Clock = systemClock,
): Promise<PoolConnection> {
  const limit = login.waitForPool ?? defaultLimit;
  const started = clock.now();
  // One trouble may follow another; each has a limit of its own, within that of the whole.
  let current = { reason: "", since: started, announced: -Infinity };
  for (let attempt = 0; ; attempt++) {
    try {
      const open = (): Promise<Session> => openConnection(login, database, reporter);
      return await unlessStopped(login, () => sessions?.take(login, database, use, reporter, open) ?? open());
    } catch (error) {
      if (!(error instanceof PoolUnreachable)) throw error;
      const verdict = judge(error.trouble, { fresh, pauseIsAwaited: login.pauseIsAwaited });
      if (!verdict.wait) throw error;
      const now = clock.now();
      if (verdict.reason !== current.reason)
        current = { reason: verdict.reason, since: now, announced: -Infinity };
      const left = Math.min(started + limit, current.since + verdict.limit) - now;
      if (left <= 0) {
        const waited = `Waited ${seconds(now - started)} for it: ${verdict.reason}.`;
        throw new PoolUnreachable(`${error.message}\n${waited}`, error.trouble, { cause: error });
      }
      if (now - current.announced >= announcement) {
        current.announced = now;
        const what = error.trouble.number ?? error.trouble.code ?? "no answer";
        reporter.info(
          `waiting for database ${database} on ${login.host}: ${verdict.reason} (${what}); ` +
            `${seconds(now - started)} so far, at most ${seconds(left)} more`,
        );
      }
      await clock.sleep(Math.min(pause(attempt), left));
    }
  }
}

/** An attempt may take long; whoever is told to stop leaves it alone, and closes what still comes of it. */
function unlessStopped(
  { interruption }: PoolLogin,
  attempt: () => Promise<PoolConnection>,
): Promise<PoolConnection> {
  const stopped = interruption?.stopped;
  stopped?.throwIfAborted();
  const connection = attempt();
  return stopped === undefined ? connection : unlessAborted(connection, stopped, (late) => void late.close());
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

/** From a second up to fifteen, each a little different so that many pools do not ask in step. */
export const pause = (attempt: number): number =>
  Math.min(1000 * 1.6 ** attempt, 15_000) * (0.8 + Math.random() * 0.2);
