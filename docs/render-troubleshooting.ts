/**
 * docs/troubleshooting.md, rendered from the provider's kinds of failures, its table of recovery and the hints by the
 * server's numbers:
 *
 *   npm run docs                                    writes it, among others
 *   npx tsx docs/render-troubleshooting.ts --check  says whether it is up to date
 */
import { failureKinds, hintsByNumber, recovery, situations } from "../provider";
import { join } from "node:path";
import { command, main, rendered } from "./rendered";

const outcomes = ["not sent", "refused", "unknown", "still working"] as const;

const meanings = {
  undo: "undone",
  keep: "kept; the next `up` goes on",
  repeat: "kept; the next `up` repeats the PUT",
  leave: "left alone",
};

const kinds = (): string =>
  failureKinds()
    .map(({ code, title, remedy }) => `### ${code}\n\n${title} ${remedy}\n`)
    .join("\n");

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const recoveries = (): string =>
  [
    row(["What failed", ...outcomes]),
    row(["---", ...outcomes.map(() => "---")]),
    ...(Object.keys(situations) as (keyof typeof situations)[]).map((situation) =>
      row([situations[situation], ...outcomes.map((outcome) => meanings[recovery[situation][outcome]])]),
    ),
  ].join("\n");

/** Numbers of one hint share a row. */
function hints(): [string, string][] {
  const byHint = new Map<string, number[]>();
  for (const [number, hint] of hintsByNumber()) byHint.set(hint, [...(byHint.get(hint) ?? []), number]);
  return [...byHint].map(([hint, shared]) => [shared.join(", "), hint]);
}

const numbers = (): string =>
  [row(["Number", "What helps"]), row(["---", "---"]), ...hints().map(row)].join("\n");

export const page = rendered(
  join(__dirname, "troubleshooting.md"),
  () =>
    `# Troubleshooting

<!-- Rendered from the provider's failures by \`${command}\`. Do not edit. -->

An error says what was tried, what came back and what to do, and ends with its code: \`npx pulumi-immuta explain <code>\`
prints what stands here. \`npx pulumi-immuta doctor\` tries the tenant, a pool and the way to both
([Command line](cli.md#doctor-why-it-does-not-work-from-here)); \`PULUMI_IMMUTA_DEBUG=1\` shows each request's method, path,
status and duration. After something broke off: [Runbook](runbook.md). What the preview refuses has no code: the sentence
names the input and the remedy.

## By code

${kinds()}
## By the pool's error number

${numbers()}

## What is done about a failure

What was asked for was *not sent* (nothing left, or nothing of it was begun), *refused* (not carried out, or only in parts
that can be taken back), its end is *unknown*, or Immuta is *still working* on it. From that alone follows what happens next.

${recoveries()}

## The plugin is not found

\`Could not automatically download and install resource plugin 'pulumi-resource-immuta'\`, or \`no resource plugin 'pulumi-resource-immuta' found\`, is the engine's: nothing told it where the plugin is, and until a release there is no place to
download it from. Write the lines of
[Getting it](plugin.md#getting-it) into Pulumi.yaml, and with \`no folder at path\` run \`npm install\` of the package in that folder.

## Pulumi's host fails with a stack trace

Before this provider is asked anything:

- \`Cannot find module 'pulumi-immuta/provider'\`: the folder of the program no longer has the npm package, and the state still has an
  integration. Leave the package in package.json until an \`up\` or \`destroy\` has removed the last one.
- \`Cannot read properties of undefined (reading 'toJavaScript')\`: \`pulumi import\` of \`pulumi-nodejs:dynamic/immuta:SynapseIntegration\`.
  Dynamic resources have none: [adopt](ownership.md#adoption) it, or import [by the plugin](plugin.md#import).

## A preview that deletes everything

A service that runs inline programs of Pulumi's Automation API in one process can meet an engine that listens where an
earlier one did: Pulumi keeps the connections of a program that failed, the program ends before it has registered anything,
and the engine takes the empty program for the wish to delete all (seen with @pulumi/pulumi 3.248.0 and grpc-js 1.14.7; the
CLI starts a process for each program and cannot meet it). \`protect: true\` on each integration stops such an \`up\`; a process
of its own for each program avoids it.
`,
);

if (require.main === module) void main(page);
