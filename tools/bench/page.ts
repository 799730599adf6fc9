import type { Results } from "./campaign";
import { chart } from "./chart";
import { allowance, countsOf, figure, type Run, stateOf, total } from "./figures";
import type { Taken } from "./life";
import { median } from "./measure";
import type { StepName } from "./program-process";
import { nameOf, type Subject } from "./subjects";
import { shown, table } from "./table";
import { targets } from "./targets";

/** docs/performance.md and its picture, from the results of one run and nothing else. */

const names: Record<string, string> = {
  "dynamic: trivial": "dynamic resource that does nothing",
  "dynamic: automatic": "dynamic resource, automatic setup",
  "dynamic: manual": "dynamic resource, manual setup",
  "plugin: trivial": "plugin that does nothing",
  "plugin: automatic": "plugin, automatic setup",
  "plugin: manual": "plugin, manual setup",
  "peer: automatic": "by hand, automatic setup",
  "peer: manual": "by hand, manual setup",
  "peer, required: manual": "by hand in a package, manual setup",
};

const called = (subject: Subject): string => names[nameOf(subject)] ?? nameOf(subject);

function traffic(results: Results): string {
  const [few] = countsOf(results);
  const cell = (of: Subject["of"], step: StepName): string =>
    (["calls", "logins", "batches"] as const)
      .map((what) =>
        shown(
          figure(results, { subject: { side: "dynamic", of }, count: few, step }, (taken) => taken[what]) /
            few,
          0,
        ),
      )
      .join(" / ");
  const rows: [string, StepName][] = [
    ["first `up`", "up"],
    ["no change", "preview"],
    ["another delimiter", "one delimiter"],
    ["`refresh`", "refresh"],
    ["`destroy`", "destroy"],
  ];
  return table(
    ["Calls to Immuta / logins to the pool / batches", "Automatic", "Manual"],
    rows.map(([name, step]) => [name, cell("automatic", step), cell("manual", step)]),
  );
}

/** The subjects that were measured in such a number, in one stack. */
const subjectsOf = (results: Results, count: number): Subject[] =>
  results.lives.filter((one) => one.count === count && one.stacks === 1 && one.delays === "none");

const largestOf = (results: Results): number => countsOf(results)[1];

/** With what to allow for. */
const seconds = (results: Results, run: Run, of: (taken: Taken) => number): string => {
  const found = figure(results, run, of);
  return Number.isNaN(found) ? "" : `${shown(found)} ± ${shown(allowance(results, run, of))}`;
};

function processors(results: Results): string {
  const count = largestOf(results);
  const rows = subjectsOf(results, count).map((subject) => {
    const run = (step: StepName): Run => ({ subject, count, step });
    const of = (step: StepName, what: (taken: Taken) => number): string => seconds(results, run(step), what);
    return [
      called(subject),
      of("up", (taken) => taken.program),
      of("up", (taken) => taken.provider),
      of("up", (taken) => taken.engine),
      of("preview", total),
      of("refresh", total),
      shown(
        figure(results, run("up"), (taken) => taken.memory),
        0,
      ),
      shown(stateOf(results, subject, count) / 1000),
    ];
  });
  return table(
    [
      `Processor seconds for ${count}`,
      "`up`: program",
      "`up`: provider",
      "`up`: engine",
      "`preview`",
      "`refresh`",
      "provider, MB",
      "state of one, kB, without Pulumi's stack trace",
    ],
    rows,
  );
}

function times(results: Results): string {
  const count = largestOf(results);
  const rows = subjectsOf(results, count)
    .filter(({ side }) => side === "dynamic" || side === "plugin")
    .map((subject) => [
      called(subject),
      ...(["up", "preview", "refresh"] as const).map((step) =>
        seconds(results, { subject, count, step }, (taken) => taken.seconds),
      ),
    ]);
  return table([`Seconds for ${count}`, "first `up`", "`preview`, unchanged", "`refresh`"], rows);
}

function fleet(results: Results): string {
  const rows = results.lives
    .filter(({ count }) => count === 1000)
    .map(({ count, stacks, ...subject }) => {
      const run: Run = { subject, count, stacks, step: "up" };
      return [
        `${called(subject)}, ${stacks === 1 ? "one stack" : `${stacks} stacks`}`,
        ...[
          (taken: Taken) => taken.seconds,
          (taken: Taken) => taken.provider,
          (taken: Taken) => taken.engine,
        ].map((of) => shown(figure(results, run, of), 0)),
      ];
    });
  const measured =
    rows.length === 0
      ? ""
      : `${table(["First `up` of 1,000, measured once", "seconds", "provider, processor s", "engine, processor s"], rows)}\n\n`;
  return `## A thousand

${measured}In a file or an object store the engine writes its whole state anew at each step, so that 1,000 in one stack are its worst case.
Divide them: a stack for each hundred or for each workspace. Pulumi Cloud's backend takes the steps one by one instead. With
\`PULUMI_SKIP_CHECKPOINTS=true\` the engine writes its state at the end alone: what it made is lost to it where it dies before, and
\`adopt\` has to bring it back, so that it is for a first onboarding at most. What costs the engine are the secrets, not the bytes:
\`passwordFrom\`, and the administrator's login from the environment, keep them out of the state.`;
}

function byHand(results: Results): string {
  const [hand] = results.byHand;
  if (hand === undefined) return "The tools of the script (curl, jq, tsql, xargs) were not there.";
  const { count, delays } = hand;
  const up = (of: Subject["of"]): string =>
    shown(
      figure(
        results,
        { subject: { side: "dynamic", of }, count, step: "up", delays },
        (taken) => taken.seconds,
      ),
    );
  return `${count} manual setups, each of which takes Immuta 3 s: ${shown(median(hand.oneByOne))} s by
[a script of curl and tsql](../tools/bench/by-hand.sh) one after the other, ${shown(median(hand.parallel))} s with \`xargs -P\`, ${up("manual")} s by one \`up\`, of which
Pulumi needs ${up("trivial")} s for resources that do nothing.`;
}

export function picture(results: Results): string {
  const count = largestOf(results);
  return chart(
    `Processor time of the first up of ${count}`,
    ["program", "provider", "engine"],
    subjectsOf(results, count).map((subject) => ({
      name: called(subject),
      parts: (["program", "provider", "engine"] as const).map((part) =>
        figure(results, { subject, count, step: "up" }, (taken) => taken[part]),
      ),
    })),
  );
}

const runners: Record<Results["program"], string> = {
  inline: `the program is an inline one of the Automation API in a process of
its own, whose work is in the program's`,
  "language host": `Pulumi's language host ran the program from its
folder, as a user's, and both are in the program's time; the Automation API, which gave the commands, is in none`,
};

/** As it was measured, by its largest number. */
const commandOf = (results: Results): string =>
  `npm run bench${largestOf(results) < 100 ? " -- --size medium" : ""}`;

export const render = (
  results: Results,
  remarks: string,
): string => `<!-- Rendered from tools/bench/performance.json by \`npm run bench\`. Do not edit. -->

# Performance

What one integration costs, looks at its status included; in automatic setup Immuta's own work in the pool is not counted.

${traffic(results)}

At most eight are written at once (\`IMMUTA_CONCURRENCY\`, and the engine's \`--parallel\`); in one workspace's \`master\`, one script
runs at a time. A refresh reads with one list for all that the engine reads together, creates share the list that they look at
before they write, and so do three or more that wait, where the list is not long.

## Beside nothing, and beside a provider by hand

![Processor time of the first up of ${largestOf(results)}: program, provider and engine](performance.svg)

${processors(results)}

[The provider by hand](../tools/bench/peer) is a dynamic provider with axios and mssql that looks at nothing before, proves nothing after,
and waits for no pool; in a package it leaves its text out of the state.

${times(results)}

${byHand(results)}

${fleet(results)}

## Targets

${table(
  ["Processor time, medians of one run", "Wanted", "Limit", "Found", ""],
  targets(results).map(({ what, wanted, limit = "", found, met }) => [
    what,
    wanted,
    limit,
    found,
    met ? "met" : "**missed**",
  ]),
)}

${remarks.trim()}

## How it was measured

By \`${commandOf(results)}\` on ${results.date}: ${results.machine}; ${Object.entries(results.versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}. Medians of ${results.rounds} rounds, in
which all took turns, ± half the way from the least to the most. The sandbox, which answers at once, ran in a process of its own that
is in no figure of processor time, and shared the machine; ${runners[results.program]}. Times are this machine's, and a real tenant's come on top: the ratios are what to look at.
`;
