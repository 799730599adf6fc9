import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { ensureEngine } from "../../tools/engine";
import { having } from "../pool/foreign/parts";
import { configOf, everythingIn, integrations, leftIn, root } from "./support";

export const host = "contoso.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };
const immutaPassword = "c4nary-Immuta1!";

/** An example that is no program of Node, as a user has it: copied out, and the npm package beside it. */
export interface Project {
  sandbox: Sandbox;
  folder: string;
  /** Runs a program in the folder; gives what it printed. */
  run: (command: string, ...args: string[]) => Promise<string>;
  pulumi: (...args: string[]) => Promise<string>;
  /** Makes a stack with the settings of the example's README. */
  initStack: (name: string) => Promise<void>;
  /** "METHOD /path" of each request to Immuta. */
  calls: () => string[];
  close: () => Promise<void>;
}

/** @param hosts the folder of Pulumi's host of the language, if there is one */
export async function projectOf(example: string, hosts?: string): Promise<Project> {
  const engine = await ensureEngine();
  const sandbox = await startSandbox();
  sandbox.synapse.createWorkspace({ host, ...administrator });
  sandbox.synapse.createPool(host, "claims");
  const parent = mkdtempSync(join(realpathSync(tmpdir()), `pulumi-immuta-${example}-`));
  const folder = join(parent, "project");
  cpSync(join(root, "examples", example), folder, { recursive: true });
  mkdirSync(join(parent, "state"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "pulumi-immuta"), "junction");
  const environment = engine.environment();
  const path = environment["PATH"] ?? process.env["PATH"] ?? "";
  const env = {
    ...process.env,
    ...environment,
    ...sandbox.environment,
    PATH: hosts === undefined ? path : [hosts, path].join(delimiter),
    PULUMI_HOME: join(parent, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(join(parent, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase for throwaway stacks",
    IMMUTA_SQL_ADMIN_USERNAME: administrator.administratorLogin,
    IMMUTA_SQL_ADMIN_PASSWORD: administrator.administratorPassword,
  };
  const run = async (command: string, ...args: string[]): Promise<string> =>
    (await promisify(execFile)(command, args, { cwd: folder, env })).stdout;
  const pulumi = (...args: string[]): Promise<string> =>
    run(engine.path, ...args, "--non-interactive", "--color=never");
  return {
    sandbox,
    folder,
    run,
    pulumi,
    initStack: async (name) => {
      await pulumi("stack", "init", name);
      await pulumi("config", "set", "host", host);
      await pulumi("config", "set", "--secret", "immutaPassword", immutaPassword);
    },
    calls: () => sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`),
    close: async () => {
      rmSync(parent, { recursive: true, force: true });
      await sandbox.close();
    },
  };
}

/** What a driver of tests/plugin prints of a run. */
interface Done {
  printed: string;
  changes: Record<string, number>;
  outputs?: Record<string, unknown>;
}

/**
 * Declares the tests of an example's whole life, each run by the Automation API of its language.
 *
 * @param driver the command, to which the action is added
 */
export function wholeLife(example: string, driver: () => Promise<[string, ...string[]]>): void {
  let project: Project;
  // There is nothing to close where the tests are skipped.
  let close: () => Promise<void> = () => Promise.resolve();
  let act: (action: "preview" | "up" | "refresh" | "destroy") => Promise<Done & { calls: string[] }>;

  before(async function () {
    const [command, ...args] = await having(this, driver);
    project = await projectOf(example);
    close = project.close;
    await project.initStack("dev");
    act = async (action) => {
      project.sandbox.immuta.clearJournal();
      const done = JSON.parse(await project.run(command, ...args, action)) as Done;
      return { ...done, calls: project.calls() };
    };
  });
  after(() => close());

  const impersonation = (): unknown => configOf(integrations(project.sandbox)[0])["impersonation"];

  it("is previewed with nobody called, set up, unchanged", async () => {
    const { printed, changes, calls } = await act("preview");
    expect(printed).to.contain("initial-create script → database master");
    expect(changes).to.deep.equal({ create: 2 });
    expect(calls).to.deep.equal([]);
    const up = await act("up");
    expect(up.changes).to.deep.equal({ create: 2 });
    expect(up.outputs).to.deep.equal({ integrationId: "3", status: "enabled" });
    expect(impersonation()).to.deep.equal({ enabled: true, role: "IMMUTA_IMPERSONATION" });
    expect(everythingIn(join(project.folder, "..", "state"))).not.to.contain("c4nary");
    const again = await act("up");
    expect(again.changes).to.deep.equal({ same: 2 });
    expect(again.calls).to.deep.equal([]);
  });

  it("changes the impersonation role, and puts back what a refresh finds changed", async () => {
    await project.pulumi("config", "set", "impersonationRole", "IMMUTA_OTHER");
    const changed = await act("up");
    expect(changed.changes).to.deep.equal({ same: 1, update: 1 });
    expect(changed.calls).to.include("PUT /integrations/3");
    expect(impersonation()).to.deep.equal({ enabled: true, role: "IMMUTA_OTHER" });
    project.sandbox.immuta.edit("3", { impersonation: { enabled: false } });
    expect((await act("refresh")).changes).to.deep.equal({ same: 1, update: 1 });
    expect((await act("up")).calls).to.include("PUT /integrations/3");
    expect(impersonation()).to.deep.equal({ enabled: true, role: "IMMUTA_OTHER" });
  });

  it("is taken away again", async () => {
    expect((await act("destroy")).changes).to.deep.equal({ delete: 2 });
    expect(integrations(project.sandbox)).to.deep.equal([]);
    expect(leftIn(project.sandbox, host, "claims")).to.deep.equal([]);
  });
}
