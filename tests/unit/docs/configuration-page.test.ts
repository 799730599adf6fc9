import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { settings } from "../../../provider";

const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "configuration.md"), "utf8");

describe("docs/configuration.md", () => {
  it("names variables that the provider reads in the environment of Pulumi ESC, and takes each secret from the vault", () => {
    const [, block = ""] = /```yaml\n(values:[\s\S]*?)```/.exec(page) ?? [];
    const { values } = parse(block) as { values: { environmentVariables: Record<string, string> } };
    const known = new Map(Object.values(settings).map((setting) => [setting.env as string, setting]));
    for (const [name, value] of Object.entries(values.environmentVariables)) {
      const { secret = false } = (known.get(name) ?? {}) as { secret?: boolean };
      expect([...known.keys()]).to.include(name);
      expect(value.startsWith("${azure.secrets."), name).to.equal(secret);
    }
  });
});
