import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { fileAuditLog } from "../../../provider/core/audit-log";

describe("the audit log", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-trail-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const lines = (file: string): Record<string, unknown>[] =>
    readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("has a line before each act and one after it, with its result", () => {
    const file = join(folder, "audit.jsonl");
    const auditLog = fileAuditLog(file, "urn:x");
    const ended = auditLog.begin({ act: "POST /integrations", on: "tenant.example" });
    expect(
      lines(file).map(({ state }) => state),
      "before the act is done",
    ).to.deep.equal(["begin"]);
    ended("201");
    const [begin, end] = lines(file);
    expect(begin).to.deep.include({ resource: "urn:x", act: "POST /integrations", on: "tenant.example" });
    expect(end).to.deep.include({ state: "end", result: "201", id: begin?.["id"] });
    expect(end).to.have.property("milliseconds").that.is.a("number");
  });

  it("lets nothing be done unseen", () => {
    const auditLog = fileAuditLog(join(folder, "no", "such", "folder.jsonl"), "urn:x");
    expect(() => auditLog.begin({ act: "DELETE /integrations/7", on: "tenant.example" })).to.throw(
      /^The audit log \(IMMUTA_AUDIT_LOG\) cannot be written, so nothing was done: ENOENT/,
    );
  });
});
