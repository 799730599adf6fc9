import { readdirSync, readFileSync } from "node:fs";
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
    "java/src/main/java/com/pulumi/immuta/SynapseIntegration.java": ".autoBootstrap(false) // manual setup",
    "dotnet/SynapseIntegration.cs": "AutoBootstrap = false, // manual setup",
  };
  for (const [file, call] of Object.entries(languages))
    it(`${file} has the example of its own language, and no other`, () => {
      const text = readFileSync(join(folder, file), "utf8");
      expect(text)
        .to.contain(call)
        .and.not.to.match(/```yaml|{{%|```typescript/);
    });

  it("of C# have the names that its example says, which nothing here compiles", () => {
    const program = readFileSync(join(__dirname, "..", "..", "examples", "csharp", "Program.cs"), "utf8");
    const said = (pattern: RegExp): string[] => [...program.matchAll(pattern)].map(([, name = ""]) => name);
    const source = readdirSync(join(folder, "dotnet"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".cs"))
      .map((name) => readFileSync(join(folder, "dotnet", name), "utf8"))
      .join("\n");
    const members = {
      SynapseIntegration: said(/claims\.(\w+)/g),
      SynapseIntegrationArgs: said(/^ {8}(\w+) = /gm),
      BootstrapArgs: said(/new (BootstrapArgs)\(\)/g),
      ImpersonationArgs: said(/^ {12}(\w+) = /gm),
    };
    expect(Object.values(members).map(({ length }) => length)).to.deep.equal([2, 8, 1, 2]);
    for (const [type, names] of Object.entries(members)) {
      const [declared = ""] =
        new RegExp(`public \\w+ (partial )?class ${type} : [^]*?^    }$`, "m").exec(source) ?? [];
      for (const name of names) expect(declared).to.match(new RegExp(`public .*\\b${name}\\b\\s*[({]`));
    }
    for (const space of said(/^using (Pulumi\.\S+);/gm)) expect(source).to.contain(`namespace ${space}\n`);
  });
});
