import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ensureEngine } from "../../engine";
import { installFlat } from "./installation";
import { write } from "./programs";
import { root, tarball, temporaryFolder } from "./tarball";

/** Files of a page: the `ts` blocks, each named by the text before it. */
function filesOf(page: string): Map<string, string> {
  const blocks = page.matchAll(/`([\w.]+\.ts)`[^`]*?:\n\n```ts\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, name = "", text = ""]) => [name, text]));
}

interface Ended {
  code: number;
  printed: string;
}

function node(folder: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: out + err });
    });
  });
}

describe("docs/testing.md", function () {
  this.timeout(120_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    folder = temporaryFolder();
    installFlat(folder, await tarball());
    // The user's own, in front of PATH.
    environment = { ...process.env, ...(await ensureEngine()).environment() };
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("has a test that runs as it stands, with the package as it is published", async () => {
    const files = filesOf(readFileSync(join(root, "docs", "testing.md"), "utf8"));
    expect([...files.keys()]).to.deep.equal(["governance.ts", "governance.test.ts"]);
    for (const [name, text] of files) write(join(folder, name), text);
    const [mocha, tsx] = ["mocha/bin/mocha.js", "tsx/dist/cjs/index.cjs"].map((file) =>
      join(root, "node_modules", file),
    );
    const { code, printed } = await node(
      folder,
      [mocha ?? "", "--no-config", "--require", tsx ?? "", "governance.test.ts"],
      environment,
    );
    expect(code, printed).to.equal(0);
    expect(printed).to.match(/\b5 passing\b/);
  });

  it("has a command that works from an installation", async () => {
    const command = join(folder, "node_modules", "pulumi-immuta", "dist", "cli", "index.js");
    const page = readFileSync(join(root, "docs", "testing.md"), "utf8");
    const [, options = ""] = /npx pulumi-immuta sandbox (.*) -- pulumi preview/.exec(page) ?? [];
    const login = "console.log(process.env.IMMUTA_URL, process.env.PULUMI_DEBUG_PROVIDERS)";
    const { code, printed } = await node(
      folder,
      [command, "sandbox", ...options.split(" "), "--", process.execPath, "--eval", login],
      process.env,
    );
    expect(code, printed).to.equal(0);
    expect(printed).to.match(/^http:\/\/127\.0\.0\.1:\d+ azure-native:\d+\n$/);
  });

  it("starts the sandbox in an ES module too", async () => {
    const text =
      'import { startSandbox } from "pulumi-immuta/sandbox"; const { immuta, close } = await startSandbox();' +
      "console.log(new URL(immuta.url).hostname); await close();";
    const { printed } = await node(folder, ["--input-type=module", "--eval", text], process.env);
    expect(printed).to.equal("127.0.0.1\n");
  });
});
