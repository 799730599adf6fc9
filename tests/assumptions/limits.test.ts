import { expect } from "chai";
import { defaultSwitches } from "../../sandbox/immuta/switches";
import type { Fault } from "../../sandbox/synapse";
import { failure, Life, startServers, type Servers } from "./support";

/** docs/assumptions.md: what happens beyond the straight path, value by value, the ones that do not work included. */

const impersonation = { enabled: true, role: "IMMUTA_IMPERSONATION" };
const off = { enabled: false };

describe("what the contract leaves open, beyond the straight path", function () {
  this.timeout(30_000);
  let servers: Servers;
  before(async () => {
    servers = await startServers();
  });
  afterEach(() => {
    Object.assign(servers.immuta.switches, defaultSwitches);
  });
  after(() => servers.close());

  describe("when another integration conflicts", () => {
    for (const conflictOn of ["host", "host-and-database"] as const)
      it(`${conflictOn}: a replacement on the same host deletes the old one first`, async () => {
        const life = new Life(servers, "manual", { conflictOn });
        await life.up();
        servers.synapse.createPool(life.host, "archive");
        const { calls } = await life.up({ database: "archive" });
        expect(calls.indexOf("DELETE /integrations/{id}")).to.be.lessThan(
          calls.indexOf("POST /integrations"),
        );
        expect(life.atImmuta).to.include({ status: "enabled" });
        expect(life.leftInPool.filter((thing) => thing.startsWith("claims"))).to.deep.equal([]);
        await life.destroy();
      });

    it("host-and-database: two pools of one workspace are governed side by side", async () => {
      const one = new Life(servers, "manual");
      const two = new Life(servers, "manual", {}, one);
      await one.up();
      await two.up();
      await one.destroy();
      expect(two.atImmuta).to.include({ status: "enabled" });
      await two.destroy();
      expect([...one.leftInPool, ...two.leftInPool]).to.deep.equal([]);
    });

    it("host: the second pool is refused by the POST, and what its scripts made is named and left", async () => {
      const one = new Life(servers, "manual", { conflictOn: "host" });
      const two = new Life(servers, "manual", { conflictOn: "host" }, one);
      await one.up();
      const message = await failure(two.up());
      expect(message).to.contain(
        `Azure Synapse Analytics integration already exists on host ${one.host} (id = ${one.integrationId})`,
      );
      expect(message).to.contain("Nothing was cleaned up");
      expect(message).to.contain("What was done: run initial-create, run create, register.");
      expect(two.state).to.equal(undefined);
      expect(two.leftInPool.join()).to.contain("immuta_system");
      await one.destroy();
    });
  });

  describe("when a removal ends in deleteError", () => {
    for (const setup of ["automatic", "manual"] as const)
      it(`${setup}: says what Immuta says, keeps the state, and is finished by the next destroy`, async () => {
        const life = new Life(servers, setup);
        await life.up();
        servers.immuta.failNext("delete", "The warehouse did not answer.");
        const message = await failure(life.destroy());
        expect(message).to.contain("deleteError").and.to.contain("The warehouse did not answer.");
        expect(life.state).to.include({ status: "enabled" });
        await life.destroy();
        expect(life.atImmuta).to.equal(undefined);
        expect(life.leftInPool).to.deep.equal([]);
      });
  });

  describe("when the pool was not prepared for a PUT, because the edit script was lost", () => {
    for (const [unpreparedEdit, status] of [
      ["422", "enabled"],
      ["editError", "editError"],
    ] as const)
      it(`${unpreparedEdit}: the pool gets the old payload's script back, and the next up succeeds`, async () => {
        const life = new Life(servers, "manual", { unpreparedEdit });
        await life.up();
        life.lost.add("edit");
        const message = await failure(life.up({ impersonation }));
        expect(message).to.contain("The scripts were generated from another payload than this one.");
        expect(message).to.contain("The integration is what it was before.");
        expect(life.state).not.to.have.property("progress");
        expect(life.atImmuta).to.deep.include({ status, impersonation: off });
        expect(life.differs).to.equal(true);
        await life.up();
        expect(life.atImmuta).to.deep.include({ status: "enabled", impersonation });
        await life.destroy();
        expect(life.leftInPool).to.deep.equal([]);
      });
  });

  describe("where a pool says that it is warming up or paused", () => {
    const place = (life: Life, fault: Fault): void => {
      servers.synapse.setFault(life.host, life.database, fault);
    };
    for (const at of ["login", "batch"] as const) {
      it(`42109 at the ${at}: it is waited for`, async () => {
        const life = new Life(servers, "manual");
        place(life, { kind: "warming", at, logins: 2 });
        await life.up();
        expect(life.told.join("\n")).to.contain("the pool is warming up (42109)");
        expect(life.atImmuta).to.include({ status: "enabled" });
        await life.destroy();
      });

      it(`42108 at the ${at}: it is an error with the way out, before anything is done`, async () => {
        const life = new Life(servers, "manual");
        place(life, { kind: "paused", at });
        const message = await failure(life.up());
        expect(message).to.match(/Msg 42108: .*\n.*az synapse sql pool resume/);
        expect(servers.immuta.journal.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
          "GET /integrations",
        ]);
        expect(life.state).to.equal(undefined);
        expect(life.leftInPool).to.deep.equal([]);
      });
    }
  });

  describe("when a removal breaks off, or somebody else deleted the integration", () => {
    for (const deletedAnswers of ["404", "status"] as const) {
      it(`deletedAnswers ${deletedAnswers}, automatic setup: a refresh finds it gone, and a destroy nothing to do`, async () => {
        const life = new Life(servers, "automatic", { deletedAnswers });
        await life.up();
        servers.immuta.setStatus(life.integrationId, "deleted");
        const forgotten = life.state;
        await life.refresh();
        expect(life.state).to.equal(undefined);
        life.state = forgotten;
        expect((await life.destroy()).calls.filter((call) => !call.startsWith("GET "))).to.deep.equal([]);
      });

      it(`deletedAnswers ${deletedAnswers}, manual setup: up registers it anew, and destroy cleans the pool`, async () => {
        const life = new Life(servers, "manual", { deletedAnswers });
        await life.up();
        servers.immuta.setStatus(life.integrationId, "deleted");
        await life.refresh();
        expect(life.state).to.include({ status: "missing" });
        expect(life.differs).to.equal(true);
        await life.up();
        expect(life.atImmuta).to.include({ status: "enabled" });
        servers.immuta.setStatus(life.integrationId, "deleted");
        expect((await life.destroy()).databases).to.deep.equal(["claims", "master"]);
        expect(life.leftInPool).to.deep.equal([]);
      });

      it(`deletedAnswers ${deletedAnswers}, manual setup: a destroy that broke off after DELETE is finished by the next one`, async () => {
        const life = new Life(servers, "manual", { deletedAnswers });
        await life.up();
        servers.synapse.setFault(life.host, "claims", { kind: "deny", batch: 4 });
        expect(await failure(life.destroy())).to.contain("The delete script failed");
        expect(life.leftInPool.join()).to.contain("immuta_system");
        await life.destroy();
        expect(life.leftInPool).to.deep.equal([]);
      });
    }

    it("deleteNeedsScripts before, and the pool's objects are to stay: Immuta's 422, and nothing was changed", async () => {
      const life = new Life(servers, "manual", { deleteNeedsScripts: "before" });
      await life.up();
      const before = life.leftInPool;
      expect(await failure(life.destroy({ IMMUTA_RETAIN_POOL_OBJECTS: "claims" }))).to.contain("HTTP 422");
      expect(life.leftInPool).to.deep.equal(before);
      expect(life.atImmuta).to.include({ status: "enabled" });
      await life.destroy();
      expect(life.leftInPool).to.deep.equal([]);
    });

    it("deleteNeedsScripts before: a destroy whose scripts broke off is finished by the next one", async () => {
      const life = new Life(servers, "manual", { deleteNeedsScripts: "before" });
      await life.up();
      servers.synapse.setFault(life.host, "claims", { kind: "deny", batch: 6 });
      expect(await failure(life.destroy())).to.contain("The delete script failed");
      expect(life.atImmuta).to.include({ status: "enabled" });
      await life.destroy();
      expect(life.atImmuta).to.equal(undefined);
      expect(life.leftInPool).to.deep.equal([]);
    });
  });

  describe("when two manual setups of one workspace have one system account", () => {
    it("the second is refused before anything runs, and with an account of its own it is not touched by the end of the first", async () => {
      const one = new Life(servers, "manual");
      const two = new Life(servers, "manual", {}, one);
      await one.up();
      const before = [...one.leftInPool, ...two.leftInPool];
      const own = two.program["username"];
      const message = await failure(two.up({ username: one.program["username"] }));
      expect(message).to.contain("this stack did not make it: login immuta_claims in database master.");
      expect(message).to.contain("name another schema, system account or impersonation role");
      expect(two.ran).to.deep.equal([]);
      expect(servers.immuta.journal.map(({ method }) => method)).to.deep.equal(["GET"]);
      expect([...one.leftInPool, ...two.leftInPool]).to.deep.equal(before);
      expect(two.state).to.equal(undefined);

      await two.up({ username: own });
      const [pool, registered] = [two.leftInDatabase, two.atImmuta];
      await one.destroy();
      expect(two.leftInDatabase).to.deep.equal(pool);
      expect(two.atImmuta).to.deep.equal(registered);
      expect(two.leftInPool.join()).to.contain("immuta_sales");
      expect(two.leftInPool.join()).not.to.contain("immuta_claims");
      // Its account still lets Immuta in: a change passes Immuta's validation.
      await two.up({ impersonation });
      expect(two.atImmuta).to.deep.include({ status: "enabled", impersonation });
      await two.destroy();
      expect([...one.leftInPool, ...two.leftInPool]).to.deep.equal([]);
    });
  });

  describe("when Immuta answers in other shapes", () => {
    for (const switches of [{ throttles: "before" }, { statusEndpoint: "missing" }] as const)
      it(`${JSON.stringify(switches)}: a whole life works`, async () => {
        const life = new Life(servers, "manual", switches);
        await life.up();
        await life.up({ impersonation });
        expect(life.atImmuta).to.deep.include({ status: "enabled", impersonation });
        await life.destroy();
        expect(life.leftInPool).to.deep.equal([]);
      });

    it("a list that is no bare list is refused in words, before anything is done", async () => {
      const life = new Life(servers, "automatic", { listShape: "object" });
      expect(await failure(life.up())).to.contain("the answer is a JSON object, not a list of integrations");
      expect(life.state).to.equal(undefined);
    });
  });

  describe("values under which something does not work", () => {
    it("editScriptRunsIn master: a manual setup cannot be changed, but removed", async () => {
      const life = new Life(servers, "manual", { editScriptRunsIn: "master" });
      await life.up();
      const message = await failure(life.up({ impersonation }));
      expect(message).to.contain("The edit script failed in database claims");
      expect(message).to.match(/Msg \d+/);
      expect(message).to.contain("Putting the pool back failed as well");
      expect(life.atImmuta).to.deep.include({ status: "enabled", impersonation: off });
      // Not even by the reverted program: it wants the edit script of the old payload to run.
      expect(await failure(life.up({ impersonation: off }))).to.contain("The edit script failed");
      expect(life.differs).to.equal(true);
      await life.destroy();
      expect(life.leftInPool).to.deep.equal([]);
    });
  });
});
