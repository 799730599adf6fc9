import { immutaFaults } from "./faults";
import { endFaults, type Ground, Life, secrets } from "./ground";
import { left, missed } from "./goal";
import type { Declared } from "./driver/stack";
import type { Random } from "./walks/random";

export interface Crowded {
  integrations: number;
  workspaces: number;
  /** Calls that were answered with a fault. */
  faults: number;
  /** Runs that creating, changing and destroying took. */
  ups: number[];
}

/** Runs while every tenth call fails; then none does, and at most two more have to be enough. */
const runs = { faulty: 3, sound: 2 };

const names = ["429 with Retry-After", "500", "503", "504", "half an answer", "connection cut"];
const happening = immutaFaults.filter(({ name }) => names.includes(name));

/** Creates, changes and destroys many integrations at once while every tenth call to Immuta fails. Throws where something is lost. */
export async function crowd(
  ground: Ground,
  random: Random,
  { integrations, workspaces }: { integrations: number; workspaces: number },
): Promise<Crowded> {
  const databases = Array.from({ length: integrations / workspaces }, (_, index) => `pool${index}`);
  const life = new Life(ground, databases, workspaces);
  const result: Crowded = { integrations, workspaces, faults: 0, ups: [] };
  const program = life.hosts.flatMap((host, at) =>
    databases.map((database, index): Declared => ({
      name: `it${at}-${index}`,
      inputs: { ...life.inputs(index % 2 === 0 ? "manual" : "automatic", database), host },
    })),
  );
  const reach = async (): Promise<void> => {
    const { immuta } = ground.sandbox;
    immuta.clearJournal();
    for (let at = 10; at <= 4000; at += 10) {
      const { when, answer } = random.pick(happening);
      immuta.fault({ path: /^/, nth: at, when: random.pick(when), answer: answer(ground.elsewhere) });
    }
    let ups = 0;
    let done = false;
    while (!done && ups < runs.faulty + runs.sound) {
      if (ups === runs.faulty) {
        result.faults += immuta.journal.filter(({ fault }) => fault !== undefined).length;
        endFaults(life);
        immuta.clearJournal();
      }
      ups++;
      done = await life.succeeds(() => life.stack.up(life.program, "all at once"));
      immuta.settle();
    }
    result.faults += immuta.journal.filter(({ fault }) => fault !== undefined).length;
    endFaults(life);
    result.ups.push(ups);
    if (!done) throw new Error(`the runs do not come to their end: ${life.failures.at(-1) ?? ""}`);
    const problems = life.program.length === 0 ? left(life) : await missed(life);
    if (problems.length > 0) throw new Error(problems.join("\n"));
  };
  try {
    life.program = program;
    await reach();
    life.program = program.map(({ name, inputs }) => ({
      name,
      inputs: {
        ...inputs,
        metadataDelimiters: { hashDelimiter: "#" },
        ...(inputs["autoBootstrap"] === false ? { password: secrets.rotated } : {}),
      },
    }));
    await reach();
    life.program = [];
    await reach();
    const written = life.secretsWritten();
    if (written.length > 0) throw new Error(`written down: ${written.join(", ")}`);
    return result;
  } finally {
    await life.end();
  }
}
