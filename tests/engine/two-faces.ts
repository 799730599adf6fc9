import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";
import { resourceTypes } from "../../provider";
import { startSandbox, type Sandbox } from "../../sandbox";
import { clock } from "../faults/driver/host";
import { administrator, host } from "./one-integration";
import { open, root, type Scenario } from "./support";

/** The plugin's resource as an SDK would have it; the generated ones name the outputs and the alias themselves. */
export class Integration extends pulumi.CustomResource {
  declare readonly integrationId: pulumi.Output<string>;
  declare readonly tenant: pulumi.Output<string>;

  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      resourceTypes.plugin,
      name,
      { integrationId: undefined, tenant: undefined, ...args },
      pulumi.mergeOptions(opts, { aliases: [{ type: resourceTypes.dynamic }] }),
    );
  }
}

/** How a program has the integration `claims`: the faces differ in what declares it. */
type Declare = (args: Record<string, unknown>, opts?: pulumi.CustomResourceOptions) => pulumi.Resource;
export const dynamic: Declare = (args, opts) =>
  new immuta.SynapseIntegration("claims", args as unknown as immuta.SynapseIntegrationArgs, opts);
export const plugin: Declare = (args, opts) => new Integration("claims", args, opts);

export interface TwoFaces {
  sandbox: Sandbox;
  sandboxes: Sandbox[];
  /** The project's. */
  folder: string;
  /** What the next run declares. */
  program: () => Record<string, unknown>;
  /** The same, of a program without outputs. */
  declare(what: () => unknown): void;
  openStack(env?: Record<string, string>): Promise<Scenario>;
  /** Another tenant, with a workspace of the same name. */
  startAnother(): Promise<Sandbox>;
  close(): Promise<void>;
}

/** A project that has the package and the plugin, in front of a sandbox. */
export async function twoFaces(): Promise<TwoFaces> {
  const sandboxes: Sandbox[] = [];
  const scenarios: Scenario[] = [];
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-plugin-"));
  const plugins = { providers: [{ name: "immuta", path: join(root, "plugin") }] };
  const project = { name: "faces", runtime: "nodejs", main: root, plugins };
  writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
  const startAnother = async (): Promise<Sandbox> => {
    const started = await startSandbox({ connectionPolicy: "redirect" });
    started.synapse.createWorkspace({ host, ...administrator });
    started.synapse.createPool(host, "claims");
    sandboxes.push(started);
    return started;
  };
  const sandbox = await startAnother();
  const faces: TwoFaces = {
    sandbox,
    sandboxes,
    folder,
    program: () => ({}),
    declare: (what) => {
      faces.program = () => {
        what();
        return {};
      };
    },
    openStack: async (env = {}) => {
      const scenario = await open(sandbox, undefined, {
        workDir: folder,
        projectName: "faces",
        program: () => Promise.resolve(faces.program()),
        env: { NODE_OPTIONS: `--require ${clock}`, ...env },
      });
      scenarios.push(scenario);
      return scenario;
    },
    startAnother,
    close: async () => {
      for (const { opened } of scenarios) opened.remove();
      for (const one of sandboxes) await one.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return faces;
}
