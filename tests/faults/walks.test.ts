import { Ground } from "./ground";
import { given } from "./seed";
import { walk } from "./walks/walk";

/** A small part of the campaign. A walk that failed is played again by its seed. */
describe("random walks of a stack", function () {
  this.timeout(120_000);
  let ground: Ground;

  before(async () => {
    ground = await Ground.open();
  });
  after(() => ground.close());

  for (let count = 0; count < 8; count++) {
    const seed = given.seed * 1000 + count;
    it(`FAULTS_SEED=${given.seed}: walk ${seed} keeps to the oracle`, async () => {
      await walk(ground, seed, 7);
    });
  }
});
