import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import * as immuta from "pulumi-immuta";
import * as onPlugin from "pulumi-immuta/plugin";
import { startSandbox, type Sandbox } from "../../sandbox";
import { clock } from "../faults/driver/host";
import { administrator, host } from "./one-integration";
import { open, root, type Scenario } from "./support";

/** How a program has an integration: the faces differ in what declares it. */
type Declare<Resource> = (
  args: Record<string, unknown>,
  opts?: pulumi.CustomResourceOptions,
  name?: string,
) => Resource;
export const dynamic: Declare<immuta.SynapseIntegration> = (args, opts, name = "claims") =>
  new immuta.SynapseIntegration(name, args as unknown as immuta.SynapseIntegrationArgs, opts);
export const plugin: Declare<onPlugin.SynapseIntegration> = (args, opts, name = "claims") =>
  new onPlugin.SynapseIntegration(name, args as unknown as immuta.SynapseIntegrationArgs, opts);

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
