import { expect } from "chai";
import { batchFaults, immutaFaults, poolFaults, spoofs } from "./faults";
import { Ground } from "./ground";
import { type Case, casesOf, play, titleOfCase } from "./matrix";
import { type Operation, operations, type Steps, stepsOf } from "./operations";
import { given } from "./seed";
import { Random } from "./walks/random";

const all = [...immutaFaults, ...poolFaults, ...batchFaults, ...spoofs].map(({ name }) => name);
const killed = "provider killed";
const random = new Random(given.seed);

/** A small part of the campaign: each fault once, and some through the plugin, at a step of an operation that the seed draws. */
for (const [face, faults] of [
  ["dynamic", [...all, killed]],
  [
    "plugin",
    [random.pick(immutaFaults).name, random.pick(poolFaults).name, random.pick(batchFaults).name, killed],
  ],
] as const)
  describe(`faults at some step (FAULTS_SEED=${given.seed}, --face ${face})`, function () {
    this.timeout(120_000);
    const known = new Map<Operation, Steps>();
    let ground: Ground;

    before(async () => {
      ground = await Ground.open("the test", face);
    });
    after(() => ground.close());

    const drawn = async (belongs: (one: Case) => boolean): Promise<Case> => {
      for (;;) {
        const operation = random.pick(operations);
        const steps = known.get(operation) ?? (await stepsOf(ground, operation));
        known.set(operation, steps);
        const cases = casesOf(operation, steps).filter(belongs);
        if (cases.length > 0) return random.pick(cases);
      }
    };

    for (const name of faults)
      it(name, async function () {
        const one = await drawn(({ fault }) => fault === name || fault.startsWith(`${name}, `));
        if (this.test !== undefined) this.test.title += ` (${titleOfCase(one)})`;
        const { problems, ups } = await play(ground, one);
        expect(problems, titleOfCase(one)).to.deep.equal([]);
        expect(ups).to.be.at.most(2);
      });
  });
