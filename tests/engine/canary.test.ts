import { usualContract } from "../../provider/core/contract";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { payloadOf } from "../../provider/synapse/payload";
import type { Inputs } from "../../provider/synapse/inputs/table";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn, writtenForms } from "./canaries";
import { everythingIn, open, resourceIn, secret, type Scenario } from "./support";

/** Each with characters that T-SQL, JSON and URLs write differently. */
const secrets = {
  apiKey: "c4nary/Key+\"1'",
  administrator: "c4nary'Adm]1n \"&",
  administratorRotated: "c4nary'Adm]2n \"&",
  system: "c4nary'Sys]t3m \"%",
  systemRotated: "c4nary'Sys]t4m \"%",
};

describe("no secret is written anywhere in the clear", function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let errors = "";
  /** What the engine tells of each step to those who read it as JSON, as `preview --json` prints it. */
  let events = "";
  let plan = "";

  before(async () => {
    sandbox = await startSandbox({ apiKey: secrets.apiKey, connectionPolicy: "redirect" });
    scenario = await open(sandbox, "quickstart", {
      env: { PULUMI_IMMUTA_DEBUG: "1" },
      config: {
        "azure-native:location": "westeurope",
        sqlAdminPassword: secret(secrets.administrator),
        immutaPassword: secret(secrets.system),
      },
    });
    await scenario.act("preview");
    await scenario.act("preview", { plain: true });
    const onEvent = (event: unknown): void => {
      events += `${JSON.stringify(event)}\n`;
    };
    plan = join(scenario.opened.folder, "plan.json");
    await scenario.opened.stack.preview({ plan, onEvent });
    sandbox.immuta.failNext("create", "made to fail");
    errors += await scenario.fail("up");
    await scenario.act("up");
    await scenario.set({ impersonationRole: "R", immutaPassword: secret(secrets.systemRotated) });
    await scenario.act("preview");
    sandbox.immuta.failNext("edit", "made to fail");
    errors += await scenario.fail("up");
    await scenario.act("up");
    await scenario.set({ sqlAdminPassword: secret(secrets.administratorRotated) });
    await scenario.act("up");
    sandbox.immuta.edit("4", { impersonation: { enabled: false } });
    await scenario.act("refresh");
    await scenario.opened.stack.up({ onEvent });
  });
  after(async () => {
    await scenario.act("destroy");
    scenario.opened.remove();
    await sandbox.close();
  });

  it("finds what it looks for", () => {
    const text = `x ${secrets.system.replaceAll("'", "''")} ${Buffer.from(secrets.apiKey).toString("base64")}`;
    expect(secretsFoundIn(text, secrets)).to.deep.equal(["apiKey", "system"]);
  });

  it("not in what the engine and the provider print, debug lines included", () => {
    expect(scenario.printed()).to.contain("debug: ");
    expect(secretsFoundIn(scenario.printed(), secrets)).to.deep.equal([]);
  });

  it("not in the errors", () => {
    expect(errors).to.contain("made to fail");
    expect(secretsFoundIn(errors, secrets)).to.deep.equal([]);
  });

  it("not in the state, its history and backups, and the stack's settings", () => {
    const files = everythingIn(scenario.opened.folder);
    expect(files).to.contain("immuta_system_account");
    expect(secretsFoundIn(files, secrets)).to.deep.equal([]);
  });

  it("not in what the engine tells as JSON, nor in a plan that it saves", () => {
    expect(events).to.contain('"resourcePreEvent"');
    expect(secretsFoundIn(events, secrets)).to.deep.equal([]);
    const saved = readFileSync(plan, "utf8");
    expect(saved).to.contain("immuta_system_account");
    expect(secretsFoundIn(saved, secrets)).to.deep.equal([]);
  });

  it("not in the engine's logs, which it compresses", () => {
    const logs = unpackedLogs(scenario);
    expect(logs.length).to.be.greaterThan(0);
    expect(secretsFoundIn(logs.join("\n"), secrets)).to.deep.equal([]);
  });

  it("not as the digest of a script that holds one", async () => {
    const digests = (await scriptsWithSecrets()).flatMap((text) => {
      const digest = createHash("sha256").update(text).digest();
      return [digest.toString("hex"), digest.toString("base64")];
    });
    expect(digests.length).to.be.greaterThan(0);
    const journals = JSON.stringify([sandbox.immuta.journal, sandbox.synapse.journal, sandbox.azure.journal]);
    const exported = JSON.stringify(await scenario.opened.stack.exportStack());
    const written = [
      scenario.printed(),
      events,
      everythingIn(scenario.opened.folder),
      journals,
      exported,
    ].join();
    for (const digest of digests) expect(written.includes(digest)).to.equal(false);
  });

  /** Immuta's scripts for the integration as it is, and those of their batches, that hold a password. */
  async function scriptsWithSecrets(): Promise<string[]> {
    const { outputs = {} } = await resourceIn(scenario);
    const id = String(outputs["integrationId"]);
    const username = String(outputs["username"]);
    const inputs = outputs as unknown as Inputs;
    const texts: string[] = [];
    for (const password of [secrets.system, secrets.systemRotated])
      for (const path of [
        "scripts/initial-create",
        "scripts/create",
        `${id}/scripts/edit`,
        `${id}/scripts/delete`,
        "scripts/cleanup",
        "scripts/post-cleanup",
      ]) {
        const answer = await fetch(`${sandbox.immuta.url}/integrations/${path}`, {
          method: "POST",
          headers: { Authorization: sandbox.apiKey, "Content-Type": "application/json" },
          body: JSON.stringify(payloadOf(inputs, { username, password }, usualContract)),
        });
        expect(answer.status, path).to.equal(200);
        const text = await answer.text();
        texts.push(text, ...text.split(/^GO\s*$/im).flatMap((batch) => [batch, batch.trim()]));
      }
    return texts.filter((text) =>
      [secrets.system, secrets.systemRotated].some((password) =>
        writtenForms(password).some((form) => text.includes(form)),
      ),
    );
  }

  it("not in the journals of Immuta, the pools and Azure", () => {
    const journals = JSON.stringify([sandbox.immuta.journal, sandbox.synapse.journal, sandbox.azure.journal]);
    expect(secretsFoundIn(journals, secrets)).to.deep.equal([]);
  });

  it("not as a digest that would confirm a guess", async () => {
    const exported = JSON.stringify(await scenario.opened.stack.exportStack());
    for (const value of Object.values(secrets))
      expect(exported).not.to.contain(createHash("sha256").update(value).digest("hex"));
  });

  it("not where a check refuses the secret itself, plain-text configuration included", async () => {
    const refused = { administrator: "c4nary\u0007adm", system: "c4nary\u0007sys" };
    await scenario.set({ sqlAdminPassword: refused.administrator, immutaPassword: refused.system });
    const text = await scenario.fail("preview");
    expect(text).to.contain("password: has a control character");
    expect(text).to.contain("bootstrap.password: has a control character");
    expect(text).not.to.contain("c4nary");
    await scenario.set({
      sqlAdminPassword: secret(secrets.administratorRotated),
      immutaPassword: secret(secrets.systemRotated),
    });
  });
});

/** The engine keeps a log of each run, compressed. */
function unpackedLogs({ opened }: Scenario): string[] {
  const folder = join(opened.folder, "home", "logs");
  return readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
  });
}
