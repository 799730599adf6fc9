import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "./canaries";
import { everythingIn, open, root, secret, type Scenario } from "./support";

const host = "claims.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };
const secrets = { password: "c4nary'Immuta1!", administrator: administrator.administratorPassword };

const manual = {
  host,
  database: "claims",
  schema: "governed",
  username: "immuta_system_account",
  password: secrets.password,
  impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
};

describe("programs look things up in Immuta", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let body: () => Promise<Record<string, unknown>>;

  before(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "claims");
    sandbox.immuta.seed({
      id: 10,
      config: { ...manual, host: "sales.sql.azuresynapse.net", database: "sales" },
      validationResults: {
        status: "failed",
        validationTests: [
          { name: "Initial Validation: Connect", status: "passed" },
          { name: "Initial Validation: Delimiters", status: "failed", message: "They are alike." },
        ],
      },
    });
    sandbox.immuta.seed({ id: 11, type: "Lake of Tomorrow", config: { region: ["north"], schema: 7 } });
    sandbox.immuta.seed({
      id: 12,
      status: "disabled",
      config: { host: "twice.sql.azuresynapse.net", database: "twice", schema: "governed" },
    });
    sandbox.immuta.seed({
      id: 13,
      config: { host: "twice.sql.azuresynapse.net", database: "twice", schema: "governed" },
    });
    scenario = await open(sandbox, undefined, {
      program: () => body(),
      workDir: root,
      projectName: "lookups",
      // An apply runs when the program has ended, and with it the stack's environment.
      config: { "immuta:url": sandbox.immuta.url, "immuta:apiKey": secret(sandbox.apiKey) },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  /** Each test starts with an empty stack. */
  afterEach(async () => {
    await scenario.act("destroy");
  });

  it("getIntegration gives one by id or by place, in the preview as well, as plain values", async () => {
    body = async () => ({
      byId: await immuta.getIntegration({ id: "10" }),
      byPlace: (
        await immuta.getIntegration({
          host: "SALES.sql.azuresynapse.net.",
          database: "Sales",
          schema: "GOVERNED",
        })
      ).id,
      unknownPlatform: await immuta.getIntegration({ id: "11" }),
    });
    const calls = ["GET /integrations/10", "GET /integrations", "GET /integrations/11"];
    expect((await scenario.act("preview")).calls).to.deep.equal(calls);
    const { calls: again, outputs } = await scenario.act("up");
    expect(again).to.deep.equal(calls);
    expect(sandbox.immuta.journal[0]?.userAgent).to.match(/^pulumi-immuta\/\d/);
    expect(outputs).to.deep.equal({
      byId: {
        secret: false,
        value: {
          id: "10",
          type: "Azure Synapse Analytics",
          status: "enabled",
          autoBootstrap: true,
          validation: {
            status: "failed",
            tests: [
              { name: "Initial Validation: Connect", status: "passed" },
              { name: "Initial Validation: Delimiters", status: "failed", message: "They are alike." },
            ],
          },
          host: "sales.sql.azuresynapse.net",
          port: 1433,
          database: "sales",
          schema: "governed",
          impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
          metadataDelimiters: { hashDelimiter: "|", hashKeyDelimiter: "-", arrayDelimiter: "," },
        },
      },
      byPlace: { secret: false, value: "10" },
      unknownPlatform: {
        secret: false,
        value: {
          id: "11",
          type: "Lake of Tomorrow",
          status: "enabled",
          autoBootstrap: true,
          validation: { status: "passed", tests: [] },
        },
      },
    });
  });

  it("getIntegrations gives all platforms' integrations, by type and status", async () => {
    const ids = (found: immuta.GetIntegrationResult[]): string[] => found.map(({ id }) => id);
    body = async () => ({
      all: ids(await immuta.getIntegrations()),
      disabled: ids(await immuta.getIntegrations({ type: "Azure Synapse Analytics", status: "disabled" })),
      none: ids(await immuta.getIntegrations({ type: "Redshift" })),
      later: immuta.getIntegrationsOutput({ type: pulumi.output("Snowflake") }).apply(ids),
    });
    const { outputs } = await scenario.act("up");
    expect(
      Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
    ).to.deep.equal({
      all: ["1", "2", "10", "11", "12", "13"],
      disabled: ["12"],
      none: [],
      later: ["1"],
    });
  });

  it("getIntegrationOutput waits for what is not known yet, and keeps secret what comes of a secret", async () => {
    body = () => {
      const claims = new immuta.SynapseIntegration("claims", {
        host,
        database: "claims",
        schema: "governed",
        autoBootstrap: true,
        username: administrator.administratorLogin,
        password: administrator.administratorPassword,
      });
      const found = immuta.getIntegrationOutput({ id: claims.integrationId });
      const hidden = immuta.getIntegrationOutput({ id: pulumi.secret("10") });
      return Promise.resolve({ status: found.status, database: found.database, hidden: hidden.database });
    };
    expect((await scenario.act("preview")).calls).to.deep.equal(["GET /integrations/10"]);
    const { calls, outputs } = await scenario.act("up");
    const id = sandbox.immuta.snapshot().find(({ config }) => (config as { host?: string }).host === host)?.[
      "id"
    ];
    expect(calls.at(-1)).to.equal(`GET /integrations/${String(id)}`);
    expect(outputs).to.deep.equal({
      status: { secret: false, value: "enabled" },
      database: { secret: false, value: "claims" },
      hidden: { secret: true, value: "sales" },
    });
  });

  const failures: [what: string, program: () => Promise<unknown>, sentence: string][] = [
    [
      "an id that is not there",
      () => immuta.getIntegration({ id: "99" }),
      "has no integration with id 99. It has 1 (Snowflake, enabled, organization.us-east-1.snowflakecomputing.com/SNOWFLAKE_SAMPLE_DATA); 2 (Databricks, enabled); 10 (",
    ],
    [
      "two on one place",
      () =>
        immuta.getIntegration({ host: "twice.sql.azuresynapse.net", database: "twice", schema: "governed" }),
      "has 2 integrations on host twice.sql.azuresynapse.net, database twice, schema governed: 12 (Azure Synapse Analytics, disabled, ",
    ],
    [
      "the same in an output",
      () => Promise.resolve(immuta.getIntegrationOutput({ id: pulumi.output("99") }).id),
      "has no integration with id 99.",
    ],
  ];
  for (const [what, program, sentence] of failures)
    it(`ends a program that looks up ${what} in one sentence, without a stack trace`, async () => {
      body = async () => ({ found: await program() });
      const text = await scenario.fail("preview");
      expect(text).to.contain(
        `error: getIntegration: Immuta ${new URL(sandbox.immuta.url).origin} ${sentence}`,
      );
      expect(text).not.to.match(/Unhandled exception|^\s+at .*:\d+/m);
    });

  it("lets the environment win over configuration, and says what a wrong key means", async () => {
    body = async () => ({ all: await immuta.getIntegrations() });
    process.env["IMMUTA_API_KEY"] = "c4nary-wrong";
    try {
      const text = await scenario.fail("preview");
      expect(text).to.match(/error: getIntegrations: GET \/integrations at Immuta \S+: HTTP 401/);
      expect(text).to.contain("Check IMMUTA_API_KEY (or immuta:apiKey)");
      expect(text).not.to.contain("c4nary");
    } finally {
      delete process.env["IMMUTA_API_KEY"];
    }
  });

  it("getBootstrapScripts gives the scripts that the resource runs, as secrets", async () => {
    let identities: pulumi.Output<string[]> | undefined;
    body = () => {
      const scripts = immuta.getBootstrapScripts(manual);
      identities = pulumi
        .unsecret(scripts)
        .apply(({ initialCreate, create }) => [initialCreate.identity, create.identity]);
      return Promise.resolve({ scripts, create: scripts.create.script, identities });
    };
    const preview = await scenario.act("preview");
    const asked = ["initial-create", "create", "cleanup", "post-cleanup"].map(
      (phase) => `POST /integrations/scripts/${phase}`,
    );
    expect(preview.calls).to.have.members(asked);
    const { calls, batches, outputs } = await scenario.act("up");
    expect(calls).to.have.members(asked);
    expect(batches).to.deep.equal([]);
    expect(new Set(sandbox.immuta.journal.map((entry) => entry.bodyDigest)).size).to.equal(1);

    expect(outputs["scripts"]?.secret).to.equal(true);
    expect(outputs["create"]?.secret).to.equal(true);
    expect(outputs["identities"]?.secret).to.equal(false);
    const scripts = outputs["scripts"]?.value as immuta.BootstrapScripts;
    expect(outputs["create"]?.value).to.equal(scripts.create.script);
    expect(scripts.initialCreate.script).to.contain("CREATE LOGIN");
    expect(Object.entries(scripts).map(([phase, { runIn }]) => `${phase} in ${runIn}`)).to.have.members([
      "initialCreate in master",
      "create in claims",
      "cleanup in claims",
      "postCleanup in master",
    ]);
    const written = scenario.printed() + everythingIn(scenario.opened.folder);
    expect(secretsFoundIn(written, secrets)).to.deep.equal([]);
  });

  it("getBootstrapScripts waits for an id, then gives edit and delete; identities are those of the resource", async () => {
    body = () => {
      const setup = { ...manual, autoBootstrap: false as const };
      const claims = new immuta.SynapseIntegration("claims", {
        ...setup,
        bootstrap: {
          username: administrator.administratorLogin,
          password: administrator.administratorPassword,
        },
      });
      const scripts = immuta.getBootstrapScripts({ ...setup, integrationId: claims.integrationId });
      return Promise.resolve({
        edit: scripts.edit,
        delete: scripts.delete,
        ran: claims.scripts,
        initialCreate: scripts.initialCreate,
        create: scripts.create,
      });
    };
    expect((await scenario.act("preview")).calls).to.deep.equal([]);
    const { outputs } = await scenario.act("up");
    const script = (name: string): immuta.BootstrapScript => outputs[name]?.value as immuta.BootstrapScript;
    for (const name of ["edit", "delete"]) {
      expect(outputs[name]?.secret, name).to.equal(true);
      expect(script(name).runIn, name).to.equal("claims");
      expect(script(name).script, name).not.to.equal("");
    }
    const summary = ({ identity, batches }: immuta.BootstrapScript): object => ({ identity, batches });
    expect(outputs["ran"]?.value).to.deep.equal({
      "initial-create": summary(script("initialCreate")),
      create: summary(script("create")),
    });
  });

  it("getBootstrapScripts refuses all that is wrong at once in the preview, and calls nobody", async () => {
    body = () =>
      Promise.resolve({
        scripts: immuta.getBootstrapScripts({
          ...manual,
          host: "https://a.b",
          port: 0,
          password: "c4nary\n",
          impersonation: { enabled: true },
        }),
      });
    const text = await scenario.fail("preview");
    for (const sentence of [
      "error: getBootstrapScripts: these inputs cannot work:",
      '  - host: "https://a.b" has a scheme.',
      "  - port: 0 is not a valid port.",
      "  - password: has a control character",
      "  - impersonation.role: is required when impersonation.enabled is true.",
    ])
      expect(text).to.contain(sentence);
    expect(text).not.to.contain("c4nary");
    expect(sandbox.immuta.journal).to.deep.equal([]);
  });
});
