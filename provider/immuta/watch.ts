import type { Clock } from "../core/clock";
import { sleep } from "../core/interruption";
import { meaningOf } from "./status";
import type { Integration, IntegrationStatus } from "./types";

/** Of fewer each asks for its own integration. */
const fewest = 3;
/** Integrations in a list for each that waits: a list of more costs both sides more than the answers that it saves. */
const mostForEach = 50;
/** Milliseconds. */
const finestTick = 250;
/** Milliseconds that a list may take; a tenant whose list takes longer, or fails, is asked for none any more. */
const listTakes = 1000;

/** One that waits for an integration, among those who wait at the same tenant. */
export interface Watcher {
  /** What a list says that all share who look at this time, where the integration is still at work by it. */
  stillWorking(id: string): Promise<IntegrationStatus | undefined>;
  /** When to look again, in milliseconds, at most so many from now: at a time at which others look, too. */
  lookIn(milliseconds: number): number;
  leave(): void;
}

/**
 * Those who wait at one tenant at the same time look together: one list in place of a request for each. A list is only
 * ever a reason to wait on: of an end the integration's own answer tells, and nothing comes of a list that fails.
 */
export class SharedWatch<Config> {
  private waiting = 0;
  private underWay: Promise<Integration<Config>[]> | undefined;
  private gaveUp = false;

  /** @param length how many integrations the tenant had when they were last listed; undefined before. */
  constructor(
    private readonly clock: Clock,
    private readonly length: () => number | undefined,
  ) {}

  /** @param list a request of its own, whose failure is nobody's */
  join(list: () => Promise<Integration<Config>[]>): Watcher {
    this.waiting++;
    return {
      stillWorking: async (id) => {
        if (!this.together) return undefined;
        this.underWay ??= this.ask(list);
        const found = (await this.underWay).find((one) => one.id === id);
        return found !== undefined && meaningOf(found.status).end === "working" ? found : undefined;
      },
      lookIn: (milliseconds) => {
        if (!this.together || milliseconds < finestTick) return milliseconds;
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

  private get together(): boolean {
    const { waiting, gaveUp } = this;
    return !gaveUp && waiting >= fewest && (this.length() ?? Infinity) <= mostForEach * waiting;
  }

  private async ask(list: () => Promise<Integration<Config>[]>): Promise<Integration<Config>[]> {
    const inTime = new AbortController();
    try {
      return await Promise.race([
        list(),
        sleep(listTakes, inTime.signal).then(() => Promise.reject(new Error("it takes too long"))),
      ]);
    } catch {
      this.gaveUp = true;
      return [];
    } finally {
      inTime.abort();
      this.underWay = undefined;
    }
  }
}
