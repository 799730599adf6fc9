import { execFile } from "node:child_process";
import {
  appendFileSync,
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
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { ensureEngine } from "../../tools/engine";
import { configOf, integrations, root } from "./support";

const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };

interface Ended {
  code: number;
  /** The cells of each stack's line. */
  rows: string[][];
  text: string;
}

describe("examples/fleet", function () {
  this.timeout(240_000);
  let sandbox: Sandbox;
  let parent: string;
  let list: string;
  let fleet: (...args: string[]) => Promise<Ended>;

  before(async () => {
    const engine = await ensureEngine();
    sandbox = await startSandbox();
    parent = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-fleet-"));
    const folder = join(parent, "project");
    cpSync(join(root, "examples", "fleet"), folder, {
      recursive: true,
      filter: (path) => !path.includes("node_modules"),
    });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    mkdirSync(join(parent, "state"));
    list = join(folder, "pools.csv");
    for (const host of new Set(lines().map(([, , host = ""]) => host)))
      sandbox.synapse.createWorkspace({ host, ...administrator });
    for (const [, , host = "", database = ""] of lines()) sandbox.synapse.createPool(host, database);
    const env = {
      ...process.env,
      ...engine.environment(),
      ...sandbox.environment,
      PULUMI_HOME: join(parent, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(parent, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for throwaway stacks",
    };
    // Pipelines give these to what writes alone.
    const login = {
      IMMUTA_SQL_ADMIN_USERNAME: administrator.administratorLogin,
      IMMUTA_SQL_ADMIN_PASSWORD: administrator.administratorPassword,
    };
    fleet = (...args) =>
      new Promise((resolve) => {
        const command = [
          "--require",
          join(root, "node_modules", "tsx", "dist", "cjs", "index.cjs"),
          "fleet.ts",
        ];
        execFile(
          process.execPath,
          [...command, ...args],
          { cwd: folder, env: { ...env, ...(args[0] === "up" ? login : {}) } },
          (error, out, err) => {
            const rows = [...out.matchAll(/^\| (\w+ \| (?:good|look|failed) .*) \|$/gm)];
            resolve({
              code: error === null ? 0 : Number(error.code ?? -1),
              rows: rows.map(([, row = ""]) => row.split(" | ")),
              text: out + err,
            });
          },
        );
      });
  });
  after(async () => {
    rmSync(parent, { recursive: true, force: true });
    await sandbox.close();
  });

  const lines = (): string[][] =>
    readFileSync(list, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
  const written = (): unknown[] => sandbox.immuta.journal.filter(({ method }) => method !== "GET");

  it("previews its stacks with nobody called, and sums them up", async () => {
    const { code, rows, text } = await fleet("preview", "--fail-on", "delete,replace");
    expect(code, text).to.equal(0);
    expect(rows).to.deep.equal([
      ["america", "good", "2", "0", "0", "0", "0"],
      ["europe", "good", "2", "0", "0", "0", "0"],
    ]);
    expect(text).to.contain("Immuta integrations in `immuta-fleet/america`: 2 new");
    expect(sandbox.immuta.journal).to.deep.equal([]);
  });

  it("governs the list", async () => {
    const { code, rows, text } = await fleet("up");
    expect(code, text).to.equal(0);
    expect(rows.map(([stack, end, created]) => [stack, end, created])).to.deep.equal([
      ["america", "good", "2"],
      ["europe", "good", "2"],
    ]);
    const governed = integrations(sandbox).map(
      (one) => `${String(configOf(one)["host"])} ${String(configOf(one)["database"])}`,
    );
    expect(governed).to.have.members(lines().map(([, , host, database]) => `${host} ${database}`));
  });

  it("finds drift in the stack that has it, and writes nothing", async () => {
    sandbox.immuta.clearJournal();
    expect((await fleet("drift")).code).to.equal(0);
    const drifted = integrations(sandbox).find((one) => String(configOf(one)["host"]).includes("-us."));
    sandbox.immuta.edit(String(drifted?.["id"]), { impersonation: { enabled: true, role: "SOMEBODY" } });
    sandbox.immuta.clearJournal();
    const { code, rows, text } = await fleet("drift");
    expect(code, text).to.equal(2);
    expect(rows).to.deep.equal([
      ["america", "look", "0", "1", "0", "0", "1"],
      ["europe", "good", "0", "0", "0", "0", "2"],
    ]);
    expect(text).to.contain("SOMEBODY");
    expect(written()).to.deep.equal([]);
  });

  it("says what a stack loses that left the list, and fails for it alone", async () => {
    const text = readFileSync(list, "utf8");
    writeFileSync(list, text.replace(/^america.*\n/gm, ""));
    const { code, rows, text: said } = await fleet("preview", "--fail-on", "delete,replace");
    writeFileSync(list, text);
    expect(code, said).to.equal(1);
    expect(rows.map(([stack, end]) => [stack, end])).to.deep.equal([
      ["america", "failed"],
      ["europe", "good"],
    ]);
    expect(said, "what is protected is not removed").to.contain("protect");
  });

  it("refuses a stack of more than a hundred", async () => {
    for (let count = 0; count < 99; count++)
      appendFileSync(list, `europe,more-${count},contoso-eu.sql.azuresynapse.net,more${count},\n`);
    const { code, text } = await fleet("preview");
    expect(code).to.equal(1);
    expect(text).to.contain("europe has more than 100 pools");
  });
});
