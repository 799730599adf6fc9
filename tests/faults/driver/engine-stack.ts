import { readFileSync } from "node:fs";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import * as immuta from "pulumi-immuta";
import { ensureEngine } from "../../../tools/engine";
import { openStack, type OpenedStack } from "../../../tools/engine/stack";
import { lives, processesOf, until } from "../../engine/processes";
import { type PropertyMap, clock, root } from "./host";
import { type Declared, type Kept, type Operation, type PulumiStack, RunFailed } from "./stack";

/** Options that every command of the engine is given here. */
interface Options {
  onOutput: (text: string) => void;
  onEvent: (event: EngineEvent) => void;
  suppressProgress: true;
  color: "never";
  parallel: number;
}

interface Deployment {
  resources?: {
    urn: string;
    type: string;
    id?: string;
    inputs?: PropertyMap;
    outputs?: PropertyMap;
    delete?: boolean;
    initErrors?: string[];
    pendingReplacement?: boolean;
  }[];
}

/** A stack of the real engine. Its provider's process waits as fast as the one that is driven without it. */
export class EngineStack implements PulumiStack {
  readonly resources = new Map<string, Kept>();
  readonly condemned: { name: string; kept: Kept }[] = [];
  private opening: Promise<OpenedStack> | undefined;
  private folder = "";
  private stateFile = "";
  private program: readonly Declared[] = [];
  private readonly printed: string[] = [];

  constructor(
    private readonly authorities: string,
    private readonly config: Readonly<Record<string, string>>,
  ) {}

  async preview(program: readonly Declared[]): Promise<Map<string, Operation>> {
    this.program = program;
    return this.run((stack, options) => stack.preview(options));
  }

  async up(
    program: readonly Declared[],
    order: "one by one" | "all at once" = "one by one",
  ): Promise<Map<string, Operation>> {
    this.program = program;
    const parallel = order === "one by one" ? 1 : program.length + 1;
    return this.run((stack, options) => stack.up({ ...options, parallel }));
  }

  async refresh(): Promise<void> {
    await this.run((stack, options) => stack.refresh(options));
  }

  async destroy(): Promise<void> {
    await this.run((stack, options) => stack.destroy(options));
  }

  async forget(name: string): Promise<void> {
    const { stack } = await this.opened();
    const exported = await stack.exportStack();
    const deployment = exported.deployment as Deployment;
    const resources = (deployment.resources ?? []).filter(({ urn }) => nameOf(urn) !== name);
    await stack.importStack({ ...exported, deployment: { ...deployment, resources } });
    this.look();
  }

  /** docs/runbook.md: what is done first where an engine was killed. */
  async unlock(): Promise<void> {
    const { stack } = await this.opened();
    await stack.cancel();
    await this.run((_stack, options) => stack.refresh({ ...options, clearPendingCreates: true }));
  }

  /** kill -9 of the engine. The provider's process notices, and ends by itself. */
  async kill(): Promise<void> {
    const { engine, started } = processesOf(this.folder);
    process.kill(engine, "SIGKILL");
    await until(() => !started.some(lives));
  }

  /** A secret is encrypted anew whenever the state is written. */
  get text(): string {
    const all = [[...this.resources], this.condemned];
    return JSON.stringify(all, (name, value: unknown) => (name === "ciphertext" ? "…" : value));
  }

  /** The file of the state, as it lies there. */
  get stored(): string {
    return readFileSync(this.stateFile, "utf8");
  }

  takeWritten(): string[] {
    return this.printed.splice(0);
  }

  async end(): Promise<void> {
    (await this.opening)?.remove();
  }

  private opened(): Promise<OpenedStack> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<OpenedStack> {
    const opened = await openStack({
      engine: await ensureEngine(),
      workDir: root,
      projectName: "faults",
      env: { NODE_EXTRA_CA_CERTS: this.authorities, NODE_OPTIONS: `--require ${clock}` },
      program: () => {
        for (const { name, aliases = [], inputs } of this.program)
          new immuta.SynapseIntegration(name, inputs as unknown as immuta.SynapseIntegrationArgs, {
            aliases: aliases.map((alias) => ({ name: alias })),
          });
        return Promise.resolve(undefined);
      },
    });
    ({ folder: this.folder, stateFile: this.stateFile } = opened);
    return opened;
  }

  private async run(
    command: (stack: Stack, options: Options) => Promise<unknown>,
  ): Promise<Map<string, Operation>> {
    const { stack } = await this.opened();
    this.configure(stack.workspace.envVars);
    const operations = new Map<string, Operation>();
    let text = "";
    const options: Options = {
      onOutput: (chunk) => (text += chunk),
      onEvent: (event) => {
        note(event, operations);
      },
      suppressProgress: true,
      color: "never",
      parallel: 1,
    };
    try {
      await command(stack, options);
      return operations;
    } catch (error) {
      text += String(error);
      throw new RunFailed(text);
    } finally {
      this.printed.push(text);
      this.look();
    }
  }

  /** The stack's settings as variables of the environment: one is set and unset without a run of the CLI. */
  private configure(env: Record<string, string>): void {
    const settings = Object.entries(this.config).map(([name, value]) => [
      name
        .replace(/^immuta:/, "IMMUTA_")
        .replace(/(?<=[a-z])[A-Z]/g, "_$&")
        .toUpperCase(),
      value,
    ]);
    for (const name of Object.keys(env)) if (name.startsWith("IMMUTA_")) Reflect.deleteProperty(env, name);
    Object.assign(env, Object.fromEntries(settings));
  }

  /** Takes over what the engine keeps. */
  private look(): void {
    const { checkpoint } = JSON.parse(this.stored) as { checkpoint: { latest?: Deployment | null } };
    const { resources = [] } = checkpoint.latest ?? {};
    this.resources.clear();
    this.condemned.length = 0;
    for (const resource of resources) {
      if (!isIntegration(resource.type)) continue;
      const name = nameOf(resource.urn);
      const kept: Kept = {
        id: resource.id ?? "",
        inputs: resource.inputs ?? {},
        outputs: resource.outputs ?? {},
        initErrors: (resource.initErrors ?? []).length > 0,
        pendingReplacement: resource.pendingReplacement === true,
      };
      if (resource.delete === true) this.condemned.push({ name, kept });
      else this.resources.set(name, kept);
    }
  }
}

const isIntegration = (type: string): boolean => type.endsWith(":SynapseIntegration");
const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

const names: Readonly<Record<string, Operation>> = {
  create: "create",
  update: "update",
  same: "same",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

function note({ resourcePreEvent }: EngineEvent, operations: Map<string, Operation>): void {
  const { type = "", urn = "", op = "" } = resourcePreEvent?.metadata ?? {};
  const operation = names[op];
  if (operation !== undefined && isIntegration(type)) operations.set(nameOf(urn), operation);
}
