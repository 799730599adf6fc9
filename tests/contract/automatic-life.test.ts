import { expect } from "chai";
import { immutaObjects } from "./catalog";
import {
  administrator,
  failedTests,
  idOf,
  payloadOf,
  runScript,
  send,
  startServers,
  type Servers,
} from "./support";

const host = "claims.sql.azuresynapse.net";
const database = "claims";
const role = "IMMUTA_IMPERSONATION";

describe("contract: the life of an automatic setup", () => {
  let servers: Servers;
  const start = async (...given: Parameters<typeof startServers>): Promise<void> => {
    servers = await startServers(...given);
    servers.synapse.createWorkspace({
      host,
      administratorLogin: administrator.username,
      administratorPassword: administrator.password,
    });
    servers.synapse.createPool(host, database);
  };
  beforeEach(() => start());
  afterEach(async () => {
    expect(servers.immuta.problems).to.deep.equal([]);
    await servers.close();
  });

  const credentials = { authenticationType: "userPassword", ...administrator };
  const payload = (config: object = {}): Record<string, unknown> =>
    payloadOf(true, { host, database, schema: "policy", ...administrator, ...config });
  const objects = (): ReturnType<typeof immutaObjects> => immutaObjects(servers.synapse, host, database);
  const nothing = { logins: [], masterUsers: [], users: [], roles: [], schemas: [], objects: [] };

  async function create(config: object = {}): Promise<string> {
    const answer = await send(servers, "POST", "/integrations", payload(config));
    expect(answer.status, answer.text).to.equal(200);
    servers.immuta.settle();
    return idOf(answer);
  }
  const statusOf = (id: string): unknown =>
    servers.immuta.snapshot().find((integration) => integration["id"] === id)?.["status"];

  it("sets the pool up, changes it and leaves nothing in it", async () => {
    const id = await create();
    expect(objects().users).to.have.length(1);
    expect(objects().users[0]).to.match(/^immuta_system_[0-9a-f]{12}$/);
    expect(objects().schemas).to.deep.equal([
      "immuta_functions",
      "immuta_procedures",
      "immuta_system",
      "policy",
    ]);
    const path = `/integrations/${id}`;
    const changed = payload({ impersonation: { enabled: true, role } });
    expect((await send(servers, "PUT", path, changed)).body).to.have.property("status", "editing");
    expect((await send(servers, "GET", path)).body)
      .to.have.nested.property("config.impersonation")
      .deep.equal({ enabled: false });
    servers.immuta.settle();
    expect((await send(servers, "GET", path)).body)
      .to.have.nested.property("config.impersonation")
      .deep.equal({ enabled: true, role });
    expect(objects().roles).to.deep.equal([role]);
    expect((await send(servers, "DELETE", path, credentials)).body).to.have.property("status", "deleting");
    servers.immuta.settle();
    expect((await send(servers, "GET", path)).status).to.equal(404);
    expect(objects()).to.deep.equal(nothing);
    expect(JSON.stringify(servers.immuta.journal)).to.not.contain("Adm1n");
  });

  it("is the same behind a gateway that redirects", async () => {
    await servers.close();
    await start({}, "redirect");
    await create();
    expect(objects().users).to.have.length(1);
    const kinds = servers.synapse.journal.map(({ kind }) => kind);
    const count = (wanted: string): number => kinds.filter((kind) => kind === wanted).length;
    expect(count("login")).to.be.above(0).and.equal(count("redirected"));
  });

  it("goes round in no circle of gateways", async () => {
    servers.synapse.setFault(host, database, { kind: "node", how: "loop" });
    const answer = await send(servers, "POST", "/integrations", payload());
    servers.immuta.settle();
    expect(answer.status === 200 ? statusOf(idOf(answer)) : "refused").to.equal("refused");
    expect(servers.synapse.journal.filter(({ kind }) => kind === "redirected")).to.have.length(2);
  });

  it("is refused with wrong credentials, each time they are needed", async () => {
    const wrong = { ...credentials, password: "wr0ng-Password" };
    const refused = await send(servers, "POST", "/integrations", payload(wrong));
    expect(refused.status).to.equal(422);
    expect(failedTests(refused)).to.deep.equal(["Initial Validation: Connect"]);
    expect(refused.text).to.not.contain("wr0ng");
    expect(objects()).to.deep.equal(nothing);
    const id = await create();
    expect((await send(servers, "PUT", `/integrations/${id}`, payload(wrong))).status).to.equal(422);
    expect((await send(servers, "DELETE", `/integrations/${id}`, wrong)).status).to.equal(422);
    expect(statusOf(id)).to.equal("enabled");
  });

  it("is refused for an account that may not manage grants", async () => {
    const account = { username: "reader", password: "R3ader-password" };
    const login =
      "CREATE LOGIN [reader] WITH PASSWORD = 'R3ader-password';\nGO\nCREATE USER [reader] FOR LOGIN [reader];";
    await runScript(servers, host, "master", login);
    await runScript(servers, host, database, "CREATE USER [reader] FOR LOGIN [reader];");
    const answer = await send(servers, "POST", "/integrations", payload(account));
    expect(answer.status).to.equal(422);
    expect(failedTests(answer)).to.deep.equal(["Validate Immuta system user can manage database"]);
  });

  it("ends in createError, its objects removed, when a script fails", async () => {
    // A manager of the database who may create no logins.
    const account = { username: "manager", password: "M4nager-password" };
    const login =
      "CREATE LOGIN [manager] WITH PASSWORD = 'M4nager-password';\nGO\nCREATE USER [manager] FOR LOGIN [manager];";
    await runScript(servers, host, "master", login);
    const user = `CREATE USER [manager] FOR LOGIN [manager];\nGO\nGRANT CONTROL ON DATABASE::[${database}] TO [manager];`;
    await runScript(servers, host, database, user);
    const id = await create(account);
    expect(statusOf(id)).to.equal("createError");
    expect(objects().schemas).to.deep.equal([]);
    expect((await send(servers, "DELETE", `/integrations/${id}`, credentials)).status).to.equal(200);
  });

  it("answers when a connection of its own to the pool breaks", async () => {
    servers.synapse.setFault(host, database, { kind: "reset", batch: 1, when: "before" });
    const { status } = await send(servers, "POST", "/integrations", payload());
    expect(status).to.equal(422);
    expect(servers.immuta.snapshot()).to.have.length(2);
  });

  it("makes one integration of two requests at once", async () => {
    const answers = await Promise.all([
      send(servers, "POST", "/integrations", payload()),
      send(servers, "POST", "/integrations", payload()),
    ]);
    expect(answers.map((answer) => answer.status).sort()).to.deep.equal([200, 409]);
    expect(servers.immuta.snapshot()).to.have.length(3);
  });

  it("has made the integration when the answer is lost", async () => {
    servers.immuta.fault({ method: "POST", path: /^\/integrations$/, when: "after", answer: "reset" });
    const lost = await send(servers, "POST", "/integrations", payload()).catch(() => "lost");
    expect(lost).to.equal("lost");
    expect(servers.immuta.snapshot()).to.have.length(3);
  });

  it("rolls the pool back when an edit fails", async () => {
    const id = await create();
    servers.immuta.failNext("edit");
    const changed = payload({ impersonation: { enabled: true, role } });
    expect((await send(servers, "PUT", `/integrations/${id}`, changed)).body).to.have.property(
      "status",
      "editing",
    );
    servers.immuta.settle();
    expect(statusOf(id)).to.equal("editError");
    expect(objects().roles).to.deep.equal([]);
    expect((await send(servers, "PUT", `/integrations/${id}`, changed)).status).to.equal(200);
    expect(objects().roles).to.deep.equal([role]);
  });

  it("leaves what it made to a DELETE when a create fails", async () => {
    servers.immuta.failNext("create");
    const id = await create();
    expect(statusOf(id)).to.equal("createError");
    expect(objects().schemas).to.have.length(4);
    expect((await send(servers, "DELETE", `/integrations/${id}`, credentials)).status).to.equal(200);
    servers.immuta.settle();
    expect(objects()).to.deep.equal(nothing);
  });

  it("keeps the pool as it was when a delete fails", async () => {
    const id = await create();
    servers.immuta.failNext("delete");
    await send(servers, "DELETE", `/integrations/${id}`, credentials);
    servers.immuta.settle();
    expect(statusOf(id)).to.equal("deleteError");
    expect(objects().schemas).to.have.length(4);
  });

  it("allows several integrations on a host, one for each database", async () => {
    servers.synapse.createPool(host, "sales");
    await create();
    await create({ database: "sales" });
    expect(servers.immuta.snapshot()).to.have.length(4);
  });
});
