import { expect } from "chai";
import { reportOf } from "../../cli/report/model";
import { readPreview } from "../../cli/report/read";
import { type OneIntegration, manualArgs, oneIntegration } from "./one-integration";
import { previewed } from "./previewed";

describe("the settings of Immuta's contract come through the engine", function () {
  this.timeout(120_000);
  let one: OneIntegration;
  before(async () => {
    one = await oneIntegration(manualArgs, { switches: { editScriptRunsIn: "master" } });
  });
  after(() => one.close());

  const impersonation = { enabled: true, role: "IMMUTA_IMPERSONATION" };

  it("structured settings of the stack are in the preview, in the report, and in what up runs", async () => {
    const { stack } = one.scenario.opened;
    expect((await one.scenario.act("up")).changes).to.deep.equal({ create: 2 });
    await stack.setConfig("immuta:contract.editScriptIn", { value: "master" }, true);
    await stack.setConfig("immuta:contract.listLag", { value: "30" }, true);
    // They make no difference by themselves.
    expect((await one.scenario.act("preview")).changes).to.deep.equal({ same: 2 });
    one.args = { ...manualArgs, impersonation };
    const { printed } = await previewed(stack, ["--json"]);
    expect(printed).to.contain("edit script → database master");
    expect(readPreview(Buffer.from(printed)).contract).to.equal('{"editScriptIn":"master","listLag":30}');
    expect(reportOf(readPreview(Buffer.from(printed))).integrations).to.have.length(1);
    expect((await one.scenario.act("up")).changes).to.deep.equal({ same: 1, update: 1 });
  });

  it("a name and a word that are none are refused in the preview, both at once", async () => {
    const { stack } = one.scenario.opened;
    await stack.setConfig("immuta:contract.sendPorts", { value: "always" }, true);
    await stack.setConfig("immuta:contract.askStatus", { value: "perhaps" }, true);
    one.sandbox.immuta.clearJournal();
    const output = await one.scenario.fail("preview");
    expect(output).to.contain("immuta:contract.sendPorts is not known. Did you mean sendPort?");
    expect(output).to.contain("immuta:contract.askStatus is not known. Give yes or no.");
    expect(one.sandbox.immuta.journal).to.deep.equal([]);
  });
});
