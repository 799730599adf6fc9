import { expect } from "chai";
import { TimeLimit } from "../../../../provider/core/time-limit";
import { ImmutaError } from "../../../../provider/immuta/errors";
import * as life from "../../../../provider/synapse/integration";
import type { Ports } from "../../../../provider/synapse/ports";
import { automatic, changed, manual } from "../samples";
import { answered, failed, made, partialStateOf, Stage } from "./stage";

/** What the client throws where no time is left. */
const noTime = (): ImmutaError =>
  new ImmutaError("tenant.example", {
    method: "GET",
    path: "/integrations",
    said: "no time is left",
    notSent: true,
    outOfTime: true,
  });

describe("the life of a SynapseIntegration: its time at Immuta", () => {
  let stage: Stage;
  /** What began, and what came between. */
  let times: string[];
  beforeEach(() => {
    stage = new Stage();
    times = [];
  });

  const timed = (): Ports => {
    const ports = stage.ports();
    const limit = new TimeLimit(() => ports.clock?.now() ?? 0);
    const begin = limit.begin.bind(limit);
    limit.begin = (name, milliseconds) => {
      times.push(`${stage.acts.length} ${name} ${milliseconds}`);
      begin(name, milliseconds);
    };
    return { ...ports, limit };
  };
  const timeouts = { create: "10s", update: "20s", delete: "30s" };
  const minute = 20 * 60_000;

  it("begins before the first request of each operation", async () => {
    const inputs = { ...manual, timeouts };
    const { id, outs } = await life.create(inputs, timed());
    stage.acts.length = 0;
    const news = changed(inputs, "impersonation", { enabled: true, role: "R" });
    const { outs: updated } = await life.update(id, outs, news, timed());
    stage.acts.length = 0;
    await life.remove(updated, timed());
    expect(times).to.deep.equal([
      "0 timeouts.create 10000",
      "0 timeouts.update 20000",
      "0 timeouts.delete 30000",
    ]);
  });

  it("is twenty minutes where none is given", async () => {
    await life.create(manual, timed());
    expect(times).to.deep.equal([`0 timeouts.create ${minute}`]);
  });

  it("begins anew for what takes an operation back", async () => {
    stage.failures.set("run create in immuta", failed("create"));
    await life.create(manual, timed()).catch(() => undefined);
    expect(times).to.have.length(2);
    expect(times[1]).to.match(new RegExp(`timeouts\\.delete ${minute}$`));

    stage = new Stage();
    const { id, outs } = await made(stage, manual);
    times = [];
    stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
    const news = changed(manual, "impersonation", { enabled: true, role: "R" });
    await life.update(id, outs, news, timed()).catch(() => undefined);
    expect(times).to.deep.equal([
      `0 timeouts.update ${minute}`,
      `${stage.acts.indexOf("put 7") + 1} timeouts.update ${minute}`,
    ]);
  });

  it("bounds the wait by what requests have left of it", async () => {
    stage.ends = "creating";
    const ports = timed();
    ports.runPhase = async () => {
      await ports.clock?.sleep(4000);
    };
    const error = await partialStateOf(life.create({ ...manual, timeouts }, ports));
    expect(error.message).to.match(/is still in state creating after 2 s of waiting until it is enabled/);
  });

  it("keeps a PUT that was accepted where no time is left to see what came of it", async () => {
    const { id, outs } = await made(stage, manual);
    const news = changed(manual, "impersonation", { enabled: true, role: "R" });
    const ports = stage.ports();
    const own = ports.immuta;
    let accepted = false;
    ports.immuta = {
      ...own,
      update: (...given) => {
        accepted = true;
        return own.update(...given);
      },
      get: (of) => (accepted ? Promise.reject(noTime()) : own.get(of)),
    };
    const error = await partialStateOf(life.update(id, outs, news, ports));
    expect(error.cause.outcome).to.equal("still working");
    expect(stage.acts.filter((act) => act.startsWith("run"))).to.deep.equal(["run edit in immuta"]);
  });

  it("takes a PUT whose answer was lost for one that may have been carried out", async () => {
    const { id, outs } = await made(stage, automatic);
    const news = changed(automatic, "impersonation", { enabled: true, role: "R" });
    const ports = stage.ports();
    const own = ports.immuta;
    let sent = 0;
    ports.immuta = {
      ...own,
      update: () => {
        sent++;
        return Promise.reject(answered(undefined, "PUT", "/integrations/7"));
      },
      get: (of) => (sent > 0 ? Promise.reject(noTime()) : own.get(of)),
    };
    const error = await partialStateOf(life.update(id, outs, news, ports));
    expect(error.message).to.contain("Whether it was carried out is not known: GET /integrations");
    expect(error.cause.outcome).to.equal("unknown");
    expect(sent).to.equal(1);
  });
});
