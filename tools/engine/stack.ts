/**
 * Stacks for the demo, the tests and the benchmark, run by the engine through Pulumi's Automation API, with state in a
 * temporary folder.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

import { runtime } from "@pulumi/pulumi";
import {
  LocalWorkspace,
  PulumiCommand,
  type ConfigMap,
  type ConfigValue,
  type ProjectSettings,
  Stack,
} from "@pulumi/pulumi/automation";
import { parse } from "yaml";

import { outputsIn, type Place, stateFileOf, summaryIn } from "./file-backend";
import type { Engine } from "./index";
import { BINARY } from "./path";

/** What a Pulumi program is to the Automation API: registers resources, returns the stack's outputs. */
export type Program = () => Promise<Record<string, unknown> | undefined>;

export interface StackOptions {
  engine: Engine;
  /** The `name` of workDir's Pulumi.yaml by default. */
  projectName?: string;
  /** "test" by default. */
  stackName?: string;
  /** An inline program; without one the engine's own language host runs what is in `workDir`, or in its `main`. */
  program?: Program;
  /**
   * Where the engine takes the program to be; this repository's root by default. If there is a Pulumi.yaml its settings
   * hold, `main` included. The process of the dynamic provider starts in that folder, so `require` in a provider
   * resolves from there. Nothing is written into it.
   */
  workDir?: string;
  /** Environment variables of the engine and of the providers it starts, e.g. PULUMI_DEBUG_PROVIDERS. */
  env?: Record<string, string>;
  /** Stack configuration; a plain string is a value that is not secret. */
  config?: Record<string, string | ConfigValue>;
  /** The folder of an earlier stack, to go on with its state; a fresh temporary one by default. */
  folder?: string;
}

export interface OpenedStack {
  stack: Stack;
  /** Holds the state (`state/.pulumi`), the stack's settings (`project`) and the engine's own Pulumi home (`home`). */
  folder: string;
  /** The file of the state in it. */
  stateFile: string;
  /** Deletes the folder, state and all. */
  remove(): void;
}

/** Opens a stack on a file backend in a temporary folder; creates it when it is not there yet. */
export async function openStack(options: StackOptions): Promise<OpenedStack> {
  const settings = settingsFor(options.workDir ?? join(__dirname, "..", ".."), options.projectName);
  const folder = options.folder ?? mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-stack-"));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { stackName = "test" } = options;
    const place = { state: join(folder, "state"), project: settings.name, stack: stackName };
    const stack = await stackIn(folder, place, settings, options);
    return { stack, folder, stateFile: stateFileOf(place), remove };
  } catch (error) {
    if (options.folder === undefined) remove();
    throw error;
  }
}

async function stackIn(
  folder: string,
  place: Place,
  settings: ProjectSettings,
  options: StackOptions,
): Promise<Stack> {
  const { engine, program, env = {}, config = {} } = options;
  const { state, stack: stackName } = place;
  const project = join(folder, "project");
  mkdirSync(state, { recursive: true });
  mkdirSync(project, { recursive: true });

  const environment = engine.environment();
  // The Automation API asks the CLI for its version with this process's environment, and that writes a log.
  process.env["PULUMI_HOME"] = environment["PULUMI_HOME"];
  keepConnectionsApart();
  const workspace = await LocalWorkspace.create({
    workDir: project,
    // With an inline program the Automation API expects a promise even where a program has no outputs.
    ...(program === undefined ? {} : { program: async () => (await inEnvironment(env, program)) ?? {} }),
    projectSettings: settings,
    pulumiCommand: await commandFor(engine, folder),
    envVars: {
      ...environment,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for throwaway stacks",
      ...env,
    },
  });
  const known = options.folder === undefined ? [] : await workspace.listStacks();
  const stack = known.some(({ name }) => name === stackName)
    ? await Stack.select(stackName, workspace)
    : await Stack.create(stackName, workspace);
  if (Object.keys(config).length > 0) await stack.setAllConfig(configMap(config));
  const outputsByCli = stack.outputs.bind(stack);
  stack.outputs = async () => outputsIn(place) ?? (await outputsByCli());
  stack.info = () => Promise.resolve(summaryIn(place));
  return stack;
}

/**
 * Pulumi keeps the connections of an inline program that failed, and grpc-js shares connections by address within a
 * process: an engine that happens to listen on a dead one's port would get that one. Its program then ends, without an
 * error, before it has registered anything, and the engine deletes all that it knows. So each gets connections of its own.
 */
function keepConnectionsApart(): void {
  const { grpcClientOptions, grpcChannelOptions } = runtime as unknown as Record<string, object | undefined>;
  // Earlier versions of Pulumi have the second alone.
  Object.assign(grpcClientOptions ?? grpcChannelOptions ?? {}, { "grpc.use_local_subchannel_pool": 1 });
}

/**
 * Runs a program as the engine's own language host would: with the stack's environment. A variable that this process has
 * already stays as it is.
 */
async function inEnvironment(env: Record<string, string>, program: Program): ReturnType<Program> {
  const lent = Object.entries(env).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of lent) process.env[name] = value;
  try {
    return await program();
  } finally {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an assignment would leave the text "undefined"
    for (const [name] of lent) delete process.env[name];
  }
}

/**
 * An unmodified program's entry file as a program. Every run loads the file, and what it imports from its own folder,
 * afresh, so that each sees the configuration and environment of its time; the module's exports are the outputs.
 */
export function loadProgram(path: string): Program {
  const file = require.resolve(resolve(path));
  const load = createRequire(file);
  const folder = dirname(file) + sep;
  return async () => {
    for (const loaded of Object.keys(load.cache)) {
      const inFolder =
        loaded.startsWith(folder) && !loaded.slice(folder.length).split(sep).includes("node_modules");
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- this is how a module is dropped from the cache
      if (inFolder) delete load.cache[loaded];
    }
    return Promise.resolve(load(file) as Record<string, unknown>);
  };
}

/** The project's settings, with `main` made absolute: the engine reads them from the stack's own folder. */
function settingsFor(workDir: string, projectName: string | undefined): ProjectSettings {
  const file = join(workDir, "Pulumi.yaml");
  const written = existsSync(file) ? (parse(readFileSync(file, "utf8")) as Partial<ProjectSettings>) : {};
  const name = projectName ?? written.name;
  if (name === undefined) throw new Error(`projectName is missing, and there is no ${file} to take it from.`);
  return { runtime: "nodejs", ...written, name, main: resolve(workDir, written.main ?? ".") };
}

/** The Automation API only takes a CLI that lies in a folder called bin under some root. */
async function commandFor(engine: Engine, folder: string): Promise<PulumiCommand> {
  const link = join(folder, "bin", BINARY);
  if (!existsSync(link)) {
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(engine.path, link);
  }
  return await PulumiCommand.get({ root: folder });
}

function configMap(config: Record<string, string | ConfigValue>): ConfigMap {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? { value } : value]),
  );
}
