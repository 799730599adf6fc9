import { expect } from "chai";
import { Ground } from "./ground";
import { casesOf, play, titleOfCase } from "./matrix";
import { operations, stepsOf } from "./operations";
import { given } from "./seed";
import { Random } from "./walks/random";
import { walk } from "./walks/walk";

/** A small part of what the campaign plays with the real engine. */
describe(`with the real engine (FAULTS_SEED=${given.seed})`, function () {
  this.timeout(180_000);
  const random = new Random(given.seed);
  let engine: Ground;

  before(async () => {
    engine = await Ground.open("the engine");
  });
  after(() => engine.close());

  it("its end (kill -9) at some step is gone on with", async function () {
    const ground = await Ground.open();
    const operation = random.pick(operations.filter(({ run }) => run === "up"));
    const kills = casesOf(operation, await stepsOf(ground, operation)).filter(({ kills }) => kills === true);
    await ground.close();
    const one = random.pick(kills);
    if (this.test !== undefined) this.test.title += ` (${titleOfCase(one)})`;
    const { problems, ups } = await play(engine, one);
    expect(problems, titleOfCase(one)).to.deep.equal([]);
    expect(ups).to.be.at.most(2);
  });

  const seed = given.seed * 1000;
  it(`walk ${seed} keeps to the oracle, as it does without it`, async () => {
    await walk(engine, seed, 4);
  });
});
