import { expect } from "chai";
import { PoolUnreachable } from "../../../../provider/sql/errors";
import * as life from "../../../../provider/synapse/integration";
import { automatic, manual } from "../samples";
import { answered, Stage, failed, failureOf, made } from "./stage";

describe("the life of a SynapseIntegration: delete", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("leaves the pool alone where its objects are to stay, by input or by environment", async () => {
    for (const [inputs, env] of [
      [{ ...manual, retainPoolObjects: true }, {}],
      [manual, { IMMUTA_RETAIN_POOL_OBJECTS: "other, IMMUTA" }],
      [manual, { IMMUTA_RETAIN_POOL_OBJECTS: "all" }],
    ] as const) {
      stage = new Stage();
      const { outs } = await made(stage, inputs);
      await life.remove(outs, stage.ports(env));
      expect(stage.acts).to.deep.equal(["get 7", "delete 7", "status 7", "get 7"]);
    }
  });

  it("deletes nothing where the pool cannot be reached, and names the way out", async () => {
    const { outs } = await made(stage, manual);
    stage.failures.set(
      "preflight immuta",
      new PoolUnreachable("No connection", { number: 4060, message: "No connection" }),
    );
    expect((await failureOf(life.remove(outs, stage.ports()))).message).to.equal(
      "No connection\nWhere the pool is gone for good, IMMUTA_RETAIN_POOL_OBJECTS=immuta lets `pulumi destroy` remove the integration from Immuta alone.",
    );
    expect(stage.acts).to.deep.equal(["get 7", "script delete", "script post-cleanup", "preflight immuta"]);
  });

  it("looks after a DELETE whose answer was lost, and sends it again where it was not carried out", async () => {
    const { outs } = await made(stage, automatic);
    const sent = "delete 7 as taylor@synapse.com";
    stage.failures.set(sent, answered(504, "DELETE", "/integrations/7"));
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal(["get 7", sent, "get 7", sent, "status 7", "get 7"]);
    stage = new Stage();
    const ports = stage.ports();
    const { immuta } = stage.ports();
    ports.immuta.remove = async (id, credentials) => {
      await immuta.remove(id, credentials);
      throw answered(undefined, "DELETE", "/integrations/7", "ECONNRESET");
    };
    await life.remove((await made(stage, automatic)).outs, ports);
    expect(stage.acts).to.deep.equal(["get 7", sent, "get 7", "status 7", "get 7"]);
  });

  it("looks after an empty answer to DELETE, and sends it once more where nothing came of it", async () => {
    const sent = "delete 7 as taylor@synapse.com";
    for (const [carriedOut, acts] of [
      [true, ["get 7", sent, "get 7", "status 7", "get 7"]],
      [false, ["get 7", "get 7", sent, "status 7", "get 7"]],
    ] as const) {
      stage = new Stage();
      const { outs } = await made(stage, automatic);
      const ports = stage.ports();
      const { immuta } = stage.ports();
      let sends = 0;
      ports.immuta.remove = async (id, credentials) => {
        if (++sends > 1 || carriedOut) await immuta.remove(id, credentials);
        return { id, status: "deleting", unsaid: true };
      };
      await life.remove(outs, ports);
      expect(sends).to.equal(carriedOut ? 1 : 2);
      expect(stage.acts).to.deep.equal(acts);
    }
  });

  it("takes a manual setup away: scripts while it exists, DELETE without payload, then the scripts run", async () => {
    const { outs } = await made(stage, manual);
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "script delete",
      "script post-cleanup",
      "preflight immuta",
      "delete 7",
      "status 7",
      "get 7",
      "run delete in immuta",
      "run post-cleanup in master",
    ]);
  });

  it("finishes at the second run what broke off after DELETE", async () => {
    const { outs } = await made(stage, manual);
    stage.failures.set("run delete in immuta", failed("delete"));
    await failureOf(life.remove(outs, stage.ports()));
    stage.acts.length = 0;
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "list",
      "script cleanup",
      "script post-cleanup",
      "run cleanup in immuta",
      "run post-cleanup in master",
    ]);
  });

  it("takes an automatic setup away with the credentials, which may come from the environment", async () => {
    const { username: _u, password: _p, ...rest } = automatic;
    const env = { IMMUTA_SQL_ADMIN_USERNAME: "root", IMMUTA_SQL_ADMIN_PASSWORD: "x" };
    const { outs } = await life.create(rest, stage.ports(env));
    stage.acts.length = 0;
    const error = await failureOf(life.remove(outs, stage.ports()));
    expect(error.message).to.contain("or set IMMUTA_SQL_ADMIN_USERNAME");
    await life.remove(outs, stage.ports(env));
    expect(stage.acts).to.deep.equal(["get 7", "get 7", "delete 7 as root", "status 7", "get 7"]);
  });

  it("is done where Immuta forgot an automatic setup", async () => {
    const { outs } = await made(stage, automatic);
    stage.integrations.clear();
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal(["get 7", "list"]);
  });
});
