import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { crowd } from "./crowd";
import { root } from "./driver/host";
import { Ground } from "./ground";
import { type Case, casesOf, play, titleOfCase } from "./matrix";
import { operations, type Steps, stepsOf } from "./operations";
import { pageOf, type Covered } from "./page";
import { Random } from "./walks/random";
import { walk } from "./walks/walk";

const usage = `npm run campaign -- [--minutes n] [--seed n] [--only <words>] [--walk n]

Plays faults at every step and random walks in front of the sandbox for so long (10 minutes by default), and writes
docs/reliability.md. A seed chooses the order and the walks; one of its own by default, which is printed.

  --only <regular expression>  the cases with such a title alone, each once; the page stays as it is
  --walk <seed>                one walk alone
`;

/** How many walks there are for a full campaign, and how many steps each has. */
const walks = { count: 1000, steps: 6 };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      only: { type: "string" },
      walk: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const ground = await Ground.open();
  try {
    const campaign = new Campaign(ground, Number(values.seed));
    if (values.walk !== undefined) await campaign.walk(Number(values.walk));
    else if (values.only !== undefined) await campaign.only(new RegExp(values.only));
    else {
      console.log(`seed ${values.seed}, ${values.minutes} minutes`);
      await campaign.run(Number(values.minutes) * 60_000);
      const page = join(root, "docs", "reliability.md");
      const style = { ...(await resolveConfig(page)), parser: "markdown" };
      writeFileSync(page, await format(pageOf(campaign.covered), style));
    }
    return campaign.covered.failures.length === 0 ? 0 : 1;
  } finally {
    await ground.close();
  }
}

class Campaign {
  readonly covered: Covered;
  private readonly random: Random;

  constructor(
    private readonly ground: Ground,
    seed: number,
  ) {
    this.random = new Random(seed);
    this.covered = {
      seed,
      minutes: 0,
      steps: new Map(),
      cases: [],
      of: 0,
      walks: { played: 0, of: walks.count, steps: 0, faults: 0, done: new Map() },
      crowd: undefined,
      failures: [],
    };
  }

  /** A crowd, then cases and walks by turns until all are played or the time is over. */
  async run(milliseconds: number): Promise<void> {
    const started = Date.now();
    const over = (): boolean => Date.now() - started >= milliseconds;
    const cases = this.shuffled(await this.cases());
    this.covered.of = cases.length;
    await this.guarded("the crowd", async () => {
      this.covered.crowd = await crowd(this.ground, this.random, { integrations: 50, workspaces: 10 });
    });
    for (let walk = 0; !over() && (cases.length > 0 || walk < walks.count);) {
      for (const one of cases.splice(0, 5)) await this.play(one);
      for (let count = 0; count < 2 && walk < walks.count && !over(); count++)
        await this.walk(this.covered.seed * 1000 + walk++);
    }
    this.covered.minutes = Math.round((Date.now() - started) / 60_000);
  }

  async only(titles: RegExp): Promise<void> {
    const cases = (await this.cases()).filter((one) => titles.test(titleOfCase(one)));
    for (const one of cases) {
      console.log(titleOfCase(one));
      await this.play(one);
    }
    console.log(`${cases.length} cases`);
  }

  async walk(seed: number): Promise<void> {
    await this.guarded(`walk ${seed}`, async () => {
      const { walks: sum } = this.covered;
      const { steps, faults, done } = await walk(this.ground, seed, walks.steps);
      sum.played += 1;
      sum.steps += steps;
      sum.faults += faults;
      for (const [name, count] of done) sum.done.set(name, (sum.done.get(name) ?? 0) + count);
    });
  }

  private async cases(): Promise<Case[]> {
    const cases: Case[] = [];
    for (const operation of operations) {
      const steps: Steps = await stepsOf(this.ground, operation);
      this.covered.steps.set(operation, steps);
      cases.push(...casesOf(operation, steps));
    }
    return cases;
  }

  private async play(one: Case): Promise<void> {
    await this.guarded(titleOfCase(one), async () => {
      const outcome = await play(this.ground, one);
      this.covered.cases.push({ case: one, outcome });
      if (outcome.problems.length > 0) throw new Error(outcome.problems.join("\n"));
    });
  }

  /** What fails is told at once and does not end the campaign. */
  private async guarded(title: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.covered.failures.push(title);
      console.error(`FAILED ${title}\n${error instanceof Error ? error.message : String(error)}\n`);
    }
  }

  private shuffled<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.random.below(last + 1);
      [items[last], items[other]] = [items[other] as T, items[last] as T];
    }
    return items;
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
