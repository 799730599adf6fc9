import { expect } from "chai";
import { readConfiguration } from "../../../provider/configuration";
import { ImmutaError } from "../../../provider/immuta/errors";
import { payloadOf } from "../../../provider/immuta/payload";
import {
  synapseType,
  type Immuta,
  type Integration,
  type IntegrationPayload,
  type Phase,
} from "../../../provider/immuta/types";
import { BatchFailed, PoolUnreachable } from "../../../provider/pool/errors";
import type { Bag, Inputs } from "../../../provider/properties";
import * as life from "../../../provider/synapse-integration";
import { PartialState } from "../../../provider/synapse-integration";
import { resolvePassword } from "../../../provider/password-reference";
import { noTrail } from "../../../provider/trail";
import type { World } from "../../../provider/world";
import { automatic, bag, changed, manual } from "./samples";

/** Both sides of the outside world in memory; `acts` is what was asked of them, in order. */
class Stage {
  readonly acts: string[] = [];
  readonly integrations = new Map<string, Integration>();
  /** Throws instead of the act of this name. Each entry fails once. */
  readonly failures = new Map<string, Error>();
  /** The state in which a POST or PUT ends. */
  ends = "enabled";
  tenant = "tenant.example";
  /** What the pool holds of Immuta's. */
  found: string[] = [];
  private nextId = 7;
  private time = 0;

  world(env: NodeJS.ProcessEnv = {}): World {
    return {
      immuta: this.immuta(),
      runPhase: (_login, run) => {
        this.act(`run ${run.phase} in ${run.database}`);
        return Promise.resolve();
      },
      survey: (_login, { database }) => {
        this.act(`survey ${database}`);
        return Promise.resolve(this.found);
      },
      configuration: readConfiguration(() => undefined, env),
      reporter: { info: () => undefined, warn: () => undefined, debug: () => undefined },
      trail: noTrail,
      password: resolvePassword,
      applicationName: "test",
      clock: {
        now: () => this.time,
        sleep: (milliseconds) => {
          this.time += milliseconds;
          return Promise.resolve();
        },
      },
    };
  }

  private act(name: string): void {
    this.acts.push(name);
    const failure = this.failures.get(name);
    this.failures.delete(name);
    if (failure !== undefined) throw failure;
  }

  private immuta(): Immuta {
    const settle = (id: string): Integration | undefined => {
      const found = this.integrations.get(id);
      if (found?.status === "deleting") this.integrations.delete(id);
      if (found?.status === "creating" || found?.status === "editing") found.status = this.ends;
      return found?.status === "deleting" ? undefined : found;
    };
    const asked = async <T>(name: string, work: () => T): Promise<T> => {
      await Promise.resolve();
      this.act(name);
      return work();
    };
    const integration = (id: string, payload: IntegrationPayload, status: string): Integration => {
      const { username: _u, password: _p, authenticationType: _a, ...config } = payload.config;
      const made = { id, status, type: synapseType, autoBootstrap: payload.autoBootstrap, config };
      this.integrations.set(id, made);
      return made;
    };
    return {
      tenant: this.tenant,
      list: () => asked("list", () => [...this.integrations.values()]),
      get: (id) => asked(`get ${id}`, () => this.integrations.get(id)),
      status: (id) => asked(`status ${id}`, () => settle(id)),
      create: (payload) => asked("post", () => integration(String(this.nextId++), payload, "creating")),
      update: (id, payload) => asked(`put ${id}`, () => integration(id, payload, "editing")),
      remove: (id, credentials) =>
        asked(`delete ${id}${credentials === undefined ? "" : ` as ${credentials.username}`}`, () => {
          const found = this.integrations.get(id);
          if (found !== undefined) found.status = "deleting";
          return found;
        }),
      script: (phase: Phase, payload) =>
        asked(`script ${phase}`, () => `-- ${phase}\nPRINT '${payload.config.password}'`),
    };
  }
}

const failed = (phase: Phase): BatchFailed =>
  new BatchFailed({
    phase,
    host: "h",
    database: "d",
    batch: 1,
    batches: 1,
    firstLine: 1,
    statement: "PRINT …",
    errors: [{ number: 297, line: 1, message: "no permission" }],
  });

const answered = (status: number | undefined, method: string, path: string, said = "oops"): ImmutaError =>
  new ImmutaError("tenant.example", { ...(status === undefined ? {} : { status }), method, path, said });

const failureOf = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
};

const partialStateOf = async (work: Promise<unknown>): Promise<PartialState> => {
  const error = await failureOf(work);
  if (error instanceof PartialState) return error;
  throw error;
};

async function made(stage: Stage, inputs: Inputs): Promise<{ id: string; outs: Bag }> {
  const result = await life.create(inputs, stage.world());
  stage.acts.length = 0;
  return result;
}

/** A world in which the stage's integration has another id. */
function elsewhere(stage: Stage, id: string): World {
  const found = stage.integrations.get("7");
  stage.integrations.clear();
  const world = stage.world();
  return {
    ...world,
    immuta: {
      ...world.immuta,
      list: () => Promise.resolve([]),
      create: () => {
        if (found !== undefined) stage.integrations.set(id, { ...found, id });
        return Promise.resolve({ id, status: "enabled" });
      },
    },
  };
}

describe("the life of a SynapseIntegration", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("is created in manual setup by scripts and POST, and settles with what Immuta answered", async () => {
    const { id, outs } = await life.create(manual, stage.world());
    expect(id).to.equal("organization.azure.com/immuta/sample_schema");
    expect(stage.acts).to.deep.equal([
      "list",
      "survey immuta",
      "script initial-create",
      "script create",
      "run initial-create in master",
      "run create in immuta",
      "post",
      "status 7",
    ]);
    expect(outs).to.deep.include({
      stateFormat: 1,
      integrationId: "7",
      tenant: "tenant.example",
      status: "enabled",
    });
    expect(outs).not.to.have.property("progress");
  });

  it("keeps of a script its number of batches and an identity that no password changes", async () => {
    const { outs } = await life.create(manual, stage.world());
    const other = new Stage();
    const { outs: otherOuts } = await life.create(changed(manual, "password", "it's another"), other.world());
    expect(outs["scripts"]).to.deep.equal(otherOuts["scripts"]);
    expect(JSON.stringify(outs["scripts"])).to.match(
      /^\{"initial-create":\{"identity":"[0-9a-f]{64}","batches":1\}/,
    );
  });

  it("touches nothing where Immuta already governs the database", async () => {
    await made(stage, manual);
    const error = await failureOf(life.create(changed(manual, "schema", "other"), stage.world()));
    expect(error.message).to.match(/already has integration 7 on database immuta .* Nothing was changed\./);
    expect(stage.acts).to.deep.equal(["list"]);
  });

  describe("when a create fails", () => {
    it("leaves nothing to undo before the first write", async () => {
      stage.failures.set(
        "script initial-create",
        answered(500, "POST", "/integrations/scripts/initial-create"),
      );
      expect(await failureOf(life.create(manual, stage.world()))).to.be.instanceOf(ImmutaError);
      expect(stage.acts).to.deep.equal(["list", "survey immuta", "script initial-create"]);
    });

    it("takes back what it began, and keeps no state", async () => {
      stage.failures.set("run create in immuta", failed("create"));
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error).not.to.be.instanceOf(PartialState);
      expect(error.message).to.match(
        /Msg 297.*no permission[^]*Everything that was done before it was undone\./,
      );
      expect(stage.acts.slice(6)).to.deep.equal([
        "script cleanup",
        "script post-cleanup",
        "run cleanup in immuta",
        "run post-cleanup in master",
      ]);
    });

    it("takes nothing back of a script for which there was no connection", async () => {
      stage.failures.set(
        "run initial-create in master",
        new PoolUnreachable("refused", { number: 18456, message: "" }),
      );
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error).to.be.instanceOf(PoolUnreachable);
      expect(stage.acts.at(-1)).to.equal("run initial-create in master");
    });

    it("takes a createError back as a whole, after proving that it is ours", async () => {
      stage.ends = "createError";
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error.message).to.contain("is in state createError");
      expect(stage.acts.slice(8)).to.deep.equal([
        "get 7",
        "script cleanup",
        "script post-cleanup",
        "run cleanup in immuta",
        "run post-cleanup in master",
        "delete 7",
        "status 7",
      ]);
      expect([...stage.integrations]).to.deep.equal([]);
    });

    it("leaves a createError for inspection where that is asked for, and makes it anew at the next up", async () => {
      stage.ends = "createError";
      const inputs: Inputs = { ...manual, onCreateFailure: "keep" };
      const error = await partialStateOf(life.create(inputs, stage.world()));
      expect(error.message).to.contain('Everything is left as it is (onCreateFailure: "keep")');
      expect(stage.acts).to.have.length(8);
      expect(error.properties).to.include({ status: "createError", integrationId: "7" });
      stage.ends = "enabled";
      const { outs } = await life.update(error.id, error.properties, inputs, stage.world());
      expect(outs).to.include({ status: "enabled", integrationId: "8" });
      expect([...stage.integrations.keys()]).to.deep.equal(["8"]);
    });

    it("deletes an automatic createError with the credentials", async () => {
      stage.ends = "createError";
      await failureOf(life.create(automatic, stage.world()));
      expect(stage.acts.slice(3)).to.deep.equal(["get 7", "delete 7 as taylor@synapse.com", "status 7"]);
    });

    it("cleans nothing up after a 409: Immuta's cleanup would take the other integration's objects too", async () => {
      stage.failures.set("post", answered(409, "POST", "/integrations", "already exists on host h (id = 3)"));
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error.message).to.match(/already exists on host h \(id = 3\)[^]*Nothing was cleaned up/);
      expect(stage.acts.at(-1)).to.equal("post");
    });

    it("keeps the state, marked as unfinished, where undoing fails as well", async () => {
      stage.failures.set("run create in immuta", failed("create"));
      stage.failures.set("script cleanup", answered(503, "POST", "/integrations/scripts/cleanup"));
      const error = await partialStateOf(life.create(manual, stage.world()));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.id).to.equal("organization.azure.com/immuta/sample_schema");
      expect(error.properties["progress"]).to.deep.equal({
        operation: "create",
        done: ["run initial-create", "run create"],
      });
      expect(error.reasons).to.deep.equal([error.message]);
      expect(error.message).to.contain("Undoing it failed as well");

      stage.acts.length = 0;
      const { outs } = await life.update(error.id, error.properties, manual, stage.world());
      expect(stage.acts).to.include.members(["run initial-create in master", "run create in immuta", "post"]);
      expect(outs).to.include({ status: "enabled", integrationId: "7" });
      expect(outs).not.to.have.property("progress");
    });

    it("keeps id and progress where a wait ran out, and waits on at the next up", async () => {
      stage.ends = "creating";
      const error = await partialStateOf(life.create(automatic, stage.world()));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.properties).to.include({ integrationId: "7" });
      expect(life.diff("", error.properties, bag(automatic)).changes).to.equal(true);
      stage.ends = "enabled";
      stage.acts.length = 0;
      const { outs } = await life.update(error.id, error.properties, automatic, stage.world());
      expect(stage.acts).to.deep.equal(["get 7", "status 7", "status 7"].slice(0, stage.acts.length));
      expect(outs).not.to.have.property("progress");
    });

    it("finds its integration again where the answer to POST was lost", async () => {
      const world = stage.world();
      const post = world.immuta.create.bind(world.immuta);
      world.immuta.create = async (payload) => {
        await post(payload);
        throw answered(undefined, "POST", "/integrations", "ECONNRESET");
      };
      const { outs } = await life.create(automatic, world);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
      expect(stage.acts.filter((act) => act === "post")).to.have.length(1);
    });

    it("looks for it for a few seconds: what is not in the list yet may be on its way there", async () => {
      const world = stage.world();
      const other = stage.world().immuta;
      let lists = 0;
      world.immuta.create = () => Promise.reject(answered(504, "POST", "/integrations"));
      world.immuta.list = async () => {
        if (++lists === 4) await other.create(payloadOf(automatic, { username: "u", password: "p" }));
        return other.list();
      };
      const { outs } = await life.create(automatic, world);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
    });

    it("keeps an automatic setup in the state whose POST may yet be carried out, and finds it at the next up or destroy", async () => {
      const lost = async (): Promise<PartialState> => {
        stage = new Stage();
        stage.failures.set("post", answered(504, "POST", "/integrations"));
        const error = await partialStateOf(life.create(automatic, stage.world()));
        expect(error.message).to.contain("Whether it was carried out is not known: Immuta's list holds no");
        expect(error.properties["progress"]).to.deep.include({ done: ["register"], unanswered: true });
        await stage.world().immuta.create(payloadOf(automatic, { username: "u", password: "p" }));
        stage.acts.length = 0;
        return error;
      };
      const first = await lost();
      const { outs } = await life.update(first.id, first.properties, automatic, stage.world());
      expect(stage.acts).to.deep.equal(["list", "get 7", "status 7"]);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
      expect(outs).not.to.have.property("progress");
      const second = await lost();
      await life.remove(second.properties, stage.world());
      expect(stage.acts).to.deep.equal(["list", "get 7", "delete 7 as taylor@synapse.com", "status 7"]);
    });

    it("keeps the state where the look after a lost POST is not answered either", async () => {
      for (const inputs of [automatic, manual]) {
        stage = new Stage();
        const world = stage.world();
        world.immuta.create = () => {
          stage.failures.set(
            "list",
            new ImmutaError("tenant.example", {
              method: "GET",
              path: "/integrations",
              said: "gone",
              notSent: true,
            }),
          );
          return Promise.reject(answered(undefined, "POST", "/integrations", "ECONNRESET"));
        };
        const error = await partialStateOf(life.create(inputs, world));
        expect(error.message).to.match(/ECONNRESET[^]*is not known: GET \/integrations[^]*looks again/);
        const { outs } = await life.update(error.id, error.properties, inputs, stage.world());
        expect(outs).to.include({ integrationId: "7", status: "enabled" });
      }
    });

    it("keeps an integration whose status is not told any more", async () => {
      stage.failures.set(
        "status 7",
        new ImmutaError("tenant.example", {
          method: "GET",
          path: "/integrations/7/status",
          said: "x",
          notSent: true,
        }),
      );
      const error = await partialStateOf(life.create(automatic, stage.world()));
      expect(error.properties).to.include({ integrationId: "7" });
      expect(stage.acts.at(-1)).to.equal("status 7");
    });

    it("undoes the scripts where a lost POST was not carried out", async () => {
      stage.failures.set("post", answered(undefined, "POST", "/integrations", "ECONNREFUSED"));
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error.message).to.contain("It was not carried out: Immuta's list holds no such integration.");
      expect(stage.acts.at(-1)).to.equal("run post-cleanup in master");
    });
  });

  it("changes impersonation by edit script and PUT, each after a proof", async () => {
    const { id, outs } = await made(stage, manual);
    const news = changed(manual, "impersonation", { enabled: true, role: "R" });
    const result = await life.update(id, outs, news, stage.world());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "script edit",
      "run edit in immuta",
      "get 7",
      "put 7",
      "status 7",
    ]);
    expect(result.outs["impersonation"]).to.deep.equal({ enabled: true, role: "R" });
    expect(Object.keys(result.outs["scripts"] as object)).to.deep.equal(["initial-create", "create", "edit"]);
  });

  it("stores local changes and an automatic setup's credentials without a call", async () => {
    const { id, outs } = await made(stage, automatic);
    const news = changed(changed(automatic, "password", "new"), "timeouts.update", "1m");
    const result = await life.update(id, outs, news, stage.world());
    expect(stage.acts).to.deep.equal([]);
    expect(result.outs).to.include({ password: "new", integrationId: "7", status: "enabled" });
  });

  it("drops a property that the program dropped", async () => {
    const { id, outs } = await made(stage, changed(automatic, "timeouts.update", "1m"));
    const result = await life.update(id, outs, automatic, stage.world());
    expect(result.outs).not.to.have.property("timeouts");
  });

  describe("when an update fails", () => {
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");

    it("puts the pool back with the edit script of the old payload", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
      const error = await failureOf(life.update(id, outs, news, stage.world()));
      expect(error).not.to.be.instanceOf(PartialState);
      expect(error.message).to.contain("The integration is what it was before.");
      expect(stage.acts.slice(5)).to.deep.equal(["get 7", "script edit", "run edit in immuta"]);
    });

    it("marks the state where that fails, and reports a change until it is settled", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
      const world = stage.world();
      let runs = 0;
      world.runPhase = () => (++runs === 2 ? Promise.reject(failed("edit")) : Promise.resolve());
      const error = await partialStateOf(life.update(id, outs, news, world));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.properties["metadataDelimiters"]).to.deep.equal(manual.metadataDelimiters);
      for (const program of [manual, news])
        expect(life.diff(id, error.properties, bag(program)).changes, "both programs").to.equal(true);

      stage.acts.length = 0;
      const settled = await life.update(id, error.properties, manual, stage.world());
      expect(stage.acts).to.deep.equal([
        "get 7",
        "script edit",
        "run edit in immuta",
        "get 7",
        "put 7",
        "status 7",
      ]);
      expect(settled.outs).not.to.have.property("progress");
    });

    it("does not undo a PUT whose answer was lost", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set("put 7", answered(504, "PUT", "/integrations/7"));
      const error = await partialStateOf(life.update(id, outs, news, stage.world()));
      expect(error.properties["progress"]).to.deep.equal({
        operation: "update",
        done: ["run edit", "put"],
        changes: ["put"],
      });
      expect(stage.acts.at(-1)).to.equal("put 7");
    });

    it("waits where Immuta is still busy with the last change", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set(
        "put 7",
        answered(
          409,
          "PUT",
          "/integrations/7",
          "Unable to edit integration with ID 7 in current state editing.",
        ),
      );
      await life.update(id, outs, news, stage.world());
      expect(stage.acts.filter((act) => act === "put 7")).to.have.length(2);
    });
  });

  it("writes nothing to an integration that is another one now", async () => {
    const { id, outs } = await made(stage, manual);
    const found = stage.integrations.get("7");
    if (found !== undefined) found.config.host = "elsewhere.azure.com";
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    for (const work of [
      () => life.update(id, outs, news, stage.world()),
      () => life.remove(outs, stage.world()),
      () => life.read(id, outs, stage.world()),
    ]) {
      const error = await failureOf(work());
      expect(error.message).to.contain("it has host elsewhere.azure.com");
    }
    expect(stage.acts).to.deep.equal(["get 7", "get 7", "get 7"]);
  });

  it("calls nobody under another tenant than the state's", async () => {
    const { id, outs } = await made(stage, manual);
    stage.tenant = "other.example";
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    for (const work of [
      () => life.update(id, outs, news, stage.world()),
      () => life.remove(outs, stage.world()),
      () => life.read(id, outs, stage.world()),
    ])
      expect((await failureOf(work())).message).to.contain(
        "belongs to the Immuta tenant tenant.example, but IMMUTA_URL",
      );
    expect(stage.acts).to.deep.equal([]);
  });

  describe("read", () => {
    it("returns the same state where Immuta says the same", async () => {
      const { id, outs } = await made(stage, changed(manual, "host", "Organization.Azure.com."));
      const result = await life.read(id, outs, stage.world());
      expect(result.props).to.deep.equal(outs);
      expect(stage.acts).to.deep.equal(["get 7"]);
    });

    it("returns Immuta's settings where they drifted, as inputs too", async () => {
      const { id, outs } = await made(stage, manual);
      const found = stage.integrations.get("7");
      if (found !== undefined) found.config.impersonation = { enabled: true, role: "SOMEBODY" };
      const result = await life.read(id, outs, stage.world());
      expect(result.props["impersonation"]).to.deep.equal({ enabled: true, role: "SOMEBODY" });
      expect(result.inputs["impersonation"]).to.deep.equal({ enabled: true, role: "SOMEBODY" });
      expect(result.inputs).not.to.have.property("status");
      expect(result.props["password"]).to.equal(manual.password);
    });

    it("says gone of an automatic setup that Immuta forgot", async () => {
      const { id, outs } = await made(stage, automatic);
      stage.integrations.clear();
      expect((await life.read(id, outs, stage.world())).id).to.equal("");
    });

    it("keeps a manual setup that Immuta forgot: its objects are still in the pool", async () => {
      const { id, outs } = await made(stage, manual);
      stage.integrations.clear();
      const result = await life.read(id, outs, stage.world());
      expect(result.id).to.equal(id);
      expect(life.diff(id, result.props, bag(manual)).changes).to.equal(true);
      stage.acts.length = 0;
      await life.remove(result.props, stage.world());
      expect(stage.acts).to.deep.equal([
        "script cleanup",
        "script post-cleanup",
        "run cleanup in immuta",
        "run post-cleanup in master",
      ]);
    });
  });

  for (const [setup, inputs] of [
    ["automatic", automatic],
    ["manual", manual],
  ] as const)
    it(`says so where somebody disabled an integration of ${setup} setup, and makes it anew only when asked to`, async () => {
      for (const onDisabled of ["error", "recreate"] as const) {
        stage = new Stage();
        const { id, outs } = await made(stage, { ...inputs, onDisabled });
        const found = stage.integrations.get("7");
        if (found !== undefined) found.status = "disabled";
        if (onDisabled === "error") {
          const error = await failureOf(life.read(id, outs, stage.world()));
          expect(error.message).to.contain(
            "Integration 7 on database immuta of organization.azure.com was disabled in Immuta",
          );
        } else {
          const result = await life.read(id, outs, stage.world());
          const anew = result.id === "" || life.diff(id, result.props, bag(inputs)).changes;
          expect(anew).to.equal(true);
        }
      }
    });

  describe("delete", () => {
    it("leaves the pool alone where its objects are to stay, by input or by environment", async () => {
      for (const [inputs, env] of [
        [{ ...manual, retainPoolObjects: true }, {}],
        [manual, { IMMUTA_RETAIN_POOL_OBJECTS: "other, IMMUTA" }],
        [manual, { IMMUTA_RETAIN_POOL_OBJECTS: "all" }],
      ] as const) {
        stage = new Stage();
        const { outs } = await made(stage, inputs);
        await life.remove(outs, stage.world(env));
        expect(stage.acts).to.deep.equal(["get 7", "delete 7", "status 7"]);
      }
    });

    it("names the way out where the pool cannot be reached", async () => {
      const { outs } = await made(stage, manual);
      stage.failures.set(
        "run delete in immuta",
        new PoolUnreachable("No connection", { number: 4060, message: "No connection" }),
      );
      expect((await failureOf(life.remove(outs, stage.world()))).message).to.equal(
        "No connection\nWhere the pool is gone for good, IMMUTA_RETAIN_POOL_OBJECTS=immuta lets `pulumi destroy` remove the integration from Immuta alone.",
      );
    });

    it("takes a manual setup away: scripts while it exists, DELETE without payload, then the scripts run", async () => {
      const { outs } = await made(stage, manual);
      await life.remove(outs, stage.world());
      expect(stage.acts).to.deep.equal([
        "get 7",
        "script delete",
        "script post-cleanup",
        "delete 7",
        "status 7",
        "run delete in immuta",
        "run post-cleanup in master",
      ]);
    });

    it("finishes at the second run what broke off after DELETE", async () => {
      const { outs } = await made(stage, manual);
      stage.failures.set("run delete in immuta", failed("delete"));
      await failureOf(life.remove(outs, stage.world()));
      stage.acts.length = 0;
      await life.remove(outs, stage.world());
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
      const { outs } = await life.create(rest, stage.world(env));
      stage.acts.length = 0;
      const error = await failureOf(life.remove(outs, stage.world()));
      expect(error.message).to.contain("or set IMMUTA_SQL_ADMIN_USERNAME");
      await life.remove(outs, stage.world(env));
      expect(stage.acts).to.deep.equal(["get 7", "get 7", "delete 7 as root", "status 7"]);
    });

    it("is done where Immuta forgot an automatic setup", async () => {
      const { outs } = await made(stage, automatic);
      stage.integrations.clear();
      await life.remove(outs, stage.world());
      expect(stage.acts).to.deep.equal(["get 7", "list"]);
    });
  });

  describe("own or foreign", () => {
    it("runs nothing in a pool that holds already what the scripts would make", async () => {
      stage.found = [
        "schema immuta_system in database immuta",
        "login taylor@synapse.com in database master",
      ];
      const error = await failureOf(life.create(manual, stage.world()));
      expect(error.message).to.match(
        /^The pool already holds .* did not make it: schema immuta_system in database immuta, login taylor@synapse\.com in database master\. Nothing was changed\./,
      );
      expect(stage.acts).to.deep.equal(["list", "survey immuta"]);
    });

    it("takes no account over that somebody else made, when the system account is changed", async () => {
      const { id, outs } = await made(stage, manual);
      stage.found = ["login other_account in database master"];
      const error = await failureOf(
        life.update(id, outs, changed(manual, "username", "other_account"), stage.world()),
      );
      expect(error.message).to.contain(
        "did not make it: login other_account in database master. Nothing was changed.",
      );
      expect(stage.acts).to.deep.equal(["get 7", "survey immuta"]);
    });

    it("knows the accounts again that it made: after a change back, and after a change that failed", async () => {
      const { id, outs } = await made(stage, manual);
      const other = changed(manual, "username", "other_account");
      const changedOnce = await life.update(id, outs, other, stage.world());
      expect(changedOnce.outs["formerAccounts"]).to.deep.equal([manual.username]);
      stage.acts.length = 0;
      stage.found = [`login ${manual.username ?? ""} in database master`];
      const back = await life.update(id, changedOnce.outs, manual, stage.world());
      expect(stage.acts).not.to.include("survey immuta");
      expect(back.outs["formerAccounts"]).to.deep.equal(["other_account"]);

      stage.found = [];
      const third = changed(manual, "username", "third_account");
      stage.failures.set("run edit in immuta", failed("edit"));
      const error = await partialStateOf(life.update(id, back.outs, third, stage.world()));
      expect(error.message).to.contain("The integration is what it was before.");
      expect(error.properties["formerAccounts"]).to.deep.equal(["other_account", "third_account"]);
      expect(life.diff(id, error.properties, bag(manual)).changes).to.equal(false);
    });

    it("names both ids and the adoption where the state's id is gone and another stands in its place", async () => {
      const { id, outs } = await made(stage, manual);
      const other = await life.create(automatic, elsewhere(stage, "9"));
      expect(other.outs["integrationId"]).to.equal("9");
      stage.acts.length = 0;
      for (const work of [() => life.read(id, outs, stage.world()), () => life.remove(outs, stage.world())])
        expect((await failureOf(work())).message).to.match(
          /knows the integration as 7, .* integration 9\. .* set adopt: "9" for one run/,
        );
      expect(stage.acts).to.deep.equal(["get 7", "list", "get 7", "list"]);
    });

    it("goes on in another tenant only where somebody says that it moved", async () => {
      const { id, outs } = await made(stage, manual);
      stage.tenant = "new.example";
      const error = await failureOf(life.read(id, outs, stage.world()));
      expect(error.message).to.contain("set IMMUTA_PREVIOUS_URL to its old URL for one run");
      const moved = await life.read(
        id,
        outs,
        stage.world({ IMMUTA_PREVIOUS_URL: "https://tenant.example/" }),
      );
      expect(moved.props["tenant"]).to.equal("new.example");
      expect(life.diff(id, moved.props, bag(manual)).changes).to.equal(false);
      expect((await life.read(id, moved.props, stage.world())).props).to.deep.equal(moved.props);
    });
  });

  describe("adoption", () => {
    const there = async (inputs: Inputs = manual): Promise<void> => {
      await made(stage, inputs);
    };

    for (const adopt of ["7", true] as const)
      it(`takes an integration over by ${adopt === true ? "its place" : "its id"} with GETs only`, async () => {
        await there();
        const { outs } = await life.create({ ...manual, adopt }, stage.world());
        expect(stage.acts).to.deep.equal([adopt === true ? "list" : "get 7"]);
        expect(outs).to.include({ integrationId: "7", status: "enabled" });
        expect(life.diff("", outs, bag(manual)), "without the flag").to.deep.include({ changes: false });
      });

    it("refuses one that differs, with every difference, and writes nothing", async () => {
      await there({ ...manual, impersonation: { enabled: true, role: "R" } });
      const news: Inputs = { ...changed(manual, "metadataDelimiters.hashDelimiter", "#"), adopt: "7" };
      const error = await failureOf(life.create(news, stage.world()));
      expect(error.message).to.equal(
        "Integration 7 at Immuta tenant.example differs from the program, so it is not adopted. Nothing was changed.\n" +
          "  - impersonation.enabled: Immuta has true, the program false\n" +
          '  - impersonation.role: Immuta has "R", the program undefined\n' +
          '  - metadataDelimiters.hashDelimiter: Immuta has "|", the program "#"\n' +
          'Change the program to match, or set adoptMode: "converge" to have the integration brought to the program.',
      );
      expect(stage.acts).to.deep.equal(["get 7"]);
    });

    it("refuses one that stands elsewhere, whatever the mode", async () => {
      await there();
      for (const adoptMode of ["exact", "converge"] as const) {
        const news: Inputs = { ...changed(manual, "database", "other"), adopt: "7", adoptMode };
        const error = await failureOf(life.create(news, stage.world()));
        expect(error.message).to.contain('database: Immuta has "immuta", the program "other"');
      }
      expect(stage.acts).to.deep.equal(["get 7", "get 7"]);
    });

    it("refuses one whose end is not known yet, or that Immuta gave up", async () => {
      await there();
      for (const status of ["creating", "createError", "disabled"]) {
        const found = stage.integrations.get("7");
        if (found !== undefined) found.status = status;
        const error = await failureOf(life.create({ ...manual, adopt: "7" }, stage.world()));
        expect(error.message).to.contain(`is in state ${status}, so it is not adopted`);
      }
    });

    it("brings it to the program where that is asked for", async () => {
      await there();
      const news: Inputs = {
        ...changed(manual, "metadataDelimiters.hashDelimiter", "#"),
        adopt: "7",
        adoptMode: "converge",
      };
      const { outs } = await life.create(news, stage.world());
      expect(stage.acts).to.deep.equal([
        "get 7",
        "get 7",
        "script edit",
        "run edit in immuta",
        "get 7",
        "put 7",
        "status 7",
      ]);
      expect(outs).not.to.have.property("progress");
    });

    it("never undoes what was adopted: a failure leaves a state to go on from", async () => {
      await there();
      const news: Inputs = {
        ...changed(manual, "metadataDelimiters.hashDelimiter", "#"),
        adopt: "7",
        adoptMode: "converge",
      };
      stage.failures.set("put 7", answered(504, "PUT", "/integrations/7"));
      const error = await partialStateOf(life.create(news, stage.world()));
      expect(error.properties).to.include({ integrationId: "7" });
      expect([...stage.integrations.keys()]).to.deep.equal(["7"]);
      expect(stage.acts).not.to.include("delete 7");
    });

    it("does without the password until the first change that needs it, which the preview refuses", async () => {
      await there();
      const { password: _password, ...rest } = manual;
      const { outs } = await life.create({ ...rest, adopt: "7" }, stage.world());
      const news = changed(rest, "metadataDelimiters.hashDelimiter", "#");
      expect(life.check(bag(rest), bag(news)).failures).to.deep.equal([]);
      expect(life.check({}, bag(rest)).failures).to.have.length(1);
      expect(() => life.diff("", outs, bag(news))).to.throw("password: is missing, and this change needs it");
    });

    it("puts another id into a state that was lost or restored, with a GET only", async () => {
      const { id, outs } = await made(stage, manual);
      const found = stage.integrations.get("7");
      stage.integrations.clear();
      if (found !== undefined) stage.integrations.set("9", { ...found, id: "9" });
      const news: Inputs = { ...manual, adopt: "9" };
      expect(life.diff(id, outs, bag(news)).changes).to.equal(true);
      const result = await life.update(id, outs, news, stage.world());
      expect(result.outs["integrationId"]).to.equal("9");
      expect(stage.acts).to.deep.equal(["get 9"]);
      expect(life.diff(id, result.outs, bag(manual)).changes).to.equal(false);
    });

    it("says what there is not", async () => {
      for (const [adopt, sentence] of [
        ["5", "has no integration 5 to adopt"],
        [
          true,
          "has no integration on database immuta of organization.azure.com, schema sample_schema to adopt",
        ],
      ] as const)
        expect((await failureOf(life.create({ ...manual, adopt }, stage.world()))).message).to.contain(
          sentence,
        );
    });
  });

  describe("a password by reference", () => {
    const { password: _password, ...rest } = manual;
    const byReference: Inputs = { ...rest, passwordFrom: { env: "SYSTEM_PASSWORD" }, passwordVersion: "1" };
    const withPassword = (value: string): World => ({
      ...stage.world(),
      password: ({ env }) => {
        stage.acts.push(`password from ${env ?? ""}`);
        return Promise.resolve(value);
      },
    });

    it("is fetched before the first write, and kept in no state", async () => {
      const world = withPassword("c4nary-1");
      const { outs } = await life.create(byReference, world);
      expect(stage.acts.slice(0, 3)).to.deep.equal([
        "password from SYSTEM_PASSWORD",
        "list",
        "survey immuta",
      ]);
      expect(JSON.stringify(outs)).not.to.contain("c4nary");
      const { outs: given } = await life.create({ ...manual, database: "other" }, new Stage().world());
      expect(outs["scripts"], "the same identities as with a password in the program").to.deep.equal(
        given["scripts"],
      );
    });

    it("shows its rotation by its version, which makes the scripts and the PUT run", async () => {
      const { id, outs } = await life.create(byReference, withPassword("c4nary-1"));
      const news: Inputs = { ...byReference, passwordVersion: "2" };
      expect(life.announcementOfChange(outs, bag(news))[0]).to.equal(
        "initial-create script → database master",
      );
      stage.acts.length = 0;
      await life.update(id, outs, news, withPassword("c4nary-2"));
      expect(stage.acts).to.include.members(["run initial-create in master", "run edit in immuta", "put 7"]);
    });

    it("leaves everything as it is where the reference leads nowhere", async () => {
      const { id, outs } = await life.create(byReference, withPassword("c4nary-1"));
      stage.acts.length = 0;
      const news: Inputs = {
        ...byReference,
        passwordVersion: "2",
        passwordFrom: { env: "NO_SUCH_VARIABLE" },
      };
      const error = await failureOf(life.update(id, outs, news, stage.world()));
      expect(error.message).to.equal(
        "The password from the environment variable NO_SUCH_VARIABLE is not there.",
      );
      expect(stage.acts).to.deep.equal([]);
    });
  });

  describe("approved scripts", () => {
    it("runs those whose identities were approved, and no batch where one was not", async () => {
      const { outs } = await life.create(manual, stage.world());
      const scripts = outs["scripts"] as Record<string, { identity: string }>;
      const approvedScripts = {
        "initial-create": scripts["initial-create"]?.identity ?? "",
        create: scripts["create"]?.identity ?? "",
      };
      stage = new Stage();
      await life.create({ ...manual, bootstrap: { ...manual.bootstrap, approvedScripts } }, stage.world());
      expect(stage.acts).to.include("run create in immuta");

      for (const [create, words] of [
        ["0".repeat(64), `approves ${"0".repeat(64)}`],
        [undefined, "approves no script of this phase"],
      ] as const) {
        stage = new Stage();
        const { create: _create, ...first } = approvedScripts;
        const bootstrap = {
          ...manual.bootstrap,
          approvedScripts: { ...first, ...(create === undefined ? {} : { create }) },
        };
        const error = await failureOf(life.create({ ...manual, bootstrap }, stage.world()));
        expect(error.message).to.contain(`bootstrap.approvedScripts ${words}. None of its batches was run.`);
        expect(stage.acts.filter((act) => act.startsWith("run "))).to.deep.equal([]);
      }
    });

    it("refuses under a strict guard what reaches beyond Immuta's own objects, and says so otherwise", async () => {
      const world = stage.world();
      const warnings: string[] = [];
      world.reporter.warn = (line) => void warnings.push(line);
      world.immuta.script = () => Promise.resolve("DROP TABLE dbo.t");
      const bootstrap = { ...manual.bootstrap, guard: "strict" } as const;
      const error = await failureOf(life.create({ ...manual, bootstrap }, world));
      expect(error.message).to.equal(
        'The initial-create script reaches beyond Immuta\'s own objects, and bootstrap.guard is "strict". None of its batches was run.\n' +
          "  - batch 1 (script line 1) touches schema dbo",
      );
      expect(stage.acts).to.deep.equal(["list", "survey immuta"]);
      await life.create(manual, world);
      expect(warnings[0]).to.contain("batch 1 (script line 1) touches schema dbo");
    });
  });

  it("refuses a state of a newer package in one sentence", async () => {
    const { outs } = await made(stage, manual);
    const newer = { ...outs, stateFormat: 2 };
    const sentence =
      "This state was written by a newer pulumi-immuta (state format 2; this version reads up to 1): upgrade the package.";
    expect(() => life.diff("", newer, bag(manual))).to.throw(sentence);
    expect((await failureOf(life.remove(newer, stage.world()))).message).to.equal(sentence);
  });
});
