import { Ground } from "./ground";
import { given } from "./seed";
import { walk } from "./walks/walk";

/** A small part of the campaign. A walk that failed is played again by its seed. */
for (const [face, count] of [
  ["dynamic", 8],
  ["plugin", 3],
] as const)
  describe(`random walks of a stack (--face ${face})`, function () {
    this.timeout(120_000);
    let ground: Ground;

    before(async () => {
      ground = await Ground.open("the test", face);
    });
    after(() => ground.close());

    for (let seed = given.seed * 1000; seed < given.seed * 1000 + count; seed++)
      it(`FAULTS_SEED=${given.seed}: walk ${seed} keeps to the oracle`, async () => {
        await walk(ground, seed, 7);
      });
  });
