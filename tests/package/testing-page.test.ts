import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ensureEngine } from "../../tools/engine";
import { installFlat, installSandbox } from "./installation";
import { node, pageFiles, runPage } from "./testing-page";
import { root, tarball, temporaryFolder } from "./tarball";

describe("docs/testing.md", function () {
  this.timeout(120_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    folder = temporaryFolder();
    installFlat(folder, await tarball());
    installSandbox(folder, await tarball("pulumi-immuta-sandbox"));
    // The user's own, in front of PATH.
    environment = { ...process.env, ...(await ensureEngine()).environment() };
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("has a test that runs as it stands, with the package as it is published", async () => {
    expect([...pageFiles().keys()]).to.deep.equal(["governance.ts", "governance.test.ts"]);
    const { code, printed } = await runPage(process.execPath, folder, environment);
    expect(code, printed).to.equal(0);
    expect(printed).to.match(/\b5 passing\b/);
  });

  it("has a command that works from an installation", async () => {
    const command = join(folder, "node_modules", "pulumi-immuta", "dist", "cli", "index.js");
    const page = readFileSync(join(root, "docs", "testing.md"), "utf8");
    const [, options = ""] = /npx pulumi-immuta sandbox (.*) -- pulumi preview/.exec(page) ?? [];
    const login = "console.log(process.env.IMMUTA_URL, process.env.PULUMI_DEBUG_PROVIDERS)";
    const { code, printed } = await node(
      process.execPath,
      folder,
      [command, "sandbox", ...options.split(" "), "--", process.execPath, "--eval", login],
      process.env,
    );
    expect(code, printed).to.equal(0);
    expect(printed).to.match(/^http:\/\/127\.0\.0\.1:\d+ azure-native:\d+\n$/);
  });

  it("starts the sandbox in an ES module too", async () => {
    const text =
      'import { startSandbox } from "pulumi-immuta-sandbox"; const { immuta, close } = await startSandbox();' +
      "console.log(new URL(immuta.url).hostname); await close();";
    const { printed } = await node(
      process.execPath,
      folder,
      ["--input-type=module", "--eval", text],
      process.env,
    );
    expect(printed).to.equal("127.0.0.1\n");
  });
});
