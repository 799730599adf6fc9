import type { Results } from "./campaign";
import { chart } from "./chart";
import { median } from "./measure";
import { type StepName, steps, type Subject } from "./pulumi-runs";
import { shown, table } from "./table";
import { of, targets } from "./targets";

/** performance.md and its picture, from the results of one run and nothing else. */

const subjects: Record<Subject, string> = {
  empty: "empty program",
  trivial: "trivial dynamic resources",
  automatic: "integrations, automatic setup",
  manual: "integrations, manual setup",
};

function times(results: Results): string {
  const rows = results.lives
    .filter(({ delays }) => delays === "none")
    .sort((a, b) => a.count - b.count)
    .map(({ subject, count }) => [
      subject === "empty" ? subjects.empty : `${count} ${subjects[subject]}`,
      ...steps.map((step) => shown(of(results, [subject, count, step]))),
    ]);
  return table(["Seconds", ...steps], rows);
}

function traffic(results: Results): string {
  const rows = results.lives
    .filter(({ subject, delays }) => delays === "none" && (subject === "automatic" || subject === "manual"))
    .sort((a, b) => a.count - b.count)
    .map(({ subject, count, rounds }) => [
      `${count} ${subjects[subject]}`,
      ...steps.map((step) => {
        const [calls, connections, batches] = (["calls", "connections", "batches"] as const).map((what) =>
          of(results, [subject, count, step], what),
        );
        if (calls === undefined || Number.isNaN(calls)) return "";
        return [calls, connections, batches].map((value) => shown(value ?? Number.NaN, 0)).join(" / ");
      }),
      String(rounds[0]?.state.resource ?? ""),
    ]);
  return table(["Calls / connections / batches", ...steps, "bytes of state each"], rows);
}

/** Of a process. */
function itself(
  results: Results,
  what: "memory" | "provider" | "engine" | "sandbox",
  head: string,
  digits: number,
): string {
  const wanted: StepName[] = ["up", "preview", "refresh", "destroy"];
  const rows = results.lives
    .filter(({ subject, delays }) => delays === "none" && subject !== "empty")
    .sort((a, b) => a.count - b.count)
    .map(({ subject, count }) => [
      `${count} ${subjects[subject]}`,
      ...wanted.map((step) => shown(of(results, [subject, count, step], what), digits)),
    ]);
  return table([head, ...wanted], rows);
}

function byHand(results: Results): string {
  if (results.byHand.length === 0) return "The tools of the script (curl, jq, tsql, xargs) were not there.";
  const rows = results.byHand.map(({ count, delays, oneByOne, parallel }) => [
    `${count} pools, ${delays === "none" ? "Immuta at once" : "Immuta with delays"}`,
    shown(median(oneByOne)),
    shown(median(parallel)),
    shown(of(results, ["manual", count, "up"], "seconds", delays)),
    shown(of(results, ["trivial", count, "up"], "seconds", delays)),
  ]);
  return table(["Seconds", "script, one by one", "script, xargs -P", "one `up`", "of it Pulumi's own"], rows);
}

export function picture(results: Results): string {
  const line = (name: string, subject: Subject): { name: string; points: [number, number][] } => ({
    name,
    points: results.lives
      .filter((one) => one.subject === subject && one.delays === "none")
      .sort((a, b) => a.count - b.count)
      .map(({ count }) => [count, (of(results, [subject, count, "up"]) * 1000) / count] as [number, number])
      .filter(([count]) => count > 1),
  });
  return chart(
    "Milliseconds of the first up for each resource, by their number",
    [line("trivial", "trivial"), line("automatic", "automatic"), line("manual", "manual")].filter(
      ({ points }) => points.length > 0,
    ),
  );
}

export const render = (results: Results, remarks: string): string => `# Performance

Written by \`npm run bench\` from one run, on ${results.date}: ${results.machine};
${Object.entries(results.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(
    ", ",
  )}. Medians of ${results.rounds} rounds, in which all subjects took turns; 1,000 resources were measured once. Sandbox,
program and engine shared the machine, so that the sandbox's own work (it answers HTTP, speaks TDS and runs the SQL) is in
all figures. Times are this machine's; the ratios are what to look at.

## Targets

${table(
  ["What", "Wanted", "Found", ""],
  targets(results).map(({ what, wanted, found, met }) => [what, wanted, found, met ? "met" : "**missed**"]),
)}

${remarks.trim()}

## Time

${times(results)}

![Milliseconds of the first up for each resource, by their number](performance.svg)

Each point is the time of the first \`up\` divided by the number of resources. What grows with their number in the line of
the trivial resources is the engine's own: it writes its file of state anew for each step.

## By hand

The script is [by-hand.sh](by-hand.sh): curl, jq and FreeTDS's tsql, as an administrator would do it today.

${byHand(results)}

## Traffic and state

Calls to Immuta (polls included), connections to pools, and batches in them, of one run.

${traffic(results)}

## Memory and processor

Of the process of the dynamic provider, Node and Pulumi's own part included.

${itself(results, "memory", "MB at the peak", 0)}

${itself(results, "provider", "Seconds of processor time", 2)}

Of the engine, which among other things writes the file of state:

${itself(results, "engine", "Seconds of processor time", 2)}

Of the process that holds the program, the sandbox's Immuta and its pools:

${itself(results, "sandbox", "Seconds of processor time", 2)}
`;
