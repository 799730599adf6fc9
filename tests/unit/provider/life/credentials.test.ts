import { expect } from "chai";
import type { Inputs } from "../../../../provider/synapse/inputs/table";
import * as life from "../../../../provider/synapse/integration";
import type { Ports } from "../../../../provider/synapse/ports";
import { map, manual } from "../samples";
import { Stage, failureOf, told } from "./stage";

describe("the life of a SynapseIntegration: passwords by reference, approved scripts", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });

  describe("a password by reference", () => {
    const { password: _password, ...rest } = manual;
    const byReference: Inputs = { ...rest, passwordFrom: { env: "SYSTEM_PASSWORD" }, passwordVersion: "1" };
    const withPassword = (value: string): Ports => ({
      ...stage.ports(),
      password: ({ env }) => {
        stage.acts.push(`password from ${env ?? ""}`);
        return Promise.resolve(value);
      },
    });

    it("is fetched before the first write, and kept in no state", async () => {
      const ports = withPassword("c4nary-1");
      const { outs } = await life.create(byReference, ports);
      expect(stage.acts.slice(0, 3)).to.deep.equal([
        "password from SYSTEM_PASSWORD",
        "list",
        "preflight immuta",
      ]);
      expect(JSON.stringify(outs)).not.to.contain("c4nary");
      const { outs: given } = await life.create({ ...manual, database: "other" }, new Stage().ports());
      expect(outs["scripts"], "the same identities as with a password in the program").to.deep.equal(
        given["scripts"],
      );
    });

    it("shows its rotation by its version, which makes the scripts and the PUT run", async () => {
      const { id, outs } = await life.create(byReference, withPassword("c4nary-1"));
      const news: Inputs = { ...byReference, passwordVersion: "2" };
      expect(told(life.announcementOfChange(outs, map(news))).slice(0, 2)).to.deep.equal([
        "password version 1 → 2",
        "initial-create script → database master",
      ]);
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
      const error = await failureOf(life.update(id, outs, news, stage.ports()));
      expect(error.message).to.equal(
        "The password from the environment variable NO_SUCH_VARIABLE is not there.",
      );
      expect(stage.acts).to.deep.equal([]);
    });
  });

  describe("approved scripts", () => {
    it("runs those whose identities were approved, and no batch where one was not", async () => {
      const { outs } = await life.create(manual, stage.ports());
      const scripts = outs["scripts"] as Record<string, { identity: string }>;
      const approvedScripts = {
        "initial-create": scripts["initial-create"]?.identity ?? "",
        create: scripts["create"]?.identity ?? "",
      };
      stage = new Stage();
      await life.create({ ...manual, bootstrap: { ...manual.bootstrap, approvedScripts } }, stage.ports());
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
        const error = await failureOf(life.create({ ...manual, bootstrap }, stage.ports()));
        expect(error.message).to.contain(`bootstrap.approvedScripts ${words}. None of its batches was run.`);
        expect(stage.acts.filter((act) => act.startsWith("run "))).to.deep.equal([]);
      }
    });

    it("refuses under a strict guard what reaches beyond Immuta's own objects, and says so otherwise", async () => {
      const ports = stage.ports();
      const warnings: string[] = [];
      ports.reporter.warn = (line) => void warnings.push(line);
      ports.immuta.script = () => Promise.resolve("DROP TABLE dbo.t");
      const bootstrap = { ...manual.bootstrap, guard: "strict" } as const;
      const error = await failureOf(life.create({ ...manual, bootstrap }, ports));
      expect(error.message).to.equal(
        'The initial-create script reaches beyond Immuta\'s own objects, and bootstrap.guard is "strict". None of its batches was run.\n' +
          "  - batch 1 (script line 1) touches schema dbo",
      );
      expect(stage.acts).to.deep.equal(["list", "preflight immuta"]);
      await life.create(manual, ports);
      expect(warnings[0]).to.contain("batch 1 (script line 1) touches schema dbo");
    });
  });
});
