import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, ensureEngine } from "../engine";
import { hasLanguageHost } from "../engine/path";
import { loadProgram, type OpenedStack, openStack } from "../engine/stack";
import { serve } from "./child";
import { administrator, type Place, systemPassword } from "./places";
import type { Subject } from "./subjects";

/**
 * The stack of program/ in a process of its own, run by the Automation API. Where the engine finds a host of programs for
 * Node, that one runs it; else it is the API's inline program, so that what it takes holds the API's own work too.
 */

export type RunBy = "language host" | "inline";
export const runBy = (engine: Engine): RunBy =>
  hasLanguageHost(engine.environment()) ? "language host" : "inline";

export const steps = ["up", "preview", "one delimiter", "refresh", "destroy"] as const;
export type StepName = (typeof steps)[number];

export interface Wanted {
  subject: Subject;
  places: readonly Place[];
  environment: Readonly<Record<string, string>>;
  /** How many at a time; the engine's default is four for each core, the provider's own 8. */
  parallel?: number;
}

/** What the program reads. */
interface Declared extends Subject {
  places: readonly Place[];
  administrator: typeof administrator;
  systemPassword: string;
  /** Of the first one, where it is another than Immuta's own. */
  hashDelimiter?: string;
}

const program = join(__dirname, "program");
const root = join(__dirname, "..", "..");

let opened: OpenedStack | undefined;
let folder: string | undefined;
let parallel: number | undefined;
let declared: Declared | undefined;
let inline = false;

export const programHandlers = {
  open: async ({ subject, places, environment, ...wanted }: Wanted) => {
    parallel = wanted.parallel;
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-bench-"));
    declared = { ...subject, places, administrator, systemPassword };
    const providers = [
      { name: "immuta", path: join(root, "plugin") },
      { name: "benchtrivial", path: join(__dirname, "trivial") },
    ];
    const project = { name: "bench", runtime: "nodejs", main: program, plugins: { providers } };
    writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
    const engine = await ensureEngine();
    inline = runBy(engine) === "inline";
    opened = await openStack({
      engine,
      workDir: folder,
      env: {
        ...environment,
        BENCH_PROGRAM: join(folder, "declared.json"),
        ...(parallel === undefined ? {} : { IMMUTA_CONCURRENCY: String(parallel) }),
      },
      ...(inline ? { program: loadProgram(program) } : {}),
    });
  },
  /** Seconds that a run took, and those of processor time of an inline program. Throws where the run fails. */
  run: async (step: StepName): Promise<{ seconds: number; inline?: number }> => {
    if (opened === undefined || folder === undefined) throw new Error("no stack was opened");
    const options = {
      ...{ suppressProgress: true, suppressOutputs: true, color: "never" as const },
      ...(parallel === undefined ? {} : { parallel }),
    };
    const changed = step === "one delimiter" ? { hashDelimiter: "#" } : {};
    writeFileSync(join(folder, "declared.json"), JSON.stringify({ ...declared, ...changed }));
    const before = process.cpuUsage();
    const started = performance.now();
    if (step === "preview" || step === "refresh" || step === "destroy") await opened.stack[step](options);
    else await opened.stack.up(options);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    return inline ? { seconds, inline: (user + system) / 1e6 } : { seconds };
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
