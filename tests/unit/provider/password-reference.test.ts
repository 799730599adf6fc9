import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { resolvePassword } from "../../../provider/passwords/reference";
import type { PasswordReference } from "../../../provider/synapse/inputs/table";

describe("passwords by reference", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-password-"));
  after(() => {
    rmSync(folder, { recursive: true });
    delete process.env["PULUMI_IMMUTA_TEST_PASSWORD"];
  });

  const problem = async (reference: PasswordReference): Promise<string> => {
    try {
      await resolvePassword(reference);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("expected a failure");
  };

  it("come from an environment variable", async () => {
    process.env["PULUMI_IMMUTA_TEST_PASSWORD"] = "s3cret one";
    expect(await resolvePassword({ env: "PULUMI_IMMUTA_TEST_PASSWORD" })).to.equal("s3cret one");
  });

  it("come from a file, without the newline at its end", async () => {
    const file = join(folder, "password");
    for (const end of ["", "\n", "\r\n"]) {
      writeFileSync(file, `s3cret two${end}`);
      expect(await resolvePassword({ file })).to.equal("s3cret two");
    }
  });

  it("are refused by name where they are not there, or cannot be passwords", async () => {
    expect(await problem({ file: join(folder, "none") })).to.match(
      /^The password from the file .*none is not there\.$/,
    );
    process.env["PULUMI_IMMUTA_TEST_PASSWORD"] = "c4nary\u0007";
    const text = await problem({ env: "PULUMI_IMMUTA_TEST_PASSWORD" });
    expect(text).to.match(
      /^The password from the environment variable PULUMI_IMMUTA_TEST_PASSWORD has a control character/,
    );
    expect(text).not.to.contain("c4nary");
  });
});
