import { expect } from "chai";
import { Life, type Servers, startServers } from "../assumptions/support";
import { stageOn } from "./support";

/** What somebody does in a pool by hand, and what a refresh says of it. */
describe("drift in the pool", function () {
  this.timeout(60_000);
  let servers: Servers;
  let life: Life;
  before(async () => {
    servers = await startServers();
  });
  after(() => servers.close());

  beforeEach(async () => {
    life = new Life(servers, "manual");
    await life.up({
      bootstrap: { trustServerCertificate: true, checkPool: true },
      impersonation: { enabled: true, role: "IMPERSONATORS" },
    });
  });
  afterEach(() => life.destroy());

  const byHand = (script: string): Promise<void> =>
    stageOn(servers.synapse).run(
      script,
      { database: life.database },
      {
        host: life.host,
        authentication: { type: "sql", username: "sqladmin", password: "Adm1n]istr'ator" },
      },
    );
  const drift = (): unknown => life.state?.["poolDrift"];

  it("is none after an up, and a refresh logs in once and reads", async () => {
    const { databases, looks } = await life.refresh();
    expect({ databases, looks }).to.deep.equal({ databases: [], looks: [life.database] });
    expect(drift()).to.equal(undefined);
    expect(life.differs).to.equal(false);
    expect(life.state?.["poolObjects"]).to.include.members([
      `user immuta_${life.database}`,
      "role IMPERSONATORS",
      `schema governed of immuta_${life.database}`,
      "sql stored procedure immuta_procedures.impersonate",
      `GRANT CONTROL on the database to immuta_${life.database}`,
      "GRANT SELECT on schema governed to public",
      "GRANT EXECUTE on immuta_procedures.impersonate to IMPERSONATORS",
    ]);
  });

  it("shows what was dropped, and the next up runs the edit script, which brings it back", async () => {
    await byHand("DROP PROCEDURE immuta_procedures.impersonate");
    await life.refresh();
    const missing = [
      "GRANT EXECUTE on immuta_procedures.impersonate to IMPERSONATORS",
      "sql stored procedure immuta_procedures.impersonate",
    ];
    expect(drift()).to.deep.equal({ missing, added: [] });
    expect(life.differs).to.equal(true);
    const { calls, databases } = await life.up();
    expect(calls).to.include("POST /integrations/{id}/scripts/edit");
    expect(databases).to.deep.equal([life.database]);
    expect(drift()).to.equal(undefined);
    await life.refresh();
    expect(life.differs).to.equal(false);
  });

  it("goes on saying what was granted and the edit script does not take back, until somebody does", async () => {
    await byHand(
      "CREATE ROLE somebody\nGO\nGRANT EXECUTE ON SCHEMA::immuta_procedures TO somebody\nGO\nEXEC sp_addrolemember 'db_owner', 'IMPERSONATORS'",
    );
    const added = [
      "GRANT EXECUTE on schema immuta_procedures to somebody",
      "member IMPERSONATORS in role db_owner",
    ];
    await life.refresh();
    expect(drift()).to.deep.equal({ missing: [], added });
    await life.up();
    expect(drift()).to.deep.equal({ missing: [], added });
    expect(life.told.at(-1)).to.contain(`given: ${added.join(", ")}. They do not put that right.`);
    expect(life.differs).to.equal(true);
    await byHand(
      "REVOKE EXECUTE ON SCHEMA::immuta_procedures FROM somebody\nGO\nEXEC sp_droprolemember 'db_owner', 'IMPERSONATORS'",
    );
    await life.refresh();
    expect(drift()).to.equal(undefined);
    expect(life.differs).to.equal(false);
  });

  it("is taken as it is by who looks away for one up", async () => {
    await byHand("CREATE ROLE somebody\nGO\nGRANT EXECUTE ON SCHEMA::immuta_procedures TO somebody");
    await life.refresh();
    await life.up({ bootstrap: { trustServerCertificate: true } });
    expect(life.state).not.to.include.any.keys("poolObjects", "poolDrift");
    const { calls, databases, looks } = await life.up({
      bootstrap: { trustServerCertificate: true, checkPool: true },
    });
    expect({ calls, databases, looks }).to.deep.equal({
      calls: ["GET /integrations/{id}"],
      databases: [],
      looks: [life.database],
    });
    await life.refresh();
    expect(life.differs).to.equal(false);
  });

  it("is nothing that data sources bring: a view in the target schema, a member of the role", async () => {
    await byHand(
      "CREATE VIEW governed.claims AS SELECT 1 AS one\nGO\nCREATE USER analyst WITHOUT LOGIN\nGO\nEXEC sp_addrolemember 'IMPERSONATORS', 'analyst'",
    );
    await life.refresh();
    expect(drift()).to.equal(undefined);
    await byHand(
      "DROP VIEW governed.claims\nGO\nEXEC sp_droprolemember 'IMPERSONATORS', 'analyst'\nGO\nDROP USER analyst",
    );
  });

  it("is looked for in one refresh alone where the environment says so, and never where it says no", async () => {
    await byHand("DROP PROCEDURE immuta_procedures.impersonate");
    await life.refresh({ IMMUTA_CHECK_POOL: "0" });
    expect(drift()).to.equal(undefined);
    await life.up({ bootstrap: { trustServerCertificate: true } });
    const { looks } = await life.refresh({ IMMUTA_CHECK_POOL: "1" });
    expect(looks).to.deep.equal([]);
    expect(life.told.at(-1)).to.contain("is not known: give bootstrap.checkPool");
  });

  it("is not said to be none where the pool does not answer", async () => {
    servers.synapse.setFault(life.host, life.database, { kind: "paused", at: "login" });
    const error = await life.refresh().catch((reason: unknown) => reason);
    servers.synapse.setFault(life.host, life.database, undefined);
    expect((error as Error).message).to.contain("IMMUTA_CHECK_POOL=0 refreshes without looking there.");
  });
});
