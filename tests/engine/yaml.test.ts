import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { ensureEngine } from "../../tools/engine";
import { having, yamlHost } from "../pool/foreign/parts";
import { integrations, leftIn, root } from "./support";

const host = "contoso.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "Adm1n!" };

describe("a program in YAML", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let folder: string;
  let project: string;
  let pulumi: (...args: string[]) => Promise<string>;

  before(async function () {
    const language = await having(this, yamlHost);
    const engine = await ensureEngine();
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "claims");
    // As a user has it: the example copied out, and the npm package beside it.
    folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-yaml-"));
    project = join(folder, "project");
    cpSync(join(root, "examples", "yaml"), project, { recursive: true });
    mkdirSync(join(folder, "state"));
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules", "pulumi-immuta"), "junction");
    const environment = engine.environment();
    const env = {
      ...process.env,
      ...environment,
      ...sandbox.environment,
      PATH: [dirname(language), environment["PATH"] ?? process.env["PATH"]].join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for throwaway stacks",
      IMMUTA_SQL_ADMIN_USERNAME: administrator.administratorLogin,
      IMMUTA_SQL_ADMIN_PASSWORD: administrator.administratorPassword,
    };
    pulumi = async (...args) =>
      (
        await promisify(execFile)(engine.path, [...args, "--non-interactive", "--color=never"], {
          cwd: project,
          env,
        })
      ).stdout;
    await pulumi("stack", "init", "dev");
    await pulumi("config", "set", "host", host);
    await pulumi("config", "set", "--secret", "immutaPassword", "Immuta-Sandbox-1!");
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sandbox.close();
  });

  const calls = (): string[] => sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`);

  it("is previewed with nobody called, set up, unchanged", async () => {
    expect(await pulumi("preview")).to.contain("initial-create script → database master");
    expect(calls()).to.deep.equal([]);
    expect(await pulumi("up", "--yes")).to.match(/\+ 2 created/);
    expect(await pulumi("stack", "output", "integrationId")).to.equal("3\n");
    const before = calls().length;
    expect(await pulumi("preview", "--expect-no-changes")).to.contain("2 unchanged");
    expect(calls()).to.have.length(before);
    expect(await pulumi("stack", "export")).not.to.contain("Immuta-Sandbox-1!");
  });

  it("is written by `pulumi import` of what is there, and previews as unchanged", async () => {
    await pulumi("stack", "init", "imported");
    await pulumi("config", "set", "host", host);
    await pulumi("config", "set", "--secret", "immutaPassword", "Immuta-Sandbox-1!");
    const imported = ["immuta:index:SynapseIntegration", "claims", "3", "--protect=false", "--yes"];
    const printed = await pulumi("import", ...imported);
    expect(printed).not.to.match(/almost certainly a bug|error:/);
    const [, code = ""] = /^(resources:\n(?: .*\n)+)/m.exec(printed) ?? [];
    expect(code)
      .to.contain("role: IMMUTA_IMPERSONATION")
      .and.not.to.match(/username|password/);
    const program = readFileSync(join(project, "Pulumi.yaml"), "utf8");
    writeFileSync(join(project, "Pulumi.yaml"), program.replace(/^resources:[^]*/m, code));
    const before = calls().length;
    expect(await pulumi("preview", "--expect-no-changes")).to.contain("2 unchanged");
    expect(calls()).to.have.length(before);
    writeFileSync(join(project, "Pulumi.yaml"), program);
  });

  it("is taken away again", async () => {
    await pulumi("destroy", "--yes", "--stack=dev");
    expect(integrations(sandbox)).to.deep.equal([]);
    expect(leftIn(sandbox, host, "claims")).to.deep.equal([]);
  });
});
