import { expect } from "chai";
import type { PropertyMap } from "../../../../provider/core/property-map";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import { PartialState } from "../../../../provider/synapse/integration";
import type { Ports } from "../../../../provider/synapse/ports";
import { automatic, map, changed, manual } from "../samples";
import { Stage, answered, failed, failureOf, made, partialStateOf, told } from "./stage";

describe("the life of a SynapseIntegration: update", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  it("changes impersonation by edit script and PUT, each after a proof", async () => {
    const { id, outs } = await made(stage, manual);
    const news = changed(manual, "impersonation", { enabled: true, role: "R" });
    const result = await life.update(id, outs, news, stage.ports());
    expect(stage.acts).to.deep.equal([
      "get 7",
      "preflight immuta",
      "script edit",
      "run edit in immuta",
      "get 7",
      "put 7",
      "status 7",
      "get 7",
    ]);
    expect(result.outs["impersonation"]).to.deep.equal({ enabled: true, role: "R" });
    expect(Object.keys(result.outs["scripts"] as object)).to.deep.equal(["initial-create", "create", "edit"]);
  });

  for (const [setup, inputs] of [
    ["automatic", automatic],
    ["manual", manual],
  ] as const)
    it(`changes nothing of an integration of ${setup} setup that somebody disabled, and says how it is made anew`, async () => {
      for (const onDisabled of [undefined, "error", "recreate"] as const) {
        stage = new Stage();
        const { id, outs } = await made(stage, changed(inputs, "onDisabled", onDisabled));
        const found = stage.integrations.get("7");
        if (found !== undefined) found.status = "disabled";
        const news = changed(inputs, "metadataDelimiters.hashDelimiter", "#");
        const error = await failureOf(life.update(id, outs, news, stage.ports()));
        expect(error).not.to.be.instanceOf(PartialState);
        expect(error.message).to.equal(
          "Integration 7 on database immuta of organization.azure.com was disabled in Immuta https://tenant.example: its policies are not enforced. " +
            "Enable it in Immuta again, or " +
            (onDisabled === "recreate"
              ? ""
              : 'set onDisabled: "recreate" alone, run `pulumi up`, and then ') +
            "run `pulumi up --refresh` to have it made anew.",
        );
        expect(stage.acts).to.deep.equal(["get 7"]);
      }
    });

  it("puts the pool back where the integration is disabled between the edit script and the PUT", async () => {
    const { id, outs } = await made(stage, manual);
    const ports = stage.ports();
    const runPhase: Ports["runPhase"] = async (...run) => {
      await ports.runPhase(...run);
      const found = stage.integrations.get("7");
      if (found !== undefined) found.status = "disabled";
    };
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");
    const error = await failureOf(life.update(id, outs, news, { ...ports, runPhase }));
    expect(error.message).to.match(/was disabled in Immuta[^]*\nThe integration is what it was before\.$/);
    expect(stage.acts.slice(3)).to.deep.equal(["get 7", "get 7", "script edit", "run edit in immuta"]);
  });

  it("stores local changes and an automatic setup's credentials without a call", async () => {
    const { id, outs } = await made(stage, automatic);
    const news = changed(changed(automatic, "password", "new"), "timeouts.update", "1m");
    const result = await life.update(id, outs, news, stage.ports());
    expect(stage.acts).to.deep.equal([]);
    expect(result.outs).to.include({ password: "new", integrationId: "7", status: "enabled" });
  });

  it("drops a property that the program dropped", async () => {
    const { id, outs } = await made(stage, changed(automatic, "timeouts.update", "1m"));
    const result = await life.update(id, outs, automatic, stage.ports());
    expect(result.outs).not.to.have.property("timeouts");
  });

  describe("when an update fails", () => {
    const news = changed(manual, "metadataDelimiters.hashDelimiter", "#");

    it("puts the pool back with the edit script of the old payload", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
      const error = await failureOf(life.update(id, outs, news, stage.ports()));
      expect(error).not.to.be.instanceOf(PartialState);
      expect(error.message).to.contain("The integration is what it was before.");
      expect(stage.acts.slice(5)).to.deep.equal(["get 7", "script edit", "run edit in immuta"]);
    });

    it("marks the state where that fails, and reports a change until it is settled", async () => {
      const { id, outs } = await made(stage, manual);
      stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
      const ports = stage.ports();
      let runs = 0;
      ports.runPhase = () => (++runs === 2 ? Promise.reject(failed("edit")) : Promise.resolve());
      const error = await partialStateOf(life.update(id, outs, news, ports));
      expect(error).to.be.instanceOf(PartialState);
      expect(error.properties["metadataDelimiters"]).to.deep.equal(manual.metadataDelimiters);
      for (const program of [manual, news])
        expect(life.diff(id, error.properties, map(program)).changes, "both programs").to.equal(true);

      stage.acts.length = 0;
      const settled = await life.update(id, error.properties, manual, stage.ports());
      expect(stage.acts).to.deep.equal([
        "get 7",
        "script edit",
        "run edit in immuta",
        "get 7",
        "put 7",
        "status 7",
        "get 7",
      ]);
      expect(settled.outs).not.to.have.property("progress");
    });

    describe("by a PUT whose answer was lost", () => {
      const broken = async (program: Inputs = news): Promise<{ id: string; left: PropertyMap }> => {
        const { id, outs } = await made(stage, manual);
        stage.lasting.set("put 7", answered(504, "PUT", "/integrations/7"));
        const error = await partialStateOf(life.update(id, outs, program, stage.ports()));
        stage.lasting.clear();
        return { id, left: error.properties };
      };

      it("does not undo it: the state holds what the scripts were made from, and that the PUT is left", async () => {
        const { left } = await broken();
        expect(left["progress"]).to.deep.equal({
          operation: "update",
          done: ["run edit", "put"],
          changes: ["put"],
          pending: "put",
        });
        expect(left["metadataDelimiters"]).to.deep.equal(news.metadataDelimiters);
        expect(stage.acts.at(-1)).to.equal("put 7");
      });

      it("repeats the PUT alone, and says so before", async () => {
        const rotated = changed(manual, "password", "n3w");
        const { id, left } = await broken(rotated);
        expect(stage.acts.filter((act) => act.startsWith("run"))).to.have.length(2);
        expect(told(life.announcementOfChange(left, map(rotated)))).to.deep.equal([
          "goes on with the update that stopped after: run initial-create, run edit, put",
          "PUT /integrations/7 (impersonation off)",
        ]);
        stage.acts.length = 0;
        const { outs } = await life.update(id, left, rotated, stage.ports());
        expect(stage.acts).to.deep.equal(["get 7", "put 7", "status 7", "get 7"]);
        expect(outs).not.to.have.property("progress");
        expect(life.diff(id, outs, map(rotated)).changes).to.equal(false);
      });

      it("keeps the scripts in mind when the PUT is lost again, and runs them anew once it is refused", async () => {
        const { id, left } = await broken();
        stage.lasting.set("put 7", answered(504, "PUT", "/integrations/7"));
        const again = await partialStateOf(life.update(id, left, news, stage.ports()));
        stage.lasting.clear();
        expect(again.properties).to.deep.equal(left);
        stage.failures.set("put 7", answered(422, "PUT", "/integrations/7"));
        const refused = await partialStateOf(life.update(id, left, news, stage.ports()));
        expect(refused.properties["progress"]).not.to.have.property("pending");
        stage.acts.length = 0;
        await life.update(id, refused.properties, news, stage.ports());
        expect(stage.acts).to.include("run edit in immuta");
      });

      it("runs the scripts of the program where that changed meanwhile, or went back", async () => {
        for (const program of [manual, changed(news, "password", "n3w")]) {
          stage = new Stage();
          const { id, left } = await broken();
          stage.acts.length = 0;
          await life.update(id, left, program, stage.ports());
          expect(stage.acts).to.include.members(["run edit in immuta", "put 7"]);
        }
      });

      it("forgets that the scripts were run where a refresh puts Immuta's settings into the state", async () => {
        const { id, left } = await broken();
        const { props } = await life.read(id, left, stage.ports());
        expect(props["metadataDelimiters"]).to.deep.equal(manual.metadataDelimiters);
        stage.acts.length = 0;
        await life.update(id, props, manual, stage.ports());
        expect(stage.acts).to.include.members(["run edit in immuta", "put 7"]);
      });
    });

    it("sends a PUT again whose answer was lost, after a proof, in the same run", async () => {
      const { id, outs } = await made(stage, automatic);
      stage.failures.set("put 7", answered(502, "PUT", "/integrations/7"));
      const program = changed(automatic, "metadataDelimiters.hashDelimiter", "#");
      const settled = await life.update(id, outs, program, stage.ports());
      expect(stage.acts).to.deep.equal(["get 7", "put 7", "get 7", "put 7", "status 7", "get 7"]);
      expect(settled.outs).not.to.have.property("progress");
    });

    it("looks after an empty answer to PUT, and sends it once more where nothing came of it", async () => {
      for (const [carriedOut, looks] of [
        [true, true],
        [false, true],
        [true, false],
      ] as const) {
        stage = new Stage();
        const { id, outs } = await made(stage, automatic);
        const ports = stage.ports();
        const { immuta } = stage.ports();
        let sends = 0;
        ports.immuta.update = async (known, payload) => {
          if (++sends > 1 || carriedOut) await immuta.update(known, payload);
          // Whoever cannot look at once has an accepted PUT all the same.
          if (!looks) stage.failures.set("get 7", answered(503, "GET", "/integrations/7"));
          return { id: known, status: "editing", unsaid: true };
        };
        const program = changed(automatic, "metadataDelimiters.hashDelimiter", "#");
        const settled = await life.update(id, outs, program, ports);
        expect(sends).to.equal(carriedOut ? 1 : 2);
        expect(settled.outs).not.to.have.property("progress");
        expect(stage.integrations.get("7")?.config.metadataDelimiters).to.include({ hashDelimiter: "#" });
      }
    });

    it("fails where Immuta accepts a PUT and does not apply it, by field, and sends it again at the next up", async () => {
      for (const inputs of [automatic, manual]) {
        stage = new Stage();
        const { id, outs } = await made(
          stage,
          changed(inputs, "impersonation", { enabled: true, role: "IMM" }),
        );
        const ports = stage.ports();
        ports.immuta.update = () => Promise.resolve({ id: "7", status: "editing" });
        const error = await partialStateOf(life.update(id, outs, inputs, ports));
        expect(error.message).to.match(
          /accepted what was sent for integration 7 and has impersonation\.enabled true in place of false\.$/,
        );
        expect(life.diff(id, error.properties, map(inputs)).changes).to.equal(true);
        await life.update(id, error.properties, inputs, stage.ports());
        expect(stage.integrations.get("7")?.config.impersonation).to.deep.equal({ enabled: false });
      }
    });

    it("waits for an answer that lags behind what was accepted", async () => {
      const { id, outs } = await made(stage, automatic);
      const ports = stage.ports();
      const { immuta } = stage.ports();
      const before = await immuta.get("7");
      let looks = 0;
      ports.immuta.get = async (asked) => {
        const now = await immuta.get(asked);
        return ++looks > 1 && looks < 4 ? before : now;
      };
      const program = changed(automatic, "metadataDelimiters.hashDelimiter", "#");
      const { outs: after } = await life.update(id, outs, program, ports);
      expect(looks).to.equal(4);
      expect(after).not.to.have.property("progress");
    });

    it("says what somebody changed in Immuta since the last refresh, once, before it overwrites it", async () => {
      const { id, outs } = await made(stage, manual);
      const found = stage.integrations.get("7");
      if (found !== undefined) found.config.metadataDelimiters = { hashDelimiter: "§" };
      const program = changed(manual, "impersonation", { enabled: true, role: "IMM" });
      await life.update(id, outs, program, stage.ports());
      expect(stage.lines.filter((line) => line.startsWith("warning"))).to.deep.equal([
        'warning: somebody changed metadataDelimiters.hashDelimiter in Immuta since the last refresh: it is "§", and is set to "|" now',
      ]);
    });

    it("says how long Immuta and the pool did not agree", async () => {
      const { id, outs } = await made(stage, manual);
      const ports = stage.ports();
      const said: string[] = [];
      ports.reporter.info = (line) => void said.push(line);
      const { immuta, clock } = ports;
      ports.immuta = {
        ...immuta,
        update: async (...args) => {
          await clock?.sleep(140);
          return immuta.update(...args);
        },
      };
      await life.update(id, outs, news, ports);
      expect(said).to.include("PUT /integrations/7 accepted, 140 ms after the edit script");
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
      await life.update(id, outs, news, stage.ports());
      expect(stage.acts.filter((act) => act === "put 7")).to.have.length(2);
    });
  });

  it("waits with the edit script too while Immuta is busy, in whichever words it says so", async () => {
    const { id, outs } = await made(stage, manual);
    const locked = answered(423, "POST", "/integrations/7/scripts/edit", "Integration 7 is being edited");
    stage.failures.set("script edit", locked);
    await life.update(id, outs, changed(manual, "metadataDelimiters.hashDelimiter", "#"), stage.ports());
    expect(stage.acts.slice(0, 4)).to.deep.equal([
      "get 7",
      ...["script edit", "script edit"],
      "run edit in immuta",
    ]);
  });

  it("refuses a state of a newer package in one sentence", async () => {
    const { outs } = await made(stage, manual);
    const newer = { ...outs, stateFormat: 2 };
    const sentence =
      "This state was written by a newer pulumi-immuta (state format 2; this version reads up to 1): upgrade the package.";
    expect(() => life.diff("", newer, map(manual))).to.throw(sentence);
    expect((await failureOf(life.remove(newer, stage.ports()))).message).to.equal(sentence);
  });
});
