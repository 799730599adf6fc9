import { expect } from "chai";
import type { ContractSetting } from "../../provider/core/contract";
import type { Switches } from "../../sandbox/immuta/switches";
import { failure, Life, type Servers, type Setup } from "./support";

/** A tenant that does otherwise: what goes wrong with it, and what a setting of the contract makes of that. */
export interface Turned {
  setup: Setup;
  switches: Partial<Switches>;
  wrong: (life: Life, servers: Servers) => Promise<void>;
  right: (life: Life, servers: Servers) => Promise<void>;
}

const role = "IMMUTA_IMPERSONATION";
const impersonation = { enabled: true, role };

/** Made, changed and removed, and nothing of it is left. */
async function wholeLife(life: Life): Promise<void> {
  await life.up();
  await life.up({ impersonation });
  expect(life.atImmuta).to.deep.include({ status: "enabled", impersonation });
  expect(life.differs).to.equal(false);
  await life.destroy();
  expect(life.atImmuta).to.equal(undefined);
  expect(life.leftInPool).to.deep.equal([]);
}

const requests = ({ immuta }: Servers, wanted: string): number =>
  immuta.journal.filter(({ method, path }) => `${method} ${path}` === wanted).length;

/** The first answer to this request is lost after it was carried out. */
function loseAnswer({ immuta }: Servers, method: string, path: RegExp): void {
  immuta.fault({ method, path, when: "after", answer: "reset" });
}

/** A tenant that refuses what the request for a script carries. */
const refusedPayload = (
  switches: Partial<Switches>,
  refusal: string,
  undone: (life: Life, servers: Servers) => Promise<string>,
): Turned => ({
  setup: "manual",
  switches,
  wrong: async (life, servers) => {
    expect(await undone(life, servers)).to.contain(refusal);
    expect(life.leftInPool.join()).to.contain("immuta_system");
  },
  right: async (life, servers) => {
    expect(await undone(life, servers)).not.to.contain(refusal);
    expect(life.leftInPool).to.deep.equal([]);
  },
});

const destroyed = async (life: Life): Promise<string> => {
  await life.up();
  return life.destroy().then(
    () => "",
    (error: unknown) => String(error),
  );
};

const madeInVain = (life: Life, { immuta }: Servers): Promise<string> => {
  immuta.failNext("create", "The warehouse did not answer.");
  return failure(life.up());
};

const credentials = '"config.username" is not allowed';
const payload = '"payload" is not allowed';

export const turned: Record<ContractSetting, Record<string, Turned>> = {
  editScriptIn: {
    master: {
      setup: "manual",
      switches: { editScriptRunsIn: "master" },
      wrong: async (life) => {
        await life.up();
        expect(await failure(life.up({ impersonation }))).to.contain(
          "The edit script failed in database claims",
        );
      },
      right: async (life) => {
        await life.up();
        expect(life.previewed({ impersonation })).to.deep.equal([
          "edit script → database master",
          `PUT /integrations/${life.integrationId} (impersonation on, role ${role})`,
        ]);
        expect((await life.up({ impersonation })).databases).to.deep.equal(["master"]);
        expect(life.atImmuta).to.deep.include({ status: "enabled", impersonation });
        expect((await life.up({ password: "Sec0nd]Passw0rd" })).databases).to.deep.equal(["master"]);
        await life.destroy();
        expect(life.leftInPool).to.deep.equal([]);
      },
    },
  },
  conflictOn: {
    host: {
      setup: "manual",
      switches: { conflictOn: "host" },
      wrong: async (life, servers) => {
        const two = new Life(servers, "manual", {}, life);
        await life.up();
        expect(await failure(two.up())).to.contain("Nothing was cleaned up");
        expect(two.leftInPool.join()).to.contain("immuta_system");
      },
      right: async (life, servers) => {
        const two = new Life(servers, "manual", {}, life);
        two.contract = life.contract;
        await life.up();
        expect(await failure(two.up())).to.contain(
          `already has integration ${life.integrationId} on database claims`,
        );
        expect(two.ran).to.deep.equal([]);
        expect(two.leftInDatabase).to.deep.equal([]);
      },
    },
    database: {
      setup: "automatic",
      switches: { conflictOn: "host-and-database" },
      wrong: async (life, servers) => {
        expect(await moved(life, servers)).to.deep.equal(["DELETE", "POST"]);
      },
      right: async (life, servers) => {
        expect(await moved(life, servers)).to.deep.equal(["POST", "DELETE"]);
      },
    },
  },
  deleteSent: {
    last: {
      setup: "manual",
      switches: { deleteNeedsScripts: "before", refusedDelete: "deleteError" },
      wrong: async (life) => {
        await life.up();
        expect(await failure(life.destroy())).to.contain("is in state deleteError");
        expect(life.leftInPool.join()).to.contain("immuta_system");
      },
      right: async (life) => {
        await life.up();
        const { calls, databases } = await life.destroy();
        expect(calls.filter((call) => call.startsWith("DELETE"))).to.have.length(1);
        expect(databases).to.deep.equal(["claims", "master"]);
        expect(life.atImmuta).to.equal(undefined);
        expect(life.leftInPool).to.deep.equal([]);
      },
    },
    first: {
      setup: "manual",
      // A 422 that has nothing to do with the order.
      switches: {},
      wrong: async (life, servers) => {
        expect(await refusedDelete(life, servers)).to.deep.equal({ ran: ["claims", "master"], deletes: 2 });
      },
      right: async (life, servers) => {
        expect(await refusedDelete(life, servers)).to.deep.equal({ ran: [], deletes: 1 });
      },
    },
  },
  deletePayload: {
    config: refusedPayload({ deleteScriptTakes: "config" }, credentials, destroyed),
    none: refusedPayload({ deleteScriptTakes: "none" }, payload, destroyed),
  },
  cleanupPayload: {
    config: refusedPayload({ cleanupScriptTakes: "config" }, credentials, madeInVain),
    none: refusedPayload({ cleanupScriptTakes: "none" }, payload, madeInVain),
  },
  postCleanupPayload: {
    config: refusedPayload({ postCleanupScriptTakes: "config" }, credentials, destroyed),
    none: refusedPayload({ postCleanupScriptTakes: "none" }, payload, destroyed),
  },
  sendPort: {
    always: {
      setup: "manual",
      switches: { portInPayload: "required" },
      wrong: async (life) => {
        expect(await failure(life.up())).to.contain('"config.port" is required');
      },
      right: wholeLife,
    },
    never: {
      setup: "manual",
      switches: { portInPayload: "refused" },
      wrong: async (life) => {
        expect(await failure(life.up({ port: 14330 }))).to.contain('"config.port" is not allowed');
      },
      right: async (life) => {
        life.program = { ...life.program, port: 14330 };
        await wholeLife(life);
      },
    },
  },
  askStatus: {
    no: {
      setup: "automatic",
      switches: { statusEndpoint: "stale" },
      wrong: async (life) => {
        await life.up();
        expect(await failure(life.destroy())).to.contain("is still in state enabled after");
      },
      right: async (life, servers) => {
        await wholeLife(life);
        expect(servers.immuta.journal.filter(({ path }) => path.endsWith("/status"))).to.deep.equal([]);
      },
    },
  },
  repeat429: {
    no: {
      setup: "automatic",
      switches: { throttles: "after" },
      wrong: async (life) => {
        expect(await failure(life.up())).to.contain("integration already exists on host");
      },
      right: async (life, servers) => {
        await life.up();
        expect(requests(servers, "POST /integrations")).to.equal(1);
        await wholeLife(life);
      },
    },
  },
  repeatScripts: {
    no: {
      setup: "manual",
      switches: { scriptAgain: "refused" },
      wrong: async (life, servers) => {
        loseAnswer(servers, "POST", /scripts\/create$/);
        expect(await failure(life.up())).to.contain("This script was generated just now.");
        expect(requests(servers, "POST /integrations/scripts/create")).to.equal(2);
      },
      right: async (life, servers) => {
        loseAnswer(servers, "POST", /scripts\/create$/);
        expect(await failure(life.up())).to.contain("no answer");
        expect(requests(servers, "POST /integrations/scripts/create")).to.equal(1);
        await wholeLife(life);
      },
    },
  },
  listLag: {
    30: {
      setup: "automatic",
      switches: { unlistedFor: 10 },
      wrong: async (life, servers) => {
        loseAnswer(servers, "POST", /^\/integrations$/);
        expect(await failure(life.up())).to.contain("Whether it was carried out is not known");
        expect(requests(servers, "POST /integrations")).to.equal(2);
      },
      right: async (life, servers) => {
        loseAnswer(servers, "POST", /^\/integrations$/);
        await life.up();
        expect(requests(servers, "POST /integrations")).to.equal(1);
        await wholeLife(life);
      },
    },
  },
};

/** In which order a replacement on one host deletes and makes. */
async function moved(life: Life, { synapse }: Servers): Promise<string[]> {
  await life.up();
  synapse.createPool(life.host, "archive");
  const { calls } = await life.up({ database: "archive" });
  expect(life.atImmuta).to.include({ status: "enabled" });
  return calls.filter((call) => /^(DELETE|POST)/.test(call)).map((call) => call.split(" ")[0] ?? "");
}

/** What a destroy does of which every DELETE is refused. */
async function refusedDelete(life: Life, { immuta }: Servers): Promise<{ ran: string[]; deletes: number }> {
  await life.up();
  const message = "Data sources of the integration are in use.";
  immuta.fault({
    ...{ method: "DELETE", path: /^/, when: "before", times: Infinity },
    answer: { status: 422, body: { statusCode: 422, error: "Unprocessable Entity", message } },
  });
  expect(await failure(life.destroy())).to.contain(message);
  const deletes = immuta.journal.filter(({ method }) => method === "DELETE").length;
  return { ran: life.ran, deletes };
}
