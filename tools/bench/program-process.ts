import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEngine } from "../engine";
import { type OpenedStack, openStack } from "../engine/stack";
import { serve } from "./child";
import type { Place } from "./places";
import { declare, type Subject } from "./subjects";

/**
 * A program with its stack, in a process of its own: an inline program of the Automation API, so that what it takes
 * holds that API's own work too.
 */

export const steps = ["up", "preview", "one delimiter", "refresh", "destroy"] as const;
export type StepName = (typeof steps)[number];

export interface Wanted {
  subject: Subject;
  places: readonly Place[];
  environment: Readonly<Record<string, string>>;
  /** How many at a time; the engine's default is four for each core, the provider's own 8. */
  parallel?: number;
}

const root = join(__dirname, "..", "..");

let opened: OpenedStack | undefined;
let folder: string | undefined;
let parallel: number | undefined;
let delimiter: string | undefined;

export const programHandlers = {
  open: async ({ subject, places, environment, ...wanted }: Wanted) => {
    parallel = wanted.parallel;
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-bench-"));
    const providers = [
      { name: "immuta", path: join(root, "plugin") },
      { name: "benchtrivial", path: join(__dirname, "trivial") },
    ];
    const project = { name: "bench", runtime: "nodejs", main: root, plugins: { providers } };
    writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    opened = await openStack({
      engine: await ensureEngine(),
      workDir: folder,
      env: {
        ...environment,
        ...(parallel === undefined ? {} : { IMMUTA_CONCURRENCY: String(parallel) }),
      },
      program: () => {
        places.forEach((place, index) => {
          declare(subject, place, index === 0 ? delimiter : undefined);
        });
        return Promise.resolve(undefined);
      },
    });
  },
  /** Seconds that a run took, and those of processor time in this process. Throws where the run fails. */
  run: async (step: StepName): Promise<{ seconds: number; program: number }> => {
    if (opened === undefined) throw new Error("no stack was opened");
    const options = {
      ...{ suppressProgress: true, suppressOutputs: true, color: "never" as const },
      ...(parallel === undefined ? {} : { parallel }),
    };
    if (step === "one delimiter") delimiter = "#";
    const before = process.cpuUsage();
    const started = performance.now();
    if (step === "preview" || step === "refresh" || step === "destroy") await opened.stack[step](options);
    else await opened.stack.up(options);
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - started) / 1000, program: (user + system) / 1e6 };
  },
  /** Bytes of one resource in an export, without the stack trace that Pulumi writes: it is as long as the folders' names. */
  state: async (): Promise<number> => {
    const { resources } = (await opened?.stack.exportStack())?.deployment as {
      resources: { inputs?: { database?: string } }[];
    };
    const found = resources.find(({ inputs }) => inputs?.database !== undefined) ?? {};
    return JSON.stringify({ ...found, stackTrace: undefined }).length;
  },
};

if (require.main === module)
  serve(programHandlers, () => {
    opened?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  });
