import { expect } from "chai";
import { measure, type Results, type Size } from "../../tools/bench/campaign";
import type { Taken } from "../../tools/bench/life";
import { render } from "../../tools/bench/page";
import type { StepName } from "../../tools/bench/program-process";
import { nameOf, type Subject } from "../../tools/bench/subjects";
import { targets } from "../../tools/bench/targets";
import { ensureEngine } from "../../tools/engine";

/** The benchmark in its least size: what it counts is asserted, what it times is not. */
describe("npm run bench", function () {
  this.timeout(600_000);
  const count = 2;
  const all = (side: Subject["side"]): Subject[] =>
    (["trivial", "automatic", "manual"] as const).map((of) => ({ side, of }));
  const size: Size = {
    rounds: 1,
    parts: [
      {
        count,
        steps: ["up", "preview", "refresh", "destroy"],
        subjects: [...all("dynamic"), ...all("plugin"), { side: "peer", of: "manual" }],
      },
    ],
    once: [{ count, steps: ["up"], subjects: [{ side: "peer, required", of: "manual" }], stacks: 2 }],
    byHand: 1,
  };
  let results: Results;
  before(async () => {
    await measure(
      await ensureEngine(),
      size,
      () => undefined,
      (found) => {
        results = found;
      },
    );
  });

  const lifeOf = (name: string): Results["lives"][number] | undefined =>
    results.lives.find((one) => nameOf(one) === name && one.count === count);
  const taken = (name: string, step: StepName): Partial<Taken> => lifeOf(name)?.rounds[0]?.taken[step] ?? {};
  const ours = ["dynamic: automatic", "dynamic: manual", "plugin: automatic", "plugin: manual"];

  it("counts no call, login or batch of an unchanged preview", () => {
    for (const name of ours) expect(taken(name, "preview")).to.include({ calls: 0, logins: 0, batches: 0 });
  });

  it("counts the lists of a refresh, which reads share", () => {
    for (const name of ours) {
      const { calls = 0, lists } = taken(name, "refresh");
      expect(calls).to.be.within(1, count);
      expect(lists).to.equal(calls);
    }
  });

  it("counts exactly what reaches Immuta and the pools, whichever the face", () => {
    const counted = (name: string, step: StepName): number[] => {
      const { calls = 0, lists = 0, polls = 0, batches = 0 } = taken(name, step);
      return [calls - lists - polls, batches].map((sum) => sum / count);
    };
    for (const side of ["dynamic", "plugin"]) {
      expect(taken(`${side}: manual`, "up").lists).to.be.within(1, count);
      // Two scripts, POST and the proof after it; a look at both databases, then a script in each.
      expect(counted(`${side}: manual`, "up")).to.deep.equal([4, 25]);
      expect(counted(`${side}: automatic`, "up")).to.deep.equal([2, 0]);
      // GET, two scripts, DELETE and the GET that says it is gone; the pool is reached before.
      expect(counted(`${side}: manual`, "destroy")).to.deep.equal([5, 13]);
      expect(counted(`${side}: automatic`, "destroy")).to.deep.equal([3, 0]);
    }
  });

  it("counts one login to each pool, and one to master that all share, beside which a look logs in where a phase is at work", () => {
    for (const side of ["dynamic", "plugin"])
      for (const step of ["up", "destroy"] as const) {
        expect(taken(`${side}: manual`, step).logins).to.be.within(count + 1, count + 2);
        expect(taken(`${side}: automatic`, step).logins).to.equal(0);
      }
  });

  it("tells apart what the program, the provider and the engine take", () => {
    for (const { rounds } of results.lives)
      for (const found of rounds.flatMap((round) => Object.values(round.taken)))
        for (const part of ["program", "provider", "engine", "memory"] as const)
          expect(found[part], part).to.be.above(0);
  });

  it("measures a state within its bounds", () => {
    const bytesOf = (name: string): number => lifeOf(name)?.rounds[0]?.state ?? Number.NaN;
    expect(bytesOf("dynamic: manual")).to.be.within(1000, 3200);
    expect(bytesOf("plugin: manual")).to.be.below(bytesOf("dynamic: manual"));
    expect(bytesOf("peer: manual")).to.be.above(10_000);
  });

  it("sums up several stacks in front of one sandbox", () => {
    const { rounds } = results.lives.find(({ stacks }) => stacks === 2) ?? { rounds: [] };
    // The provider by hand logs in twice for a pool's scripts, and each time its driver logs in to try before.
    expect(rounds[0]?.taken.up?.logins).to.equal(4 * count);
  });

  it("makes a page of it, with every target", () => {
    const page = render(results, "");
    for (const { what } of targets(results)) expect(page).to.contain(what);
    expect(page).to.contain("plugin, manual setup");
    expect(page).not.to.contain("NaN");
  });
});
