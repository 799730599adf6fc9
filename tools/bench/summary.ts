import type { Results } from "./campaign";
import { median } from "./measure";
import type { StepName, Subject } from "./pulumi-runs";
import { shown, table } from "./table";
import { of } from "./targets";

/** docs/performance.md: of the results, what a user asks for. */

const setups = ["automatic", "manual"] as const;

/** What one integration costs Immuta and the pool. */
function traffic(results: Results): string {
  const cell = (setup: Subject, step: StepName): string =>
    (["calls", "connections", "batches"] as const)
      .map((what) => shown(of(results, [setup, 1, step], what), 0))
      .join(" / ");
  const rows: [string, StepName][] = [
    ["first `up`", "up"],
    ["no change", "up unchanged"],
    ["another delimiter", "one delimiter"],
    ["`refresh`", "refresh"],
    ["`destroy`", "destroy"],
  ];
  return table(
    ["Calls to Immuta / connections / batches", "Automatic", "Manual"],
    rows.map(([name, step]) => [name, ...setups.map((setup) => cell(setup, step))]),
  );
}

function times(results: Results, count: number): string {
  const wanted: StepName[] = ["up", "preview", "refresh", "destroy"];
  const rows: [string, Subject][] = [
    ["resources that do nothing", "trivial"],
    ["automatic setups", "automatic"],
    ["manual setups", "manual"],
  ];
  return table(
    [`Seconds for ${count}`, "first `up`", "`preview`, unchanged", "`refresh`", "`destroy`"],
    rows.map(([name, subject]) => [
      name,
      ...wanted.map((step) => shown(of(results, [subject, count, step]))),
    ]),
  );
}

export function summary(results: Results): string {
  const hand = results.byHand.find(({ delays }) => delays === "some");
  const seconds = (subject: Subject): string => shown(of(results, [subject, 1000, "up"]), 0);
  return `<!-- Rendered from tools/bench/performance.json by \`npm run bench\`. Do not edit. -->

# Performance

What one integration costs, polls included; in automatic setup Immuta's own work in the pool is not counted.

${traffic(results)}

How long 100 take on ${results.machine.split(",")[0] ?? ""}, in front of a sandbox that answers at once; a real tenant's time comes on top.

${times(results, 100)}

- At most eight are written at once (\`IMMUTA_CONCURRENCY\`, and the engine's \`--parallel\`); in one workspace's \`master\`, one script
  runs at a time. A refresh reads with one list for all that the engine reads together.
- 1,000 resources that do nothing took Pulumi ${seconds("trivial")} s, since it rewrites its state file at each step; 1,000 integrations
  took ${seconds("automatic")} s (automatic) and ${seconds("manual")} s (manual).${
    hand === undefined
      ? ""
      : `
- ${hand.count} manual setups with a sandbox that takes its time: ${shown(median(hand.oneByOne))} s by a shell script one after the other,
  ${shown(median(hand.parallel))} s with \`xargs -P\`, ${shown(of(results, ["manual", hand.count, "up"], "seconds", "some"))} s by one \`up\`.`
  }

[All figures and targets, missed ones included](../tools/bench/performance.md).
`;
}
