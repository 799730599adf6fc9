import { join } from "node:path";
import { performance } from "node:perf_hooks";
import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";
import type { Engine } from "../engine";
import { openStack } from "../engine/stack";
import { startSandbox, type Delays, type Sandbox } from "../../sandbox";
import { engineProcess, providerProcess, Watch } from "./measure";
import { administrator, type Place, places, prepare, systemPassword } from "./places";

/** What is declared: nothing, resources that do nothing, or integrations. */
export type Subject = "empty" | "trivial" | "automatic" | "manual";

export const steps = ["up", "preview", "up unchanged", "one delimiter", "refresh", "destroy"] as const;
export type StepName = (typeof steps)[number];

/** What one run of the engine took, and what reached Immuta and the pools. */
export interface Taken {
  seconds: number;
  /** Requests to Immuta, the polls of a status among them. */
  calls: number;
  /** GET /integrations. */
  lists: number;
  /** Looks at a status: how many depends on the time that something takes. */
  polls: number;
  connections: number;
  batches: number;
  /** Megabytes of the provider's process at its peak. */
  memory: number;
  /** Seconds of processor time of the provider's process. */
  provider: number;
  /** Of the one in which the program and the sandbox run. */
  sandbox: number;
  /** And of the engine's, which writes the state. */
  engine: number;
}

export interface Life {
  taken: Partial<Record<StepName, Taken>>;
  /** Bytes of one resource in an export with its secrets in plain text, and of the provider's text in it. */
  state: { resource: number; providerText: number };
}

export interface Wanted {
  subject: Subject;
  count: number;
  delays: Delays;
  steps?: readonly StepName[];
  /** How many at a time; the engine's default is four for each core, the provider's own 8. */
  parallel?: number;
}

/** Takes a stack from its first `up` to `destroy`. Throws where a run does not change what it should. */
export async function life(
  engine: Engine,
  { subject, count, delays, steps: only = steps, parallel }: Wanted,
): Promise<Life> {
  const sandbox = await startSandbox({ delays });
  const wanted = places(count);
  if (subject === "automatic" || subject === "manual") prepare(sandbox, wanted);
  let delimiter: string | undefined;
  const opened = await openStack({
    engine,
    workDir: join(__dirname, "..", ".."),
    projectName: "bench",
    env: {
      ...sandbox.environment,
      ...(parallel === undefined ? {} : { IMMUTA_CONCURRENCY: String(parallel) }),
    },
    program: () => {
      wanted.forEach((place, index) => {
        declare(subject, place, index === 0 ? delimiter : undefined);
      });
      return Promise.resolve(undefined);
    },
  });
  const taken: Life["taken"] = {};
  let state: Life["state"] = { resource: 0, providerText: 0 };
  const options = {
    ...{ suppressProgress: true, suppressOutputs: true, color: "never" as const },
    ...(parallel === undefined ? {} : { parallel }),
  };
  try {
    for (const step of only) {
      if (step === "one delimiter") delimiter = "#";
      taken[step] = await measured(sandbox, () => {
        if (step === "preview") return opened.stack.preview(options);
        if (step === "refresh" || step === "destroy") return opened.stack[step](options);
        return opened.stack.up(options);
      });
      if (step === "up") state = sizes((await opened.stack.exportStack()).deployment as Exported);
    }
  } finally {
    opened.remove();
    await sandbox.close();
  }
  return { taken, state };
}

async function measured({ immuta: server, synapse }: Sandbox, run: () => Promise<unknown>): Promise<Taken> {
  server.clearJournal();
  synapse.clearJournal();
  const [provider, engine] = [new Watch(providerProcess), new Watch(engineProcess)];
  const before = process.cpuUsage();
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  const here = process.cpuUsage(before);
  const { memory, processor } = provider.end();
  const ours = synapse.journal.filter(({ applicationName }) => applicationName.startsWith("pulumi-immuta"));
  return {
    seconds,
    calls: server.journal.length,
    lists: server.journal.filter(({ method, path }) => method === "GET" && path === "/integrations").length,
    polls: server.journal.filter(({ path }) => path.endsWith("/status")).length,
    connections: ours.filter(({ kind }) => kind === "login").length,
    batches: ours.filter(({ kind }) => kind === "batch").length,
    memory,
    provider: processor,
    sandbox: (here.user + here.system) / 1e6,
    engine: engine.end().processor,
  };
}

class Trivial extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: Record<string, unknown>) {
    super(
      {
        create: (given: Record<string, unknown>) =>
          Promise.resolve({ id: String(given["database"]), outs: given }),
        update: (_id, _olds, given: Record<string, unknown>) => Promise.resolve({ outs: given }),
      },
      name,
      inputs,
    );
  }
}

function declare(subject: Subject, place: Place, hashDelimiter: string | undefined): void {
  if (subject === "empty") return;
  const common = {
    ...place,
    schema: "governed",
    ...(hashDelimiter === undefined ? {} : { metadataDelimiters: { hashDelimiter } }),
  };
  const name = place.database;
  const { administratorLogin: username, administratorPassword: password } = administrator;
  if (subject === "trivial") new Trivial(name, { ...common, username, password: systemPassword });
  else if (subject === "automatic")
    new immuta.SynapseIntegration(name, { ...common, autoBootstrap: true, username, password });
  else
    new immuta.SynapseIntegration(name, {
      ...common,
      autoBootstrap: false,
      username: `immuta_${name}`,
      password: systemPassword,
      bootstrap: { username, password },
    });
}

interface Exported {
  resources: { type: string; inputs?: Record<string, unknown>; outputs?: Record<string, unknown> }[];
}

function sizes({ resources }: Exported): Life["state"] {
  const found = resources.find(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
  const text = found?.inputs?.["__provider"];
  return {
    // Without Pulumi's stack trace, which is as long as the names of the checkout's folders.
    resource: found === undefined ? 0 : JSON.stringify({ ...found, stackTrace: undefined }).length,
    providerText: text === undefined ? 0 : JSON.stringify(text).length,
  };
}
