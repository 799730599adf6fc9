import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "./canaries";
import { administrator } from "./one-integration";
import { everythingIn, integrations, open, root, type Scenario } from "./support";

const pools = 60;
const poolsPerWorkspace = 10;
const workspace = (n: number): string => `workspace${Math.floor(n / poolsPerWorkspace)}.sql.azuresynapse.net`;
const database = (n: number): string => `pool${n}`;
const passwords = { old: "c4nary-Old1!", new: "c4nary-New2!" };

interface TrailLine {
  state: string;
  act: string;
  on: string;
  result?: string;
  database?: string;
  statement?: string;
}

describe("the rotation of 60 system accounts", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-rotation-"));
  const auditLog = join(folder, "audit.jsonl");
  let sandbox: Sandbox;
  let scenario: Scenario;
  let version = "3f2a";
  let automaticPassword = passwords.old;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    for (let n = 0; n < pools; n += poolsPerWorkspace)
      sandbox.synapse.createWorkspace({ host: workspace(n), ...administrator });
    for (let n = 0; n < pools; n++) sandbox.synapse.createPool(workspace(n), database(n));
    sandbox.immuta.seed({
      id: 500,
      autoBootstrap: true,
      config: { host: "automatic.sql.azuresynapse.net", database: "claims", schema: "governed" },
    });
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "rotation",
      env: {
        IMMUTA_AUDIT_LOG: auditLog,
        IMMUTA_SQL_ADMIN_USERNAME: administrator.administratorLogin,
        IMMUTA_SQL_ADMIN_PASSWORD: administrator.administratorPassword,
      },
      program: () => {
        new immuta.SynapseIntegration("automatic", {
          ...{ host: "automatic.sql.azuresynapse.net", database: "claims", schema: "governed" },
          ...{ autoBootstrap: true, adopt: "500", username: "sqladmin", password: automaticPassword },
        });
        for (let n = 0; n < pools; n++)
          new immuta.SynapseIntegration(database(n), {
            ...{ host: workspace(n), database: database(n), schema: "governed", autoBootstrap: false },
            ...{ username: `immuta_${database(n)}`, bootstrap: {} },
            ...{ passwordFrom: { file: join(folder, "password") }, passwordVersion: version },
          });
        return Promise.resolve(undefined);
      },
    });
    await writePassword(passwords.old);
    await scenario.act("up");
    rmSync(auditLog);
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  /** By its own stack of environment variables: what a run finds is what the file has then. */
  const writePassword = async (password: string): Promise<void> => {
    const { writeFile } = await import("node:fs/promises");
    await writeFile(join(folder, "password"), `${password}\n`, { mode: 0o600 });
  };

  /** How often each pool's script of a kind began in the batches of ours. */
  const editsByPool = (): Map<string, number> => {
    const edits = new Map<string, number>();
    for (const { kind, database: where, applicationName, batch } of sandbox.synapse.journal)
      if (kind === "batch" && batch === 1 && applicationName.startsWith("pulumi-immuta"))
        edits.set(where, (edits.get(where) ?? 0) + 1);
    return edits;
  };
  const failedLogins = (): unknown[] => sandbox.synapse.journal.filter(({ kind }) => kind === "login-failed");
  const puts = (calls: readonly string[]): string[] => calls.filter((call) => call.startsWith("PUT "));

  it("is one line of each in the preview, without the passwords, and nobody is called", async () => {
    version = "9c1d";
    automaticPassword = passwords.new;
    const { changes, calls, output } = await scenario.act("preview");
    expect(changes).to.deep.equal({ same: 1, update: pools + 1 });
    expect(calls).to.deep.equal([]);
    expect(output.match(/~ passwordVersion +: "3f2a" => "9c1d"/g)).to.have.length(pools);
    expect(secretsFoundIn(output, passwords)).to.deep.equal([]);
  });

  it("writes nothing where the password is not to be had", async () => {
    rmSync(join(folder, "password"));
    expect(await scenario.fail("up")).to.match(/The password from the file .*password is not there\./);
    expect(puts(sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`))).to.deep.equal([]);
    expect(sandbox.synapse.journal).to.deep.equal([]);
    await writePassword(passwords.new);
  });

  it("is taken up again at the pool whose PUT was not answered, which gets the PUT alone", async () => {
    const stuck = integrations(sandbox).find(
      ({ config }) => (config as { database?: string }).database === database(37),
    );
    const id = String(stuck?.["id"]);
    sandbox.immuta.fault({
      method: "PUT",
      path: new RegExp(`^/integrations/${id}$`),
      times: Infinity,
      when: "before",
      answer: { status: 503, body: { message: "Try again later." } },
    });
    const text = await scenario.fail("up");
    expect(text).to.contain("Try again later.");
    const first = editsByPool();
    expect(first.get(database(37))).to.equal(1);
    expect(failedLogins()).to.deep.equal([]);

    sandbox.immuta.clearFaults();
    rmSync(auditLog);
    const { calls, output } = await scenario.act("up");
    const second = editsByPool();
    expect(second.get(database(37))).to.equal(undefined);
    expect(puts(calls)).to.include(`PUT /integrations/${id}`);
    for (let n = 0; n < pools; n++)
      expect((first.get(database(n)) ?? 0) + (second.get(database(n)) ?? 0), database(n)).to.equal(1);
    expect(puts(calls).length).to.equal(new Set(puts(calls)).size);
    expect(failedLogins()).to.deep.equal([]);
    // How many the engine leaves to the second run depends on its pace; each PUT but the stuck one follows its script.
    const told = `${text}${output}`.matchAll(
      /PUT \/integrations\/(\d+) accepted, \d+ ms after the edit script/g,
    );
    expect(new Set(Array.from(told, ([, put]) => put)).size).to.equal(pools - 1);
    expect(calls.filter((call) => call.includes("/500"))).to.deep.equal([]);
    expect(integrations(sandbox).map(({ status }) => status)).to.deep.equal(
      Array.from({ length: pools + 1 }, () => "enabled"),
    );
  });

  it("is in the audit log as in the journals of Immuta and the pools, batch by batch", () => {
    const lines = readFileSync(auditLog, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as TrailLine);
    const ended = lines.filter(({ state }) => state === "end");
    expect(lines).to.have.length(2 * ended.length);
    const [batches, requests] = [
      ended.filter(({ database: where }) => where !== undefined),
      ended.filter(({ database: where }) => where === undefined),
    ];
    expect(requests.map(({ act, result }) => `${act} ${result ?? ""}`)).to.have.members(
      sandbox.immuta.journal.map(({ method, path, status }) => `${method} ${path} ${status}`),
    );
    // The first batch of a connection, and of each later use of it, asks which database it is in, and is no act.
    const ours = sandbox.synapse.journal.filter(
      ({ kind, applicationName, batch = 0, reset }) =>
        kind === "batch" && applicationName.startsWith("pulumi-immuta") && batch > 1 && reset !== true,
    );
    expect(batches.map((line) => `${line.on}/${line.database ?? ""} ${line.result ?? ""}`)).to.have.members(
      ours.map(
        ({ host, database: where, errors }) => `${host}/${where} ${errors.length === 0 ? "done" : "failed"}`,
      ),
    );
  });

  it("is settled: the next preview has no change", async () => {
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: pools + 2 });
  });

  it("leaves no password in anything that was written", () => {
    const written =
      scenario.printed() + everythingIn(scenario.opened.folder) + readFileSync(auditLog, "utf8");
    expect(
      secretsFoundIn(written, { ...passwords, administrator: administrator.administratorPassword }),
    ).to.deep.equal([]);
  });
});
