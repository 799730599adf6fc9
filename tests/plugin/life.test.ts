import { join } from "node:path";
import { expect } from "chai";
import { announcementMark } from "../../provider/core/announcement";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "../engine/canaries";
import { lives, until } from "../engine/processes";
import { CallFailed, type PropertyMap } from "../faults/driver/host";
import { PluginHost, secret, withoutSecrets } from "../faults/driver/plugin";

const secrets = {
  apiKey: "c4nary/Key+\"1'",
  administrator: "c4nary'Adm]1n \"&",
  system: "c4nary'Sys]t3m \"%",
  rotated: "c4nary'Sys]t4m \"%",
};
const host = "claims.sql.azuresynapse.net";
const id = `${host}/claims/governed`;
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What a program gives: one secret by its own mark, another that it forgot to mark. */
const manual = {
  host,
  database: "claims",
  schema: "governed",
  autoBootstrap: false,
  username: "immuta_system_account",
  password: secret(secrets.system),
  bootstrap: { username: "sqladmin", password: secrets.administrator },
};
const automatic = { host, database: "claims", schema: "governed", autoBootstrap: true };
const role = { enabled: true, role: "IMMUTA_IMPERSONATION" };

describe("the plugin, spoken to as the engine does", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let plugin: PluginHost;
  /** What anybody may have read of the processes of a test. */
  let earlier: PluginHost[] = [];

  const start = async (more: Partial<Parameters<typeof PluginHost.start>[0]> = {}): Promise<PluginHost> => {
    const {
      NODE_EXTRA_CA_CERTS = "",
      IMMUTA_SQL_SERVER: sqlServer,
      IMMUTA_SQL_PORT: sqlPort,
    } = sandbox.environment;
    const settings = {
      url: sandbox.immuta.url,
      apiKey: secrets.apiKey,
      sqlAdminUsername: "sqladmin",
      sqlAdminPassword: secrets.administrator,
      sqlServer,
      sqlPort,
    };
    const started = await PluginHost.start({
      settings,
      ...more,
      env: { NODE_EXTRA_CA_CERTS, PULUMI_IMMUTA_DEBUG: "1", ...more.env },
    });
    earlier.push(started);
    return started;
  };
  beforeEach(async () => {
    earlier = [];
    sandbox = await startSandbox({ apiKey: secrets.apiKey, connectionPolicy: "redirect" });
    sandbox.synapse.createWorkspace({
      host,
      administratorLogin: "sqladmin",
      administratorPassword: secrets.administrator,
    });
    sandbox.synapse.createPool(host, "claims");
    plugin = await start();
  });
  afterEach(async () => {
    for (const one of earlier) await one.kill();
    await sandbox.close();
    for (const one of earlier) {
      expect(secretsFoundIn(one.plain, secrets), "in what anybody may read").to.deep.equal([]);
      expect(one.written.replace(/^\(.*\n|.*DEP0123.*\n/gm, ""), "beside the port").to.equal("");
    }
  });

  const calls = (): string[] => sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`);
  const writes = (): string[] => calls().filter((call) => !call.startsWith("GET "));

  interface Made {
    id: string;
    state: PropertyMap;
    inputs: PropertyMap;
  }
  const made = async (program: PropertyMap): Promise<Made> => {
    const { inputs, failures } = await plugin.check({}, program);
    expect(failures).to.deep.equal([]);
    const { id, properties } = await plugin.create(inputs);
    return { id, state: properties, inputs };
  };
  const changed = async ({ inputs }: Made, change: PropertyMap): Promise<PropertyMap> =>
    (await plugin.check(inputs, { ...inputs, ...change })).inputs;

  for (const [setup, program] of [
    ["manual", manual],
    ["automatic", automatic],
  ] as const)
    it(`lives a whole life in ${setup} setup`, async () => {
      const one = await made(program);
      expect(one.id).to.equal(id);
      expect(one.state).to.include({ status: "enabled", tenant: new URL(sandbox.immuta.url).origin });
      expect((await plugin.diff(id, one.state, one.inputs)).changes).to.equal(false);
      const news = await changed(one, { impersonation: role });
      expect(await plugin.diff(id, one.state, news)).to.deep.include({
        changes: true,
        replaces: [],
        details: { "impersonation.enabled": "update", "impersonation.role": "add" },
      });
      const before = writes().length;
      const updated = await plugin.update(id, one.state, news);
      const immutas = String(one.state["integrationId"]);
      expect(writes().slice(before)).to.deep.equal([
        ...(setup === "manual" ? [`POST /integrations/${immutas}/scripts/edit`] : []),
        `PUT /integrations/${immutas}`,
      ]);
      sandbox.immuta.edit(immutas, { impersonation: { enabled: false } });
      const read = await plugin.read(id, updated, news);
      expect(read.properties).to.deep.include({ impersonation: { enabled: false } });
      expect((await plugin.diff(id, read.properties, news)).changes).to.equal(true);
      plugin = await start();
      await plugin.delete(id, read.properties);
      expect(sandbox.immuta.snapshot().filter((found) => found["id"] === immutas)).to.deep.equal([]);
      const gone = await plugin.read(id, { ...updated, autoBootstrap: true });
      expect(gone).to.deep.equal({ id: "", properties: {}, inputs: {} });
    });

  it("takes no library from the packages beside its bundles", async () => {
    plugin = await start({ env: { NODE_OPTIONS: `--require ${join(__dirname, "beside.cjs")}` } });
    await made(manual);
    expect(plugin.written).not.to.contain("not from the bundles");
  });

  it("gives secrets back as secrets, the program's and those that it forgot, and no others", async () => {
    const { inputs, state } = await made(manual);
    const login = { username: "sqladmin", password: "[secret]" };
    for (const map of [inputs, state]) {
      expect(withoutSecrets(map)).to.deep.include({ password: "[secret]", bootstrap: login });
      expect(withoutSecrets(map)).to.include({ host, username: "immuta_system_account" });
    }
    const whole = await plugin.check({}, { ...manual, bootstrap: secret(manual.bootstrap) });
    expect(withoutSecrets(whole.inputs)).to.include({ bootstrap: "[secret]" });
  });

  it("says in a preview what will be done, once, and what is not known yet", async () => {
    const { inputs } = await plugin.check({}, { ...manual, schema: "3eeb2bf0-c639-47a8-9e75-3b44932eb421" });
    const { id: noId, properties } = await plugin.create(inputs, true);
    expect(noId).to.equal("");
    expect(properties).to.include({ host, schema: unknown, integrationId: unknown, scripts: unknown });
    const said = plugin.takeSaid();
    expect(said.filter((line) => /^POST \/integrations/.test(line))).to.have.length(1);
    expect(said.filter((line) => line.includes(announcementMark))).to.have.length(1);
    await plugin.create(inputs, true);
    expect(plugin.takeSaid()).to.deep.equal([]);
    expect(calls()).to.deep.equal([]);
  });

  it("says of a change and of a replacement what diff found, in the call that follows", async () => {
    const one = await made(manual);
    plugin = await start();
    const news = await changed(one, { impersonation: role });
    await plugin.diff(id, one.state, news);
    const known = await plugin.update(id, one.state, news, true);
    expect(known).to.include({ integrationId: one.state["integrationId"], scripts: unknown });
    expect(plugin.takeSaid().join()).to.contain("PUT /integrations/");
    plugin = await start();
    const moved = await changed(one, { schema: "other" });
    expect(await plugin.diff(id, one.state, moved)).to.deep.include({
      replaces: ["schema"],
      deleteBeforeReplace: true,
      details: { schema: "update replace" },
    });
    await plugin.create(moved, true);
    expect(plugin.takeSaid().join()).to.contain("REPLACES the integration (schema)");
  });

  it("asks for the old one's end first where a program replaces it for a reason of its own", async () => {
    const one = await made(manual);
    const answer = await plugin.diff(id, one.state, await changed(one, { impersonation: role }));
    expect(answer).to.include({ deleteBeforeReplace: true });
  });

  it("takes an unknown place for no replacement", async () => {
    const one = await made(manual);
    const answer = await plugin.diff(id, one.state, await changed(one, { poolIdentity: unknown }));
    expect(answer).to.deep.include({ replaces: [], details: { poolIdentity: "add" } });
  });

  it("leaves the state of a failed operation, its reason and its secrets", async () => {
    const { inputs } = await plugin.check({}, { ...manual, onCreateFailure: "keep" });
    sandbox.immuta.failNext("create", `made to fail, with ${secrets.system} in it`);
    const failed = await plugin.create(inputs).catch((error: unknown) => error);
    if (!(failed instanceof CallFailed) || failed.partial === undefined)
      throw new Error(`no state was left: ${String(failed)}`);
    const { properties, reasons } = failed.partial;
    expect(failed.partial.id).to.equal(id);
    expect(reasons).to.have.length(1);
    expect(reasons[0]).to.contain("made to fail, with <secret> in it");
    expect(withoutSecrets(properties)).to.deep.include({ password: "[secret]" });
    expect(properties["progress"]).to.include({ operation: "create" });
    expect((await plugin.diff(id, properties, inputs)).details).to.deep.equal({ progress: "delete output" });
    const { status } = await plugin.update(id, properties, inputs);
    expect(status).to.equal("enabled");
  });

  for (const asked of ["Immuta's id", "its place"])
    it(`imports by ${asked} with GETs alone, and takes the account that the program then names as it is`, async () => {
      const one = await made(manual);
      const immutas = String(one.state["integrationId"]);
      plugin = await start();
      const before = writes().length;
      const read = await plugin.read(asked === "its place" ? id : immutas);
      expect(read.id).to.equal(id);
      expect(read.properties).to.include({ integrationId: immutas });
      expect(read.inputs).not.to.have.any.keys("username", "password", "bootstrap");
      const same = await plugin.check(read.inputs, read.inputs);
      expect(same.failures).to.deep.equal([]);
      expect((await plugin.diff(id, read.properties, same.inputs)).changes).to.equal(false);
      const { inputs } = await plugin.check(read.inputs, { ...manual });
      const updated = await plugin.update(id, read.properties, inputs);
      expect(writes()).to.have.length(before);
      expect((await plugin.diff(id, updated, inputs)).changes).to.equal(false);
    });

  it("says what there is where an import finds nothing", async () => {
    const error = await plugin.read("99").catch((failure: unknown) => failure);
    expect(String(error)).to.contain("has no integration with id 99. It has ");
  });

  it("says nothing at the cancel that ends every run, and keeps progress at one in a wait", async () => {
    await sandbox.close();
    sandbox = await startSandbox({
      apiKey: secrets.apiKey,
      delays: { creating: 3_600_000, editing: 0, deleting: 0 },
    });
    sandbox.synapse.createWorkspace({
      host,
      administratorLogin: "sqladmin",
      administratorPassword: secrets.administrator,
    });
    sandbox.synapse.createPool(host, "claims");
    const quiet = await start();
    quiet.takeSaid();
    await quiet.cancel();
    expect(quiet.takeSaid()).to.deep.equal([]);
    plugin = await start();
    const { inputs } = await plugin.check({}, automatic);
    const ended = plugin.create(inputs).catch((error: unknown) => error);
    await until(() => calls().some((call) => call.endsWith("/status")));
    await plugin.cancel();
    const error = await ended;
    if (!(error instanceof CallFailed) || error.partial === undefined) throw new Error(String(error));
    expect(error.partial.reasons.join()).to.contain("Stopped, because Pulumi was told to");
    expect(error.partial.properties).to.have.any.keys("progress", "integrationId");
  });

  it("ends when the engine is gone", async () => {
    expect(lives(plugin.id)).to.equal(true);
    plugin.loseEngine();
    await until(() => !lives(plugin.id));
  });

  describe("as a provider", () => {
    it("keeps its secrets as such, and refuses what it does not know", async () => {
      const { inputs, failures } = await plugin.checkConfig({
        apiKey: secrets.apiKey,
        sqlAdminPassword: "x",
        url: "http://immuta.example",
        apikey: "x",
        version: "0.1.0",
      });
      expect(withoutSecrets(inputs)).to.deep.include({ apiKey: "[secret]", sqlAdminPassword: "[secret]" });
      expect(failures).to.have.length(2);
      expect(failures[0]).to.match(/^apikey: no such setting\..*apiKey/);
      expect(failures[1]).to.contain("would send the API key to immuta.example unencrypted");
    });

    it("replaces nothing for another key or URL", async () => {
      const olds = { url: "https://a.example", apiKey: secret("a"), version: "0.1.0" };
      expect(await plugin.diffConfig(olds, { ...olds, version: "0.2.0" })).to.include({ changes: false });
      expect(await plugin.diffConfig(olds, { ...olds, apiKey: secret("b") })).to.deep.include({
        changes: true,
        replaces: [],
        details: { apiKey: "update" },
      });
      expect((await plugin.diffConfig(olds, { ...olds, url: "https://b.example" })).replaces).to.deep.equal(
        [],
      );
    });

    it("that is explicit, wins over the environment, which wins over the stack's settings", async () => {
      const env = { IMMUTA_URL: "http://immuta.example" };
      for (const name of ["contoso", "contoso::default"]) {
        const explicit = await start({ env, name });
        expect((await explicit.invoke("getIntegrations", {})).failures, name).to.deep.equal([]);
      }
      for (const name of ["default", "default_0_1_0"]) {
        const { failures } = await (await start({ env, name })).invoke("getIntegrations", {});
        expect(failures.join(), name).to.contain("would send the API key to immuta.example");
      }
    });
  });

  describe("as functions", () => {
    it("looks integrations up", async () => {
      const { state } = await made(automatic);
      const wanted = { id: String(state["integrationId"]) };
      expect((await plugin.invoke("getIntegration", wanted)).given).to.include({ host, status: "enabled" });
      const { given } = await plugin.invoke("getIntegrations", { type: "Azure Synapse Analytics" });
      expect(given["integrations"]).to.have.length(1);
      const { failures } = await plugin.invoke("getIntegration", { id: "99" });
      expect(failures).to.have.length(1);
      expect(failures[0]).to.contain("has no integration with id 99");
    });

    it("gives the scripts as secrets, and their identities in the open", async () => {
      const { bootstrap: _login, autoBootstrap: _setup, ...args } = manual;
      const { given, failures } = await plugin.invoke("getBootstrapScripts", args);
      expect(failures).to.deep.equal([]);
      expect(Object.keys(given)).to.have.members(["initialCreate", "create", "cleanup", "postCleanup"]);
      for (const script of Object.values(withoutSecrets(given) as Record<string, PropertyMap>)) {
        expect(script["script"]).to.equal("[secret]");
        expect(script["identity"]).to.match(/^[0-9a-f]{64}$/);
      }
    });
  });
});
