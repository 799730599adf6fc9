import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(__dirname, "..", "..", "..");
const page = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8");

/** All texts of the package, with those that are put together over several lines in one piece. */
const source = ["provider", "sdk"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => readFileSync(join(root, folder, name), "utf8")),
  )
  .join("\n")
  .replace(/["'`]\s*\+\s*["'`]/g, "")
  .replaceAll("\\`", "`");

const messages = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? "");

const saidSomewhere = (message: string): boolean =>
  message.split("…").every((piece) => source.includes(piece.trim()));

describe("docs/troubleshooting.md", () => {
  it("quotes messages that there are", () => {
    expect(messages).to.have.length.greaterThan(40);
    expect(messages.filter((message) => !saidSomewhere(message))).to.deep.equal([]);
    expect(saidSomewhere("The pool is asleep")).to.equal(false);
  });

  it("quotes each once, with more than dots", () => {
    expect(new Set(messages).size).to.equal(messages.length);
    for (const message of messages)
      expect(message.replaceAll("…", "").trim().length, message).to.be.greaterThan(12);
  });

  it("has every number of a server's refusal that gets advice", () => {
    const advice = readFileSync(join(root, "provider", "sql", "hints.ts"), "utf8");
    const table = advice.slice(
      advice.indexOf("const forNumber"),
      advice.indexOf("\n]);", advice.indexOf("const forNumber")),
    );
    const numbers = [...table.matchAll(/(?<=[[\s])\d{3,6}(?=[,\]])/g)].map(([number]) => number);
    expect(numbers).to.include.members(["18456", "47073", "40197", "40613", "110806"]);
    expect(numbers.filter((number) => !page.includes(number))).to.deep.equal([]);
  });
});
