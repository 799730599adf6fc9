import { readFileSync, realpathSync, rmSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadProgram } from "../../tools/engine/stack";
import { startSandbox, type Sandbox } from "../../sandbox";
import { installLink } from "../package/installation";
import { expectGolden } from "./planned";
import { open, root, secret, type Scenario } from "./support";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** The first block of this language that matches. */
const block = (language: string, contains: RegExp): string =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))]
    .map(([, text = ""]) => text)
    .find((text) => contains.test(text)) ?? expect.fail(`README.md has no such block: ${String(contains)}`);

/** What the engine prints when all is done, but for how long it took. */
const ending = (output: string): string =>
  `${output.slice(output.indexOf("Diagnostics:"), output.indexOf("Duration:")).trimEnd()}\n`;

describe("README.md", function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let scenario: Scenario;
  let folder: string;

  beforeEach(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(realpathSync(tmpdir()), "pulumi-immuta-readme-"));
  });
  afterEach(async () => {
    scenario.opened.remove();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it("has a program that governs a pool, and prints what docs/up.svg shows", async () => {
    const [, host = "", database = ""] = /sandbox --pool (\S+)\/(\w+)/.exec(readme) ?? [];
    sandbox.synapse.createWorkspace({
      host,
      administratorLogin: "sqladmin",
      administratorPassword: "Adm1n!",
    });
    sandbox.synapse.createPool(host, database);
    // So that a slow machine asks before it is over.
    sandbox.immuta.delays.creating = 5000;
    installLink(folder);
    writeFileSync(join(folder, "index.ts"), block("ts", /new immuta\.SynapseIntegration/));
    scenario = await open(sandbox, undefined, {
      workDir: root,
      projectName: "governance",
      program: loadProgram(join(folder, "index.ts")),
      config: { immutaPassword: secret("Immuta-Sandbox-1!") },
      env: { IMMUTA_SQL_ADMIN_USERNAME: "sqladmin", IMMUTA_SQL_ADMIN_PASSWORD: "Adm1n!" },
    });
    const { output } = await scenario.act("up");
    expectGolden("readme-up", ending(output));
  });
});
