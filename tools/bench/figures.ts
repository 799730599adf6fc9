import type { Found, Results } from "./campaign";
import type { Taken } from "./life";
import { median, spread } from "./measure";
import type { StepName } from "./program-process";
import { floorOf, nameOf, type Subject } from "./subjects";

/** Figures of one run, each by what it is of. */

/** A run of the engine. */
export interface Run {
  subject: Subject;
  count: number;
  step: StepName;
  stacks?: number;
  delays?: "none" | "some";
}

const foundFor = (
  results: Results,
  { subject, count, stacks = 1, delays = "none" }: Run,
): Found | undefined =>
  results.lives.find(
    (one) =>
      nameOf(one) === nameOf(subject) &&
      one.count === count &&
      one.stacks === stacks &&
      one.delays === delays,
  );

const valuesOf = (results: Results, run: Run, of: (taken: Taken) => number): number[] =>
  (foundFor(results, run)?.rounds ?? []).flatMap(({ taken }) => {
    const found = taken[run.step];
    return found === undefined ? [] : [of(found)];
  });

/** The median over the rounds; NaN where it was not measured. */
export const figure = (results: Results, run: Run, of: (taken: Taken) => number): number =>
  median(valuesOf(results, run, of));

/** What to allow for; NaN where it was not measured. */
export const allowance = (results: Results, run: Run, of: (taken: Taken) => number): number =>
  valuesOf(results, run, of).length === 0 ? Number.NaN : spread(valuesOf(results, run, of));

/** Beyond as many resources that do nothing. */
export const beyond = (results: Results, run: Run, of: (taken: Taken) => number): number =>
  figure(results, run, of) - figure(results, { ...run, subject: floorOf(run.subject) }, of);

/** Program, provider and engine. */
export const total = ({ program, provider, engine }: Taken): number => program + provider + engine;

export const stateOf = (results: Results, subject: Subject, count: number): number =>
  foundFor(results, { subject, count, step: "up" })?.rounds[0]?.state ?? Number.NaN;

/** Of what was measured in every round, in one stack: the smallest and the largest number. */
export function countsOf(results: Results): [number, number] {
  const counts = results.lives
    .filter(
      ({ rounds, stacks, delays }) => rounds.length >= results.rounds && stacks === 1 && delays === "none",
    )
    .map(({ count }) => count)
    .filter((count) => count < 1000);
  return [Math.min(...counts), Math.max(...counts)];
}
