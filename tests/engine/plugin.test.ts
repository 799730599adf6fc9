import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as immuta from "pulumi-immuta/plugin";
import { reportOf } from "../../cli/report/model";
import { readPreview } from "../../cli/report/read";
import type { Sandbox } from "../../sandbox";
import { ensureEngine } from "../../tools/engine";
import { host, manualArgs } from "./one-integration";
import { everythingIn, integrations, leftIn, root, type Scenario } from "./support";
import { plugin, twoFaces, type TwoFaces } from "./two-faces";

const id = `${host}/claims/governed`;
const { username: _account, password: _password, bootstrap: _login, ...told } = manualArgs;

describe("the plugin under the engine", function () {
  this.timeout(240_000);
  let faces: TwoFaces;
  let sandbox: Sandbox;

  beforeEach(async () => {
    faces = await twoFaces();
    ({ sandbox } = faces);
  });
  afterEach(() => faces.close());

  const declared =
    (args: Record<string, unknown> = manualArgs, opts?: pulumi.CustomResourceOptions) =>
    () => ({
      integrationId: plugin(args, opts).integrationId,
    });
  const impersonated = { ...manualArgs, impersonation: { enabled: true, role: "IMMUTA_IMPERSONATION" } };

  it("makes, shows a change in its own lines, changes, refreshes and removes", async () => {
    faces.program = declared();
    const scenario = await faces.openStack();
    const planned = await scenario.act("preview", { plain: true });
    expect(planned.calls).to.deep.equal([]);
    expect(planned.output).to.contain("POST /integrations");
    const { changes, outputs } = await scenario.act("up");
    expect(changes).to.deep.equal({ create: 2 });
    expect(outputs["integrationId"]?.value).to.equal("3");
    expect(everythingIn(scenario.opened.folder)).not.to.match(/c4nary-(Immuta1|Adm1n)!/);

    faces.program = declared(impersonated);
    const { output, calls } = await scenario.act("preview");
    expect(calls).to.deep.equal([]);
    expect(linesOf(output)).to.include.members([
      "~ impersonation: {",
      "~ enabled: false => true",
      '+ role   : "IMMUTA_IMPERSONATION"',
    ]);
    expect(output).not.to.match(/metadataDelimiters|bootstrap *:|password *:/);
    expect(await reported(scenario)).to.deep.equal([
      ["claims", "update", ["impersonation.enabled", "impersonation.role"]],
    ]);
    const updated = await scenario.act("up");
    expect(updated.changes).to.deep.equal({ same: 1, update: 1 });
    expect(updated.calls).to.include("PUT /integrations/3");

    sandbox.immuta.edit("3", { impersonation: { enabled: false } });
    expect((await scenario.act("refresh")).changes).to.deep.equal({ same: 1, update: 1 });
    expect((await scenario.act("up")).calls).to.include("PUT /integrations/3");
    expect((await scenario.act("up")).calls).to.deep.equal([]);
    await scenario.act("destroy");
    expect(integrations(sandbox)).to.deep.equal([]);
    expect(leftIn(sandbox, host, "claims")).to.deep.equal([]);
    expect(scenario.printed()).not.to.match(/c4nary|\berror\b|warning/i);
  });

  it("replaces where a program asks for it by replaceOnChanges", async () => {
    faces.program = declared(manualArgs, { replaceOnChanges: ["impersonation.role"] });
    const scenario = await faces.openStack();
    await scenario.act("up");
    faces.program = declared(impersonated, { replaceOnChanges: ["impersonation.role"] });
    expect((await scenario.act("up")).changes).to.deep.equal({ same: 1, replace: 1 });
    expect(integrations(sandbox)).to.have.length(1);
  });

  it("imports by either id, and takes the account that the program names then for the one that it has", async () => {
    faces.program = declared();
    await (await faces.openStack()).act("up");
    for (const [at, given] of ["3", id].entries()) {
      faces.program = declared(told, { import: given });
      const scenario = await faces.openStack();
      const imported = await scenario.act("up");
      expect(imported.changes).to.deep.equal({ create: 1, import: 1 });
      expect(imported.calls.every((call) => call.startsWith("GET "))).to.equal(true);
      faces.program = declared(at === 0 ? manualArgs : { ...manualArgs, password: "c4nary-An0ther!" });
      const { output } = await scenario.act("preview", { plain: true });
      expect(output).to.contain("stored only, nobody is called: username, password, bootstrap.username");
      expect((await scenario.act("up")).calls).to.deep.equal([]);
      expect((await scenario.act("preview")).changes).to.deep.equal({ same: 2 });
    }
  });

  it("is found where a tarball of it was installed", async () => {
    const { path } = await ensureEngine();
    const file = join(faces.folder, "immuta.tgz");
    execFileSync("tar", ["-czf", file, "-C", join(root, "plugin"), "."]);
    writeFileSync(join(faces.folder, "Pulumi.yaml"), JSON.stringify({ name: "faces", runtime: "nodejs" }));
    faces.program = declared();
    const scenario = await faces.openStack();
    const env = { ...process.env, ...scenario.opened.stack.workspace.envVars };
    const install = ["plugin", "install", "resource", "immuta", "0.1.0", "--file", file];
    execFileSync(path, install, { env, stdio: "pipe" });
    expect((await scenario.act("up")).changes).to.deep.equal({ create: 2 });
  });

  it("gets what is there, in previews as well", async () => {
    faces.program = declared();
    await (await faces.openStack()).act("up");
    faces.program = () => ({
      integrationId: immuta.SynapseIntegration.get("claims", "3").integrationId,
    });
    const scenario = await faces.openStack();
    expect((await scenario.act("preview")).calls).to.deep.equal(["GET /integrations"]);
    expect((await scenario.act("up")).outputs["integrationId"]?.value).to.equal("3");
    await scenario.act("destroy");
    expect(integrations(sandbox)).to.have.length(1);
  });

  it("answers look-ups of a program, each at the tenant of its provider", async () => {
    sandbox.immuta.seed({ id: 7, config: { host, database: "claims", schema: "governed" } });
    const { immuta: other, apiKey } = await faces.startAnother();
    other.seed({ id: 8, config: { host, database: "claims", schema: "governed" } });
    faces.program = () => {
      const elsewhere = { provider: new immuta.Provider("elsewhere", { url: other.url, apiKey }) };
      const place = { host, database: "claims", schema: "governed" };
      const account = { username: manualArgs.username, password: manualArgs.password };
      const scripts = immuta.getBootstrapScripts({ ...place, ...account });
      return {
        here: immuta.getIntegration(place).then(({ id }) => id),
        elsewhere: immuta.getIntegrationOutput(place, elsewhere).id,
        all: immuta.getIntegrationsOutput({ type: "Azure Synapse Analytics" }, elsewhere).length,
        batches: scripts.create.batches,
      };
    };
    const { outputs } = await (await faces.openStack()).act("up");
    expect([outputs["here"]?.value, outputs["elsewhere"]?.value, outputs["all"]?.value]).to.deep.equal([
      "7",
      "8",
      1,
    ]);
    expect(outputs["batches"]).to.have.property("secret", true);
  });

  it("reaches two tenants by two explicit providers, whatever the environment says", async () => {
    const other = await faces.startAnother();
    const at = (name: string, { immuta: { url }, apiKey, environment }: Sandbox): immuta.Provider =>
      new immuta.Provider(name, {
        url,
        apiKey,
        sqlServer: environment["IMMUTA_SQL_SERVER"],
        sqlPort: Number(environment["IMMUTA_SQL_PORT"]),
      });
    faces.program = () => {
      const [one, two] = [at("one", sandbox), at("two", other)];
      return {
        one: plugin(manualArgs, { provider: one }, "one").tenant,
        two: plugin(manualArgs, { provider: two }, "two").tenant,
      };
    };
    const authorities = join(faces.folder, "authorities.pem");
    const each = faces.sandboxes.map(({ environment }) =>
      readFileSync(environment["NODE_EXTRA_CA_CERTS"] ?? ""),
    );
    writeFileSync(authorities, each.join("\n"));
    const scenario = await faces.openStack({
      IMMUTA_URL: "https://nobody.invalid",
      NODE_EXTRA_CA_CERTS: authorities,
    });
    const { outputs } = await scenario.act("up");
    expect([outputs["one"]?.value, outputs["two"]?.value]).to.deep.equal(
      [sandbox, other].map(({ immuta: { url } }) => new URL(url).origin),
    );
    for (const one of faces.sandboxes) expect(integrations(one)).to.have.length(1);
    const stored = everythingIn(join(scenario.opened.folder, "state"));
    for (const { apiKey } of faces.sandboxes) expect(stored).not.to.contain(apiKey);
    await scenario.act("destroy");
    for (const one of faces.sandboxes) expect(integrations(one)).to.deep.equal([]);
  });

  it("gives the engine a schema that it has no complaint of", async () => {
    const { path } = await ensureEngine();
    const cli = (...args: string[]): string => execFileSync(path, args, { cwd: root, encoding: "utf8" });
    expect(cli("schema", "check", "provider/plugin/schema.json")).to.equal("");
    const given = JSON.parse(cli("package", "get-schema", "./plugin/pulumi-resource-immuta")) as object;
    const committed = readFileSync(join(root, "provider", "plugin", "schema.json"), "utf8");
    expect(given).to.deep.include({ name: "immuta", version: "0.1.0" });
    expect(Object.keys(given)).to.have.members(Object.keys(JSON.parse(committed) as object));
  });
});

/** What `pulumi-immuta report` reads of a preview: name, action and changes of each integration. */
async function reported({ opened: { stack } }: Scenario): Promise<[string, string, string[]][]> {
  const events: string[] = [];
  await stack.preview({ onEvent: (event) => void events.push(JSON.stringify(event)) });
  const { integrations: found } = reportOf(readPreview(Buffer.from(events.join("\n"))));
  return found.map(({ name, action, changes }) => [name, action, changes.map(({ property }) => property)]);
}

const linesOf = (output: string): string[] => output.split("\n").map((line) => line.trim());
