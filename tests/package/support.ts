import { readFileSync } from "node:fs";
import { run, type Action, type Outcome } from "../../tools/demo/scene";
import { ensureEngine, type Engine } from "../../tools/engine";
import { openStack, type OpenedStack, type Program } from "../../tools/engine/stack";
import type { Sandbox } from "../../sandbox";

/** What the SDK registers, in every version: an old state must find the new code. */
export const providerText = 'exports.handler=()=>require("pulumi-immuta/provider")';

export interface Scenario {
  opened: OpenedStack;
  act(action: Action): Promise<Outcome>;
}

export interface Opening {
  /** Where the program lies, with or without a Pulumi.yaml. */
  workDir: string;
  program: Program;
  /** The folder of an earlier stack, to go on with its state. */
  folder?: string;
}

let engine: Promise<Engine> | undefined;

/** Opens a stack `test` of the project `governance` in front of the sandbox. */
export async function open(sandbox: Sandbox, opening: Opening): Promise<Scenario> {
  const opened = await openStack({
    engine: await (engine ??= ensureEngine()),
    projectName: "governance",
    env: { ...sandbox.environment },
    ...opening,
  });
  return { opened, act: (action) => run(opened.stack, sandbox, action) };
}

/** Who called Immuta and the pools since the last run began, such as `pulumi-immuta/0.1.0`; each once. */
export function callers(sandbox: Sandbox): string[] {
  const requests = sandbox.immuta.journal.map((entry) => entry.userAgent);
  const logins = sandbox.synapse.journal
    .map((entry) => entry.applicationName)
    .filter((name) => name.startsWith("pulumi-immuta"));
  return [...new Set([...requests, ...logins])];
}

export interface Resource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The file that the engine keeps the state in, as it is. */
export const stateFile = ({ opened }: Scenario): string => readFileSync(opened.stateFile, "utf8");

/** The integrations in a state's file. */
export function integrationsIn(state: string): Resource[] {
  const { checkpoint } = JSON.parse(state) as { checkpoint: { latest: { resources: Resource[] } } };
  return checkpoint.latest.resources.filter(isIntegration);
}

export const isIntegration = (resource: Resource): boolean => resource.type.endsWith(":SynapseIntegration");

/** A state without where in the program its resources were registered, which the engine notes for diagnostics. */
export function withoutPositions(state: string): string {
  const positions = new Set(["sourcePosition", "stackTrace"]);
  return JSON.stringify(
    JSON.parse(state, (name, value: unknown) => (positions.has(name) ? undefined : value)),
  );
}
