import { expect } from "chai";
import { openConnection } from "../../provider/sql/connect/connection";
import type { PoolLogin } from "../../provider/sql/connect/login";
import { preflight } from "../../provider/sql/preflight";
import type { Fault, Synapse } from "../../sandbox/synapse";
import {
  acts,
  countOf,
  database,
  host,
  loginTo,
  seenByTrusting,
  type Stage,
  stageOn,
  startPool,
  unreachable,
  type Watch,
  watchHandles,
} from "./support";

const token = "eyJ-a-token-of-entra";

describe("a gateway that redirects", () => {
  let synapse: Synapse;
  let stage: Stage;
  let handles: Watch;
  beforeEach(async () => {
    handles = await watchHandles();
    synapse = await startPool({ connectionPolicy: "redirect" });
    stage = stageOn(synapse);
  });
  afterEach(async () => {
    await synapse.close();
    await handles.expectNoneLeft();
  });

  const node = (how: Extract<Fault, { kind: "node" }>["how"], logins?: number): void => {
    synapse.setFault(host, database, { kind: "node", how, ...(logins === undefined ? {} : { logins }) });
  };
  const nodeName = async (): Promise<string> => `localhost:${(await synapse.node(host)).port}`;

  for (const [name, login] of Object.entries({
    "a SQL login": {},
    "an access token": { authentication: { type: "entra-access-token", accessToken: token } },
  } satisfies Record<string, Partial<PoolLogin>>))
    it(`is followed by ${name}: one login at each, and one line`, async () => {
      synapse.acceptAccessToken(host, token, "platform@example.org", { administrator: true });
      await stage.run("CREATE ROLE made\nGO\nPRINT 'here'", {}, login);
      expect(synapse.catalog(host, database).roles).to.deep.equal(["made"]);
      expect(stage.lines.infos).to.deep.equal([
        `the gateway claims.sql.azuresynapse.net sends this machine on to the node ${await nodeName()}`,
        "the pool says: here",
      ]);
      expect(countOf(synapse, "redirected")).to.equal(1);
      expect(countOf(synapse, "login")).to.equal(1);
      expect(stage.clock.sleeps).to.deep.equal([]);
    });

  it("is followed by the look into the catalog too, and told of once an operation", async () => {
    const found = await preflight(
      loginTo(synapse),
      { database, schema: "governed", username: "immuta_claims" },
      { reporter: stage.lines, clock: stage.clock },
    );
    expect(found).to.deep.equal([]);
    expect(countOf(synapse, "login")).to.equal(2);
    expect(stage.lines.infos).to.have.length(1);
  });

  it("begins a phase again through the gateway when the node's connection breaks", async () => {
    synapse.setFault(host, database, { kind: "reset", batch: 2, when: "before" });
    await stage.run("PRINT 'a'");
    expect(countOf(synapse, "redirected")).to.equal(2);
    expect(countOf(synapse, "login")).to.equal(2);
  });

  it("is not dialled again once logged in", async () => {
    const connection = await openConnection(loginTo(synapse), database, stage.lines);
    expect(connection.node).to.deep.equal(await synapse.node(host));
    synapse.dropPool(host, database);
    synapse.createPool(host, database);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { errors } = await connection.batch("PRINT 'lost'", 1000);
    expect(errors.map(({ code }) => code)).to.deep.equal(["ECONNCLOSED"]);
    expect(countOf(synapse, "redirected")).to.equal(1);
    await connection.close();
  });

  for (const how of ["refused", "silence"] as const)
    it(`names the node that does not answer (${how}), and the ports to open`, async () => {
      node(how);
      const error = await unreachable(stage.run("PRINT 'x'", { fresh: true }, { connectTimeout: 300 }));
      expect(error.trouble.node?.server).to.equal("localhost");
      expect(error.trouble.node?.port).to.be.within(11_000, 11_999);
      expect(error.message).to.match(/11000(-| to |–)11999/);
      expect(error.message).to.contain("the node that the gateway names does not answer");
      expect(error.message).to.not.contain("bootstrap.server");
      // Not for the whole of waitForPool: a closed port stays closed.
      expect(stage.clock.now()).to.equal(30_000);
      expect(countOf(synapse, "login")).to.equal(0);
    });

  it("is waited for while the node moves", async () => {
    node("refused", 2);
    await stage.run("PRINT 'x'");
    expect(stage.clock.sleeps).to.have.length(2);
  });

  it("that sends in a circle is left, at once", async () => {
    node("loop");
    const error = await unreachable(stage.run("PRINT 'x'", { fresh: true }));
    expect(error.message).to.contain("sends in a circle");
    expect(stage.clock.sleeps).to.deep.equal([]);
    expect(countOf(synapse, "redirected")).to.equal(2);
  });

  for (const value of ["off", "not-supported"] as const)
    it(`gives nothing of the login to a node that answers that encryption is ${value}`, async () => {
      synapse.setEncryption(value, { at: "node" });
      const error = await unreachable(stage.run("PRINT 'x'", { fresh: true }));
      expect(error.trouble.code).to.equal("ENOTENCRYPTED");
      expect(synapse.spoofedPrelogins).to.equal(1);
      expect(synapse.heardInClear).to.deep.equal([]);
      expect(stage.clock.sleeps).to.deep.equal([]);
    });

  describe("where certificates are checked", () => {
    for (const encrypt of ["mandatory", "strict"] as const) {
      it(`follows to a node that shows its own name (${encrypt})`, async () => {
        const { error, rows, infos } = await seenByTrusting(synapse, encrypt);
        expect(error).to.equal(undefined);
        expect(rows).to.deep.equal([{ name: database }]);
        expect(infos?.[0]).to.contain(await nodeName());
      });

      it(`refuses a node that shows another name (${encrypt})`, async () => {
        node("certificate");
        const { error } = await seenByTrusting(synapse, encrypt);
        expect(error).to.contain("another.worker.database.windows.net");
        expect(error).to.not.contain("trustServerCertificate");
        expect(acts(synapse)).to.deep.equal([`redirected ${database}`]);
      });
    }
  });
});
