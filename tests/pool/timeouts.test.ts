import { expect } from "chai";
import { BatchFailed } from "../../provider/sql/errors";
import { preflight } from "../../provider/sql/preflight";
import type { Synapse } from "../../sandbox/synapse";
import {
  actsWhenQuiet,
  countOf,
  database,
  failureOf,
  host,
  Lines,
  loginTo,
  type Stage,
  stageOn,
  startPool,
  type Watch,
  watchHandles,
} from "./support";

describe("a batch that does not end", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool();
    stage = stageOn(synapse);
  });
  afterEach(async () => {
    await synapse.close();
    await handles.expectNoneLeft();
  });

  // Batch 1 of the session is the one that proves the database.
  const stall = (batch: number): void => {
    synapse.setFault(host, database, { kind: "slow", batch: batch + 1 });
  };

  it("is cancelled at the server though it has printed, and the phase ends there", async () => {
    stall(2);
    const error = await failureOf(
      stage.run("CREATE ROLE a\nGO\nCREATE ROLE b\nGO\nCREATE ROLE c", {}, { requestTimeout: 500 }),
    );
    expect(error).to.be.instanceOf(BatchFailed);
    expect(error.message).to.equal(
      "The create script failed in database claims on claims.sql.azuresynapse.net: batch 2 of 3 (script line 3, CREATE ROLE …):\n" +
        "  - too slow: the batch did not end within 0.5 s and was cancelled; it may have been carried out in part. Raise bootstrap.requestTimeout if it needs longer.",
    );
    expect(stage.lines.infos).to.deep.equal(["the pool says: Waiting for the pool's resources."]);
    expect(await actsWhenQuiet(synapse)).to.deep.equal([
      "login claims",
      "claims: SELECT",
      "claims: CREATE ROLE",
      "claims: CREATE ROLE",
      "attention claims",
      "logout claims",
    ]);
    expect(synapse.catalog(host, database).roles).to.deep.equal(["a"]);
  });

  it("is not repeated: it may have been carried out", async () => {
    stall(1);
    await failureOf(stage.run("CREATE ROLE a", {}, { requestTimeout: 500 }));
    expect(stage.clock.sleeps).to.deep.equal([]);
    expect(countOf(synapse, "login")).to.equal(1);
  });

  it("has each batch timed for itself", async () => {
    await stage.run(
      Array.from({ length: 30 }, (_, n) => `CREATE ROLE r${n}`).join("\nGO\n"),
      {},
      { requestTimeout: 5000 },
    );
    expect(synapse.catalog(host, database).roles).to.have.length(30);
  });
});

describe("a look into the catalog that does not end", () => {
  it("is an error, and not a pool in which there is nothing", async () => {
    const handles = await watchHandles();
    const synapse = await startPool();
    // Batch 1 of the session proves the database, batch 2 asks.
    synapse.setFault(host, database, { kind: "slow", batch: 2 });
    const look = preflight(
      loginTo(synapse, { requestTimeout: 500 }),
      { database, schema: "governed", username: "immuta" },
      { reporter: new Lines() },
    );
    const error = await failureOf(look);
    expect(error.message).to.contain(
      "The catalog of database claims on claims.sql.azuresynapse.net could not be read",
    );
    expect(error.message).to.contain("did not end within 0.5 s and was cancelled");
    await synapse.close();
    await handles.expectNoneLeft();
  });
});
