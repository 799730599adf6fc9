import { expect } from "chai";
import { PoolUnreachable } from "../../../../provider/sql/errors";
import * as life from "../../../../provider/synapse/integration";
import { automatic, manual } from "../samples";
import { Stage, failed, failureOf, made } from "./stage";

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

  it("names the way out where the pool cannot be reached", async () => {
    const { outs } = await made(stage, manual);
    stage.failures.set(
      "run delete in immuta",
      new PoolUnreachable("No connection", { number: 4060, message: "No connection" }),
    );
    expect((await failureOf(life.remove(outs, stage.ports()))).message).to.equal(
      "No connection\nWhere the pool is gone for good, IMMUTA_RETAIN_POOL_OBJECTS=immuta lets `pulumi destroy` remove the integration from Immuta alone.",
    );
  });

  it("takes a manual setup away: scripts while it exists, DELETE without payload, then the scripts run", async () => {
    const { outs } = await made(stage, manual);
    await life.remove(outs, stage.ports());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "script delete",
      "script post-cleanup",
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
