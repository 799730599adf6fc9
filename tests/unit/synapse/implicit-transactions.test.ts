import { expect } from "chai";
import type { Synapse } from "../../../sandbox/synapse";
import { Client, startWithPool } from "./support";

describe("implicit transactions in the sandbox's Synapse", () => {
  let synapse: Synapse;
  let client: Client;

  before(async () => {
    synapse = await startWithPool();
  });
  after(async () => {
    await synapse.close();
  });
  beforeEach(async () => {
    client = await Client.connect(synapse);
    await client.run("CREATE TABLE dbo.t (n int)");
  });
  afterEach(async () => {
    await client.run("IF @@TRANCOUNT > 0 ROLLBACK", "SET IMPLICIT_TRANSACTIONS OFF", "DROP TABLE dbo.t");
    await client.close();
  });

  const open = (): Promise<unknown[]> => client.values("SELECT @@TRANCOUNT");
  const rows = (): Promise<unknown[]> => client.values("SELECT COUNT(*) FROM dbo.t");

  for (const on of ["IMPLICIT_TRANSACTIONS ON", "AUTOCOMMIT OFF"]) {
    it(`SET ${on}: a change waits for COMMIT or ROLLBACK`, async () => {
      await client.run(`SET ${on}`, "INSERT INTO dbo.t VALUES (1)", "ROLLBACK");
      expect(await rows()).to.deep.equal([0]);
      await client.run("ROLLBACK", "INSERT INTO dbo.t VALUES (1)", "INSERT INTO dbo.t VALUES (2)", "COMMIT");
      expect(await rows()).to.deep.equal([2]);
    });
  }

  it("begin with what reads a table, not with what reads none", async () => {
    await client.run("SET IMPLICIT_TRANSACTIONS ON");
    await client.run("SELECT 1", "PRINT 'x'", "DECLARE @x int = 1");
    expect(await open()).to.deep.equal([0]);
    await rows();
    await rows();
    expect(await open()).to.deep.equal([1]);
  });

  it("end with the mode, and with a lost session", async () => {
    await client.run("SET IMPLICIT_TRANSACTIONS ON", "SET IMPLICIT_TRANSACTIONS OFF");
    await client.run("INSERT INTO dbo.t VALUES (1)");
    expect(await open()).to.deep.equal([0]);
    await client.run("SET IMPLICIT_TRANSACTIONS ON", "INSERT INTO dbo.t VALUES (2)");
    await client.close();
    client = await Client.connect(synapse);
    expect(await rows()).to.deep.equal([1]);
  });
});
