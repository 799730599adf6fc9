import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { having, sdks } from "../pool/foreign/parts";

describe("the generated SDKs", function () {
  this.timeout(600_000);
  let folder: string;
  before(async function () {
    folder = await having(this, sdks);
  });

  const languages = {
    "python/pulumi_immuta/synapse_integration.py": "auto_bootstrap=False,  # manual setup",
    "go/immuta/synapseIntegration.go": 'NewSynapseIntegration(ctx, "claims", ',
  };
  for (const [file, call] of Object.entries(languages))
    it(`${file} has the example of its own language, and no other`, () => {
      const text = readFileSync(join(folder, file), "utf8");
      expect(text)
        .to.contain(call)
        .and.not.to.match(/```yaml|{{%|```typescript/);
    });
});
