import { expect } from "chai";
import { stringify } from "yaml";
import { immutaObjects } from "./catalog";
import {
  administrator,
  failedTests,
  generate,
  idOf,
  payloadOf,
  runScript,
  send,
  startServers,
  type Answer,
  type Servers,
} from "./support";

const host = "claims.sql.azuresynapse.net";
const database = "claims]o'x";
const nasty = {
  host,
  database,
  schema: "policy]'s",
  username: "immuta@corp'x]",
  password: "p'a]]s\"s\nGO\nw0rd-üñ😀",
};
const impersonation = { enabled: true, role: "IMMUTA]'ROLE" };

describe("contract: the life of a manual setup", () => {
  let servers: Servers;
  beforeEach(async () => {
    servers = await startServers();
    servers.synapse.createWorkspace({
      host,
      administratorLogin: administrator.username,
      administratorPassword: administrator.password,
    });
    servers.synapse.createPool(host, database);
  });
  afterEach(async () => {
    expect(servers.immuta.problems).to.deep.equal([]);
    await servers.close();
  });

  const payload = (config: object = {}): Record<string, unknown> => payloadOf(false, { ...nasty, ...config });

  async function prepare(body: unknown): Promise<void> {
    await runScript(
      servers,
      host,
      "master",
      await generate(servers, "/integrations/scripts/initial-create", body),
    );
    await runScript(servers, host, database, await generate(servers, "/integrations/scripts/create", body));
  }

  async function create(body: unknown = payload()): Promise<string> {
    await prepare(body);
    const answer = await send(servers, "POST", "/integrations", body);
    expect(answer.status, answer.text).to.equal(200);
    servers.immuta.settle();
    return idOf(answer);
  }

  async function edit(id: string, body: unknown, place = database): Promise<Answer> {
    await runScript(servers, host, place, await generate(servers, `/integrations/${id}/scripts/edit`, body));
    return send(servers, "PUT", `/integrations/${id}`, body);
  }

  async function removeObjects(script: string, body: unknown): Promise<void> {
    await runScript(servers, host, database, script);
    const post = await generate(servers, "/integrations/scripts/post-cleanup", body);
    await runScript(servers, host, "master", post);
  }

  const objects = (): ReturnType<typeof immutaObjects> => immutaObjects(servers.synapse, host, database);
  const nothing = { logins: [], masterUsers: [], users: [], roles: [], schemas: [], objects: [] };

  it("leaves nothing in the pool, whatever its names and password look like", async () => {
    const id = await create();
    expect(objects()).to.deep.equal({
      logins: [nasty.username],
      masterUsers: [nasty.username],
      users: [nasty.username],
      roles: [],
      schemas: ["immuta_functions", "immuta_procedures", "immuta_system", nasty.schema].sort(),
      objects: [
        "immuta_functions.array_entry",
        "immuta_functions.hash_key",
        "immuta_procedures.set_profile",
        "immuta_system.integration",
        "immuta_system.user_profile",
      ],
    });
    const changed = payload({ impersonation, metadataDelimiters: { hashDelimiter: "'" } });
    expect((await edit(id, changed)).status).to.equal(200);
    servers.immuta.settle();
    expect(objects().roles).to.deep.equal([impersonation.role]);
    expect(objects().objects).to.include("immuta_procedures.impersonate");

    const script = await generate(servers, `/integrations/${id}/scripts/delete`);
    expect((await send(servers, "DELETE", `/integrations/${id}`)).status).to.equal(200);
    servers.immuta.settle();
    await removeObjects(script, changed);
    expect(objects()).to.deep.equal(nothing);
    expect(servers.immuta.snapshot()).to.have.length(2);
  });

  it("has lines of GO in a comment and in a literal, of which a splitter has to know both", async () => {
    const body = payload({ schema: "policy", username: "immuta", password: "Passw0rd!" });
    const by = (split?: (script: string) => string[]): Promise<void> =>
      generate(servers, "/integrations/scripts/create", body).then((script) =>
        runScript(servers, host, database, script, administrator, split),
      );
    await runScript(
      servers,
      host,
      "master",
      await generate(servers, "/integrations/scripts/initial-create", body),
    );
    const fault = (split: (script: string) => string[]): Promise<string> =>
      by(split).then(() => "none", String);
    const byLines = (script: string): string[] => script.split(/^[ \t]*GO\b.*$/im);
    expect(await fault(byLines)).to.contain("Missing end comment mark");
    const uncommented = (script: string): string[] => byLines(script.replace(/\/\*[\s\S]*?\*\//g, ""));
    expect(await fault(uncommented)).to.contain("Unclosed quotation mark");
    await by();
  });

  it("takes the same payload in YAML", async () => {
    await prepare(payload());
    const yaml = { "content-type": "application/yaml" };
    const answer = await send(servers, "POST", "/integrations", stringify(payload()), yaml);
    expect(answer.status).to.equal(200);
  });

  it("has scripts that may be run again", async () => {
    await prepare(payload({ impersonation }));
    const id = await create(payload({ impersonation }));
    const changed = payload({ metadataDelimiters: { arrayDelimiter: ";" } });
    await edit(id, changed);
    servers.immuta.settle();
    expect((await edit(id, changed)).status).to.equal(200);
    servers.immuta.settle();
    const script = await generate(servers, `/integrations/${id}/scripts/delete`);
    await removeObjects(script, changed);
    await removeObjects(script, changed);
    expect(objects()).to.deep.equal(nothing);
  });

  it("can be cleaned up when it was never registered", async () => {
    const body = payload({ impersonation });
    await prepare(body);
    const script = await generate(servers, "/integrations/scripts/cleanup", body);
    await removeObjects(script, body);
    await removeObjects(script, body);
    expect(objects()).to.deep.equal(nothing);
  });

  describe("is refused with 422", () => {
    async function expectRefused(body: unknown, test: string): Promise<void> {
      const answer = await send(servers, "POST", "/integrations", body);
      expect(answer.status).to.equal(422);
      expect(answer.body).to.include({ statusCode: 422, error: "Unprocessable Entity" });
      expect(failedTests(answer)).to.deep.equal([test]);
      expect(answer.text).to.not.contain("w0rd");
      expect(servers.immuta.snapshot()).to.have.length(2);
    }
    const connect = "Initial Validation: Connect";
    const delimiters = "Initial Validation: Delimiters";
    const manage = "Validate Immuta system user can manage database";

    it("when no script was run", () => expectRefused(payload(), connect));

    it("when only the first script was run", async () => {
      const script = await generate(servers, "/integrations/scripts/initial-create", payload());
      await runScript(servers, host, "master", script);
      await expectRefused(payload(), connect);
    });

    it("when the second script was run in master", async () => {
      const first = await generate(servers, "/integrations/scripts/initial-create", payload());
      const second = await generate(servers, "/integrations/scripts/create", payload());
      await runScript(servers, host, "master", first);
      await runScript(servers, host, "master", second).catch(() => undefined);
      await expectRefused(payload(), connect);
    });

    it("when the pool is not there", async () => {
      await prepare(payload());
      servers.synapse.dropPool(host, database);
      await expectRefused(payload(), connect);
    });

    const others: { name: string; config: object; test: string }[] = [
      { name: "another password", config: { password: "other-Passw0rd" }, test: connect },
      { name: "a default spelled out", config: { port: 1433 }, test: manage },
      { name: "another role", config: { impersonation: { enabled: true, role: "x" } }, test: manage },
    ];
    for (const { name, config, test } of others)
      it(`when the scripts were generated from a payload with ${name}`, async () => {
        await prepare(payload(config));
        await expectRefused(payload(), test);
      });

    it("when the scripts were generated from a payload with other delimiters", async () => {
      await prepare(payload({ metadataDelimiters: { hashDelimiter: ";" } }));
      const answer = await send(servers, "POST", "/integrations", payload());
      expect(answer.status).to.equal(422);
      expect(failedTests(answer)).to.deep.equal([delimiters, manage]);
    });

    it("when the scripts were generated from a payload with another schema", async () => {
      await prepare(payload({ schema: "other" }));
      const answer = await send(servers, "POST", "/integrations", payload());
      expect(failedTests(answer)).to.deep.equal([connect, manage]);
    });

    it("when the delimiters are the same", async () => {
      const body = payload({ metadataDelimiters: { hashDelimiter: "-" } });
      await prepare(body);
      await expectRefused(body, delimiters);
    });
  });

  describe("an update", () => {
    it("is refused without its script, and leaves the integration as it is", async () => {
      const id = await create();
      const answer = await send(servers, "PUT", `/integrations/${id}`, payload({ impersonation }));
      expect(answer.status).to.equal(422);
      const { body } = await send(servers, "GET", `/integrations/${id}`);
      expect(body).to.have.property("status", "enabled");
      expect(body).to.have.nested.property("config.impersonation").deep.equal({ enabled: false });
    });

    it("ends in editError instead where the switch says so", async () => {
      servers.immuta.switches.unpreparedEdit = "editError";
      const id = await create();
      const answer = await send(servers, "PUT", `/integrations/${id}`, payload({ impersonation }));
      expect(answer.body).to.have.property("status", "editing");
      servers.immuta.settle();
      const { body } = await send(servers, "GET", `/integrations/${id}`);
      expect(body).to.have.property("status", "editError");
      expect(body).to.have.nested.property("config.impersonation").deep.equal({ enabled: false });
      expect((await edit(id, payload({ impersonation }))).status).to.equal(200);
    });

    it("is refused with the script of another payload", async () => {
      const id = await create();
      const other = payload({ metadataDelimiters: { hashDelimiter: ";" } });
      await runScript(
        servers,
        host,
        database,
        await generate(servers, `/integrations/${id}/scripts/edit`, other),
      );
      const answer = await send(servers, "PUT", `/integrations/${id}`, payload({ impersonation }));
      expect(answer.status).to.equal(422);
    });

    it("sets a changed password with the first script", async () => {
      const id = await create();
      const changed = payload({ password: "N3w'password" });
      await runScript(
        servers,
        host,
        database,
        await generate(servers, `/integrations/${id}/scripts/edit`, changed),
      );
      const early = await send(servers, "PUT", `/integrations/${id}`, changed);
      expect(failedTests(early)).to.deep.equal(["Initial Validation: Connect"]);
      const first = await generate(servers, "/integrations/scripts/initial-create", changed);
      await runScript(servers, host, "master", first);
      expect((await edit(id, changed)).status).to.equal(200);
    });

    it("replaces the system account, and post-cleanup drops the login of the former one too", async () => {
      const id = await create();
      const changed = payload({ username: "successor" });
      const first = await generate(servers, "/integrations/scripts/initial-create", changed);
      await runScript(servers, host, "master", first);
      expect((await edit(id, changed)).status).to.equal(200);
      servers.immuta.settle();
      expect(objects().users).to.deep.equal(["successor"]);
      const script = await generate(servers, `/integrations/${id}/scripts/delete`);
      await removeObjects(script, changed);
      expect(objects()).to.deep.equal(nothing);
    });

    it("drops the role of an impersonation that is switched off", async () => {
      const id = await create(payload({ impersonation }));
      expect(objects().roles).to.deep.equal([impersonation.role]);
      expect((await edit(id, payload())).status).to.equal(200);
      expect(objects().roles).to.deep.equal([]);
      expect(objects().objects).to.not.include("immuta_procedures.impersonate");
    });

    it("runs its script in master where the switch says so", async () => {
      servers.immuta.switches.editScriptRunsIn = "master";
      const id = await create();
      const changed = payload({ impersonation, username: "successor" });
      expect((await send(servers, "PUT", `/integrations/${id}`, changed)).status).to.equal(422);
      expect((await edit(id, changed, "master")).status).to.equal(200);
      servers.immuta.settle();
      const again = payload({ username: "successor", password: "N3w-passw0rd" });
      expect((await edit(id, again, "master")).status).to.equal(200);
      servers.immuta.settle();
      expect(objects().users).to.deep.equal(["successor"]);
      const script = await generate(servers, `/integrations/${id}/scripts/delete`);
      await removeObjects(script, again);
      expect(objects()).to.deep.equal(nothing);
    });

    it("keeps or resets what is not sent, as the switch says", async () => {
      const id = await create(payload({ impersonation }));
      servers.immuta.switches.putKeepsUnsent = true;
      expect((await edit(id, payload())).status).to.equal(200);
      servers.immuta.settle();
      expect(servers.immuta.snapshot()[2])
        .to.have.nested.property("config.impersonation")
        .deep.equal(impersonation);
      servers.immuta.switches.putKeepsUnsent = false;
      expect((await edit(id, payload())).status).to.equal(200);
      servers.immuta.settle();
      expect(servers.immuta.snapshot()[2])
        .to.have.nested.property("config.impersonation")
        .deep.equal({ enabled: false });
    });
  });

  describe("a removal", () => {
    it("demands that the delete script has run where the switch says so", async () => {
      servers.immuta.switches.deleteNeedsScripts = "before";
      const id = await create();
      expect((await send(servers, "DELETE", `/integrations/${id}`)).status).to.equal(422);
      await removeObjects(await generate(servers, `/integrations/${id}/scripts/delete`), payload());
      expect((await send(servers, "DELETE", `/integrations/${id}`)).status).to.equal(200);
    });

    it("demands that it has not where the switch says so, and then gives it afterwards too", async () => {
      servers.immuta.switches.deleteNeedsScripts = "after";
      const id = await create();
      expect((await send(servers, "DELETE", `/integrations/${id}`)).status).to.equal(200);
      servers.immuta.settle();
      await removeObjects(await generate(servers, `/integrations/${id}/scripts/delete`), payload());
      expect(objects()).to.deep.equal(nothing);
    });

    it("is refused there when the script has run already", async () => {
      const id = await create();
      await removeObjects(await generate(servers, `/integrations/${id}/scripts/delete`), payload());
      servers.immuta.switches.deleteNeedsScripts = "after";
      expect((await send(servers, "DELETE", `/integrations/${id}`)).status).to.equal(422);
    });
  });
});
