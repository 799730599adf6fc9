import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format, resolveConfig } from "prettier";
import { crowd } from "./crowd";
import { Ground } from "./ground";
import { type Case, casesOf, play, titleOfCase } from "./matrix";
import { operations, type Steps, stepsOf } from "./operations";
import { pageOf, type Covered } from "./page";
import { Random } from "./walks/random";
import { walk } from "./walks/walk";

const usage = `npm run campaign -- [--minutes n] [--whole] [--seed n] [--jobs n] [--only <words>] [--walk n[-n]] [--engine] [--face plugin]

Plays faults at every step and random walks in front of the sandbox for so long (10 minutes by default), and writes
tests/faults/campaign.md. A seed chooses the order and the walks; one of its own by default, which is printed.

  --whole                      every case and all walks before that, without the engine, however long they take
  --jobs <n>                   how many are played at a time, each in front of a sandbox of its own; 3 by default,
                               of which one plays with the real engine
  --only <regular expression>  the cases with such a title alone, each once; the page stays as it is
  --walk <seed or seed-seed>   one walk alone, or a range of them
  --engine                     such cases, or the walks, with the real engine
  --face plugin                what is played without the engine, through the plugin's own protocol
`;

/** How many walks there are for a full campaign, and how many steps each has. */
const walks = { count: 1000, steps: 6 };

/** Milliseconds after which a case, a walk or the crowd counts as hanging. */
const patience = 5 * 60_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      whole: { type: "boolean", default: false },
      jobs: { type: "string", default: "3" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      only: { type: "string" },
      walk: { type: "string" },
      engine: { type: "boolean", default: false },
      face: { type: "string", default: "dynamic" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const face = values.face === "plugin" ? "plugin" : "dynamic";
  const [ground, engine] = [await Ground.open("the test", face), await Ground.open("the engine")];
  const grounds: [Ground, ...Ground[]] = [ground];
  try {
    while (grounds.length < Number(values.jobs) - 1) grounds.push(await Ground.open("the test", face));
    const campaign = new Campaign(grounds, engine, Number(values.seed));
    const chosen = values.engine ? [engine] : grounds;
    if (values.walk !== undefined) await campaign.walks(seedsOf(values.walk), chosen);
    else if (values.only !== undefined) await campaign.only(new RegExp(values.only), chosen);
    else {
      console.log(`seed ${values.seed}, ${values.minutes} minutes${values.whole ? " after the whole" : ""}`);
      await campaign.run(Number(values.minutes) * 60_000, values.whole);
      const page = join(__dirname, "campaign.md");
      const style = { ...(await resolveConfig(page)), parser: "markdown" };
      writeFileSync(page, await format(pageOf(campaign.covered), style));
    }
    return campaign.covered.failures.length === 0 ? 0 : 1;
  } finally {
    for (const one of [...grounds, engine]) await one.close();
  }
}

class Campaign {
  readonly covered: Covered;
  private readonly random: Random;

  constructor(
    private readonly grounds: readonly [Ground, ...Ground[]],
    private readonly engine: Ground,
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
      engine: { kills: 0, ofKills: 0, others: 0, failed: 0, walks: 0, steps: 0 },
      failures: [],
    };
  }

  /**
   * A crowd, then cases and walks by turns until all are played or the time is over; beside them, or after the whole of
   * them, as long with the real engine.
   */
  async run(milliseconds: number, whole: boolean): Promise<void> {
    const started = Date.now();
    const cases = this.shuffled(await this.cases());
    const all = [...cases];
    this.covered.of = cases.length;
    await this.guarded("the crowd", async () => {
      this.covered.crowd = await crowd(this.grounds[0], this.random, { integrations: 50, workspaces: 10 });
    });
    const over = overIn(milliseconds);
    const alone = this.withoutEngine(cases, whole ? () => false : over);
    if (whole) await alone;
    await Promise.all([alone, this.withEngine(all, whole ? overIn(milliseconds) : over)]);
    this.covered.minutes = Math.round((Date.now() - started) / 60_000);
  }

  private async withoutEngine(cases: Case[], over: () => boolean): Promise<void> {
    let begun = 0;
    const played = this.grounds.map(async (ground) => {
      while (!over() && (cases.length > 0 || begun < walks.count)) {
        for (const one of cases.splice(0, 5)) await this.play(ground, one);
        for (let count = 0; count < 2 && begun < walks.count && !over(); count++)
          await this.walk(ground, this.covered.seed * 1000 + begun++);
      }
    });
    await Promise.all(played);
  }

  /** Kills of the engine, and between them other cases and walks, until the time is over. */
  private async withEngine(all: Case[], over: () => boolean): Promise<void> {
    const kills = all.filter((one) => one.kills === true);
    const others = all.filter((one) => one.kills !== true);
    const { engine: sum } = this.covered;
    sum.ofKills = kills.length;
    for (let begun = 0; !over(); begun++) {
      for (const one of [...kills.splice(0, 2), ...others.splice(0, 2)]) await this.playWithEngine(one);
      // Walks that are played without it as well: its calls are compared with the same oracle.
      if (begun % 4 === 3 && !over())
        await this.walk(this.engine, this.covered.seed * 1000 + (begun - 3) / 4);
    }
  }

  private async playWithEngine(one: Case): Promise<void> {
    await this.guarded(`with the engine: ${titleOfCase(one)}`, async () => {
      const { problems, failed } = await play(this.engine, one);
      const { engine: sum } = this.covered;
      if (one.kills === true) sum.kills += 1;
      else sum.others += 1;
      if (failed) sum.failed += 1;
      if (problems.length > 0) throw new Error(problems.join("\n"));
    });
  }

  async only(titles: RegExp, grounds: readonly Ground[]): Promise<void> {
    const cases = (await this.cases()).filter((one) => titles.test(titleOfCase(one)));
    await shared(cases, grounds, async (ground, one) => {
      console.log(titleOfCase(one));
      await this.play(ground, one);
    });
    console.log(`${cases.length} cases`);
  }

  async walks(seeds: readonly number[], grounds: readonly Ground[]): Promise<void> {
    await shared(seeds, grounds, (ground, seed) => this.walk(ground, seed));
    console.log(`${seeds.length} walks, ${this.covered.failures.length} went wrong`);
  }

  async walk(ground: Ground, seed: number): Promise<void> {
    const title = ground === this.engine ? `with the engine: walk ${seed}` : `walk ${seed}`;
    await this.guarded(title, async () => {
      const { walks: sum, engine } = this.covered;
      const { steps, faults, done } = await walk(ground, seed, walks.steps);
      if (ground === this.engine) {
        engine.walks += 1;
        engine.steps += steps;
        return;
      }
      sum.played += 1;
      sum.steps += steps;
      sum.faults += faults;
      for (const [name, count] of done) sum.done.set(name, (sum.done.get(name) ?? 0) + count);
    });
  }

  private async cases(): Promise<Case[]> {
    const cases: Case[] = [];
    for (const operation of operations) {
      const steps: Steps = await stepsOf(this.grounds[0], operation);
      this.covered.steps.set(operation, steps);
      cases.push(...casesOf(operation, steps));
    }
    return cases;
  }

  private async play(ground: Ground, one: Case): Promise<void> {
    await this.guarded(titleOfCase(one), async () => {
      const outcome = await play(ground, one);
      const { cases, of, walks } = this.covered;
      cases.push({ case: one, outcome });
      if (cases.length % 200 === 0) console.log(`${cases.length} of ${of} cases, ${walks.played} walks`);
      if (outcome.problems.length > 0) throw new Error(outcome.problems.join("\n"));
    });
  }

  /** What fails is told at once and does not end the campaign. */
  private async guarded(title: string, work: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`it did not end within ${patience / 60_000} minutes`));
      }, patience);
    });
    try {
      await Promise.race([work(), late]);
    } catch (error) {
      this.covered.failures.push(title);
      console.error(`FAILED ${title}\n${error instanceof Error ? error.message : String(error)}\n`);
    } finally {
      clearTimeout(timer);
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

function overIn(milliseconds: number): () => boolean {
  const end = Date.now() + milliseconds;
  return () => Date.now() >= end;
}

/** The seed, or those from one to the other. */
function seedsOf(range: string): number[] {
  const [first = NaN, last = first] = range.split("-").map(Number);
  if (!(last >= first)) throw new Error(`--walk wants a seed, or two of them as 1-300; got ${range}`);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Each ground takes the next item when it is done with one. */
async function shared<T>(
  items: readonly T[],
  grounds: readonly Ground[],
  work: (ground: Ground, item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    grounds.map(async (ground) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(ground, item);
    }),
  );
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
