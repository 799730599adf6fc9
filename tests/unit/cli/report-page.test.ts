import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { reportOf, risks } from "../../../cli/report/model";
import { readPreview } from "../../../cli/report/read";
import { golden, recorded } from "./previews";

describe("docs/report.md", () => {
  const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "report.md"), "utf8");

  it("shows the report of a preview that the real engine made", () => {
    const markdown = readFileSync(join(golden, "impersonation-on.md"), "utf8");
    expect(page).to.include(`\`\`\`text\n${markdown.trimEnd()}\n\`\`\`\n`);
  });

  it("holds a pipeline that is YAML", () => {
    const pipelines = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]): unknown => parse(text));
    expect(pipelines).to.have.length(1);
  });

  it("has every word of --fail-on, and every field of --format json", () => {
    const told = [...page.matchAll(/^(?:\| ([^|]*) \||- ([^:]*):)/gm)].flatMap(([, cell, item]) =>
      [...(cell ?? item ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
    );
    expect(told).to.include.members([...risks]);
    const report = reportOf(readPreview(recorded("mixed.preview.json")));
    const fields = [...Object.keys(report), ...report.integrations.flatMap((one) => Object.keys(one))];
    expect(told).to.include.members([...new Set(fields)].filter((name) => name !== "format"));
  });
});
