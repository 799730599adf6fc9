import { expect } from "chai";
import type { Clock } from "../../../provider/core/clock";
import { isKnown } from "../../../provider/immuta/status";
import type { IntegrationStatus } from "../../../provider/immuta/types";
import { waitUntil } from "../../../provider/immuta/wait";
import { SharedWatch, type Watcher } from "../../../provider/immuta/watch";
import { type Immuta, type Integration, type ShownConfig, synapseType } from "../../../provider/synapse/api";
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
  /** Whether a list takes most of a second. */
  let slow: boolean;
  /** What is answered at a time. */
  let stateAt: (id: string, time: number, asked: "list" | "own") => string;
  beforeEach(() => {
    clock = new Time();
    lists = 0;
    own = [];
    others = 0;
    slow = false;
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
    list: async () => {
      lists++;
      if (slow) await clock.sleep(900);
      const item = (id: string): Integration => ({ ...status(id, "list"), type: synapseType, config: {} });
      return [...ids, ...Array.from({ length: others }, (_, n) => `other ${n}`)].map(item);
    },
  });

  const nobody = (): void => undefined;
  const reporter = { info: nobody, warn: nobody, debug: nobody };

  /**
   * Waits for as many at a time; gives when each came to its end.
   * @param known whether it is known how many integrations the tenant has
   */
  async function wait(
    count: number,
    { known = true, limit = 10 * takes } = {},
  ): Promise<(number | string)[]> {
    [lists, own] = [0, []];
    clock = new Time();
    const watch = new SharedWatch<ShownConfig>(clock, () => (known ? ids.length + others : undefined));
    const tenant = immuta();
    const ends = ids.slice(0, count).map(async (id, index) => {
      await clock.sleep(index * 37);
      return waitUntil(tenant, {
        ...{ id, until: "enabled", limit, clock, reporter, watcher: watch.join(() => tenant.list()) },
      }).then(
        () => clock.now(),
        (error: unknown) => (error as Error).constructor.name,
      );
    });
    await clock.run();
    return Promise.all(ends);
  }
  const looksOf = (id: string): number => own.filter((one) => one === id).length;

  it("look at the same times, by one list for all, and now and then and at its own end each for itself", async () => {
    for (const end of await wait(8)) expect(end).to.be.within(takes, takes * 1.08 + 500);
    for (const id of ids) expect(looksOf(id)).to.be.within(2, 9);
    const [shared, [alone]] = [lists + own.length, [await wait(1), looksOf("1")].slice(1)];
    expect(lists).to.equal(0);
    // Half of what eight would ask for that know nothing of one another.
    expect(shared).to.be.below((8 * Number(alone)) / 2);
  });

  it("ask each for itself where they are few, or the list is long or was never had, and at times of their own", async () => {
    await wait(2);
    expect(lists).to.equal(0);
    await wait(1);
    const alone = own.length;
    others = 400;
    await wait(8);
    expect(lists).to.equal(0);
    expect(own.length).to.be.below(8 * alone * 1.1);
    others = 0;
    await wait(8, { known: false });
    expect(lists).to.equal(0);
    expect(own.length).to.be.below(8 * alone * 1.1);
  });

  it("believe no end to a list, which may lag behind", async () => {
    // Enabled in the list at once, as after a PUT; gone from it; and an error that is over.
    const states = ["enabled", "deleted", "editError"];
    stateAt = (id, time, asked) =>
      asked === "list" ? (states[Number(id) % 3] ?? "") : time < takes ? "editing" : "enabled";
    for (const end of await wait(8)) expect(end).to.be.within(takes, takes * 1.08 + 500);
    expect(lists).to.be.above(0);
  });

  it("believe a list that says nothing new for a while alone, and at the limit not at all", async () => {
    stateAt = (_id, time, asked) => (asked === "own" && time >= takes ? "enabled" : "creating");
    for (const end of await wait(8)) expect(end).to.be.within(takes, takes * 1.35 + 6000);
    for (const end of await wait(8, { limit: takes + 500 }))
      expect(end).to.be.within(takes, takes + 500 + 8 * 37);
    // The limit runs out while the list is on its way.
    slow = true;
    for (const end of await wait(8, { limit: takes + 500 })) expect(end).to.be.within(takes, takes + 2000);
  });

  it("ask for no more lists where one fails, or takes long", async () => {
    let [asked, answer] = [0, (): Promise<Integration[]> => Promise.reject(new Error("no answer"))];
    for (const slow of [false, true]) {
      asked = 0;
      if (slow) answer = () => new Promise(() => undefined);
      const watch = new SharedWatch<ShownConfig>(clock, () => 1);
      const watchers = ids.map(() =>
        watch.join(() => {
          asked++;
          return answer();
        }),
      );
      for (let times = 0; times < 2; times++)
        for (const found of await Promise.all(watchers.map((watcher) => watcher.stillWorking("1"))))
          expect(found).to.equal(undefined);
      expect(asked).to.equal(1);
      expect(watchers[0]?.lookIn(700)).to.equal(700);
    }
  });

  it("are no longer many when the others left, or failed", async () => {
    stateAt = () => "createError";
    expect(await wait(8)).to.deep.equal(ids.map(() => "IntegrationFailed"));
    clock = new Time();
    const watch = new SharedWatch<ShownConfig>(clock, () => 1);
    const tenant = { ...immuta(), status: () => Promise.reject(new Error("no answer")) };
    const watcher = (): Watcher => watch.join(() => tenant.list());
    const [last, ...rest] = ids.map(watcher);
    expect(last?.lookIn(700)).to.equal(500);
    for (const one of rest)
      await waitUntil(tenant, { id: "1", until: "gone", limit: 1, clock, reporter, watcher: one }).catch(
        () => undefined,
      );
    expect(last?.lookIn(700)).to.equal(700);
  });
});
