import { expect } from "chai";
import { measure, type Results, type Size } from "../../tools/bench/campaign";
import { render } from "../../tools/bench/page";
import type { StepName, Subject, Taken } from "../../tools/bench/pulumi-runs";
import { targets } from "../../tools/bench/targets";
import { ensureEngine } from "../../tools/engine";

/** The benchmark in its least size: what it counts is asserted, what it times is not. */
describe("npm run bench", function () {
  this.timeout(600_000);
  const count = 2;
  const size: Size = {
    rounds: 1,
    counts: [
      { count, steps: ["up", "preview", "refresh", "destroy"], subjects: ["trivial", "automatic", "manual"] },
    ],
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

  const taken = (subject: Subject, step: StepName): Partial<Taken> =>
    results.lives.find((one) => one.subject === subject && one.count === count)?.rounds[0]?.taken[step] ?? {};

  it("counts no call, connection or batch of an unchanged preview", () => {
    for (const subject of ["automatic", "manual"] as const)
      expect(taken(subject, "preview")).to.include({ calls: 0, connections: 0, batches: 0 });
  });

  it("counts the lists of a refresh, which reads share", () => {
    for (const subject of ["automatic", "manual"] as const) {
      const { calls = 0, lists } = taken(subject, "refresh");
      expect(calls).to.be.within(1, count);
      expect(lists).to.equal(calls);
    }
  });

  it("counts exactly what reaches Immuta and the pools: as much for each integration, but for shared lists", () => {
    const counted = (subject: Subject, step: StepName): number[] => {
      const { calls = 0, lists = 0, polls = 0, batches = 0 } = taken(subject, step);
      return [calls - lists - polls, batches].map((all) => all / count);
    };
    expect(taken("manual", "up").lists).to.be.within(1, count);
    // Two scripts, POST and the proof after it; a look at both databases, then a script in each.
    expect(counted("manual", "up")).to.deep.equal([4, 25]);
    expect(counted("automatic", "up")).to.deep.equal([2, 0]);
    // GET, two scripts, DELETE and the GET that says it is gone; the pool is reached before.
    expect(counted("manual", "destroy")).to.deep.equal([5, 13]);
    expect(counted("automatic", "destroy")).to.deep.equal([3, 0]);
  });

  it("counts one login to each pool, and one to master that all share, beside which a look logs in where a phase is at work", () => {
    for (const step of ["up", "destroy"] as const) {
      expect(taken("manual", step).connections).to.be.within(count + 1, count + 2);
      expect(taken("automatic", step).connections).to.equal(0);
    }
  });

  it("measures a state within its bounds", () => {
    const { resource = 0, providerText = 0 } =
      results.lives.find(({ subject }) => subject === "manual")?.rounds[0]?.state ?? {};
    expect(resource).to.be.within(1000, 3200);
    expect(providerText).to.be.within(10, 100);
  });

  it("makes a page of it, with every target", () => {
    const page = render(results, "");
    for (const { what, found } of targets(results)) {
      expect(page).to.contain(what);
      expect(found).not.to.contain("NaN");
    }
    expect(page).to.contain("| 2 integrations, manual setup |");
  });
});
