import { expect } from "chai";
import { Semaphore } from "../../../provider/face/semaphore";
import { serially } from "../../../provider/core/serially";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Works that note when they begin and end, and how many go on at once. */
class Works {
  readonly began: number[] = [];
  readonly ended: number[] = [];
  most = 0;
  private now = 0;

  work(name: number, fails = false): () => Promise<number> {
    return async () => {
      this.began.push(name);
      this.most = Math.max(this.most, ++this.now);
      for (let turns = 0; turns < 1 + (name % 3); turns++) await turn();
      this.now--;
      this.ended.push(name);
      if (fails) throw new Error(`work ${name} failed`);
      return name;
    };
  }
}

const names = Array.from({ length: 20 }, (_, index) => index);

describe("the semaphore over what is written at once", () => {
  for (const limit of [1, 3, 8])
    it(`lets ${limit} go on at once, in the order they came, failed ones included`, async () => {
      const works = new Works();
      const semaphore = new Semaphore(limit);
      const results = await Promise.allSettled(
        names.map((name) => semaphore.hold(works.work(name, name % 4 === 0))),
      );
      expect(works.most).to.equal(limit);
      expect(works.began).to.deep.equal(names);
      expect(results.filter(({ status }) => status === "rejected")).to.have.length(5);
      // All places are free again.
      works.most = 0;
      await Promise.all(names.map((name) => semaphore.hold(works.work(name))));
      expect(works.most).to.equal(limit);
    });
});

describe("works of one key", () => {
  it("run one after the other in the order they came, also after one that failed", async () => {
    const works = new Works();
    const results = await Promise.allSettled(
      names.map((name) => serially("master of a", works.work(name, name === 3))),
    );
    expect(works.most).to.equal(1);
    expect(works.began).to.deep.equal(names);
    expect(works.ended).to.deep.equal(names);
    expect(results.map(({ status }) => status === "rejected")).to.deep.equal(names.map((name) => name === 3));
  });

  it("do not wait for those of another key", async () => {
    const works = new Works();
    await Promise.all(names.map((name) => serially(`master of ${name}`, works.work(name))));
    expect(works.most).to.equal(names.length);
  });
});
