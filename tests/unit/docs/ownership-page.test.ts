import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const docs = join(__dirname, "..", "..", "..", "docs");
const page = readFileSync(join(docs, "ownership.md"), "utf8");

/** Of a file, or of all files of a folder. */
const textAt = (path: string): string =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .map((name) => readFileSync(join(path, name), "utf8"))
        .join("\n")
    : readFileSync(path, "utf8");

describe("docs/ownership.md", () => {
  const files = new Map(
    [...page.matchAll(/\[(\w+)\]\((\.\.\/tests\/[\w./-]+)\)/g)].map(([, name = "", path = ""]) => [
      name,
      textAt(join(docs, path)),
    ]),
  );
  const rules = page
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (Rule|-)/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

  it("has a test for each rule", () => {
    expect(rules).to.have.length.greaterThan(20);
    for (const [, rule = "", shownBy = ""] of rules) {
      const named = [...shownBy.matchAll(/(?:^|; |\[)(\w+)/g)].map(([, name = ""]) => name);
      expect(named, rule).not.to.deep.equal([]);
      expect([...files.keys()], rule).to.include.members(named);
    }
  });

  it("names tests that there are, in the files that it names", () => {
    for (const [, rule = "", shownBy = ""] of rules)
      for (const part of shownBy.split("; ")) {
        const text = files.get(/\w+/.exec(part)?.[0] ?? "") ?? "";
        for (const [, title = ""] of part.matchAll(/"([^"]+)"/g))
          for (const piece of title.split("…"))
            expect(text.includes(piece.trim()), `${rule}: ${title}`).to.equal(true);
      }
  });
});
