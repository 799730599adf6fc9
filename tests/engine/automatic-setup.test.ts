import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { configOf, integrations, leftIn, open, secret, type Scenario } from "./support";

const host = "sales.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "Adm1n!" };

describe("automatic: Immuta prepares an existing pool itself", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  before(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "sales");
    scenario = await open(sandbox, "automatic", {
      config: {
        host,
        database: "sales",
        sqlAdminUsername: administrator.administratorLogin,
        sqlAdminPassword: secret(administrator.administratorPassword),
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("is one POST with autoBootstrap true, and no script of ours in the pool", async () => {
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ create: 2 });
    expect(outcome.calls).to.deep.equal(["GET /integrations", "POST /integrations", "GET /integrations/3"]);
    expect(outcome.batches).to.deep.equal([]);
    expect(sandbox.immuta.journal.find((entry) => entry.method === "POST")?.body).to.deep.include({
      autoBootstrap: true,
    });
    expect(leftIn(sandbox, host, "sales").join()).to.contain("immuta_system");
  });

  it("makes a change one PUT", async () => {
    await scenario.set({ impersonationRole: "ANALYST_IMPERSONATION", hashDelimiter: "#" });
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ same: 1, update: 1 });
    expect(outcome.calls).to.deep.equal([
      "GET /integrations/3",
      "PUT /integrations/3",
      "GET /integrations/3",
    ]);
    expect(outcome.batches).to.deep.equal([]);
    expect(configOf(integrations(sandbox)[0])["impersonation"]).to.deep.equal({
      enabled: true,
      role: "ANALYST_IMPERSONATION",
    });
  });

  it("stores other credentials, which Immuta keeps none of, without a call", async () => {
    sandbox.synapse.setAdministratorPassword(host, "Rotated1!");
    await scenario.set({ sqlAdminPassword: secret("Rotated1!") });
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ same: 1, update: 1 });
    expect(outcome.calls).to.deep.equal([]);
  });

  it("shows in refresh what somebody changed in Immuta, and puts it back at the next up", async () => {
    sandbox.immuta.edit("3", { impersonation: { enabled: true, role: "SOMEBODY" } });
    const refreshed = await scenario.act("refresh");
    expect(refreshed.changes).to.deep.equal({ same: 1, update: 1 });
    expect(refreshed.calls).to.deep.equal(["GET /integrations"]);
    expect(refreshed.output).to.contain("[diff: ~impersonation]");
    const preview = await scenario.act("preview");
    expect(preview.output).to.match(/~ role\s*: "SOMEBODY" => "ANALYST_IMPERSONATION"/);
    expect(preview.calls).to.deep.equal([]);
    const outcome = await scenario.act("up");
    expect(outcome.calls).to.deep.equal([
      "GET /integrations/3",
      "PUT /integrations/3",
      "GET /integrations/3",
    ]);
    expect((await scenario.act("refresh")).changes).to.deep.equal({ same: 2 });
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: 2 });
  });

  it("makes anew what somebody deleted in Immuta", async () => {
    const answer = await fetch(`${sandbox.immuta.url}/integrations/3`, {
      method: "DELETE",
      headers: { Authorization: sandbox.apiKey, "Content-Type": "application/json" },
      body: JSON.stringify({
        authenticationType: "userPassword",
        username: "sqladmin",
        password: "Rotated1!",
      }),
    });
    expect(answer.status).to.equal(200);
    sandbox.immuta.settle();
    expect((await scenario.act("refresh")).changes).to.deep.equal({ same: 1, delete: 1 });
    expect((await scenario.act("up")).changes).to.deep.equal({ same: 1, create: 1 });
  });

  it("is one DELETE with credentials, and leaves the pool empty", async () => {
    const outcome = await scenario.act("destroy");
    expect(outcome.changes).to.deep.equal({ delete: 2 });
    expect(outcome.calls).to.deep.equal([
      "GET /integrations/4",
      "DELETE /integrations/4",
      "GET /integrations/4",
    ]);
    expect(sandbox.immuta.journal.find((entry) => entry.method === "DELETE")?.body).to.deep.equal({
      authenticationType: "userPassword",
      username: "sqladmin",
      password: "***",
    });
    expect(integrations(sandbox)).to.deep.equal([]);
    expect([...leftIn(sandbox, host, "sales"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
  });
});
