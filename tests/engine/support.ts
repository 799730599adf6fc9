import { join } from "node:path";
import { readFileSync, readdirSync } from "node:fs";
import type { ConfigValue } from "@pulumi/pulumi/automation";
import { run, type Action, type Options, type Outcome } from "../../tools/demo/scene";
import { ensureEngine } from "../../tools/engine";
import { loadProgram, openStack, type OpenedStack, type Program } from "../../tools/engine/stack";
import type { Sandbox } from "../../sandbox";

export const root = join(__dirname, "..", "..");

export interface Scenario {
  opened: OpenedStack;
  /** Everything that was printed, by every action. */
  printed: () => string;
  act(action: Action, options?: Options): Promise<Outcome>;
  /** Runs an action that must fail, and gives what was printed. */
  fail(action: Action, options?: Options): Promise<string>;
  set(config: Record<string, string | ConfigValue | undefined>): Promise<void>;
}

interface Opening {
  config?: Record<string, string | ConfigValue>;
  env?: Record<string, string>;
  program?: Program;
  workDir?: string;
  projectName?: string;
}

/** A stack of an example, or of a program of the test's own, in front of the sandbox. */
export async function open(
  sandbox: Sandbox,
  example: string | undefined,
  opening: Opening = {},
): Promise<Scenario> {
  const engine = await ensureEngine();
  const folder = join(root, "examples", example ?? "quickstart");
  const opened = await openStack({
    engine,
    workDir: opening.workDir ?? folder,
    program: opening.program ?? loadProgram(join(folder, "index.ts")),
    env: { ...sandbox.environment, ...opening.env },
    ...(opening.config === undefined ? {} : { config: opening.config }),
    ...(opening.projectName === undefined ? {} : { projectName: opening.projectName }),
  });
  let printed = "";
  const onOutput = (text: string): void => {
    printed += text;
  };
  return {
    opened,
    printed: () => printed,
    act: (action, options) => run(opened.stack, sandbox, action, { onOutput, ...options }),
    fail: async (action, options) => {
      const before = printed.length;
      try {
        await run(opened.stack, sandbox, action, { onOutput, ...options });
      } catch (error) {
        printed += String(error);
        return printed.slice(before);
      }
      throw new Error(`${action} was expected to fail`);
    },
    set: async (config) => {
      for (const [name, value] of Object.entries(config)) {
        if (value === undefined) await opened.stack.removeConfig(name);
        else await opened.stack.setConfig(name, typeof value === "string" ? { value } : value);
      }
    },
  };
}

/** A stack of a program that makes what it governs, too. */
export const openInAzure = (sandbox: Sandbox, program: Program): Promise<Scenario> =>
  open(sandbox, undefined, {
    workDir: root,
    projectName: "governance",
    config: { "azure-native:location": "westeurope" },
    program,
  });

export const secret = (value: string): ConfigValue => ({ value, secret: true });

/** The Synapse integrations that Immuta knows. */
export const integrations = (sandbox: Sandbox): Record<string, unknown>[] =>
  sandbox.immuta.snapshot().filter((found) => found["type"] === "Azure Synapse Analytics");

export const configOf = (integration: Record<string, unknown> | undefined): Record<string, unknown> =>
  (integration?.["config"] ?? {}) as Record<string, unknown>;

interface Exported {
  resources: {
    urn: string;
    type: string;
    dependencies?: string[];
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
  }[];
}

/** The integration's resource in an export of the state; of several, that of the name. */
export async function resourceIn(scenario: Scenario, name?: string): Promise<Exported["resources"][number]> {
  const { deployment } = (await scenario.opened.stack.exportStack()) as { deployment: Exported };
  const found = deployment.resources.find(
    ({ type, urn }) =>
      type.endsWith(":SynapseIntegration") && (name === undefined || urn.endsWith(`::${name}`)),
  );
  if (found === undefined) throw new Error("the state holds no SynapseIntegration");
  return found;
}

/** The same resource as the state's file has it, with secrets encrypted. */
export function storedResource(scenario: Scenario): Exported["resources"][number] {
  const { checkpoint } = JSON.parse(readFileSync(scenario.opened.stateFile, "utf8")) as {
    checkpoint: { latest: Exported };
  };
  const found = checkpoint.latest.resources.find((resource) => resource.type.endsWith(":SynapseIntegration"));
  if (found === undefined) throw new Error("the state holds no SynapseIntegration");
  return found;
}

/** Every file below a folder, as one text. */
export function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

/** What a catalog holds of Immuta's; empty when there is nothing. */
export const leftIn = (sandbox: Sandbox, host: string, database: string): string[] =>
  Object.entries(sandbox.synapse.catalog(host, database)).flatMap(([kind, things]) =>
    (things as unknown[]).map((thing) => `${kind}: ${JSON.stringify(thing)}`),
  );
