import { expect } from "chai";
import { startSandbox, type Sandbox } from "../../sandbox";
import {
  configOf,
  integrations,
  leftIn,
  open,
  resourceIn,
  secret,
  storedResource,
  type Scenario,
} from "./support";

const unchanged = { calls: [] as string[], batches: [] as string[] };

describe("quickstart: manual setup on the pool that the same up provisions", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let host: string;

  before(async () => {
    sandbox = await startSandbox({ connectionPolicy: "redirect" });
    scenario = await open(sandbox, "quickstart", {
      config: {
        "azure-native:location": "westeurope",
        sqlAdminPassword: secret("Adm1n!'quoted"),
        immutaPassword: secret("Immut@]'1"),
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  const managed = (): Record<string, unknown> => {
    const { impersonation, metadataDelimiters } = configOf(integrations(sandbox)[0]);
    return { impersonation, metadataDelimiters };
  };
  const edited = [
    "GET /integrations/3",
    "POST /integrations/3/scripts/edit",
    "GET /integrations/3",
    "PUT /integrations/3",
    // Does Immuta have what was sent?
    "GET /integrations/3",
  ];

  it("previews from an empty subscription, with the host unknown, without calling anybody", async () => {
    const outcome = await scenario.act("preview");
    expect(outcome.changes).to.deep.equal({ create: 8 });
    expect(outcome).to.deep.include(unchanged);
    expect(outcome.output).to.match(/host {2,}: \[unknown\]/);
  });

  it("runs initial-create in master and create in the pool, registers, and waits until enabled", async () => {
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ create: 8 });
    expect(outcome.calls).to.deep.equal([
      "GET /integrations",
      "POST /integrations/scripts/initial-create",
      "POST /integrations/scripts/create",
      "POST /integrations",
      "GET /integrations/3",
    ]);
    const databases = outcome.batches.map((batch) => batch.split(":")[0]);
    expect(new Set(databases)).to.deep.equal(new Set(["master", "claims"]));
    expect(databases, "master first").to.deep.equal([...databases].sort().reverse());
    expect(outcome.outputs["status"]?.value).to.equal("enabled");
    expect(outcome.outputs["integrationId"]?.value).to.equal("3");
    host = String(outcome.outputs["host"]?.value);
    expect(leftIn(sandbox, host, "claims").join()).to.contain("immuta_system");
    expect(leftIn(sandbox, host, "master").join()).to.contain("immuta_system_account");
  });

  it("sends the same bytes for a script and for the POST after it", async () => {
    const digests = sandbox.immuta.journal
      .filter((entry) => entry.method === "POST")
      .map((entry) => entry.bodyDigest);
    expect(digests).to.have.length(3);
    expect(new Set(digests).size).to.equal(1);
    await Promise.resolve();
  });

  it("keeps a provider text that names the package and nothing else, and encrypts what is secret", () => {
    const { outputs = {} } = storedResource(scenario);
    expect(outputs["__provider"]).to.equal('exports.handler=()=>require("pulumi-immuta/provider")');
    expect(outputs).to.include({
      status: "enabled",
      tenant: sandbox.immuta.url,
      stateFormat: 1,
    });
    expect(Object.keys(outputs["scripts"] as object)).to.deep.equal(["create", "initial-create"]);
    for (const path of [outputs["password"], (outputs["bootstrap"] as Record<string, unknown>)["password"]])
      expect(path).to.have.property("ciphertext");
  });

  it("finds nothing to do in an unchanged program, and calls nobody", async () => {
    for (const action of ["preview", "up"] as const) {
      const outcome = await scenario.act(action);
      expect(outcome.changes).to.deep.equal({ same: 8 });
      expect(outcome).to.deep.include(unchanged);
    }
  });

  it("finds no drift after up, with one call", async () => {
    const outcome = await scenario.act("refresh");
    expect(outcome.changes).to.deep.equal({ same: 8 });
    expect(outcome.calls).to.deep.equal(["GET /integrations"]);
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: 8 });
  });

  it("shows impersonation and nothing else in the preview when it is switched on", async () => {
    await scenario.set({ impersonationRole: "IMMUTA_IMPERSONATION" });
    const outcome = await scenario.act("preview");
    expect(outcome.changes).to.deep.equal({ same: 7, update: 1 });
    expect(outcome).to.deep.include(unchanged);
    expect(outcome.output).to.match(
      /~ impersonation\s*: \{\n\s*~ enabled: false => true\n\s*\+ role\s*: "IMMUTA_IMPERSONATION"\n\s*\}/,
    );
    expect(outcome.output).not.to.match(/[~+-] (metadataDelimiters|password|bootstrap|__provider)/);
  });

  it("makes it edit script and PUT", async () => {
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ same: 7, update: 1 });
    expect(outcome.calls).to.deep.equal(edited);
    expect(new Set(outcome.batches.map((batch) => batch.split(":")[0]))).to.deep.equal(new Set(["claims"]));
    const digests = sandbox.immuta.journal.flatMap(({ method, bodyDigest }) =>
      bodyDigest === undefined ? [] : [`${method} ${bodyDigest}`],
    );
    expect(digests.map((digest) => digest.split(" ")[0])).to.deep.equal(["POST", "PUT"]);
    expect(new Set(digests.map((digest) => digest.split(" ")[1])).size, "the same bytes").to.equal(1);
    expect(managed()["impersonation"]).to.deep.equal({ enabled: true, role: "IMMUTA_IMPERSONATION" });
    expect(leftIn(sandbox, host, "claims").join()).to.contain("IMMUTA_IMPERSONATION");
  });

  it("makes other delimiters edit script and PUT, and leaves the role where it was", async () => {
    await scenario.set({ hashDelimiter: "#" });
    expect((await scenario.act("up")).calls).to.deep.equal(edited);
    expect(managed()).to.deep.equal({
      impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" },
      metadataDelimiters: { hashDelimiter: "#", hashKeyDelimiter: "-", arrayDelimiter: "," },
    });
  });

  it("makes several changes at once one edit script and one PUT", async () => {
    await scenario.set({ hashDelimiter: undefined, impersonationRole: undefined });
    expect((await scenario.act("up")).calls).to.deep.equal(edited);
    expect(managed()["impersonation"]).to.deep.equal({ enabled: false });
  });

  it("sets a changed password of the system account in master first", async () => {
    await scenario.set({ immutaPassword: secret("An0ther!") });
    const outcome = await scenario.act("up");
    expect(outcome.calls).to.deep.equal([
      "GET /integrations/3",
      "POST /integrations/scripts/initial-create",
      ...edited.slice(1),
    ]);
    const databases = outcome.batches.map((batch) => batch.split(":")[0]);
    expect(databases, "master first").to.deep.equal([...databases].sort().reverse());
    expect((await scenario.act("preview")).changes).to.deep.equal({ same: 8 });
  });

  it("keeps the login that runs the scripts in the state, takes an endpoint that the preview does not know for no replacement, and calls Immuta for a change of it never", async () => {
    await scenario.set({ sqlAdminPassword: secret("N3w-Adm1n!") });
    // Azure gives the workspace's endpoint anew, so the preview does not know it.
    const preview = await scenario.act("preview", { plain: true });
    expect(preview.changes).to.deep.equal({ same: 6, update: 2 });
    expect(preview).to.deep.include(unchanged);
    expect(preview.output).to.contain("may change, known at up: host");
    expect(preview.output).not.to.contain("REPLACES");
    const outcome = await scenario.act("up");
    expect(outcome.changes).to.deep.equal({ same: 6, update: 2 });
    expect(outcome).to.deep.include(unchanged);
  });

  it("removes what it made: scripts, DELETE, and a pool as empty as before", async () => {
    const { urn } = await resourceIn(scenario);
    const outcome = await scenario.act("destroy", { target: urn });
    expect(outcome.changes).to.deep.equal({ delete: 1, same: 7 });
    expect(outcome.calls).to.deep.equal([
      "GET /integrations/3",
      "POST /integrations/3/scripts/delete",
      "POST /integrations/scripts/post-cleanup",
      "DELETE /integrations/3",
      "GET /integrations/3",
    ]);
    expect(integrations(sandbox)).to.deep.equal([]);
    expect([...leftIn(sandbox, host, "claims"), ...leftIn(sandbox, host, "master")]).to.deep.equal([]);
    expect((await scenario.act("destroy")).changes).to.deep.equal({ delete: 7 });
    expect(sandbox.azure.resources()).to.deep.equal([]);
  });
});
