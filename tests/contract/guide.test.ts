import { expect } from "chai";
import { PoolError } from "../../sandbox/immuta/pool";
import { documented, guideRequest, guideRequests, shapeOf, valuesOf } from "./guide";
import {
  administrator,
  failedTests,
  idOf,
  replay,
  runScript,
  send,
  startServers,
  type Answer,
  type Servers,
} from "./support";

const host = "organization.azure.com";
const database = "immuta";

/** The answer has the status and the shape that the guide shows, and the values that it fixes. */
function expectDocumented(answer: Answer, name: string, index = 0): void {
  expect(answer.status).to.equal(200);
  expect(answer.body).to.satisfy((body: unknown) => {
    expect(shapeOf(body)).to.deep.equal(documented(name, index).shape);
    expect(valuesOf(body)).to.deep.equal(documented(name, index).values);
    return true;
  });
}

/** The error has the guide's sentence, with the id that this server gave. */
function expectConflict(answer: Answer, name: string, id: string): void {
  const values = documented(name, 1).values as { message: string };
  const sentence = values.message.replace("123456789", id);
  expect(answer.status).to.equal(409);
  expect(answer.body).to.deep.equal({ ...values, message: sentence });
}

function expectScript(answer: Answer): string {
  expect(answer.status).to.equal(200);
  expect(answer.headers.get("content-type")).to.equal("text/plain; charset=utf-8");
  expect(answer.text).to.match(/^GO/m);
  return answer.text;
}

describe("contract: the requests of Immuta's guide", () => {
  let servers: Servers;
  const replayed = new Set<string>();
  const request = (name: string, id = ""): Promise<Answer> => {
    replayed.add(name);
    return replay(servers, name, id);
  };

  before(async () => {
    servers = await startServers();
  });
  after(async () => {
    expect(servers.immuta.problems).to.deep.equal([]);
    await servers.close();
  });

  it("are fourteen", () => {
    expect(guideRequests).to.have.length(14);
  });

  it("list the integrations of all platforms", async () => {
    const answer = await request("get-all");
    expect(answer.status).to.equal(200);
    const { shape, values } = documented("get-all");
    expect(shapeOf(answer.body)).to.deep.equal(shape);
    expect((answer.body as unknown[]).map(valuesOf)).to.deep.equal(values);
  });

  describe("automatic setup", () => {
    before(() => {
      // The account of the guide's payload is the privileged one here.
      const { username, password } = guideRequest("configure-automatic").body?.["config"] as Record<
        string,
        string
      >;
      servers.synapse.createWorkspace({
        host,
        administratorLogin: username ?? "",
        administratorPassword: password ?? "",
      });
      servers.synapse.createPool(host, database);
    });
    after(() => {
      servers.synapse.dropWorkspace(host);
    });

    it("configure, get, update and delete", async () => {
      const created = await request("configure-automatic");
      expectDocumented(created, "configure-automatic");
      const id = idOf(created);
      expectConflict(await request("configure-automatic"), "configure-automatic", id);
      servers.immuta.settle();
      expectDocumented(await request("get-one", id), "get-one", 0);
      expectDocumented(await request("update-automatic", id), "update-automatic");
      expectConflict(await request("update-automatic", id), "update-automatic", id);
      servers.immuta.settle();
      expectDocumented(await request("get-one", id), "get-one", 0);
      expectDocumented(await request("delete", id), "delete");
      servers.immuta.settle();
      expect((await request("get-one", id)).body).to.deep.equal({
        statusCode: 404,
        error: "Not Found",
        message: `No Integration found with ID ${id}.`,
      });
    });

    it("configure with impersonation", async () => {
      const created = await request("configure-automatic-with-impersonation");
      expectDocumented(created, "configure-automatic-with-impersonation");
      const id = idOf(created);
      servers.immuta.settle();
      expectDocumented(await request("get-one", id), "get-one", 1);
      expectDocumented(await request("delete", id), "delete");
      servers.immuta.settle();
    });
  });

  for (const suffix of ["", "-with-impersonation"])
    describe(`manual setup${suffix}`, () => {
      before(() => {
        servers.synapse.createWorkspace({
          host,
          administratorLogin: administrator.username,
          administratorPassword: administrator.password,
        });
        servers.synapse.createPool(host, database);
      });
      after(() => {
        servers.synapse.dropWorkspace(host);
      });

      // SQL Server's password policy refuses the guide's example password, so nothing can be set up with it.
      const longEnough = { password: "abc1234-ABC" };
      const strong = (name: string, id = ""): Promise<Answer> => replay(servers, name, id, longEnough);

      it("generate the scripts, and refuse what they did not prepare", async () => {
        const first = expectScript(await request(`initial-create-script${suffix}`));
        expectScript(await request(`create-script${suffix}`));
        const refusal: unknown = await runScript(servers, host, "master", first).catch(
          (error: unknown) => error,
        );
        expect(refusal).to.be.instanceOf(PoolError).with.property("number", 40632);
        const answer = await request(`configure-manual${suffix}`);
        expect(answer.status).to.equal(422);
        expect(failedTests(answer)).to.deep.equal(["Initial Validation: Connect"]);
      });

      it("generate the scripts, configure, update and delete", async () => {
        await runScript(
          servers,
          host,
          "master",
          expectScript(await strong(`initial-create-script${suffix}`)),
        );
        await runScript(servers, host, database, expectScript(await strong(`create-script${suffix}`)));
        const created = await strong(`configure-manual${suffix}`);
        expectDocumented(created, `configure-manual${suffix}`);
        const id = idOf(created);
        expectConflict(await request(`configure-manual${suffix}`), `configure-manual${suffix}`, id);
        servers.immuta.settle();

        expectScript(await request("edit-script", id));
        await runScript(servers, host, database, expectScript(await strong("edit-script", id)));
        expectDocumented(await strong("update-manual", id), "update-manual");
        expectConflict(await request("update-manual", id), "update-manual", id);
        servers.immuta.settle();

        expect((await request("delete", id)).body).to.deep.equal({
          statusCode: 400,
          error: "Bad Request",
          message:
            "Credentials are not required for disable unless the integration was configured automatically. If you need to update your integration credentials, use PUT to update the integration before disabling.",
        });
        expectDocumented(await send(servers, "DELETE", `/integrations/${id}`), "delete");
        servers.immuta.settle();
      });
    });

  describe("as a whole", () => {
    it("were all replayed", () => {
      expect([...replayed].sort()).to.deep.equal(guideRequests.map(({ name }) => name).sort());
    });
  });
});
