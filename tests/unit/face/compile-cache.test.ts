import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cacheCompiled } from "../../../provider/face/compile-cache";

describe("what Node compiled", () => {
  let folder: string;
  let enabled: string[];
  const enable = (where: string): void => void enabled.push(where);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-compiled-"));
    enabled = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is kept in a folder that is the user's alone", function () {
    if (process.platform === "win32") this.skip();
    const own = join(folder, "a", "b");
    cacheCompiled(own, enable);
    expect(enabled).to.deep.equal([own]);
    expect(statSync(own).mode & 0o777).to.equal(0o700);
  });

  it("is not kept where others may write, or nobody can", function () {
    if (process.platform === "win32") this.skip();
    chmodSync(folder, 0o777);
    cacheCompiled(folder, enable);
    cacheCompiled("/dev/null/compiled", enable);
    expect(enabled).to.deep.equal([]);
  });
});
