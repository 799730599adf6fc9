import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { manualArgs } from "./one-integration";
import { integrations, resourceIn, root, type Scenario } from "./support";
import { dynamic, plugin, twoFaces, type TwoFaces } from "./two-faces";

describe("a rename, as docs/how-to.md says it", function () {
  this.timeout(240_000);
  let faces: TwoFaces;
  let scenario: Scenario;

  beforeEach(async () => {
    faces = await twoFaces();
    scenario = await faces.openStack();
  });
  afterEach(() => faces.close());

  it("is by the option that is tried here", () => {
    expect(readFileSync(join(root, "docs", "how-to.md"), "utf8")).to.contain(
      'new immuta.SynapseIntegration("claims-prod", args, { aliases: [{ name: "claims" }] });',
    );
  });

  for (const [face, made] of [
    ["the class", dynamic],
    ["the plugin's", plugin],
  ] as const)
    it(`of ${face} calls nobody with the alias, and without it is refused with nothing changed`, async () => {
      faces.declare(() => made(manualArgs));
      await scenario.act("up");
      const before = integrations(faces.sandbox);
      faces.declare(() => made(manualArgs, {}, "claims-prod"));
      const refused = await scenario.fail("up");
      expect(refused).to.contain("give that name in the resource option aliases");
      expect(refused).to.contain("explain IMMUTA-TAKEN");
      expect(integrations(faces.sandbox)).to.deep.equal(before);
      faces.declare(() => made(manualArgs, { aliases: [{ name: "claims" }] }, "claims-prod"));
      const renamed = await scenario.act("up");
      expect(renamed.changes).to.deep.equal({ same: 2 });
      expect(renamed.calls).to.deep.equal([]);
      expect((await resourceIn(scenario)).urn).to.match(/::claims-prod$/);
      // The old name is known no more, so the alias may go.
      faces.declare(() => made(manualArgs, {}, "claims-prod"));
      expect((await scenario.act("up")).changes).to.deep.equal({ same: 2 });
    });
});
