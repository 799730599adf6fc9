import type { OutputMap, Stack } from "@pulumi/pulumi/automation";
import type { Sandbox } from "../../sandbox";

/** What one run of the engine did, told by the engine and by what reached Immuta and the pools. */
export interface Outcome {
  /** The engine's change summary, such as { create: 8 }. */
  changes: Readonly<Record<string, number>>;
  output: string;
  outputs: OutputMap;
  /** "METHOD /path" of each request to Immuta, polls of the status left out. */
  calls: string[];
  polls: number;
  /** "database: leading keywords" of each batch of ours in a pool that is more than a look. */
  batches: string[];
  seconds: number;
}

export type Action = "preview" | "up" | "refresh" | "destroy";

export interface Options {
  /** Limits the action to one resource. */
  target?: string;
  /** The resource that is to be replaced, whether something differs or not. */
  replace?: string;
  /** Refreshes first. */
  refresh?: true;
  /** A preview without the properties. */
  plain?: boolean;
  onOutput?: (text: string) => void;
}

/** Runs the engine once and gathers what came of it. */
export async function run(
  stack: Stack,
  sandbox: Sandbox,
  action: Action,
  { target, replace, refresh, plain = false, onOutput = () => undefined }: Options = {},
): Promise<Outcome> {
  sandbox.immuta.clearJournal();
  sandbox.synapse.clearJournal();
  const started = Date.now();
  let output = "";
  const options = {
    diff: action === "preview" && !plain,
    color: "never" as const,
    suppressProgress: true,
    ...(target === undefined ? {} : { target: [target] }),
    ...(replace === undefined ? {} : { replace: [replace] }),
    ...(refresh === undefined ? {} : { refresh }),
    onOutput: (text: string) => {
      output += text;
      onOutput(text);
    },
  };
  let changes: Record<string, number>;
  let outputs: OutputMap = {};
  if (action === "preview") changes = (await stack.preview(options)).changeSummary;
  else {
    const result = await stack[action](options);
    changes = result.summary.resourceChanges ?? {};
    outputs = (result as { outputs?: OutputMap }).outputs ?? {};
  }
  const requests = sandbox.immuta.journal.map((entry) => `${entry.method} ${entry.path}`);
  const calls = requests.filter((request) => !request.endsWith("/status"));
  return {
    changes,
    output,
    outputs,
    calls,
    polls: requests.length - calls.length,
    batches: sandbox.synapse.journal
      .filter(
        (entry) =>
          entry.kind === "batch" &&
          entry.applicationName.startsWith("pulumi-immuta") &&
          entry.statement !== "SELECT",
      )
      .map((entry) => `${entry.database}: ${entry.statement ?? ""}`),
    seconds: (Date.now() - started) / 1000,
  };
}
