import type { Results } from "./campaign";
import { median } from "./measure";
import type { Life, StepName, Subject, Taken } from "./pulumi-runs";

/** The targets, each computed from the results of one run. */

export interface Target {
  what: string;
  wanted: string;
  found: string;
  met: boolean;
}

const roundsOf = (
  results: Results,
  subject: Subject,
  count: number,
  delays: "none" | "some" = "none",
): Life[] =>
  results.lives.find((one) => one.subject === subject && one.count === count && one.delays === delays)
    ?.rounds ?? [];

/** The median over the rounds; NaN where it was not measured. */
export function of(
  results: Results,
  [subject, count, step]: [Subject, number, StepName],
  what: keyof Taken = "seconds",
  delays: "none" | "some" = "none",
): number {
  const values = roundsOf(results, subject, count, delays).flatMap(({ taken }) => {
    const value = taken[step]?.[what];
    return value === undefined ? [] : [value];
  });
  return values.length === 0 ? Number.NaN : median(values);
}

/** The most of all rounds. */
const most = (results: Results, subject: Subject, count: number, step: StepName, what: keyof Taken): number =>
  Math.max(...roundsOf(results, subject, count).map(({ taken }) => taken[step]?.[what] ?? Number.NaN));

const ratio = (value: number): string => `${value.toFixed(2)} ×`;
const ms = (value: number): string => `${Math.round(value)} ms`;

/** Milliseconds of one `up` beyond that of as many trivial resources. */
const beyond = (
  results: Results,
  subject: Subject,
  count: number,
  what: "seconds" | "sandbox" | "provider" = "seconds",
): number => (of(results, [subject, count, "up"], what) - of(results, ["trivial", count, "up"], what)) * 1000;

/** The engine's own default. */
const parallelism = 8;

export function targets(results: Results): Target[] {
  const found: Target[] = [];
  const counts = [...new Set(results.lives.map(({ count }) => count))].sort((a, b) => a - b);
  // What was measured once is for the growth alone.
  const measured = counts.filter((count) => roundsOf(results, "automatic", count).length === results.rounds);
  const [smallest = 0, largest = smallest] = [measured[0], measured.at(-1)];
  for (const subject of ["automatic", "manual"] as const) {
    const factor = of(results, [subject, largest, "preview"]) / of(results, ["trivial", largest, "preview"]);
    const calls = most(results, subject, largest, "preview", "calls");
    found.push({
      what: `unchanged preview of ${largest}, ${subject}: calls; time against trivial resources`,
      wanted: "0 calls, at most 1.15 ×",
      found: `${calls} calls, ${ratio(factor)}`,
      met: calls === 0 && factor <= 1.15,
    });
    const [first, further] = subject === "automatic" ? [100, 5] : [400, 15];
    const one = beyond(results, subject, smallest) / smallest;
    const more = (what: "seconds" | "sandbox" | "provider"): number =>
      (beyond(results, subject, largest, what) - beyond(results, subject, smallest, what)) /
      (largest - smallest);
    found.push({
      what: `first \`up\` beyond trivial resources, ${subject}, the first integration`,
      wanted: `under ${first} ms`,
      found: ms(one),
      met: one < first,
    });
    if (largest > smallest)
      found.push({
        what: `… each further one, ${subject}, less the sandbox's own processor time (beside it: that of the provider)`,
        wanted: `under ${further} ms`,
        found: `${ms(more("seconds"))} - ${ms(more("sandbox"))} (${ms(more("provider"))})`,
        met: more("seconds") - more("sandbox") < further,
      });
    const lists = most(results, subject, largest, "refresh", "lists");
    const asked = most(results, subject, largest, "refresh", "calls");
    const slower = of(results, [subject, largest, "refresh"]) / of(results, ["trivial", largest, "refresh"]);
    const bound = Math.ceil(largest / parallelism) + 2;
    found.push({
      what: `refresh of ${largest}, ${subject}: list calls, all calls; time against trivial resources`,
      wanted: `at most ${bound} calls, at most 1.3 ×`,
      found: `${lists} list calls, ${asked} calls, ${ratio(slower)}`,
      met: asked <= bound && slower <= 1.3,
    });
    const memory = Math.max(
      ...(["up", "preview", "refresh"] as const).map(
        (step) =>
          most(results, subject, largest, step, "memory") - of(results, ["trivial", largest, step], "memory"),
      ),
    );
    found.push({
      what: `provider process at its peak beyond that with ${largest} trivial resources, ${subject}`,
      wanted: "at most 60 MB",
      found: `${Math.round(memory)} MB`,
      met: memory <= 60,
    });
  }
  const state = roundsOf(results, "manual", largest)[0]?.state ?? {
    resource: Number.NaN,
    providerText: Number.NaN,
  };
  found.push({
    what: "state of a manual resource in an export; `__provider` in it, twice",
    wanted: "at most 3.2 kB; 0.1 kB",
    found: `${(state.resource / 1000).toFixed(2)} kB; ${(state.providerText / 1000).toFixed(2)} kB`,
    met: state.resource <= 3200 && state.providerText <= 100,
  });
  const large = counts.at(-1) ?? 0;
  if (large > largest)
    for (const subject of ["automatic", "manual"] as const) {
      const counted =
        subject === "manual" ? (["calls", "connections", "batches"] as const) : (["calls"] as const);
      const grown = (value: (count: number) => number): number =>
        value(large) / large / (value(largest) / largest);
      const own = [
        ...counted.map((what) => grown((count) => of(results, [subject, count, "up"], what))),
        grown((count) => beyond(results, subject, count, "provider")),
      ];
      const time = grown((count) => beyond(results, subject, count));
      found.push({
        what: `first \`up\` of ${large} against ${largest}, for each one, ${subject}: ${counted.join(", ")}, the provider's processor time beyond trivial resources (beside it: time)`,
        wanted: "within 1.15 ×",
        found: `${own.map(ratio).join(", ")} (${ratio(time)})`,
        met: own.every((value) => value <= 1.15),
      });
    }
  for (const { count, delays, oneByOne, parallel } of results.byHand) {
    if (delays === "none") continue;
    const up = of(results, ["manual", count, "up"], "seconds", "some");
    const [slow, fast] = [median(oneByOne) / up, median(parallel) / up];
    const own = up - of(results, ["trivial", count, "up"], "seconds", "some");
    found.push({
      what: `${count} manual setups with Immuta's delays: the script one by one, and with xargs -P, against one \`up\``,
      wanted: "at least 3 ×; at least 1 ×",
      found: `${ratio(slow)}; ${ratio(fast)} (${ratio(median(parallel) / own)} without Pulumi's own part)`,
      met: slow >= 3 && fast >= 1,
    });
  }
  return found;
}
