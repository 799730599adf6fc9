import { usualContract } from "../../../../provider/core/contract";
import { expect } from "chai";
import { ImmutaError } from "../../../../provider/immuta/errors";
import { payloadOf } from "../../../../provider/synapse/payload";
import { PoolUnreachable } from "../../../../provider/sql/errors";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import { PartialState } from "../../../../provider/synapse/integration";
import { automatic, map, changed, manual } from "../samples";
import { Stage, answered, failed, failureOf, made, partialStateOf } from "./stage";

describe("the life of a SynapseIntegration: create", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("takes a port and a setup that Immuta tells otherwise for no sign of a POST that was not applied", async () => {
    const ports = stage.ports();
    const { immuta } = stage.ports();
    ports.immuta.get = async (id) => {
      const found = await immuta.get(id);
      return found && { ...found, autoBootstrap: true, config: { ...found.config, port: 443 } };
    };
    const { outs } = await life.create(manual, ports);
    expect(outs).to.include({ integrationId: "7", port: 1433, autoBootstrap: false });
    expect(outs).not.to.have.property("progress");
  });

  it("is created in manual setup by scripts and POST, and settles with what Immuta answered", async () => {
    const { id, outs } = await life.create(manual, stage.ports());
    expect(id).to.equal("organization.azure.com/immuta/sample_schema");
    expect(stage.acts).to.deep.equal([
      "list",
      "preflight immuta",
      "script initial-create",
      "script create",
      "run initial-create in master",
      "run create in immuta",
      "post",
      "status 7",
      "get 7",
    ]);
    expect(outs).to.deep.include({
      stateFormat: 1,
      integrationId: "7",
      tenant: "https://tenant.example",
      status: "enabled",
    });
    expect(outs).not.to.have.property("progress");
  });

  it("waits among others who wait, and asks no more of what they share at its own end", async () => {
    const seen: string[] = [];
    const ports = stage.ports();
    let asked = 0;
    ports.immuta.status = (id) => Promise.resolve({ id, status: asked++ === 0 ? "creating" : "enabled" });
    ports.watch = () => ({
      stillWorking: (id) => {
        seen.push(`look for ${id}`);
        return Promise.resolve(undefined);
      },
      lookIn: () => 0,
      leave: () => void seen.push("leave"),
    });
    await life.create(automatic, ports);
    expect(seen).to.deep.equal(["look for 7", "leave"]);
  });

  it("keeps of a script its number of batches and an identity that no password changes", async () => {
    const { outs } = await life.create(manual, stage.ports());
    const other = new Stage();
    const { outs: otherOuts } = await life.create(changed(manual, "password", "it's another"), other.ports());
    expect(outs["scripts"]).to.deep.equal(otherOuts["scripts"]);
    expect(JSON.stringify(outs["scripts"])).to.match(
      /^\{"initial-create":\{"identity":"[0-9a-f]{64}","batches":1\}/,
    );
  });

  describe("where Immuta has an integration already, touches nothing, and says what may be done about", () => {
    const option = "set the resource option deleteBeforeReplace: true.";
    const alias = "If this program had it under another name, give that name in the resource option aliases.";
    const last = (other: string): string[] => [
      "If another stack has it, that one lets go first: `pulumi state delete`, or the resource option retainOnDelete.",
      `If it is to stay, take ${other}. If nobody needs it, have it deleted in Immuta first.`,
    ];

    for (const { about, other, ways, conflictOn } of [
      {
        about: "one of the same schema",
        other: manual,
        conflictOn: "open",
        ways: [
          alias,
          'If no program has it yet, take it over with adopt: "7".',
          `If this run replaces it by force (--replace, taint), ${option}`,
          ...last("another database"),
        ],
      },
      {
        about: "one of another schema",
        other: changed(manual, "schema", "other"),
        conflictOn: "open",
        ways: [
          alias,
          `If this run moves it from that schema, ${option}`,
          'If no program has it yet, give its schema, and take it over with adopt: "7".',
          ...last("another database"),
        ],
      },
      {
        about: "one of the host, where Immuta is said to keep one there",
        other: changed(manual, "database", "other"),
        conflictOn: "host",
        ways: [
          alias,
          `If this run moves it from that database, ${option}`,
          "If this Immuta keeps several integrations on a host, leave conflictOn out of immuta:contract or IMMUTA_CONTRACT.",
          ...last("a pool of another workspace"),
        ],
      },
    ] as const)
      it(about, async () => {
        await made(stage, manual);
        const ports = stage.ports();
        const configuration = {
          ...ports.configuration,
          contract: () => ({ ...usualContract, conflictOn }),
        };
        const { message } = await failureOf(life.create(other, { ...ports, configuration }));
        expect(message.split("\n")).to.deep.equal([
          "Immuta https://tenant.example already has integration 7 on database immuta of organization.azure.com " +
            "(schema sample_schema, enabled), which this resource did not make. Nothing was changed.",
          ...ways.map((way) => `- ${way}`),
        ]);
        expect(stage.acts).to.deep.equal(["list"]);
      });
  });

  describe("when a create fails", () => {
    it("leaves nothing to undo before the first write", async () => {
      stage.failures.set(
        "script initial-create",
        answered(500, "POST", "/integrations/scripts/initial-create"),
      );
      expect(await failureOf(life.create(manual, stage.ports()))).to.be.instanceOf(ImmutaError);
      expect(stage.acts).to.deep.equal(["list", "preflight immuta", "script initial-create"]);
    });

    it("takes back what it began, and keeps no state", async () => {
      stage.failures.set("run create in immuta", failed("create"));
      const error = await failureOf(life.create(manual, stage.ports()));
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
      const error = await failureOf(life.create(manual, stage.ports()));
      expect(error).to.be.instanceOf(PoolUnreachable);
      expect(stage.acts.at(-1)).to.equal("run initial-create in master");
    });

    it("takes a createError back as a whole, after proving that it is ours", async () => {
      stage.ends = "createError";
      const error = await failureOf(life.create(manual, stage.ports()));
      expect(error.message).to.contain("is in state createError");
      expect(stage.acts.slice(8)).to.deep.equal([
        "get 7",
        "script cleanup",
        "script post-cleanup",
        "run cleanup in immuta",
        "run post-cleanup in master",
        "delete 7",
        "status 7",
        "get 7",
      ]);
      expect([...stage.integrations]).to.deep.equal([]);
    });

    it("leaves a createError for inspection where that is asked for, and makes it anew at the next up", async () => {
      stage.ends = "createError";
      const inputs: Inputs = { ...manual, onCreateFailure: "keep" };
      const error = await partialStateOf(life.create(inputs, stage.ports()));
      expect(error.message).to.contain('Everything is left as it is (onCreateFailure: "keep")');
      expect(stage.acts).to.have.length(8);
      expect(error.properties).to.include({ status: "createError", integrationId: "7" });
      stage.ends = "enabled";
      const { outs } = await life.update(error.id, error.properties, inputs, stage.ports());
      expect(outs).to.include({ status: "enabled", integrationId: "8" });
      expect([...stage.integrations.keys()]).to.deep.equal(["8"]);
    });

    it("deletes an automatic createError with the credentials", async () => {
      stage.ends = "createError";
      await failureOf(life.create(automatic, stage.ports()));
      expect(stage.acts.slice(3)).to.deep.equal([
        "get 7",
        "delete 7 as taylor@synapse.com",
        "status 7",
        "get 7",
      ]);
    });

    it("cleans nothing up after a 409: Immuta's cleanup would take the other integration's objects too", async () => {
      stage.failures.set("post", answered(409, "POST", "/integrations", "already exists on host h (id = 3)"));
      const error = await failureOf(life.create(manual, stage.ports()));
      expect(error.message).to.match(/already exists on host h \(id = 3\)[^]*Nothing was cleaned up/);
      expect(stage.acts.slice(-2)).to.deep.equal(["post", "list"]);
    });

    it("keeps the state, marked as unfinished, where undoing fails as well", async () => {
      stage.failures.set("run create in immuta", failed("create"));
      stage.failures.set("script cleanup", answered(503, "POST", "/integrations/scripts/cleanup"));
      const error = await partialStateOf(life.create(manual, stage.ports()));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.id).to.equal("organization.azure.com/immuta/sample_schema");
      expect(error.properties["progress"]).to.deep.equal({
        operation: "create",
        done: ["run initial-create", "run create"],
      });
      expect(error.reasons).to.deep.equal([error.message]);
      expect(error.message).to.contain("Undoing it failed as well");

      stage.acts.length = 0;
      const { outs } = await life.update(error.id, error.properties, manual, stage.ports());
      expect(stage.acts).to.include.members(["run initial-create in master", "run create in immuta", "post"]);
      expect(outs).to.include({ status: "enabled", integrationId: "7" });
      expect(outs).not.to.have.property("progress");
    });

    it("keeps id and progress where a wait ran out, and waits on at the next up", async () => {
      stage.ends = "creating";
      const error = await partialStateOf(life.create(automatic, stage.ports()));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.properties).to.include({ integrationId: "7" });
      expect(life.diff("", error.properties, map(automatic)).changes).to.equal(true);
      stage.ends = "enabled";
      stage.acts.length = 0;
      const { outs } = await life.update(error.id, error.properties, automatic, stage.ports());
      expect(stage.acts).to.deep.equal(["get 7", "status 7", "get 7"]);
      expect(outs).not.to.have.property("progress");
    });

    it("makes it anew where Immuta gives it up after the wait ran out", async () => {
      stage.ends = "creating";
      const first = await partialStateOf(life.create(automatic, stage.ports()));
      stage.ends = "createError";
      const second = await partialStateOf(life.update(first.id, first.properties, automatic, stage.ports()));
      expect(second.properties).to.include({ integrationId: "7", status: "createError" });
      stage.ends = "enabled";
      const { outs } = await life.update(second.id, second.properties, automatic, stage.ports());
      expect(outs).to.include({ integrationId: "8", status: "enabled" });
      expect([...stage.integrations.keys()]).to.deep.equal(["8"]);
    });

    it("goes on from an undo whose DELETE ended in deleteError, or came to its end after all", async () => {
      for (const setup of [automatic, manual])
        for (const gone of [false, true]) {
          stage = new Stage();
          stage.ends = "createError";
          const ports = stage.ports();
          const status = ports.immuta.status.bind(ports.immuta);
          ports.immuta.status = async (id) => {
            const found = stage.integrations.get(id);
            if (found?.status !== "deleting") return status(id);
            found.status = "deleteError";
            return found;
          };
          const error = await partialStateOf(life.create(setup, ports));
          expect(error.message).to.contain("Undoing it failed as well");
          if (gone) stage.integrations.clear();
          stage.ends = "enabled";
          const { outs } = await life.update(error.id, error.properties, setup, stage.ports());
          expect(outs).to.include({ integrationId: "8", status: "enabled" });
          expect([...stage.integrations.keys()]).to.deep.equal(["8"]);
        }
    });

    it("finds its integration again where the answer to POST was lost", async () => {
      const ports = stage.ports();
      const post = ports.immuta.create.bind(ports.immuta);
      ports.immuta.create = async (payload) => {
        await post(payload);
        throw answered(undefined, "POST", "/integrations", "ECONNRESET");
      };
      const { outs } = await life.create(automatic, ports);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
      expect(stage.acts.filter((act) => act === "post")).to.have.length(1);
    });

    it("looks for it for a few seconds: what is not in the list yet may be on its way there", async () => {
      const ports = stage.ports();
      const other = stage.ports().immuta;
      let lists = 0;
      ports.immuta.create = () => Promise.reject(answered(504, "POST", "/integrations"));
      ports.immuta.list = async () => {
        if (++lists === 4)
          await other.create(payloadOf(automatic, { username: "u", password: "p" }, usualContract));
        return other.list();
      };
      const { outs } = await life.create(automatic, ports);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
    });

    it("keeps either setup in the state whose POST may yet be carried out, and finds it at the next up or destroy", async () => {
      const lost = async (inputs: Inputs): Promise<PartialState> => {
        stage = new Stage();
        stage.lasting.set("post", answered(504, "POST", "/integrations"));
        const error = await partialStateOf(life.create(inputs, stage.ports()));
        stage.lasting.clear();
        expect(error.message).to.contain("Whether it was carried out is not known: Immuta's list holds no");
        expect(error.properties["progress"]).to.deep.include({ unanswered: true });
        await stage.ports().immuta.create(payloadOf(inputs, { username: "u", password: "p" }, usualContract));
        stage.acts.length = 0;
        return error;
      };
      const first = await lost(automatic);
      const { outs } = await life.update(first.id, first.properties, automatic, stage.ports());
      expect(stage.acts).to.deep.equal(["list", "get 7", "status 7", "get 7"]);
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
      expect(outs).not.to.have.property("progress");
      const second = await lost(automatic);
      await life.remove(second.properties, stage.ports());
      expect(stage.acts).to.deep.equal([
        "list",
        "get 7",
        "delete 7 as taylor@synapse.com",
        "status 7",
        "get 7",
      ]);
      const third = await lost(manual);
      expect(stage.acts).not.to.include("run cleanup in immuta");
      const went = await life.update(third.id, third.properties, manual, stage.ports());
      expect(went.outs).to.include({ integrationId: "7", status: "enabled" });
    });

    it("keeps the state where the look after a lost POST is not answered either", async () => {
      for (const inputs of [automatic, manual]) {
        stage = new Stage();
        const ports = stage.ports();
        ports.immuta.create = () => {
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
        const error = await partialStateOf(life.create(inputs, ports));
        expect(error.message).to.match(/ECONNRESET[^]*is not known: GET \/integrations[^]*looks again/);
        const { outs } = await life.update(error.id, error.properties, inputs, stage.ports());
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
      const error = await partialStateOf(life.create(automatic, stage.ports()));
      expect(error.properties).to.include({ integrationId: "7" });
      expect(stage.acts.at(-1)).to.equal("status 7");
    });

    it("takes a 409 to a look at the status for no conflict: the integration is its own", async () => {
      stage.failures.set("status 7", answered(409, "GET", "/integrations/7/status"));
      const error = await partialStateOf(life.create(manual, stage.ports()));
      expect(error.properties).to.include({ integrationId: "7" });
      expect(error.message).not.to.contain("Nothing was cleaned up");
      const { outs } = await life.update(error.id, error.properties, manual, stage.ports());
      expect(outs).to.include({ integrationId: "7", status: "enabled" });
    });

    it("sends a POST again that was lost and not carried out, in the same run", async () => {
      for (const inputs of [automatic, manual]) {
        stage = new Stage();
        stage.failures.set("post", answered(undefined, "POST", "/integrations", "ECONNRESET"));
        const { outs } = await life.create(inputs, stage.ports());
        expect(outs).to.include({ integrationId: "7", status: "enabled" });
        expect(stage.acts.filter((act) => act === "post")).to.have.length(2);
        expect(stage.lines.join("\n")).to.contain("Immuta has no such integration: it is sent again");
      }
    });

    it("takes nothing for its own that was not sent so: it is refused with its id, and never deleted", async () => {
      for (const inputs of [automatic, manual]) {
        stage = new Stage();
        stage.lasting.set("post", answered(504, "POST", "/integrations"));
        const { id, properties } = await partialStateOf(life.create(inputs, stage.ports()));
        stage.lasting.clear();
        const somebodys = changed(inputs, "impersonation", { enabled: true, role: "HAND" });
        await stage
          .ports()
          .immuta.create(payloadOf(somebodys, { username: "u", password: "p" }, usualContract));
        stage.acts.length = 0;
        for (const work of [
          () => life.update(id, properties, inputs, stage.ports()),
          () => life.remove(properties, stage.ports()),
        ])
          expect((await failureOf(work())).message).to.match(
            /integration 7 .* nothing proves that this stack made it: it has impersonation\.enabled true in place of false/,
          );
        expect(stage.acts).to.deep.equal(["list", "list"]);
      }
    });

    it("leaves alone what took its place between a lost POST and the look after it", async () => {
      const ports = stage.ports();
      ports.immuta.create = async () => {
        const somebodys = changed(manual, "metadataDelimiters.hashDelimiter", "#");
        await stage
          .ports()
          .immuta.create(payloadOf(somebodys, { username: "u", password: "p" }, usualContract));
        throw answered(undefined, "POST", "/integrations", "ECONNRESET");
      };
      const error = await failureOf(life.create(manual, ports));
      expect(error).not.to.be.instanceOf(PartialState);
      expect(error.message).to.match(
        /integration 7 .* not the one that was sent: it has metadataDelimiters\.hashDelimiter "#" in place of "\|"[^]*Nothing was cleaned up/,
      );
      expect(stage.acts.filter((act) => act.startsWith("run"))).to.deep.equal([
        "run initial-create in master",
        "run create in immuta",
      ]);
    });

    it("fails where Immuta took a POST and dropped a field of it, and sends it by PUT at the next up", async () => {
      const inputs = changed(manual, "metadataDelimiters.hashDelimiter", "#");
      const ports = stage.ports();
      const { immuta } = stage.ports();
      ports.immuta.create = (payload) =>
        immuta.create({
          ...payload,
          config: { ...payload.config, metadataDelimiters: manual.metadataDelimiters },
        });
      const error = await partialStateOf(life.create(inputs, ports));
      expect(error.message).to.match(
        /accepted what was sent for integration 7 and has metadataDelimiters\.hashDelimiter "\|" in place of "#"\.$/,
      );
      stage.acts.length = 0;
      const { outs } = await life.update(error.id, error.properties, inputs, stage.ports());
      expect(stage.acts).to.include("put 7");
      expect(outs).not.to.have.property("progress");
    });
  });
});
