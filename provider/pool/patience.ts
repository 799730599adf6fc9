import type { ConnectionPool } from "mssql";
import { type Clock, systemClock } from "../immuta/wait";
import type { Reporter } from "../reporter";
import { openConnection } from "./connection";
import { PoolUnreachable } from "./errors";
import type { PoolLogin } from "./login";
import { judge } from "./trouble";

const defaultLimit = 20 * 60_000;

/**
 * Connects, and where waiting can help waits: connecting changes nothing, so it may be tried as often as wanted.
 * Throws PoolUnreachable at once where waiting cannot help.
 */
export async function connectPatiently(
  login: PoolLogin,
  database: string,
  fresh: boolean,
  reporter: Reporter,
  clock: Clock = systemClock,
): Promise<ConnectionPool> {
  const started = clock.now();
  const limit = login.waitForPool ?? defaultLimit;
  let announced = { reason: "", at: -Infinity };
  for (let attempt = 0; ; attempt++) {
    try {
      return await openConnection(login, database, reporter);
    } catch (error) {
      if (!(error instanceof PoolUnreachable)) throw error;
      const verdict = judge(error.trouble, { fresh, pauseIsAwaited: login.pauseIsAwaited });
      if (!verdict.wait) throw error;
      const waited = clock.now() - started;
      const allowed = Math.min(limit, verdict.limit);
      if (waited >= allowed) {
        error.message += `\nWaited ${seconds(waited)} for it: ${verdict.reason}.`;
        throw error;
      }
      if (verdict.reason !== announced.reason || clock.now() - announced.at >= 60_000) {
        announced = { reason: verdict.reason, at: clock.now() };
        reporter.info(
          `waiting for database ${database} on ${login.host}: ${verdict.reason} ` +
            `(${error.trouble.number ?? error.trouble.code ?? "no answer"}); ${seconds(waited)} so far, at most ${seconds(allowed)}`,
        );
      }
      await clock.sleep(Math.min(pause(attempt), Math.max(allowed - waited, 1)));
    }
  }
}

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

/** From a second up to fifteen, each a little different so that many pools do not ask in step. */
const pause = (attempt: number): number =>
  Math.min(1000 * 1.6 ** attempt, 15_000) * (0.8 + Math.random() * 0.2);
