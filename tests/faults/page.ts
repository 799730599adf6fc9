import type { Crowded } from "./crowd";
import { batchFaults, immutaFaults, poolFaults, spoofs } from "./faults";
import type { Case, Outcome } from "./matrix";
import { type Operation, operations, type Steps, titleOf } from "./operations";

/** What a campaign played. */
export interface Covered {
  seed: number;
  minutes: number;
  steps: Map<Operation, Steps>;
  cases: { case: Case; outcome: Outcome }[];
  /** How many cases there are. */
  of: number;
  walks: { played: number; of: number; steps: number; faults: number; done: Map<string, number> };
  crowd: Crowded | undefined;
  /** What was played with the real engine: kills of it, other cases, runs that failed, walks and their steps. */
  engine: { kills: number; ofKills: number; others: number; failed: number; walks: number; steps: number };
  failures: string[];
}

/** campaign.md. */
export const pageOf = (covered: Covered): string =>
  [introduction, faultsSection(), stepsSection(covered.steps), lastCampaign(covered)].join("\n");

const introduction = `# The campaign of faults

What happens to a stack when something breaks while it runs. \`npm run campaign -- --minutes 60\` plays it and writes this
page; a small part of it is in \`npm test\` ([here](matrix.test.ts)). Most of
it speaks to Pulumi's own host of dynamic providers as the engine does, over gRPC, in front of the sandbox, because that is
quick; the engine's part, such as what it keeps of a failed create, is [the test's own](driver/stack.ts)
then. \`--face plugin\` plays it through the plugin's own protocol. The same cases and walks are also played with [the real engine](driver/engine-stack.ts), as many as
the time allows, and there it is the engine that is killed. Nothing here has met a real Immuta or Synapse.

After each fault:

- At most two more runs of \`up\` reach what the program says, without a refresh. Where Immuta answered 409 to the POST, or
  the provider was killed while it created an integration, a person first does what the error says: adopts the
  integration, or runs Immuta's cleanup scripts ([Runbook](../../docs/runbook.md)).
- Immuta has exactly one integration on the database, with the program's settings; the pool's catalog is what Immuta's
  scripts make of an empty pool; the system account can log in with the program's password; a preview shows no change and
  calls nobody.
- Where one call to Immuta alone met a 429, 502, 503 or 504, no answer, an empty one, half of one, one a byte at a time or a cut
  connection, that very run ended well.
- \`destroy\` leaves nothing at Immuta, in the pool, in \`master\` or in the state.
- No password and no API key is in anything that was printed, logged, or stored outside of encrypted properties, no
  request goes to a host to which an answer redirects, and no login reaches a pool unencrypted.
- A refresh that fails leaves the state as it was.
`;

export function faultsSection(): string {
  const line = ({ name }: { name: string }): string => `- ${name}`;
  return [
    "## Faults",
    "",
    "Of a call to Immuta, before it is carried out, and where that can be after it as well:",
    "",
    ...immutaFaults.map(({ name, when }) => `- ${name}${when.length > 1 ? " (before, after)" : ""}`),
    "- provider killed (`kill -9`; before, after)",
    "",
    "Of a database, `master` or the pool:",
    "",
    ...poolFaults.map(line),
    "",
    "Of a server between the provider and the pools:",
    "",
    ...spoofs.map(line),
    "",
    "Of one batch in a database:",
    "",
    ...batchFaults.map(line),
    "- provider killed (`kill -9`; before)",
    "",
    "A pool that does not answer or gives a malformed answer, a server in between, and a kill at a batch are played where the provider itself runs the scripts.",
    "",
  ].join("\n");
}

/** The steps of each operation: the calls to Immuta and the batches, in which the faults happen. */
export function stepsSection(steps: ReadonlyMap<Operation, Steps>): string {
  const lines = operations.flatMap((operation) => {
    const found = steps.get(operation);
    if (found === undefined) return [];
    const calls = found.calls.map(
      ({ method, path, nth }) => `\`${method} ${path}\`${nth === 1 ? "" : ` (${nth})`}`,
    );
    const batches = found.databases.map((database) => {
      const count = found.batches.filter((batch) => batch.database === database).length;
      return `${count} in ${database === "master" ? "`master`" : "the pool"}`;
    });
    return [
      `- **${titleOf(operation)}**: ${calls.join(", ")}; batches: ${batches.length === 0 ? "none" : batches.join(", ")}`,
    ];
  });
  return [
    "## Steps",
    "",
    "Batches are those of the provider and of Immuta itself, with the sandbox's scripts. Of the looks at the status the",
    "first is meant.",
    "",
    ...lines,
    "",
  ].join("\n");
}

function lastCampaign({ seed, minutes, cases, of, walks, crowd, engine, failures }: Covered): string {
  const happened = cases.filter(({ outcome }) => outcome.happened);
  const failed = happened.filter(({ outcome }) => outcome.failed);
  const after = (ups: number): number => failed.filter(({ outcome }) => outcome.ups === ups).length;
  const table = operations.map((operation) => {
    const own = happened.filter((one) => one.case.operation === operation);
    const broken = own.filter(({ outcome }) => outcome.failed).length;
    return `| ${titleOf(operation)} | ${own.length} | ${broken} |`;
  });
  const done = [...walks.done].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "## The last campaign",
    "",
    `Seed ${seed}, ${minutes} minutes: ${cases.length} of ${of} cases, and ${walks.played} of ${walks.of} walks. ` +
      (failures.length === 0 ? "None went wrong." : `${failures.length} went wrong:`),
    "",
    ...failures.map((title) => `- ${title}`),
    ...(failures.length === 0 ? [] : [""]),
    "| Operation | Faults that happened | Runs that failed |",
    "| --- | --: | --: |",
    ...table,
    "",
    `The fault did not happen in ${cases.length - happened.length}, because the run went another way before. ` +
      `Of the ${failed.length} runs that failed, ${after(1)} needed one more \`up\`, and ${after(2)} two.`,
    "",
    `The walks had ${walks.steps} steps, with ${walks.faults} faults: ${done.map(([name, count]) => `${name} ${count}`).join(", ")}. ` +
      "Each walk has up to two integrations in two workspaces. After each step its calls are compared with the table of " +
      "[what a change means](../../docs/architecture.md#what-a-change-means).",
    "",
    `With the real engine: ${engine.kills} of ${engine.ofKills} kills of it (\`kill -9\`; what [the runbook](../../docs/runbook.md) says was done ` +
      `then), ${engine.others} other cases, and ${engine.walks} of these walks with ${engine.steps} steps, whose calls were the same; ` +
      `${engine.failed} runs failed.`,
    "",
    ...(crowd === undefined
      ? []
      : [
          `Many at once: ${crowd.integrations} integrations in ${crowd.workspaces} workspaces were created, changed and ` +
            `destroyed, all at once, while every tenth call to Immuta failed (${crowd.faults} faults; ` +
            `${crowd.ups.join(", ")} runs). Nothing was lost.`,
          "",
        ]),
    "A case is played again with `npm run campaign -- --only <its title>`, a walk with `--walk <its seed>`, and either with",
    "the real engine by `--engine`.",
    "",
  ].join("\n");
}
