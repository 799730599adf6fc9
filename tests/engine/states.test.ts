import { expect } from "chai";
import { stageOn } from "../pool/support";
import {
  administrator,
  automaticArgs,
  host,
  manualArgs,
  oneIntegration,
  type OneIntegration,
} from "./one-integration";
import { configOf, integrations, leftIn, resourceIn } from "./support";

const sqlAdministrator = {
  username: administrator.administratorLogin,
  password: administrator.administratorPassword,
};
const otherDelimiter = { metadataDelimiters: { hashDelimiter: "#" } };

describe("states that an operation can leave behind", function () {
  this.timeout(120_000);
  let one: OneIntegration;

  const start = async (args: Record<string, unknown>): Promise<void> => {
    one = await oneIntegration(args);
  };
  afterEach(() => one.close());

  const settled = async (): Promise<void> => {
    const { outputs = {} } = await resourceIn(one.scenario);
    expect(outputs).not.to.have.property("progress");
    expect((await one.scenario.act("refresh")).changes).not.to.have.property("update");
    const preview = await one.scenario.act("preview");
    expect(preview.changes).not.to.have.any.keys("update", "create", "replace");
    expect(preview.calls).to.deep.equal([]);
  };
  const noneLeft = (): void => {
    expect(integrations(one.sandbox)).to.deep.equal([]);
    expect([...leftIn(one.sandbox, host, "claims"), ...leftIn(one.sandbox, host, "master")]).to.deep.equal(
      [],
    );
  };

  for (const reverted of [true, false])
    it(`reports an update that stopped half way until it is settled, also after a refresh and with the program ${reverted ? "reverted" : "as it was"}`, async () => {
      await start(manualArgs);
      await one.scenario.act("up");
      one.args = { ...manualArgs, ...otherDelimiter };
      // The PUT fails and so does the script that would put the pool back.
      one.sandbox.immuta.fault({
        method: "PUT",
        path: /^\/integrations\/3$/,
        when: "before",
        answer: { status: 422, body: { statusCode: 422, error: "Unprocessable Entity", message: "no" } },
      });
      one.sandbox.immuta.fault({
        path: /scripts\/edit$/,
        nth: 2,
        times: 5,
        when: "before",
        answer: { status: 503, body: { statusCode: 503, error: "Unavailable", message: "later" } },
      });
      expect(await one.scenario.fail("up")).to.contain("Putting the pool back failed as well");
      one.sandbox.immuta.clearFaults();
      await one.scenario.act("refresh");
      if (reverted) one.args = manualArgs;
      expect((await one.scenario.act("preview")).changes).to.have.property("update", 1);
      await one.scenario.act("up");
      const { metadataDelimiters } = configOf(integrations(one.sandbox)[0]) as {
        metadataDelimiters: { hashDelimiter: string };
      };
      expect(metadataDelimiters.hashDelimiter).to.equal(reverted ? "|" : "#");
      await settled();
    });

  it("goes on with a create whose wait ran out, from its id, and starts nothing over", async () => {
    await start({ ...automaticArgs, timeouts: { create: "1s" } });
    one.sandbox.immuta.delays.creating = 600_000;
    expect(await one.scenario.fail("up")).to.match(/Integration 3 .* is still in state creating after \d+ s/);
    one.sandbox.immuta.settle();
    const outcome = await one.scenario.act("up");
    expect(outcome.calls).to.deep.equal(["GET /integrations/3", "GET /integrations/3"]);
    expect(integrations(one.sandbox)).to.have.length(1);
    await settled();
  });

  it("keeps a createError for inspection where that is asked for, and makes it anew", async () => {
    await start({ ...manualArgs, onCreateFailure: "keep" });
    one.sandbox.immuta.failNext("create", "The view could not be made.");
    expect(await one.scenario.fail("up")).to.contain('Everything is left as it is (onCreateFailure: "keep")');
    expect(integrations(one.sandbox).map((found) => found["status"])).to.deep.equal(["createError"]);
    await one.scenario.act("up");
    expect(integrations(one.sandbox).map((found) => [found["id"], found["status"]])).to.deep.equal([
      ["4", "enabled"],
    ]);
    await settled();
    await one.scenario.act("destroy");
    noneLeft();
  });

  it("has the old properties in the state after an editError, and the pool as it was", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    const before = leftIn(one.sandbox, host, "claims");
    one.args = { ...manualArgs, ...otherDelimiter };
    one.sandbox.immuta.failNext("edit", "Rolled back.");
    const text = await one.scenario.fail("up");
    expect(text).to.match(/is in state editError[^]*Rolled back\./);
    expect(text).to.contain("The integration is what it was before.");
    expect(leftIn(one.sandbox, host, "claims")).to.deep.equal(before);
    one.sandbox.immuta.setStatus("3", "enabled");
    one.args = manualArgs;
    await settled();
  });

  it("deletes nothing while the pool is paused, so that an up afterwards finds it governed", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    one.sandbox.synapse.setFault(host, "claims", { kind: "paused", at: "login" });
    const text = await one.scenario.fail("destroy");
    expect(text).to.contain("az synapse sql pool resume");
    expect(text).to.contain("IMMUTA_RETAIN_POOL_OBJECTS=claims");
    expect(text).to.contain("npx pulumi-immuta explain IMMUTA-POOL-UNREACHABLE");
    expect(integrations(one.sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
    one.sandbox.synapse.setFault(host, "claims", undefined);
    expect((await one.scenario.act("up")).changes).to.deep.equal({ same: 2 });
    await settled();
    await one.scenario.act("destroy");
    noneLeft();
  });

  it("finishes at the second destroy what broke off after DELETE, also after a refresh", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    // Two batches of the preflight and the session's own first one come before the script's.
    one.sandbox.synapse.setFault(host, "claims", { kind: "deny", batch: 4, number: 297 });
    await one.scenario.fail("destroy");
    expect(integrations(one.sandbox)).to.deep.equal([]);
    one.sandbox.synapse.setFault(host, "claims", undefined);
    await one.scenario.act("refresh");
    const outcome = await one.scenario.act("destroy");
    expect(outcome.calls).to.deep.equal([
      "POST /integrations/scripts/cleanup",
      "POST /integrations/scripts/post-cleanup",
    ]);
    noneLeft();
  });

  it("removes the integration alone where the pool is gone and its objects are given up", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    one.sandbox.synapse.dropPool(host, "claims");
    const retaining = { IMMUTA_RETAIN_POOL_OBJECTS: "claims" };
    await one.scenario.fail("destroy");
    Object.assign(one.scenario.opened.stack.workspace.envVars, retaining);
    expect((await one.scenario.act("destroy")).batches).to.deep.equal([]);
    expect(integrations(one.sandbox)).to.deep.equal([]);
  });

  it("replaces by deleting the old one first where both would claim the same host", async () => {
    await start(manualArgs);
    one.sandbox.immuta.switches.conflictOn = "host";
    await one.scenario.act("up");
    one.args = { ...manualArgs, database: "sales" };
    const outcome = await one.scenario.act("up");
    expect(outcome.calls.filter((call) => /^(DELETE \S+|POST \/integrations)$/.test(call))).to.deep.equal([
      "DELETE /integrations/3",
      "POST /integrations",
    ]);
    expect(leftIn(one.sandbox, host, "claims")).to.deep.equal([]);
    await settled();
  });

  it("replaces where the pool under the same name is another one", async () => {
    await start({ ...manualArgs, poolIdentity: "pool created on Monday" });
    await one.scenario.act("up");
    one.sandbox.synapse.dropPool(host, "claims");
    one.sandbox.synapse.createPool(host, "claims");
    one.args = { ...manualArgs, poolIdentity: "pool created on Tuesday" };
    expect((await one.scenario.act("up")).changes).to.have.property("replace", 1);
    expect(leftIn(one.sandbox, host, "claims").join()).to.contain("immuta_system");
    await settled();
  });

  it("takes a recurringValidationError that comes and goes for no drift", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    one.sandbox.immuta.setStatus("3", "recurringValidationError");
    expect((await one.scenario.act("refresh")).changes).to.deep.equal({ same: 2 });
  });

  it("says so where somebody disabled the integration in Immuta, and makes it anew only when asked to", async () => {
    await start(automaticArgs);
    await one.scenario.act("up");
    one.sandbox.immuta.disable("3");
    expect(await one.scenario.fail("refresh")).to.contain("was disabled in Immuta");
    one.args = { ...automaticArgs, onDisabled: "recreate" };
    await one.scenario.act("up");
    expect((await one.scenario.act("refresh")).changes).to.have.property("delete", 1);
  });

  it("forgets nothing where a refresh gets anything but the integration's own 404 from Immuta", async () => {
    await start(automaticArgs);
    await one.scenario.act("up");
    const before = await resourceIn(one.scenario);
    const html = { headers: { "Content-Type": "text/html" }, body: "<html></html>" };
    const refusal = (status: number): { status: number; body: unknown } => ({
      status,
      body: { statusCode: status, error: "x", message: "no" },
    });
    for (const answer of [
      { status: 200, ...html },
      { status: 404, ...html },
      refusal(401),
      refusal(403),
      refusal(500),
    ]) {
      one.sandbox.immuta.fault({ path: /^\/integrations(\/3)?$/, times: Infinity, when: "before", answer });
      expect(await one.scenario.fail("refresh")).to.contain(`HTTP ${answer.status}`);
      one.sandbox.immuta.clearFaults();
      expect((await resourceIn(one.scenario)).outputs).to.deep.equal(before.outputs);
    }
  });

  it("calls nobody under another tenant's URL, and forgets nothing", async () => {
    await start(automaticArgs);
    await one.scenario.act("up");
    const { envVars } = one.scenario.opened.stack.workspace;
    envVars["IMMUTA_URL"] = one.sandbox.immuta.url.replace("127.0.0.1", "localhost");
    const refused = `belongs to the Immuta tenant ${one.sandbox.immuta.url}, but IMMUTA_URL (or immuta:url) names ${envVars["IMMUTA_URL"]}`;
    for (const action of ["preview", "refresh", "destroy"] as const)
      expect(await one.scenario.fail(action)).to.contain(refused);
    one.args = { ...automaticArgs, ...otherDelimiter };
    for (const action of ["preview", "up"] as const)
      expect(await one.scenario.fail(action)).to.contain(refused);
    expect(one.sandbox.immuta.journal).to.deep.equal([]);
    envVars["IMMUTA_PREVIOUS_URL"] = one.sandbox.immuta.url;
    expect((await one.scenario.act("preview")).calls).to.deep.equal([]);
    await one.scenario.act("up");
    Reflect.deleteProperty(envVars, "IMMUTA_PREVIOUS_URL");
    expect((await resourceIn(one.scenario)).outputs).to.include({ tenant: envVars["IMMUTA_URL"] });
    await settled();
  });

  it("touches no login and no role that is somebody else's, whatever an adoption says", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    const { synapse } = one.sandbox;
    const service = { username: "etl", password: "F0reign!word" };
    const batch = (database: string, sql: string, { username, password } = sqlAdministrator): Promise<void> =>
      stageOn(synapse).run(sql, { database }, { host, authentication: { type: "sql", username, password } });
    await batch("master", `CREATE LOGIN [etl] WITH PASSWORD = N'${service.password}'`);
    await batch("claims", "CREATE USER [etl] FOR LOGIN [etl]\nGO\nCREATE ROLE [auditors]");
    const before = leftIn(one.sandbox, host, "claims");

    one.args = { ...manualArgs, impersonation: { enabled: true, role: "auditors" } };
    expect(await one.scenario.fail("up")).to.contain("explain IMMUTA-ROLE");

    one.args = { ...manualArgs, username: service.username, adopt: "3" };
    const adopting = await one.another({});
    await adopting.act("up");
    one.args["password"] = "c4nary-Second2!";
    for (const action of ["up", "destroy"] as const)
      expect(await adopting.fail(action)).to.contain("explain IMMUTA-ACCOUNT");
    expect(leftIn(one.sandbox, host, "claims")).to.deep.equal(before);
    expect(integrations(one.sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
    await batch("claims", "SELECT 1", service);
  });

  it("registers only when Immuta's validation passes where people run the scripts themselves", async () => {
    await start({ ...manualArgs, bootstrap: { run: "external" } });
    const text = await one.scenario.fail("up");
    expect(text).to.match(
      /run the initial-create script \(\d+ batches, identity [0-9a-f]{64}\) in database master/,
    );
    expect(text).to.match(/run the create script \(\d+ batches, identity [0-9a-f]{64}\) in database claims/);
    expect(text).to.contain('The scripts are run outside of Pulumi (bootstrap.run: "external")');
    noneLeft();
    expect(
      one.sandbox.synapse.journal.filter((entry) => entry.applicationName.startsWith("pulumi-immuta")),
    ).to.deep.equal([]);
    // A person runs them: here, the provider of another stack that is forgotten afterwards.
    one.args = manualArgs;
    const person = await one.another({});
    await person.act("up");
    one.sandbox.immuta.remove(String(integrations(one.sandbox)[0]?.["id"]));
    one.args = { ...manualArgs, bootstrap: { run: "external" } };
    const outcome = await one.scenario.act("up");
    expect(outcome.batches).to.deep.equal([]);
    expect(outcome.changes).to.have.property("create");
    await settled();
  });

  it("leaves the state as it is where Immuta is down", async () => {
    await start(automaticArgs);
    await one.scenario.act("up");
    const before = await resourceIn(one.scenario);
    await one.sandbox.immuta.close();
    expect(await one.scenario.fail("refresh")).to.contain("no answer: ECONNREFUSED");
    const after = await resourceIn(one.scenario);
    expect([after.inputs, after.outputs]).to.deep.equal([before.inputs, before.outputs]);
  });
});
