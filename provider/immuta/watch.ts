import type { Clock } from "../core/clock";
import { meaningOf } from "./status";
import type { Integration, IntegrationStatus } from "./types";

/** Of fewer each asks for its own integration. */
const fewest = 3;
/** Integrations in a list for each that waits: a list of more costs both sides more than the answers that it saves. */
const mostForEach = 50;
/** Milliseconds. */
const finestTick = 250;

/** The tenant's integrations, as NextList has them. */
export interface Listed<Config> {
  list: () => Promise<Integration<Config>[]>;
  /** How many it had when it was last asked for; undefined before. */
  length: () => number | undefined;
}

/** One that waits for an integration, among those who wait at the same tenant. */
export interface Watcher {
  /** What a list says that all share who look at this time, where the integration is still at work by it. */
  stillWorking(id: string): Promise<IntegrationStatus | undefined>;
  /** When to look again, in milliseconds, at most so many from now: at a time at which others look, too. */
  lookIn(milliseconds: number): number;
  leave(): void;
}

/**
 * Those who wait at one tenant at the same time look together: one list in place of a request for each. A list may lag, so
 * that an end is never believed to it: of that the integration's own answer tells.
 */
export class Watch {
  private waiting = 0;

  constructor(private readonly clock: Clock) {}

  join<Config>({ list, length }: Listed<Config>): Watcher {
    this.waiting++;
    const together = (): boolean => this.waiting >= fewest;
    return {
      stillWorking: async (id) => {
        if (!together() || (length() ?? Infinity) > mostForEach * this.waiting) return undefined;
        const found = (await list().catch(() => [])).find((one) => one.id === id);
        return found !== undefined && meaningOf(found.status).end === "working" ? found : undefined;
      },
      lookIn: (milliseconds) => {
        if (!together() || milliseconds < finestTick) return milliseconds;
        // A coarser tick is one of each finer.
        const tick = finestTick * 2 ** Math.floor(Math.log2(milliseconds / finestTick));
        const now = this.clock.now();
        return Math.floor((now + milliseconds) / tick) * tick - now;
      },
      leave: () => {
        this.waiting--;
      },
    };
  }
}
