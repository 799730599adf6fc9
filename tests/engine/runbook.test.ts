import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Deployment } from "@pulumi/pulumi/automation";
import * as immuta from "pulumi-immuta";
import { administrator, automaticArgs, host, manualArgs, oneIntegration } from "./one-integration";
import type { OneIntegration } from "./one-integration";
import { processesOf, until } from "./processes";
import { integrations, leftIn, open, resourceIn, root, type Scenario } from "./support";
import { loginTo, stageOn } from "../pool/support";

/** docs/runbook.md, run: each step below is a command of the page, in the page's order. */

const page = readFileSync(join(root, "docs", "runbook.md"), "utf8");

const sections = page.split(/^## /m).slice(1);

/** The commands of a section, without their comments. */
function commandsOf(heading: string): string[] {
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? expect.fail(heading);
  return [...section.matchAll(/```sh\n([^]*?)```/g)]
    .flatMap(([, block = ""]) => block.trim().split("\n"))
    .map((line) => line.replace(/\s+#.*/, ""));
}

/** Runs a section's commands one after the other; every one of them has to be called for. */
class Procedure {
  private readonly left: string[];
  constructor(
    heading: string,
    private readonly one: OneIntegration,
    private readonly scenario: Scenario,
    private readonly files: Record<string, Deployment> = {},
  ) {
    this.left = commandsOf(heading);
  }

  /** The next command; it must succeed. Gives the calls to Immuta, and the batches in the pool, that changed something. */
  async runs(): Promise<string[]> {
    const command = this.left.shift() ?? "";
    const { stack } = this.scenario.opened;
    this.one.sandbox.immuta.clearJournal();
    this.one.sandbox.synapse.clearJournal();
    if (command === "pulumi cancel --yes") await stack.cancel();
    else if (command === "pulumi refresh --clear-pending-creates --yes")
      await stack.refresh({ clearPendingCreates: true, suppressProgress: true, color: "never" });
    else if (command === "pulumi preview --expect-no-changes")
      await stack.preview({ expectNoChanges: true, suppressProgress: true, color: "never" });
    else if (command.startsWith("pulumi stack import --file "))
      await stack.importStack(this.files[command.split(" ").at(-1) ?? ""] ?? expect.fail(command));
    else if (command.startsWith("export ")) {
      const [name = "", value = ""] = command.slice("export ".length).split("=");
      stack.workspace.envVars[name] = value;
    } else if (command.startsWith("az synapse sql pool resume "))
      this.one.sandbox.synapse.setFault(host, "claims", undefined);
    else await this.scenario.act(actionOf(command));
    return this.writes();
  }

  /** The next command, which stops; gives what it says. */
  async stops(): Promise<string> {
    const text = await this.scenario.fail(actionOf(this.left.shift() ?? ""));
    expect(this.writes()).to.deep.equal([]);
    return text;
  }

  /** No command is left; none may have said that all is well where the pool is not governed. */
  ends(governed: "governed" | "removed" = "governed"): void {
    expect(this.left).to.deep.equal([]);
    if (governed === "removed") return;
    const { sandbox } = this.one;
    expect(integrations(sandbox).map(({ status }) => status)).to.deep.equal(["enabled"]);
    expect(sandbox.synapse.catalog(host, "claims").schemas).to.include.members(["governed", "immuta_system"]);
  }

  private writes(): string[] {
    const { immuta: server, synapse } = this.one.sandbox;
    return [
      ...server.journal
        .map(({ method, path }) => `${method} ${path}`)
        .filter((call) => !call.startsWith("GET ")),
      ...synapse.journal
        .filter(({ kind, applicationName, statement }) => {
          const ours = applicationName.startsWith("pulumi-immuta");
          return kind === "batch" && ours && statement !== "SELECT";
        })
        .map(({ statement }) => statement ?? ""),
    ];
  }
}

function actionOf(command: string): "up" | "refresh" | "destroy" {
  const [, action] = /^pulumi (up|refresh|destroy) --yes$/.exec(command) ?? [];
  return (action as "up" | "refresh" | "destroy" | undefined) ?? expect.fail(`not known here: ${command}`);
}

const procedures = describe("docs/runbook.md", function () {
  this.timeout(180_000);
  let one: OneIntegration;
  const leftover: number[] = [];
  const endLeftover = (): void => {
    for (const id of leftover.splice(0)) {
      try {
        process.kill(id, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
  };

  const start = async (args: Record<string, unknown>): Promise<void> => {
    one = await oneIntegration(args);
  };
  afterEach(async () => {
    endLeftover();
    await one.close();
  });

  /** Ends an action with kill -9 as soon as it has come so far, and what the engine had started with it. */
  const killed = async (action: "up" | "refresh" | "destroy", soFar: () => boolean): Promise<void> => {
    const { scenario } = one;
    const broken = scenario.act(action).then(
      () => "succeeded",
      () => "broke off",
    );
    await until(soFar);
    const { engine, started } = processesOf(scenario.opened.folder);
    leftover.push(...started);
    process.kill(engine, "SIGKILL");
    expect(await broken).to.equal("broke off");
    endLeftover();
  };

  for (const [setup, args] of [
    ["automatic", automaticArgs],
    ["manual", manualArgs],
  ] as const)
    it(`The runner was killed (${setup} setup)`, async () => {
      await start(args);
      const { scenario, sandbox } = one;
      sandbox.immuta.delays.creating = 600_000;
      await killed("up", () => sandbox.immuta.journal.some(({ path }) => path.endsWith("/status")));
      sandbox.immuta.settle();
      expect(await scenario.fail("up")).to.contain("the stack is currently locked");

      const procedure = new Procedure("The runner was killed", one, scenario);
      await procedure.runs();
      const pending = async (): Promise<unknown> =>
        ((await scenario.opened.stack.exportStack()) as { deployment: { pending_operations?: unknown[] } })
          .deployment.pending_operations ?? [];
      expect(await pending()).to.have.length(1);
      await procedure.runs();
      expect(await pending()).to.deep.equal([]);
      expect(await procedure.stops())
        .to.contain("already has integration 3")
        .and.contain('adopt: "3"');
      one.args = { ...args, adopt: "3" };
      expect(await procedure.runs()).to.deep.equal([]);
      one.args = args;
      await procedure.runs();
      procedure.ends();
    });

  it("An update was killed", async () => {
    await start(manualArgs);
    const { scenario, sandbox } = one;
    await scenario.act("up");
    one.args = { ...manualArgs, password: "c4nary-Second2!" };
    const auditLog = join(scenario.opened.folder, "audit.jsonl");
    scenario.opened.stack.workspace.envVars["IMMUTA_AUDIT_LOG"] = auditLog;
    sandbox.immuta.delays.editing = 600_000;
    await killed("up", () => sandbox.immuta.journal.some(({ method }) => method === "PUT"));
    sandbox.immuta.settle();
    sandbox.immuta.delays.editing = 0;
    const lines = readFileSync(auditLog, "utf8").trimEnd().split("\n");
    const acts = lines.map((line) => JSON.parse(line) as { state: string; act: string });
    const begun = acts.filter(({ state }) => state === "begin").map(({ act }) => act);
    expect(begun.filter((act) => act.includes("/integrations"))).to.include.members(
      sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`),
    );

    const procedure = new Procedure("An update was killed", one, scenario);
    await procedure.runs();
    expect(await procedure.runs()).to.include("PUT /integrations/3");
    expect(await procedure.runs()).to.deep.equal([]);
    procedure.ends();
    expect((await resourceIn(scenario)).outputs).not.to.have.property("progress");
  });

  it("A destroy was killed", async () => {
    await start(manualArgs);
    const { scenario, sandbox } = one;
    await scenario.act("up");
    sandbox.immuta.delays.deleting = 600_000;
    await killed("destroy", () => sandbox.immuta.journal.some(({ method }) => method === "DELETE"));
    sandbox.immuta.settle();
    const procedure = new Procedure("A destroy was killed", one, scenario);
    await procedure.runs();
    expect((await procedure.runs()).filter((act) => act.startsWith("DROP"))).not.to.deep.equal([]);
    procedure.ends("removed");
    expect(integrations(sandbox)).to.deep.equal([]);
    expect([...leftIn(sandbox, host, "claims"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
  });

  it("A lock was left", async () => {
    await start(automaticArgs);
    const { scenario, sandbox } = one;
    await scenario.act("up");
    const { immuta: server } = sandbox;
    server.fault({ path: /^\/integrations$/, when: "before", answer: "hang" });
    server.clearJournal();
    await killed("refresh", () => server.journal.length > 0);
    expect(await scenario.fail("up")).to.contain("the stack is currently locked");
    const procedure = new Procedure("A lock was left", one, scenario);
    await procedure.runs();
    expect(await procedure.runs()).to.deep.equal([]);
    procedure.ends();
  });

  it("Immuta is down", async () => {
    await start(manualArgs);
    const { scenario, sandbox } = one;
    const { immuta: server } = sandbox;
    // The list, two scripts, and the POST, whose answer is lost; then nobody answers.
    server.fault({ method: "POST", path: /^\/integrations$/, when: "after", answer: "reset" });
    server.fault({ path: /./, nth: 5, times: Infinity, when: "before", answer: "reset" });
    expect(await scenario.fail("up")).to.contain("no answer");
    expect(integrations(sandbox)).to.have.length(1);
    expect(await scenario.fail("up")).to.contain("no answer");
    server.clearFaults();
    const procedure = new Procedure("Immuta is down", one, scenario);
    expect(await procedure.runs()).to.deep.equal([]);
    expect(await procedure.runs()).to.deep.equal([]);
    procedure.ends();
  });

  it("The pool is paused", async () => {
    await start(manualArgs);
    const { scenario, sandbox } = one;
    sandbox.synapse.setFault(host, "claims", { kind: "paused", at: "login" });
    expect(await scenario.fail("up")).to.contain("az synapse sql pool resume");
    const procedure = new Procedure("The pool is paused", one, scenario);
    await procedure.runs();
    expect(await procedure.runs()).to.include("POST /integrations");
    procedure.ends();
  });

  it("The pool was restored", async () => {
    await start(manualArgs);
    const { scenario, sandbox } = one;
    await scenario.act("up");
    const before = sandbox.synapse.catalog(host, "claims");
    // To a point from before Immuta's scripts.
    sandbox.synapse.dropPool(host, "claims");
    sandbox.synapse.createPool(host, "claims");
    one.args = { ...manualArgs, poolIdentity: "restored on Tuesday" };
    const procedure = new Procedure("The pool was restored", one, scenario);
    expect(await procedure.runs()).to.include.members(["DELETE /integrations/3", "POST /integrations"]);
    expect(await procedure.runs()).to.deep.equal([]);
    procedure.ends();
    expect(sandbox.synapse.catalog(host, "claims")).to.deep.equal(before);
  });

  it("The pool is gone", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    one.sandbox.synapse.dropPool(host, "claims");
    const procedure = new Procedure("The pool is gone", one, one.scenario);
    await procedure.runs();
    expect(await procedure.runs()).to.deep.equal(["DELETE /integrations/3"]);
    procedure.ends("removed");
    expect(leftIn(one.sandbox, host, "master")).to.deep.equal([
      'logins: "immuta_system_account"',
      'users: "immuta_system_account"',
    ]);
  });

  const takesOver = async (procedure: Procedure, id: string): Promise<void> => {
    one.args = { ...manualArgs, adopt: id };
    expect(await procedure.runs()).to.deep.equal([]);
    one.args = manualArgs;
    expect(await procedure.runs()).to.deep.equal([]);
    procedure.ends();
  };

  it("The passphrase is lost, The state is lost", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    commandsOf("The passphrase is lost");
    one.scenario.opened.stack.workspace.envVars["PULUMI_CONFIG_PASSPHRASE"] = "another one";
    expect(await one.scenario.fail("refresh")).to.contain("incorrect passphrase");
    await one.scenario.opened.stack.workspace.removeStack("test", { force: true });
    expect(integrations(one.sandbox)).to.have.length(1);

    const anew = await one.another({ PULUMI_CONFIG_PASSPHRASE: "a new one" });
    const procedure = new Procedure("The state is lost", one, anew);
    expect(await procedure.stops()).to.contain('adopt: "3"');
    await takesOver(procedure, "3");
    expect((await resourceIn(anew)).outputs).to.include({ integrationId: "3", status: "enabled" });
    await anew.act("destroy");
    expect([...leftIn(one.sandbox, host, "claims"), ...leftIn(one.sandbox, host, "master")]).to.deep.equal(
      [],
    );
  });

  it("The state is from yesterday", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    const yesterday = await one.scenario.opened.stack.exportStack();
    await one.scenario.act("destroy");
    await one.scenario.act("up");
    const procedure = new Procedure("The state is from yesterday", one, one.scenario, {
      "yesterday.json": yesterday,
    });
    await procedure.runs();
    expect(await procedure.stops())
      .to.contain("knows the integration as 3")
      .and.contain('adopt: "4"');
    await takesOver(procedure, "4");
  });

  it("Leftovers in the pool", async () => {
    await start(manualArgs);
    await one.scenario.act("up");
    one.sandbox.immuta.remove("3");
    const anew = await one.another({});
    const procedure = new Procedure("Leftovers in the pool", one, anew);
    expect(await anew.fail("up")).to.contain("The pool already holds what Immuta's scripts would make");
    const { sandbox } = one;
    const lookups = { IMMUTA_URL: sandbox.immuta.url, IMMUTA_API_KEY: sandbox.apiKey };
    const scripts = await open(sandbox, undefined, {
      workDir: root,
      projectName: "scripts",
      program: () => {
        const { bootstrap: _login, autoBootstrap: _manual, ...args } = manualArgs;
        const { cleanup, postCleanup } = immuta.getBootstrapScripts(args);
        return Promise.resolve({ cleanup: cleanup.script, postCleanup: postCleanup.script });
      },
    });
    Object.assign(process.env, lookups);
    try {
      const { outputs } = await scripts.act("up");
      const person = loginTo(sandbox.synapse, {
        host,
        authentication: {
          type: "sql",
          username: administrator.administratorLogin,
          password: administrator.administratorPassword,
        },
      });
      const stage = stageOn(sandbox.synapse);
      await stage.run(String(outputs["cleanup"]?.value), { database: "claims" }, person);
      await stage.run(String(outputs["postCleanup"]?.value), { database: "master" }, person);
    } finally {
      for (const name of Object.keys(lookups)) Reflect.deleteProperty(process.env, name);
      scripts.opened.remove();
    }
    await procedure.runs();
    procedure.ends();
  });
});

describe("the sections of docs/runbook.md", () => {
  it("are all run here, if they have commands", () => {
    const titles = procedures.tests.map(({ title }) => title).join("\n");
    const withCommands = sections.filter((text) => text.includes("```sh\n"));
    expect(withCommands).to.have.length.greaterThan(9);
    for (const text of withCommands) expect(titles).to.include(text.split("\n")[0]);
  });
});
