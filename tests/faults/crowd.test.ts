import { expect } from "chai";
import { crowd } from "./crowd";
import { Ground } from "./ground";
import { given } from "./seed";
import { Random } from "./walks/random";

/** The campaign does it with 50 integrations in 10 workspaces. */
describe("many integrations at once", function () {
  this.timeout(120_000);

  it(`loses none while every tenth call to Immuta fails (FAULTS_SEED=${given.seed})`, async () => {
    const ground = await Ground.open();
    try {
      const { faults, ups } = await crowd(ground, new Random(given.seed), { integrations: 8, workspaces: 2 });
      expect(faults).to.be.greaterThan(3);
      expect(ups).to.have.length(3);
    } finally {
      await ground.close();
    }
  });
});
