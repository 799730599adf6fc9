import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { having, yamlHost } from "../pool/foreign/parts";
import { host, projectOf, type Project } from "./other-languages";
import { integrations, leftIn } from "./support";

describe("a program in YAML", function () {
  this.timeout(180_000);
  let project: Project;
  // There is nothing to close where the tests are skipped.
  let close: () => Promise<void> = () => Promise.resolve();

  before(async function () {
    project = await projectOf("yaml", dirname(await having(this, yamlHost)));
    close = project.close;
    await project.initStack("dev");
  });
  after(() => close());

  it("is previewed with nobody called, set up, unchanged", async () => {
    const { pulumi, calls } = project;
    expect(await pulumi("preview")).to.contain("initial-create script → database master");
    expect(calls()).to.deep.equal([]);
    expect(await pulumi("up", "--yes")).to.match(/\+ 2 created/);
    expect(await pulumi("stack", "output", "integrationId")).to.equal("3\n");
    const before = calls().length;
    expect(await pulumi("preview", "--expect-no-changes")).to.contain("2 unchanged");
    expect(calls()).to.have.length(before);
    expect(await pulumi("stack", "export")).not.to.contain("c4nary");
  });

  it("is written by `pulumi import` of what is there, and previews as unchanged", async () => {
    const { pulumi, calls, folder, initStack } = project;
    await initStack("imported");
    const imported = ["immuta:index:SynapseIntegration", "claims", "3", "--protect=false", "--yes"];
    const printed = await pulumi("import", ...imported);
    expect(printed).not.to.match(/almost certainly a bug|error:/);
    const [, code = ""] = /^(resources:\n(?: .*\n)+)/m.exec(printed) ?? [];
    expect(code)
      .to.contain("role: IMMUTA_IMPERSONATION")
      .and.not.to.match(/username|password/);
    const program = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
    writeFileSync(join(folder, "Pulumi.yaml"), program.replace(/^resources:[^]*/m, code));
    const before = calls().length;
    expect(await pulumi("preview", "--expect-no-changes")).to.contain("2 unchanged");
    expect(calls()).to.have.length(before);
    writeFileSync(join(folder, "Pulumi.yaml"), program);
  });

  it("is taken away again", async () => {
    await project.pulumi("destroy", "--yes", "--stack=dev");
    expect(integrations(project.sandbox)).to.deep.equal([]);
    expect(leftIn(project.sandbox, host, "claims")).to.deep.equal([]);
  });
});
