import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { startSandbox, type Sandbox } from "../../sandbox";
import { open, root, secret, type Scenario } from "./support";

describe("the program of this repository's Pulumi.yaml", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let scenario: Scenario;

  before(async () => {
    sandbox = await startSandbox();
    scenario = await open(sandbox, "quickstart", {
      workDir: root,
      env: { IMMUTA_URL: "" },
      config: {
        "azure-native:location": "westeurope",
        sqlAdminPassword: secret("c4nary-Adm1n!"),
        immutaPassword: secret("c4nary-Immuta1!"),
      },
    });
  });
  after(async () => {
    scenario.opened.remove();
    await sandbox.close();
  });

  it("is examples/quickstart", () => {
    expect(parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"))).to.include({
      main: "examples/quickstart",
    });
  });

  it("refuses in the preview to make anything in Azure while nobody said which Immuta is to govern it", async () => {
    const printed = await scenario.fail("preview");
    expect(printed).to.contain(
      "error: Nothing is made in Azure before it is known which Immuta is to govern it: set IMMUTA_URL, or `pulumi config set immuta:url https://<your tenant>`.",
    );
    expect(printed).not.to.match(/Unhandled exception|^\s+at .*index\.ts/m);
    expect(sandbox.azure.journal).to.deep.equal([]);
  });

  it("goes on where immuta:url says it", async () => {
    await scenario.set({ "immuta:url": sandbox.immuta.url });
    expect((await scenario.act("preview")).changes).to.deep.equal({ create: 8 });
  });
});
