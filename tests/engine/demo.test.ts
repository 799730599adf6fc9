import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { root } from "./support";

describe("npm run demo, the README's first command", () => {
  it("goes through its story to the end, each step as it announced", async function () {
    this.timeout(240_000);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--require", require.resolve("tsx/cjs"), join(root, "tools", "demo", "index.ts")],
      { cwd: root, maxBuffer: 1 << 26 },
    );
    expect(stdout.trimEnd().split("\n").at(-1)).to.equal("Every step did what it announced.");
  });
});
