import { readFileSync } from "node:fs";
import { expect } from "chai";
import { page } from "../../../docs/render-troubleshooting";
import { failureKinds, hintsByNumber } from "../../../provider";

describe("docs/troubleshooting.md", () => {
  it("is what the failures, the table of recovery and the hints say", async () => {
    expect(await page.isUpToDate(), "docs/troubleshooting.md is out of date: run `npm run docs`").to.equal(
      true,
    );
  });

  it("has a heading for every code and a row for every number", () => {
    const text = readFileSync(page.path, "utf8");
    expect(failureKinds()).to.have.length.greaterThan(25);
    for (const { code } of failureKinds()) expect(text).to.contain(`\n### ${code}\n`);
    expect(hintsByNumber().map(([number]) => number)).to.include.members([18456, 42108, 47073]);
    for (const [number, hint] of hintsByNumber()) {
      expect(hint, String(number)).not.to.equal("");
      expect(text).to.match(new RegExp(`\\| (\\d+, )*${number}(, \\d+)* +\\| `));
    }
  });

  it("is told of no failure twice", () => {
    const titles = failureKinds().map(({ title }) => title);
    expect(new Set(titles).size).to.equal(titles.length);
  });
});
