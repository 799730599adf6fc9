import { packageVersion } from "../../provider";
import { arch, cpus, platform, release, totalmem } from "node:os";
import type { Engine } from "../engine";
import type { Delays } from "../../sandbox";
import { byHand, missingTools } from "./by-hand";
import { type Life, life, type Measured } from "./life";
import { type RunBy, runBy, type StepName, steps } from "./program-process";
import { nameOf, type Subject } from "./subjects";

/** What is measured, and in which order: each round takes every subject in turn, so that a slow minute meets all. */

export const noDelays: Delays = { creating: 0, editing: 0, deleting: 0 };
/** Milliseconds that Immuta takes for one integration; no contract says how long it is. */
export const someDelays: Delays = { creating: 3000, editing: 2000, deleting: 2000 };

const trivial: Subject = { side: "dynamic", of: "trivial" };
const manual: Subject = { side: "dynamic", of: "manual" };
const dynamic: Subject[] = [trivial, { side: "dynamic", of: "automatic" }, manual];
const plugin: Subject[] = (["trivial", "automatic", "manual"] as const).map((of) => ({ side: "plugin", of }));
const peers: Subject[] = [
  { side: "peer", of: "automatic" },
  { side: "peer", of: "manual" },
  { side: "peer, required", of: "manual" },
];
const many: StepName[] = ["up", "preview", "refresh"];

/** What is measured of so many resources. */
type Part = Pick<Measured, "count" | "steps" | "stacks"> & { subjects: readonly Subject[] };

export interface Size {
  rounds: number;
  parts: readonly Part[];
  /** Once, for growth. */
  once: readonly Part[];
  byHand: number;
}

export const sizes: Record<"small" | "medium" | "full", Size> = {
  small: {
    rounds: 1,
    parts: [{ count: 3, steps: many, subjects: [...dynamic, ...plugin, ...peers] }],
    once: [],
    byHand: 2,
  },
  medium: {
    rounds: 3,
    parts: [
      { count: 1, steps, subjects: dynamic },
      { count: 1, steps: ["up"], subjects: plugin },
      { count: 10, steps: many, subjects: [...dynamic, ...plugin] },
      { count: 10, steps: ["up", "refresh"], subjects: peers },
    ],
    once: [],
    byHand: 10,
  },
  full: {
    rounds: 3,
    parts: [
      { count: 1, steps, subjects: dynamic },
      { count: 1, steps: ["up"], subjects: plugin },
      { count: 100, steps: many, subjects: [...dynamic, ...plugin] },
      { count: 100, steps: ["up", "refresh"], subjects: peers },
      // Once more, since what a start takes is a small difference.
      { count: 1, steps: ["up"], subjects: [...dynamic, ...plugin] },
    ],
    once: [
      { count: 1000, steps: ["up"], subjects: [trivial, manual], stacks: 10 },
      { count: 1000, steps: ["up"], subjects: dynamic },
    ],
    byHand: 10,
  },
};

export interface Found extends Subject {
  count: number;
  stacks: number;
  delays: "none" | "some";
  rounds: Life[];
}

export interface Results {
  date: string;
  machine: string;
  versions: Record<string, string>;
  program: RunBy;
  rounds: number;
  lives: Found[];
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
    program: runBy(engine),
    rounds: size.rounds,
    lives: [],
    byHand: [],
  };
  const all = async ({ subjects, ...part }: Part, delays: "none" | "some" = "none"): Promise<void> => {
    for (const subject of subjects) {
      const found = await life({
        ...{ subject, ...part },
        // Beside the script, which sets all of them up at once.
        ...(delays === "none" ? { delays: noDelays } : { delays: someDelays, parallel: part.count + 1 }),
      });
      const { count, stacks = 1 } = part;
      const known = results.lives.find(
        (one) =>
          nameOf(one) === nameOf(subject) &&
          one.count === count &&
          one.stacks === stacks &&
          one.delays === delays,
      );
      if (known === undefined) results.lives.push({ ...subject, count, stacks, delays, rounds: [found] });
      else known.rounds.push(found);
      const seconds = part.steps.map((step) => `${step} ${found.taken[step]?.seconds.toFixed(1) ?? "?"}`);
      say(`${count} × ${nameOf(subject)}, delays ${delays}: ${seconds.join(", ")} s`);
    }
  };
  for (let round = 1; round <= size.rounds; round++) {
    say(`round ${round} of ${size.rounds}`);
    for (const part of size.parts) await all(part);
    await all({ count: size.byHand, steps: ["up"], subjects: [trivial, manual] }, "some");
    if (missingTools().length > 0) continue;
    const [oneByOne, parallel] = [
      await byHand(size.byHand, 1, someDelays),
      await byHand(size.byHand, size.byHand, someDelays),
    ];
    say(`by hand: one by one ${oneByOne.toFixed(1)} s, xargs -P ${parallel.toFixed(1)} s`);
    const [known] = results.byHand;
    if (known === undefined)
      results.byHand.push({
        ...{ count: size.byHand, delays: "some" },
        ...{ oneByOne: [oneByOne], parallel: [parallel] },
      });
    else {
      known.oneByOne.push(oneByOne);
      known.parallel.push(parallel);
    }
  }
  // It takes long and comes last: what was measured until then is kept.
  done(results);
  for (const part of size.once) {
    await all(part);
    done(results);
  }
}
