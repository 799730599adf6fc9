import { expect } from "chai";
import { GovernedSqlPool } from "pulumi-immuta/azure";
import { startSandbox, type Sandbox } from "../../sandbox";
import { stageOn } from "../pool/support";
import { integrations, openInAzure, type Scenario } from "./support";

const login = { username: "sqladmin", password: "c4nary-Adm1n!" };
const accounts = { claims: "c4nary-Immuta1!", restored: "c4nary-Immuta2!" };

/** docs/runbook.md, "The pool was restored". */
describe("a pool restored from a governed one, in the same workspace", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let isRestored = false;
  let host: string;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    scenario = await openInAzure(sandbox, () => {
      const claims = new GovernedSqlPool("claims", {
        schema: "governed",
        administrator: { password: login.password },
        systemAccount: { password: accounts.claims },
        network: { immutaAddresses: ["203.0.113.0/28"] },
        protect: false,
      });
      if (isRestored)
        new GovernedSqlPool("restored", {
          schema: "governed",
          systemAccount: { password: accounts.restored },
          workspace: { of: claims },
          sqlPool: {
            args: {
              createMode: "PointInTimeRestore",
              restorePointInTime: "2025-01-31T10:00:00Z",
              sourceDatabaseId: claims.sqlPool!.id,
            },
          },
          protect: false,
        });
      return Promise.resolve({ host: claims.host });
    });
    const { outputs } = await scenario.act("up");
    host = String(outputs["host"]?.value);
    isRestored = true;
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  /** As getBootstrapScripts gives it for the first one's account. */
  async function cleanupScript(): Promise<string> {
    const response = await fetch(`${sandbox.immuta.url}/integrations/scripts/cleanup`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: sandbox.apiKey },
      body: JSON.stringify({
        type: "Azure Synapse Analytics",
        autoBootstrap: false,
        config: {
          host,
          database: "restored",
          schema: "governed",
          authenticationType: "userPassword",
          username: "immuta_claims",
          password: accounts.claims,
        },
      }),
    });
    return response.text();
  }

  it("is refused by name while it holds the first one's objects, and nothing is changed", async () => {
    const told = await scenario.fail("up");
    for (const schema of ["governed", "immuta_functions", "immuta_procedures", "immuta_system"])
      expect(told).to.contain(`schema ${schema} in database restored`);
    expect(told).to.contain("run Immuta's cleanup");
    expect(integrations(sandbox)).to.have.length(1);
  });

  it("is governed after the cleanup script alone, made for the first one's account, which goes on working", async () => {
    const before = sandbox.synapse.catalog(host, "claims");
    await stageOn(sandbox.synapse).run(
      await cleanupScript(),
      { database: "restored" },
      { host, authentication: { type: "sql", ...login } },
    );
    expect(sandbox.synapse.catalog(host, "restored").users).to.deep.equal([]);
    await scenario.act("up");
    expect(integrations(sandbox)).to.have.length(2);
    expect(sandbox.synapse.catalog(host, "restored").users).to.deep.equal(["immuta_restored"]);
    expect(sandbox.synapse.catalog(host, "claims")).to.deep.equal(before);
    expect(sandbox.synapse.catalog(host, "master").logins).to.deep.equal([
      "immuta_claims",
      "immuta_restored",
    ]);
  });
});
