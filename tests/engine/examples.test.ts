import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect } from "chai";
import { ensureEngine } from "../../tools/engine";
import { startSandbox, type Sandbox } from "../../sandbox";
import {
  configOf,
  everythingIn,
  integrations,
  leftIn,
  open,
  resourceIn,
  root,
  secret,
  type Scenario,
} from "./support";

/** quickstart is run by manual-setup.test.ts, automatic by automatic-setup.test.ts. */

const host = "contoso.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "Adm1n!" };
const login = { IMMUTA_SQL_ADMIN_USERNAME: "sqladmin", IMMUTA_SQL_ADMIN_PASSWORD: "Adm1n!" };
const place = { host, database: "claims" };

describe("the example", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  beforeEach(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    for (const pool of ["claims", "sales"]) sandbox.synapse.createPool(host, pool);
  });
  afterEach(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("existing-pool takes over what is there, and writes nothing", async () => {
    sandbox.immuta.seed({ id: 42, autoBootstrap: false, config: { ...place, schema: "governed" } });
    const before = integrations(sandbox);
    scenario = await open(sandbox, "existing-pool", {
      config: { ...place, systemAccount: "immuta_by_hand" },
    });
    const outcome = await scenario.act("up");
    expect(outcome.outputs["integrationId"]?.value).to.equal("42");
    expect(outcome.calls.filter((call) => !call.startsWith("GET "))).to.deep.equal([]);
    expect(sandbox.synapse.journal).to.deep.equal([]);
    expect(integrations(sandbox)).to.deep.equal(before);
    await scenario.set({ impersonationRole: "SOME_ROLE" });
    expect(await scenario.fail("preview"), "a change needs the password").to.contain("password");
  });

  it("entra-login runs the scripts with an access token alone, which no state holds", async () => {
    const token = "eyJ-a-token-of-the-pipeline";
    sandbox.synapse.acceptAccessToken(host, token, "pipeline@contoso.example", { administrator: true });
    scenario = await open(sandbox, "entra-login", {
      config: { ...place, authentication: "entra-access-token", immutaPassword: secret("Immuta-1!") },
      env: { IMMUTA_SQL_ACCESS_TOKEN: token },
    });
    const outcome = await scenario.act("up");
    expect(outcome.outputs["status"]?.value).to.equal("enabled");
    expect(outcome.batches).not.to.deep.equal([]);
    expect(leftIn(sandbox, host, "claims").join()).to.contain("immuta_claims");
    expect(everythingIn(scenario.opened.folder)).not.to.contain(token);
  });

  it("rotation makes another version three steps, and keeps no password anywhere", async () => {
    const passwords = ["Immuta-January-1!", "Immuta-February-2!"];
    const variable = "IMMUTA_CLAIMS_PASSWORD";
    scenario = await open(sandbox, "rotation", {
      config: { ...place, passwordVersion: "2026-01" },
      env: { ...login, [variable]: passwords[0] ?? "" },
    });
    await scenario.act("up");
    scenario.opened.stack.workspace.envVars[variable] = passwords[1] ?? "";
    expect((await scenario.act("preview")).changes, "the variable alone is no change").to.deep.equal({
      same: 2,
    });
    await scenario.set({ passwordVersion: "2026-02" });
    const outcome = await scenario.act("up");
    expect(outcome.calls.filter((call) => !call.startsWith("GET "))).to.deep.equal([
      "POST /integrations/scripts/initial-create",
      "POST /integrations/3/scripts/edit",
      "PUT /integrations/3",
    ]);
    expect((await resourceIn(scenario)).outputs).to.deep.include({ passwordFrom: { env: variable } });
    const kept = everythingIn(scenario.opened.folder) + scenario.printed();
    for (const password of passwords) expect(kept).not.to.contain(password);
  });

  it("gitops governs its list, and tells drift from a failure to look", async () => {
    scenario = await open(sandbox, "gitops", { env: login });
    expect((await scenario.act("up")).changes).to.deep.equal({ create: 3 });
    expect(integrations(sandbox).map((one) => configOf(one)["database"])).to.have.members([
      "claims",
      "sales",
    ]);

    expect(await askForDrift()).to.deep.include({ code: 0, answer: "drift=false\n" });
    const [first] = integrations(sandbox);
    sandbox.immuta.edit(String(first?.["id"]), { impersonation: { enabled: true, role: "SOMEBODY" } });
    sandbox.immuta.clearJournal();
    const drifted = await askForDrift();
    expect(drifted).to.deep.include({ code: 0, answer: "drift=true\n" });
    expect(drifted.printed).to.contain("SOMEBODY");
    expect(sandbox.immuta.journal.filter(({ method }) => method !== "GET")).to.deep.equal([]);

    const shutOut = await askForDrift({ IMMUTA_API_KEY: "revoked" });
    expect(shutOut).to.deep.include({ code: 1, answer: "" });
    expect(shutOut.printed).to.contain("401");
  });

  /** ci/drift.sh with the real CLI, in the stack's own project. */
  async function askForDrift(
    env: Record<string, string> = {},
  ): Promise<{ code: number; answer: string; printed: string }> {
    const { stack, folder } = scenario.opened;
    const answers = mkdtempSync(join(tmpdir(), "pulumi-immuta-drift-"));
    const file = join(answers, "output");
    const { path } = await ensureEngine();
    try {
      const ended = await new Promise<{ code: number; printed: string }>((resolve) => {
        execFile(
          "bash",
          [join(root, "examples", "gitops", "ci", "drift.sh"), stack.name],
          {
            cwd: join(folder, "project"),
            env: {
              ...process.env,
              ...stack.workspace.envVars,
              PATH: [dirname(path), stack.workspace.envVars["PATH"] ?? ""].join(delimiter),
              GITHUB_OUTPUT: file,
              ...env,
            },
          },
          (error, out, err) => {
            resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: out + err });
          },
        );
      });
      return { ...ended, answer: everythingIn(answers) };
    } finally {
      rmSync(answers, { recursive: true });
    }
  }
});
