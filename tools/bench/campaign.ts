import { packageVersion } from "../../provider";
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Engine } from "../engine";
import type { Delays } from "../../sandbox";
import { byHand, missingTools } from "./by-hand";
import { type Life, life, type StepName, type Subject, steps } from "./pulumi-runs";

/** What is measured, and in which order: each round takes every subject in turn, so that a slow minute meets all. */

export const noDelays: Delays = { creating: 0, editing: 0, deleting: 0 };
/** Milliseconds that Immuta takes for one integration; no contract says how long it is. */
export const someDelays: Delays = { creating: 3000, editing: 2000, deleting: 2000 };

export interface Size {
  rounds: number;
  counts: { count: number; steps: readonly StepName[]; subjects: readonly Subject[] }[];
  /** Once, for growth. */
  large?: { count: number; steps: readonly StepName[]; subjects: readonly Subject[] };
  byHand: number;
}

const ours = ["trivial", "automatic", "manual"] as const;

export const sizes: Record<"small" | "full", Size> = {
  small: {
    rounds: 1,
    counts: [{ count: 3, steps, subjects: ours }],
    byHand: 2,
  },
  full: {
    rounds: 5,
    counts: [
      { count: 1, steps, subjects: ["empty", ...ours] },
      { count: 10, steps, subjects: ours },
      { count: 100, steps: ["up", "preview", "refresh", "destroy"], subjects: ours },
    ],
    large: { count: 1000, steps: ["up", "preview", "refresh", "destroy"], subjects: ours },
    byHand: 10,
  },
};

export interface Results {
  date: string;
  machine: string;
  versions: Record<string, string>;
  rounds: number;
  lives: { subject: Subject; count: number; delays: "none" | "some"; rounds: Life[] }[];
  /** Seconds of each round; empty where a tool was missing. */
  byHand: { count: number; delays: "none" | "some"; oneByOne: number[]; parallel: number[] }[];
}

/** @param done gets the results, and again when there are more. */
export async function measure(
  engine: Engine,
  size: Size,
  say: (line: string) => void,
  done: (results: Results) => void,
): Promise<void> {
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${release()} ${arch()}`,
    versions: { "pulumi-immuta": packageVersion(), Pulumi: engine.version, Node: process.versions.node },
    rounds: size.rounds,
    lives: [],
    byHand: [],
  };
  const keep = async (
    subject: Subject,
    count: number,
    delays: "none" | "some",
    only: readonly StepName[],
  ): Promise<void> => {
    const found = await life(engine, {
      ...{ subject, count, steps: only },
      // Beside the script, which sets all of them up at once.
      ...(delays === "none" ? { delays: noDelays } : { delays: someDelays, parallel: count + 1 }),
    });
    const known = results.lives.find(
      (one) => one.subject === subject && one.count === count && one.delays === delays,
    );
    if (known === undefined) results.lives.push({ subject, count, delays, rounds: [found] });
    else known.rounds.push(found);
    const seconds = only.map((step) => `${step} ${found.taken[step]?.seconds.toFixed(1) ?? "?"}`);
    say(`${count} × ${subject}, delays ${delays}: ${seconds.join(", ")} s`);
  };
  const hand = missingTools().length === 0;
  for (let round = 1; round <= size.rounds; round++) {
    say(`round ${round} of ${size.rounds}`);
    for (const { count, steps: only, subjects } of size.counts)
      for (const subject of subjects) await keep(subject, count, "none", only);
    for (const delays of ["none", "some"] as const) {
      const count = size.byHand;
      if (delays === "some" || !size.counts.some((one) => one.count === count))
        for (const subject of ["trivial", "manual"] as const) await keep(subject, count, delays, ["up"]);
      if (!hand) continue;
      const milliseconds = delays === "none" ? noDelays : someDelays;
      const oneByOne = await byHand(count, 1, milliseconds);
      const parallel = await byHand(count, count, milliseconds);
      say(
        `${count} by hand, delays ${delays}: one by one ${oneByOne.toFixed(1)} s, xargs -P ${parallel.toFixed(1)} s`,
      );
      const known = results.byHand.find((one) => one.delays === delays);
      if (known === undefined)
        results.byHand.push({ count, delays, oneByOne: [oneByOne], parallel: [parallel] });
      else {
        known.oneByOne.push(oneByOne);
        known.parallel.push(parallel);
      }
    }
  }
  // It takes long and comes last: what was measured until then is kept.
  done(results);
  if (size.large !== undefined)
    for (const subject of size.large.subjects)
      await keep(subject, size.large.count, "none", size.large.steps);
  done(results);
}
