import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as immuta from "pulumi-immuta";
import { startSandbox, type Sandbox } from "../../sandbox";
import { integrations, leftIn, open, root, type Scenario } from "./support";

const host = "claims.sql.azuresynapse.net";
const administrator = { administratorLogin: "sqladmin", administratorPassword: "c4nary-Adm1n!" };

/** A manual setup, with what a test changes of it. */
const program = (changes: () => Record<string, unknown>) => () => {
  const args = {
    host,
    database: "claims",
    schema: "governed",
    autoBootstrap: false,
    username: "immuta_system_account",
    password: "c4nary-Immuta1!",
    bootstrap: { username: "sqladmin", password: administrator.administratorPassword },
    ...changes(),
  };
  new immuta.SynapseIntegration("claims", args as unknown as immuta.SynapseIntegrationArgs);
  return Promise.resolve(undefined);
};

describe("what cannot work ends in one clear error", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let changes: Record<string, unknown> = {};
  const opened: Scenario[] = [];

  const start = async (env: Record<string, string> = {}): Promise<Scenario> => {
    const made = await open(sandbox, undefined, {
      program: program(() => changes),
      workDir: root,
      projectName: "refusals",
      env,
    });
    opened.push(made);
    return made;
  };

  before(async () => {
    sandbox = await startSandbox();
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "claims");
    scenario = await start();
  });
  beforeEach(() => {
    changes = {};
    sandbox.immuta.clearJournal();
    sandbox.synapse.clearJournal();
  });
  after(async () => {
    for (const made of opened) made.opened.remove();
    await sandbox.close();
  });

  const nothingLeft = async (made: Scenario): Promise<void> => {
    expect(integrations(sandbox)).to.deep.equal([]);
    expect([...leftIn(sandbox, host, "claims"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
    const { deployment } = (await made.opened.stack.exportStack()) as {
      deployment: { resources?: { type: string }[] };
    };
    const kept = (deployment.resources ?? []).filter((resource) =>
      resource.type.endsWith(":SynapseIntegration"),
    );
    expect(kept).to.deep.equal([]);
    expect(made.printed()).not.to.contain("c4nary");
  };

  it("refuses bad input in the preview, all at once, each with its path, and calls nobody", async () => {
    changes = {
      host: "https://claims",
      port: 0,
      password: "c4nary\n",
      impersonation: { enabled: true },
      databse: "x",
    };
    const text = await scenario.fail("preview");
    for (const sentence of [
      "databse: no such property. Did you mean database?",
      'host: "https://claims" has a scheme.',
      "port: 0 is not a valid port.",
      "password: has a control character",
      "impersonation.role: is required when impersonation.enabled is true.",
    ])
      expect(text).to.contain(sentence);
    expect(sandbox.immuta.journal).to.deep.equal([]);
    await nothingLeft(scenario);
  });

  it("says which variable is missing", async () => {
    const made = await start({ IMMUTA_URL: "" });
    expect(await made.fail("up")).to.contain("error: No Immuta URL. Set IMMUTA_URL in the environment");
    const keyless = await start({ IMMUTA_API_KEY: "" });
    expect(await keyless.fail("up")).to.contain(
      "error: No Immuta API key. Set IMMUTA_API_KEY in the environment",
    );
    await nothingLeft(keyless);
  });

  it("says which variable is missing for the login that runs the scripts, before anything is done", async () => {
    changes = { bootstrap: { username: "sqladmin" } };
    expect(await scenario.fail("up")).to.contain(
      "Give bootstrap.password in the program, or set IMMUTA_SQL_ADMIN_PASSWORD.",
    );
    expect(sandbox.immuta.journal.filter((entry) => entry.method !== "GET")).to.deep.equal([]);
    await nothingLeft(scenario);
  });

  it("names the place of an Immuta that cannot be reached", async () => {
    // Nobody listens there.
    const port = 1;
    const made = await start({ IMMUTA_URL: `http://127.0.0.1:${port}` });
    const text = await made.fail("up");
    expect(text).to.contain(`GET /integrations at Immuta http://127.0.0.1:${port}: no answer: ECONNREFUSED`);
    expect(text).to.contain("Check that IMMUTA_URL (or immuta:url) names your tenant");
    await nothingLeft(made);
  });

  it("says for a wrong key where the key comes from", async () => {
    const made = await start({ IMMUTA_API_KEY: "c4nary-wrong-key" });
    const text = await made.fail("up");
    expect(text).to.match(/GET \/integrations at Immuta http:\/\/127\.0\.0\.1:\d+: HTTP 401/);
    expect(text).to.contain("Check IMMUTA_API_KEY (or immuta:apiKey)");
    await nothingLeft(made);
  });

  it("says 18456 for a wrong SQL password, and leaves nothing behind", async () => {
    changes = { bootstrap: { username: "sqladmin", password: "c4nary-wrong" } };
    const text = await scenario.fail("up");
    expect(text).to.match(
      /The login sqladmin was refused by database master on claims\.sql\.azuresynapse\.net: Msg 18456/,
    );
    expect(text).to.contain("Check bootstrap.username and bootstrap.password");
    expect(
      sandbox.immuta.journal.filter((entry) => entry.path === "/integrations" && entry.method === "POST"),
    ).to.deep.equal([]);
    await nothingLeft(scenario);
  });

  it("refuses a second integration on the same database before any script runs", async () => {
    const id = sandbox.immuta.seed({ config: { host, database: "claims", schema: "other" } });
    const text = await scenario.fail("up");
    expect(text).to.contain(`already has integration ${id} on database claims of ${host}`);
    expect(sandbox.synapse.journal).to.deep.equal([]);
    sandbox.immuta.remove(id);
    await nothingLeft(scenario);
  });

  it("names the other integration and the ways on where the POST finds one on the host, and cleans nothing up", async () => {
    sandbox.immuta.switches.conflictOn = "host";
    const id = sandbox.immuta.seed({ config: { host, database: "another", schema: "s" } });
    const text = await scenario.fail("up");
    expect(text).to.contain(`already exists on host ${host} (id = ${id})`);
    expect(text).to.contain(
      "Nothing was cleaned up, because Immuta's cleanup would remove the other integration's objects too. " +
        "What was done: run initial-create, run create, register.",
    );
    expect(text).to.contain("- If no program has it, and it is on this database, take it over with adopt.");
    expect(text).to.contain(
      "- If nobody needs it, have it deleted in Immuta, run Immuta's cleanup and post-cleanup scripts for what was made here (getBootstrapScripts gives them), and run `pulumi up` again.",
    );
    expect(text).to.contain(`Immuta has integration ${id} on database another of that host`);
    expect(text).to.contain("npx pulumi-immuta explain IMMUTA-PLACE-TAKEN");
    expect(leftIn(sandbox, host, "claims").join()).to.contain("immuta_system");
    // The person does as told: here, by dropping the workspace's pool and login.
    sandbox.immuta.remove(id);
    sandbox.immuta.switches.conflictOn = "host-and-database";
    sandbox.synapse.dropWorkspace(host);
    sandbox.synapse.createWorkspace({ host, ...administrator });
    sandbox.synapse.createPool(host, "claims");
    await nothingLeft(scenario);
  });

  it("lists the failed validation tests of a createError, and undoes all of it", async () => {
    sandbox.immuta.failNext("create", "The view could not be made.");
    const text = await scenario.fail("up");
    expect(text).to.match(
      /is in state createError\. Failed validation tests:\n.*The view could not be made\./,
    );
    expect(text).to.contain("Everything that was done before it was undone.");
    await nothingLeft(scenario);
  });

  it("prints each error without a stack trace", () => {
    expect(opened.map((made) => made.printed()).join()).not.to.match(/^\s+at .*\.(js|ts):\d+/m);
  });

  it("refuses import, which dynamic resources cannot honour", () => {
    const args = { host, database: "d", schema: "s", autoBootstrap: true } as const;
    const make = (): pulumi.Resource => new immuta.SynapseIntegration("claims", args, { import: "7" });
    expect(make).to.throw("SynapseIntegration claims: the resource option `import` was given");
  });
});
