import { createHash } from "node:crypto";
import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import { secretsFoundIn } from "./canaries";
import { everythingIn, open, secret, type Scenario } from "./support";

/** Each with characters that T-SQL, JSON and URLs write differently. */
const secrets = {
  apiKey: "c4nary/Key+\"1'",
  administrator: "c4nary'Adm]1n \"&",
  administratorRotated: "c4nary'Adm]2n \"&",
  system: "c4nary'Sys]t3m \"%",
  systemRotated: "c4nary'Sys]t4m \"%",
};

describe("no secret is written anywhere in the clear", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let errors = "";

  before(async () => {
    sandbox = await startSandbox({ apiKey: secrets.apiKey });
    scenario = await open(sandbox, "quickstart", {
      env: { PULUMI_IMMUTA_DEBUG: "1" },
      config: {
        "azure-native:location": "westeurope",
        sqlAdminPassword: secret(secrets.administrator),
        immutaPassword: secret(secrets.system),
      },
    });
    await scenario.act("preview");
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
    await scenario.act("up");
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
