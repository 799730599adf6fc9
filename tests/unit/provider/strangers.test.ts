import { expect } from "chai";
import fc from "fast-check";
import ts from "typescript";
import {
  harmless,
  harmlessJson,
  listed,
  literal,
  longestText,
  mostItems,
  teller,
  told,
} from "../../../provider/core/strangers";

/** What must never come out, whatever went in: as others read it, not as the module writes it. */
const steersOrHides =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u;
const obeyed = (text: string): boolean =>
  /##(vso|teamcity)?\[/i.test(text) ||
  /section_(start|end):/i.test(text) ||
  text.includes("<{%") ||
  // The runner takes blanks off both ends of a line first.
  text.split("\n").some((line) => /^\s*::[a-z]/i.test(line));

describe("the text of strangers", () => {
  const cases: readonly [what: string, text: string, told: string][] = [
    ["plain words", "Login failed for user 'x'.", "Login failed for user 'x'."],
    ["other scripts, marks and pictures", "Gołębie, 数据, é, 👍", "Gołębie, 数据, é, 👍"],
    ["colours", "\u001b[31mred\u001b[0m", "\\u{1b}[31mred\\u{1b}[0m"],
    ["a window's title, a bell, a zero", "\u001b]0;pwned\u0007\u0000", "\\u{1b}]0;pwned\\u{7}\\u{0}"],
    ["controls of one byte that few know", "\u009b31m\u0085x\u007f", "\\u{9b}31m x\\u{7f}"],
    ["lines", "one\r\n  two\n\n\nthree", "one two three"],
    ["a line that is written over", "safe\rgone", "safe gone"],
    ["tabs", "a\tb", "a b"],
    ["separators of lines and paragraphs", "a\u2028b\u2029c", "a b c"],
    ["a direction turned round", "a\u202eb\u2066c\u2069", "a\\u{202e}b\\u{2066}c\\u{2069}"],
    ["what is not seen", "a\u200bb\ufeffc\u00ad", "a\\u{200b}b\\u{feff}c\\u{ad}"],
    ["half a character", "a\ud83dz", "a\\u{d83d}z"],
    ["blanks at both ends", " \n a \n ", "a"],
    ["nothing", "", ""],
    [
      "a variable of Azure Pipelines",
      "x ##vso[task.setvariable variable=y]z",
      "x ## vso[task.setvariable variable=y]z",
    ],
    ["the same in capitals", "##VSO[task.complete]", "## VSO[task.complete]"],
    ["the same with more in front", "###vso[a]", "### vso[a]"],
    ["a section, a command and an error of Azure's", "##[error]no ##[section]", "## [error]no ## [section]"],
    ["TeamCity's", "##teamcity[setParameter name='a']", "## teamcity[setParameter name='a']"],
    ["GitHub's error", "::error file=a::b", ": :error file=a::b"],
    ["GitHub's output, after a line of its own", "ok\n::set-output name=a::b", "ok : :set-output name=a::b"],
    ["GitHub's mask, after blanks", "  ::add-mask::a", ": :add-mask::a"],
    ["GitLab's sections", "\u001b[0Ksection_start:1:a\r\u001b[0K", "\\u{1b}[0Ksection_ start:1:a \\u{1b}[0K"],
    ["a colour that the engine does not know", "<{%nothing%}>", "< {%nothing%}>"],
    [
      "what only looks so",
      "GRANT CONTROL ON DATABASE::[c], SCHEMA::dbo, ::1, a##b, [##t]",
      "GRANT CONTROL ON DATABASE::[c], SCHEMA::dbo, ::1, a##b, [##t]",
    ],
    ["more than is read", "x".repeat(20_234), `${"x".repeat(2000)}… and 18,234 characters more`],
  ];
  for (const [what, text, expected] of cases)
    it(`is told as text: ${what}`, () => {
      expect(told(text)).to.equal(expected);
    });

  it("is masked as it came, before it is cut or written otherwise", () => {
    const mask = (text: string): string => text.replaceAll("pass\u0007word", "***");
    expect(told("a pass\u0007word b", { mask })).to.equal("a *** b");
    expect(told("0123456pass\u0007word", { mask, longest: 9 })).to.equal("0123456**… and 1 character more");
  });

  it("takes no long time over much of nothing", () => {
    for (const text of ["\n".repeat(5_000_000), `a${" \n".repeat(2_000_000)}b`, "#".repeat(5_000_000)])
      expect(told(text).length).to.be.lessThan(2 * longestText);
  });

  const nasty = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom(
          "##",
          "#",
          "vso",
          "[",
          "teamcity",
          "::",
          ":",
          "error",
          "set-output name=a::",
          "section_",
          "start:",
          "end:1",
          "<",
          "{%",
          "\r\n",
          "\n",
          "\r",
          "\t",
          " ",
          "\u001b[0m",
          "\u202e",
          "\u2028",
          "\u200b",
          "\u0085",
          "\ud800",
          "…",
          "a",
        ),
      ),
      { maxLength: 60 },
    )
    .map((pieces) => pieces.join(""));

  it("neither steers, hides nor commands, in one line of bounded length", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 300 }), (text, longest) => {
        const line = told(text, { longest });
        expect(line)
          .not.to.match(steersOrHides)
          .and.not.to.match(/[\n\t]/);
        expect(obeyed(line), line).to.equal(false);
        expect(line.length).to.be.at.most(2 * longest + 40);
        expect(told(line, { longest: 10_000 })).to.equal(line);
      }),
      { numRuns: 2000 },
    );
  });

  it("does not behind text of our own either, whose lines stay", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const said = harmless(`Ours:\n  - ${text}\n\tend`);
        expect(said.replaceAll("\t", "")).not.to.match(steersOrHides);
        expect(obeyed(said), said).to.equal(false);
        expect(said.startsWith("Ours:\n  - ")).to.equal(true);
        expect(harmless(said)).to.equal(said);
      }),
      { numRuns: 2000 },
    );
    expect(harmless("x".repeat(30), 20)).to.equal(`${"x".repeat(20)}… and 10 characters more`);
  });

  it("is the same value in JSON, and harmless there", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const json = harmlessJson({ text, list: [text] });
        expect(JSON.parse(json)).to.deep.equal({ text, list: [text] });
        expect(json).not.to.match(steersOrHides);
        expect(obeyed(json), json).to.equal(false);
        expect(harmless(json)).to.equal(json);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same value in a literal of a program, and is seen there", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const code = literal(text);
        expect(code)
          .not.to.match(steersOrHides)
          .and.not.to.match(/[\n\t]/);
        const { statements } = ts.createSourceFile("a.ts", code, ts.ScriptTarget.ES2022);
        const [only, ...more] = statements;
        if (only === undefined || !ts.isExpressionStatement(only) || !ts.isStringLiteral(only.expression))
          throw new Error(`${code} is no literal`);
        expect([only.expression.text, more]).to.deep.equal([text, []]);
      }),
    );
  });

  it("is listed to a bound, and the rest counted", () => {
    expect(listed(["a", "b"], "tests")).to.equal("\n  - a\n  - b");
    expect(listed(Array(100_000).fill("a"), "tests").split("\n").slice(-2)).to.deep.equal([
      "  - a",
      "  - … and 99,980 more tests",
    ]);
  });

  it("is told as it comes to a bound, and the rest counted", () => {
    const lines: string[] = [];
    const { tell, end } = teller((line) => lines.push(line), "lines");
    for (let count = 0; count < 20_000; count++) tell(`line ${count}\n::error::`);
    end();
    expect(lines).to.have.length(mostItems + 1);
    expect([lines[0], lines.at(-1)]).to.deep.equal(["line 0 : :error::", "… and 19,980 more lines"]);
  });
});
