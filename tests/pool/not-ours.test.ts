import { expect } from "chai";
import { failure, Life, startServers, type Servers } from "../assumptions/support";
import { loginTo, stageOn } from "./support";

/** What is in the pool by the name of something of Immuta's, and is somebody else's, in front of the sandbox's own scripts. */

const password = "F0reign!word";
const rotated = { password: "R0tated'Passw0rd" };
const role = "auditors";
const impersonation = { impersonation: { enabled: true, role } };

describe("what is not this integration's in a pool", function () {
  this.timeout(60_000);
  let servers: Servers;
  before(async () => {
    servers = await startServers();
  });
  after(() => servers.close());

  const administrator = { username: "sqladmin", password: "Adm1n!stration" };
  const execute = async (life: Life, database: string, ...statements: string[]): Promise<void> => {
    const login = { host: life.host, authentication: { type: "sql" as const, ...administrator } };
    await stageOn(servers.synapse).run(statements.join("\nGO\n"), { database }, login);
  };
  /** Whether somebody gets in with this password. */
  const getsIn = async (life: Life, username: string): Promise<boolean> => {
    const login = { host: life.host, authentication: { type: "sql" as const, username, password } };
    const said = await stageOn(servers.synapse)
      .run("SELECT 1", { database: "master" }, loginTo(servers.synapse, login))
      .then(() => "", String);
    return said === "";
  };
  /** An integration of manual setup, and in the same workspace a service with a login, a user and a role of its own. */
  const prepared = async (): Promise<Life> => {
    const life = new Life(servers, "manual");
    life.rotateAdministrator(administrator.password);
    await life.up();
    await execute(
      life,
      "master",
      `CREATE LOGIN [etl] WITH PASSWORD = N'${password}'`,
      "CREATE USER [etl] FOR LOGIN [etl]",
    );
    await execute(
      life,
      "claims",
      "CREATE USER [etl] FOR LOGIN [etl]",
      "EXEC sp_addrolemember N'db_owner', N'etl'",
    );
    return life;
  };
  /** The same, its state lost and adopted by a program that names this account. */
  const adopted = async (username: string): Promise<Life> => {
    const life = await prepared();
    const { integrationId } = life;
    life.state = undefined;
    await life.up({ adopt: integrationId, username });
    return life;
  };
  const nothingRan = (life: Life): void => {
    expect(life.ran).to.deep.equal([]);
    const writes = servers.immuta.journal.filter(
      ({ method, path }) => method !== "GET" && !path.includes("/scripts/"),
    );
    expect(writes).to.deep.equal([]);
  };

  for (const [what, changes] of [
    ["a new password", rotated],
    ["an edit", { metadataDelimiters: { hashDelimiter: "#" } }],
  ] as const)
    it(`is refused as an adopted integration's account before ${what}`, async () => {
      const life = await adopted("etl");
      const said = await failure(life.up(changes));
      expect(said).to.contain(
        `Login etl in master of ${life.host} is there, and nothing proves that it is Immuta's for this integration: its user in database claims owns none of Immuta's schemas.`,
      );
      nothingRan(life);
      expect(await getsIn(life, "etl")).to.equal(true);
    });

  it("is refused as an adopted integration's account before DELETE, which leaves all as it is", async () => {
    const life = await adopted("etl");
    const before = life.leftInPool;
    expect(await failure(life.destroy())).to.contain("owns none of Immuta's schemas");
    expect([life.leftInPool, life.atImmuta?.["status"]]).to.deep.equal([before, "enabled"]);
    await life.destroy({ IMMUTA_RETAIN_POOL_OBJECTS: "claims" });
    expect([life.leftInPool, life.atImmuta]).to.deep.equal([before, undefined]);
  });

  it("is refused when Immuta has forgotten the integration, whether it is registered anew or cleaned up", async () => {
    const life = await adopted("etl");
    servers.immuta.remove(life.integrationId);
    await life.refresh();
    for (const work of [() => life.up({ adopt: undefined }), () => life.destroy()]) {
      expect(await failure(work())).to.contain("owns none of Immuta's schemas");
      nothingRan(life);
    }
    expect(await getsIn(life, "etl")).to.equal(true);
  });

  it("is left where the account was corrected, and the right one is proven, once", async () => {
    const life = await adopted("etl");
    const corrected = await life.up({ username: "immuta_claims", ...rotated });
    expect(corrected.looks).to.deep.equal(["master", "claims"]);
    expect(life.state?.["formerAccounts"]).to.equal(undefined);
    const later = await life.up({ metadataDelimiters: { hashDelimiter: "#" } });
    expect(later.looks).to.deep.equal([]);
    await life.destroy();
    expect(life.leftInPool.filter((thing) => !thing.includes("etl"))).to.deep.equal([]);
    expect(await getsIn(life, "etl")).to.equal(true);
  });

  it("is left where a change to the right account failed: nothing puts its password back", async () => {
    const life = await adopted("etl");
    servers.immuta.failNext("edit", "The warehouse said no.");
    await failure(life.up({ username: "immuta_claims", ...rotated }));
    expect(await getsIn(life, "etl")).to.equal(true);
    expect(await failure(life.up({ username: "etl" }))).to.contain("owns none of Immuta's schemas");
    servers.immuta.setStatus(life.integrationId, "enabled");
    await life.up({ username: "immuta_claims" });
    expect(life.differs).to.equal(false);
    await life.destroy();
    expect(await getsIn(life, "etl")).to.equal(true);
  });

  for (const registered of [true, false])
    it(`is refused as the account of a create that failed with another one, however often (${registered ? "" : "not "}registered)`, async () => {
      const life = await prepared();
      await life.destroy();
      if (registered) servers.immuta.failNext("create", "No.");
      else {
        const body = { statusCode: 422, error: "Unprocessable Entity", message: "No." };
        servers.immuta.fault({
          method: "POST",
          path: /^\/integrations$/,
          when: "before",
          answer: { status: 422, body },
        });
      }
      await failure(life.up({ onCreateFailure: "keep" }));
      for (const _again of [1, 2])
        expect(await failure(life.up({ username: "etl" }))).to.contain("Login etl in master");
      expect(await getsIn(life, "etl")).to.equal(true);
      await life.up({ username: "immuta_claims" });
      expect(life.atImmuta?.["status"]).to.equal("enabled");
    });

  it("is no account that was proven: an adopted integration is removed whole, also where that breaks off", async () => {
    for (const batch of [4, 5, 6]) {
      const life = await adopted("immuta_claims");
      servers.synapse.setFault(life.host, "claims", { kind: "deny", batch, number: 297 });
      await failure(life.destroy());
      servers.synapse.setFault(life.host, "claims", undefined);
      await life.destroy();
      expect(
        life.leftInPool.filter((thing) => !thing.includes("etl")),
        `batch ${batch}`,
      ).to.deep.equal([]);
    }
  });

  it("stays as a login that nothing proves any more, and a line says so", async () => {
    const life = await adopted("immuta_claims");
    life.lost.add("post-cleanup");
    // The user is gone with the delete script, and the engine kept the state.
    const { state } = life;
    await life.destroy();
    life.state = state;
    await life.destroy();
    expect(life.leftInPool.filter((thing) => !thing.includes("etl"))).to.deep.equal([
      'master logins "immuta_claims"',
      'master users "immuta_claims"',
    ]);
    expect(life.told.join("\n")).to.contain(
      `login immuta_claims stays in master of ${life.host}: database claims has no user of that name, so nothing proves that it is Immuta's. If it is, drop it there.`,
    );
  });

  describe("as a role", () => {
    const withRole = async (): Promise<Life> => {
      const life = await prepared();
      await execute(life, "claims", `CREATE ROLE [${role}]`, `EXEC sp_addrolemember N'${role}', N'etl'`);
      return life;
    };
    const roles = (life: Life): string[] => servers.synapse.catalog(life.host, "claims").roles;

    it("is refused when impersonation is switched on with it, and works by another name", async () => {
      const life = await withRole();
      expect(await failure(life.up(impersonation))).to.contain(
        `Role ${role} is already in database claims of ${life.host}, and this stack did not make it`,
      );
      nothingRan(life);
      await life.up({ impersonation: { enabled: true, role: "IMP" } });
      await life.up({ impersonation: { enabled: false } });
      expect(roles(life)).to.deep.equal([role]);
    });

    it("is refused by a create, with the rest that is there", async () => {
      const life = await withRole();
      await life.destroy();
      expect(await failure(life.up(impersonation))).to.contain(
        `this stack did not make it: role ${role} in database claims.`,
      );
      nothingRan(life);
    });

    it("is Immuta's own where the integration was adopted with it", async () => {
      const life = await prepared();
      await life.up(impersonation);
      const { integrationId } = life;
      life.state = undefined;
      await life.up({ adopt: integrationId });
      await life.up({ metadataDelimiters: { hashDelimiter: "#" } });
      await life.up({ impersonation: { enabled: false } });
      expect(roles(life)).to.deep.equal([]);
    });

    it("is Immuta's own where somebody switched impersonation off in Immuta alone", async () => {
      const life = await prepared();
      await life.up(impersonation);
      servers.immuta.edit(life.integrationId, { impersonation: { enabled: false } });
      await life.refresh();
      expect(life.differs).to.equal(true);
      await life.up();
      expect(roles(life)).to.deep.equal([role]);
    });

    it("is known again where a change that brought it failed, and was taken back", async () => {
      const life = await prepared();
      servers.immuta.failNext("edit", "The warehouse said no.");
      expect(await failure(life.up(impersonation))).to.contain("The integration is what it was before.");
      expect(roles(life)).to.deep.equal([role]);
      expect(life.state?.["leftRoles"]).to.deep.equal([role]);
      servers.immuta.setStatus(life.integrationId, "enabled");
      await life.up();
      expect(life.state).not.to.have.property("leftRoles");
    });
  });
});
