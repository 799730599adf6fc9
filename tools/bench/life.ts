import { basename, join } from "node:path";
import type { Delays } from "../../sandbox";
import { BINARY, LANGUAGE_HOST } from "../engine/path";
import { Child } from "./child";
import { type Place, places } from "./places";
import { type Part, Watch } from "./processor";
import type { programHandlers, StepName } from "./program-process";
import type { sandboxHandlers, Traffic } from "./sandbox-process";
import type { Subject } from "./subjects";

/** What one run of the engine took, and what reached Immuta and the pools. */
export interface Taken extends Traffic {
  seconds: number;
  /** Seconds of processor time of each part: the program with its host, the provider, the engine. */
  program: number;
  provider: number;
  engine: number;
  /** Megabytes of the provider's process at its peak. */
  memory: number;
}

export interface Life {
  taken: Partial<Record<StepName, Taken>>;
  /** Bytes of one resource in an export with its secrets in plain text, without Pulumi's stack trace. */
  state: number;
}

export interface Measured {
  subject: Subject;
  count: number;
  delays: Delays;
  steps: readonly StepName[];
  parallel?: number;
  /** In so many stacks, one after the other, in front of one sandbox; 1 by default. */
  stacks?: number;
}

export const startSandboxProcess = (): Child<typeof sandboxHandlers> =>
  Child.start<typeof sandboxHandlers>(join(__dirname, "sandbox-process.ts"));

/** Takes stacks from their first `up` to the last step; more stacks than one are summed up. Throws where a run fails. */
export async function life({ subject, count, delays, steps, parallel, stacks = 1 }: Measured): Promise<Life> {
  const sandbox = startSandboxProcess();
  try {
    const all = places(count);
    const { environment } = await sandbox.ask("start", { delays, places: all });
    const lives: Life[] = [];
    const size = Math.ceil(count / stacks);
    for (let from = 0; from < count; from += size)
      lives.push(
        await oneStack(sandbox, steps, {
          ...{ subject, places: all.slice(from, from + size), environment },
          ...(parallel === undefined ? {} : { parallel }),
        }),
      );
    return lives.reduce(together);
  } finally {
    await sandbox.end();
  }
}

async function oneStack(
  sandbox: Child<typeof sandboxHandlers>,
  steps: readonly StepName[],
  wanted: {
    subject: Subject;
    places: readonly Place[];
    environment: Readonly<Record<string, string>>;
    parallel?: number;
  },
): Promise<Life> {
  const program = Child.start<typeof programHandlers>(
    join(__dirname, "program-process.ts"),
    wanted.environment,
  );
  const taken: Life["taken"] = {};
  let state = Number.NaN;
  try {
    await program.ask("open", wanted);
    for (const step of steps) {
      await sandbox.ask("clear");
      const watch = new Watch(program.id, partOf);
      const { seconds, inline } = await program.ask("run", step);
      const { program: hosted, provider, engine } = watch.end();
      taken[step] = {
        ...(await sandbox.ask("traffic")),
        seconds,
        program: inline ?? hosted.processor,
        provider: provider.processor,
        engine: engine.processor,
        memory: provider.memory,
      };
      if (step === "up") state = await program.ask("state");
    }
    return { taken, state };
  } finally {
    await program.end();
  }
}

/** Whatever else the engine starts is the provider's, and what the language host starts is the program's. */
export function partOf([path = ""]: readonly string[], parent: Part | undefined): Part | undefined {
  const name = basename(path);
  if (name === BINARY) return "engine";
  if (name === LANGUAGE_HOST) return "program";
  return parent === "engine" ? "provider" : parent;
}

function together(one: Life, other: Life): Life {
  const taken: Life["taken"] = {};
  for (const [step, found] of Object.entries(one.taken) as [StepName, Taken][]) {
    const more = other.taken[step];
    if (more === undefined) continue;
    const sum = Object.fromEntries(
      (Object.keys(found) as (keyof Taken)[]).map((what) => [
        what,
        what === "memory" ? Math.max(found[what], more[what]) : found[what] + more[what],
      ]),
    );
    taken[step] = sum as unknown as Taken;
  }
  return { taken, state: one.state };
}
