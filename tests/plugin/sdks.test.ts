import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { having, pythonProgram, sdks } from "../pool/foreign/parts";

const run = promisify(execFile);
const root = join(__dirname, "..", "..");

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
    const program = readFileSync(join(root, "examples", "csharp", "Program.cs"), "utf8");
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

  const page = readFileSync(join(root, "docs", "how-to.md"), "utf8");
  const [, inPython = "", inGo = ""] = /^In Python `(.+)`, in Go\s`(.+)`\./m.exec(page) ?? [];

  it("of Go compile with the alias of docs/how-to.md", async () => {
    const to = mkdtempSync(join(tmpdir(), "pulumi-immuta-alias-"));
    try {
      for (const file of ["go.mod", "go.sum"]) cpSync(join(root, "examples", "go", file), join(to, file));
      cpSync(join(folder, "go"), join(to, "sdk", "go"), { recursive: true });
      writeFileSync(join(to, "main.go"), programWith(inGo));
      await run("go", ["vet", "-mod=readonly", "."], { cwd: to, env: { ...process.env, GOWORK: "off" } });
    } finally {
      rmSync(to, { recursive: true, force: true });
    }
  });

  describe("of Python", () => {
    let python: string;
    before(async function () {
      python = await having(this, pythonProgram);
    });

    it("have Pulumi's options, with the alias of docs/how-to.md among them", async () => {
      const program = `import pulumi; print([alias.name for alias in dict(${inPython})["opts"].aliases])`;
      expect((await run(python, ["-c", program])).stdout.trim()).to.equal("['claims']");
    });
  });
});

const programWith = (option: string): string => `package main

import (
	"example.com/pulumi-immuta/sdk/go/immuta"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := immuta.NewSynapseIntegration(ctx, "claims-prod", nil, ${option})
		return err
	})
}
`;
