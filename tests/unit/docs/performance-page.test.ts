import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Results } from "../../../tools/bench/campaign";
import { pageOf } from "../../../tools/bench/index";
import { picture } from "../../../tools/bench/page";

const docs = join(__dirname, "..", "..", "..", "docs");
const written = (name: string): string => readFileSync(join(docs, name), "utf8");

describe("docs/performance.md", () => {
  const results = JSON.parse(written("performance.json")) as Results;

  it("is what the benchmark makes of its figures, and nothing else", async () => {
    expect(written("performance.md")).to.equal(await pageOf(results));
    expect(written("performance.svg")).to.equal(picture(results));
  });

  it("is of medians of five rounds", () => {
    expect(results.rounds).to.be.at.least(5);
  });
});
