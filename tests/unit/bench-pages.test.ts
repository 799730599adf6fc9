import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Results } from "../../tools/bench/campaign";
import { files, pageOf } from "../../tools/bench/index";
import { picture } from "../../tools/bench/page";

const written = (path: string): string => readFileSync(path, "utf8");

describe("the page of the benchmark", () => {
  const results = JSON.parse(written(files.figures)) as Results;

  it("is what it makes of its figures, and nothing else", async () => {
    expect(written(files.page)).to.equal(await pageOf(results));
    expect(written(files.picture)).to.equal(picture(results));
  });

  it("is of medians of several rounds", () => {
    expect(results.rounds).to.be.at.least(3);
  });
});
