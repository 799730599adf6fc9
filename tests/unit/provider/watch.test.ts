import { expect } from "chai";
import type { Clock } from "../../../provider/core/clock";
import { NextList } from "../../../provider/immuta/next-list";
import { isKnown } from "../../../provider/immuta/status";
import type { IntegrationStatus } from "../../../provider/immuta/types";
import { waitUntil } from "../../../provider/immuta/wait";
import { Watch, type Watcher } from "../../../provider/immuta/watch";
import type { Immuta, Integration, IntegrationPayload, ShownConfig } from "../../../provider/synapse/api";
import { synapseType } from "../../../provider/synapse/api";
import { Stage } from "./life/stage";

/** Time that goes on when everybody sleeps. */
class Time implements Clock {
  private time = 0;
  private readonly sleepers: { until: number; wake: () => void }[] = [];
  now = (): number => this.time;
  sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.sleepers.push({ until: this.time + milliseconds, wake });
    });

  /** Until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      if (this.sleepers.length === 0) return;
      this.time = Math.min(...this.sleepers.map(({ until }) => until));
      for (const sleeper of [...this.sleepers].filter(({ until }) => until <= this.time)) {
        this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
        sleeper.wake();
      }
    }
  }
}

describe("those who wait at one tenant", () => {
  const ids = ["1", "2", "3", "4", "5", "6", "7", "8"];
  /** Milliseconds that Immuta takes for each. */
  const takes = 60_000;
  let clock: Time;
  let lists: number;
  let own: string[];
  let others: number;
  /** What is answered at a time. */
  let stateAt: (id: string, time: number, asked: "list" | "own") => string;
  beforeEach(() => {
    clock = new Time();
    lists = 0;
    own = [];
    others = 0;
    stateAt = (_id, time) => (time < takes ? "creating" : "enabled");
  });

  const status = (id: string, asked: "list" | "own"): IntegrationStatus => {
    const state = stateAt(id, clock.now(), asked);
    expect(isKnown(state)).to.equal(true);
    return { id, status: state };
  };
  const immuta = (): Immuta => ({
    ...new Stage().ports().immuta,
    status: (id) => {
      own.push(id);
      return Promise.resolve(status(id, "own"));
    },
    list: () => {
      lists++;
      const item = (id: string): Integration => ({ ...status(id, "list"), type: synapseType, config: {} });
      return Promise.resolve([...ids, ...Array.from({ length: others }, (_, n) => `other ${n}`)].map(item));
    },
  });

  /** Waits for as many at a time; gives when each came to its end. */
  async function wait(count: number, looked: boolean): Promise<(number | string)[]> {
    const next = new NextList<ShownConfig, IntegrationPayload>(clock);
    const watch = new Watch(clock);
    const shared = next.sharedBy(immuta());
    if (looked) await shared.list();
    lists = 0;
    const nobody = (): void => undefined;
    const ends = ids.slice(0, count).map(async (id, index) => {
      await clock.sleep(index * 37);
      return waitUntil(shared, {
        ...{ id, until: "enabled", limit: 10 * takes, clock },
        reporter: { info: nobody, warn: nobody, debug: nobody },
        watcher: watch.join({ list: () => shared.list(), length: () => next.length }),
      }).then(
        () => clock.now(),
        (error: unknown) => (error as Error).constructor.name,
      );
    });
    await clock.run();
    return Promise.all(ends);
  }

  it("look at the same times, by one list for all, and each at its own end", async () => {
    const ends = await wait(8, true);
    for (const end of ends) expect(end).to.be.within(takes, takes * 1.08 + 500);
    // One look at the beginning, and one at the end; once as many wait as are worth a list.
    for (const id of ids) expect(own.filter((one) => one === id).length).to.be.within(2, 4);
    const alone = lists;
    [lists, own] = [0, []];
    clock = new Time();
    await wait(1, true);
    expect(lists).to.equal(0);
    // Not eight times as many as one alone has looks: common times come a little sooner than one's own.
    expect(alone).to.be.below(2 * own.length);
  });

  it("ask each for itself where they are few, or the list is long or was never had", async () => {
    await wait(2, true);
    expect(lists).to.equal(0);
    clock = new Time();
    others = 400;
    await wait(8, true);
    expect(lists).to.equal(0);
    clock = new Time();
    others = 0;
    await wait(8, false);
    expect(lists).to.equal(0);
  });

  it("believe no end to a list, which may lag behind", async () => {
    // Enabled in the list at once, as after a PUT; gone from it; and an error that is over.
    const states = ["enabled", "deleted", "editError"];
    stateAt = (id, time, asked) =>
      asked === "list" ? (states[Number(id) % 3] ?? "") : time < takes ? "editing" : "enabled";
    for (const end of await wait(8, true)) expect(end).to.be.within(takes, takes * 1.08 + 500);
    expect(lists).to.be.above(0);
  });

  it("ask for themselves where the list fails, and leave when they end", async () => {
    const watch = new Watch(clock);
    const list = (): Promise<never> => Promise.reject(new Error("no answer"));
    const watchers = ids.map(() => watch.join({ list, length: () => 1 }));
    expect(await watchers[0]?.stillWorking("1")).to.equal(undefined);
    expect(watchers[0]?.lookIn(700)).to.equal(500);
    for (const watcher of watchers.slice(2)) watcher.leave();
    expect(watchers[0]?.lookIn(700)).to.equal(700);
  });

  it("leave when the wait fails, too", async () => {
    stateAt = () => "createError";
    expect(await wait(8, true)).to.deep.equal(ids.map(() => "IntegrationFailed"));
    const watch = new Watch(clock);
    const failing = { ...immuta(), status: () => Promise.reject(new Error("no answer")) };
    const watcher = (): Watcher => watch.join({ list: () => failing.list(), length: () => 1 });
    const nobody = (): void => undefined;
    const reporter = { info: nobody, warn: nobody, debug: nobody };
    for (const id of ids)
      await waitUntil(failing, { id, until: "gone", limit: 1, clock, reporter, watcher: watcher() }).catch(
        () => undefined,
      );
    // This one and two more are as few as are worth a list.
    expect(watcher().lookIn(700)).to.equal(700);
  });
});
