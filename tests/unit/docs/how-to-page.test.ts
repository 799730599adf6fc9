import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "how-to.md"), "utf8");

describe("docs/how-to.md", () => {
  it("leads from the words that are searched for to a section of each", () => {
    const [, table = ""] = /^## Looking for\n([\s\S]*?)^## /m.exec(page) ?? [];
    const found = [...table.matchAll(/^\| ([^|]+) \|.*\]\([^)]+\)/gm)].flatMap(([, words = ""]) =>
      words.trim().split(", "),
    );
    expect(found).to.include.members(
      "rename alias import taint rotate drift tenants fleet policy ESC proxy timeouts yarn".split(" "),
    );
  });
});
