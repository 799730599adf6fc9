import type { Clock } from "../core/clock";
import { unlessAborted } from "../core/interruption";
import type { TimeLimit } from "../core/time-limit";
import type { Immuta, Integration, Payload } from "./types";

/** Milliseconds between two lists, for each integration of the first: the longer it is, the more it costs both sides. */
const pauseForEach = 1;
/** Milliseconds that nobody waits longer than before a list is asked for. */
const longestPause = 1000;

/**
 * The tenant's integrations for those who need them as they are after they came, as before a POST. The API has no filter,
 * so that of many at a time each would have the whole list sent: those who come before the next may begin share that one.
 */
export class NextList<Config extends object, Body extends Payload> {
  private gathering: Promise<Integration<Config>[]> | undefined;
  private last: { settled: Promise<void>; underWay: boolean; pauseUntil: number } | undefined;
  /** How many integrations the last list had that came; undefined before. */
  length: number | undefined;

  constructor(private readonly clock: Clock) {}

  /**
   * The same Immuta for an operation with this limit. Where a shared list fails, or takes longer than who shares it has time,
   * who asked for it says so, and the others ask for themselves.
   */
  sharedBy(immuta: Immuta<Config, Body>, limit: TimeLimit): Immuta<Config, Body> {
    return {
      ...immuta,
      list: () =>
        this.gathering === undefined
          ? (this.gathering = this.gather(immuta))
          : unlessAborted(this.gathering, AbortSignal.timeout(limit.left), () => undefined).catch(() =>
              immuta.list(),
            ),
    };
  }

  private async gather(immuta: Immuta<Config, Body>): Promise<Integration<Config>[]> {
    try {
      await this.turn();
    } finally {
      this.gathering = undefined;
    }
    const { clock } = this;
    const list = immuta.list();
    const last = { settled: Promise.resolve(), underWay: true, pauseUntil: 0 };
    const ended = (pause: number): void => {
      Object.assign(last, { underWay: false, pauseUntil: clock.now() + Math.min(pause, longestPause) });
    };
    last.settled = list.then(
      ({ length }) => {
        this.length = length;
        ended(length * pauseForEach);
      },
      () => {
        ended(0);
      },
    );
    this.last = last;
    return list;
  }

  /** Begins no second list while one is under way, or too soon after it, unless that takes long. */
  private async turn(): Promise<void> {
    const { clock, last } = this;
    if (last === undefined) return;
    const came = clock.now();
    if (last.underWay) await Promise.race([last.settled, clock.sleep(longestPause)]);
    // A clock may be set.
    const waited = Math.max(clock.now() - came, 0);
    const pause = Math.min(last.pauseUntil - clock.now(), longestPause - waited);
    if (pause > 0) await clock.sleep(pause);
  }
}
