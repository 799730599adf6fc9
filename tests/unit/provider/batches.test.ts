import { expect } from "chai";
import fc from "fast-check";
import { mostBatches, ScriptError, splitBatches } from "../../../provider/sql/script/split";

const texts = (script: string): string[] => splitBatches(script).map((batch) => batch.text.trim());

type Verdict = "separator" | "text" | "refused";

/**
 * Lines that begin with GO: what they are here, in sqlcmd (go-sqlcmd 1.8) and in SSMS (its ManagedBatchParser). The
 * answers of these two are recorded ones.
 */
const goLines: readonly [line: string, here: Verdict, sqlcmd: Verdict, ssms: Verdict][] = [
  ["GO", "separator", "separator", "separator"],
  ["\t Go ", "separator", "separator", "separator"],
  ["GO 3", "separator", "separator", "separator"],
  ["GO 03\t", "separator", "separator", "separator"],
  ["GO -- x", "separator", "separator", "separator"],
  ["GO --", "separator", "separator", "separator"],
  ["GO 3 -- x", "separator", "separator", "separator"],
  ["GO 3--x", "separator", "separator", "separator"],
  ["GO\t", "separator", "text", "separator"],
  ["GO\t3", "separator", "text", "separator"],
  ["GO\t--x", "separator", "text", "separator"],
  ["GO--x", "separator", "text", "separator"],
  ["GO 3;", "separator", "separator", "refused"],
  ["GO 3 ; -- x", "separator", "separator", "refused"],
  ["GO 3 /* x */", "separator", "separator", "refused"],
  ["GO 3 /* x", "refused", "separator", "refused"],
  ["GO 3 x", "refused", "separator", "refused"],
  ["GO 3x", "refused", "separator", "refused"],
  ["GO +3", "refused", "separator", "refused"],
  ["GO 3\u00a0", "refused", "separator", "refused"],
  ["GO \u00a0", "refused", "separator", "refused"],
  ["GO\u0000", "refused", "separator", "text"],
  ["GO\u000b", "refused", "separator", "text"],
  ["GO\u0085", "refused", "separator", "text"],
  ["GO 0", "refused", "refused", "separator"],
  ["GO -1", "refused", "refused", "refused"],
  ["GO abc", "refused", "refused", "refused"],
  ["GO ;", "refused", "refused", "refused"],
  ["GO /* x */", "refused", "refused", "refused"],
  ["GO ٣", "refused", "refused", "refused"],
  ["go-1", "text", "text", "refused"],
  ["go(1)", "text", "text", "refused"],
  ["go[x]", "text", "text", "refused"],
  ["go'x'", "text", "text", "refused"],
  ["go/2", "text", "text", "refused"],
  ["go!=1", "text", "text", "refused"],
  ["GO/* x */", "text", "text", "refused"],
  ["GO;", "text", "text", "text"],
  ["GO;;", "text", "text", "text"],
  ["go,", "text", "text", "text"],
  ["go)", "text", "text", "text"],
  ["go+1", "text", "text", "text"],
  ["go*2", "text", "text", "text"],
  ["go=1", "text", "text", "text"],
  ["go.x", "text", "text", "text"],
  ["GO:", "text", "text", "text"],
  ["GO#x", "text", "text", "text"],
  ["GOTO x", "text", "text", "text"],
  ["Gołębie", "text", "text", "text"],
  ["GO\u00a0", "text", "text", "text"],
  ["GO\u3000", "text", "text", "text"],
  ["GO\u200b", "text", "text", "text"],
  ["GO\u2028", "text", "text", "text"],
  ["\u00a0GO", "text", "text", "text"],
  ["ＧＯ", "text", "text", "text"],
];

function takenFor(line: string): Verdict {
  try {
    return splitBatches(`A\n${line}\nB`).length > 1 ? "separator" : "text";
  } catch (error) {
    expect(error).to.be.instanceOf(ScriptError);
    return "refused";
  }
}

describe("splitting a script into batches", () => {
  const cases: [name: string, script: string, batches: string[]][] = [
    ["a script without GO", "SELECT 1", ["SELECT 1"]],
    ["GO between batches", "A\nGO\nB", ["A", "B"]],
    ["GO in any case", "A\ngo\nB\nGo\nC", ["A", "B", "C"]],
    ["blanks and tabs around GO", "A\n \tGO\t \nB", ["A", "B"]],
    ["CRLF", "A\r\nGO\r\nB\r\n", ["A", "B"]],
    ["CR alone", "A\rGO\rB", ["A", "B"]],
    ["mixed line ends", "A\r\nGO\nB\rGO\r\nC", ["A", "B", "C"]],
    ["a byte order mark", "\uFEFFGO\nA", ["A"]],
    ["GO as the last line, with and without newline", "A\nGO", ["A"]],
    ["GO as the first line", "GO\nA", ["A"]],
    ["only GO", "GO\nGO\n", []],
    ["an empty script", "", []],
    ["empty batches", "A\nGO\n\n  \nGO\nB", ["A", "B"]],
    ["GO with a count", "A\nGO 3\nB", ["A", "A", "A", "B"]],
    ["GO with a semicolon behind its count", "A\nGO 2 ;\nB", ["A", "A", "B"]],
    ["GO with a comment behind it", "A\nGO -- next\nB\nGO--x\nC\nGO 1 /* y */\nD", ["A", "B", "C", "D"]],
    [
      "names and expressions that begin with go",
      "SELECT\n  Gołębie,\n  go,\n  f(\n  go)\n  go+1,\n  go*2",
      ["SELECT\n  Gołębie,\n  go,\n  f(\n  go)\n  go+1,\n  go*2"],
    ],
    ["GO in a literal", "A '\nGO\n' B", ["A '\nGO\n' B"]],
    ["GO in a national literal", "A N'\nGO\n' B", ["A N'\nGO\n' B"]],
    ["a doubled quote in a literal", "A 'it''s\nGO\n'\nGO\nB", ["A 'it''s\nGO\n'", "B"]],
    ["GO in a quoted name", 'A "\nGO\n"\nGO\nB', ['A "\nGO\n"', "B"]],
    ["GO in a bracketed name, with a doubled bracket", "A [x]]\nGO\n]\nGO\nB", ["A [x]]\nGO\n]", "B"]],
    ["an apostrophe in a line comment", "A -- it's\nGO\nB", ["A -- it's", "B"]],
    ["GO in a block comment", "A /*\nGO\n*/\nGO\nB", ["A /*\nGO\n*/", "B"]],
    ["nested block comments", "A /* /*\nGO\n*/\nGO\n*/\nGO\nB", ["A /* /*\nGO\n*/\nGO\n*/", "B"]],
    ["a comment's end in a literal", "A '*/'\nGO\nB", ["A '*/'", "B"]],
    ["names that begin with go", "GOTO x\ngo_table\n[GO]\nGO:\ngo.x", ["GOTO x\ngo_table\n[GO]\nGO:\ngo.x"]],
    ["GO after code on its line", "SELECT 1 GO\nB", ["SELECT 1 GO\nB"]],
    ["GO n of an empty batch", "GO 5\nA", ["A"]],
  ];
  for (const [name, script, batches] of cases)
    it(`handles ${name}`, () => {
      expect(texts(script)).to.deep.equal(batches);
    });

  it("knows on which line each batch begins", () => {
    const batches = splitBatches("A\nA\nGO\n\nB\r\nGO\r\n/*\nGO\n*/\nC");
    expect(batches.map((batch) => batch.line)).to.deep.equal([1, 4, 7]);
  });

  for (const [name, script, message] of [
    [
      "GO with words behind it",
      "A\nGO abc",
      "Script line 2: GO stands alone on its line, with at most a count and a comment behind it.",
    ],
    [
      "GO with too large a count",
      "A\nGO 100000",
      "Script line 2: GO 100000 repeats the batch more than 1000 times.",
    ],
    [
      "a command of sqlcmd",
      "A\n:r other.sql",
      "Script line 2: :r is a command of sqlcmd, which is not run here. Immuta's scripts hold T-SQL only.",
    ],
    ["a command of sqlcmd for the system", "A\n:!!dir", "Script line 2: :!! is a command of sqlcmd"],
    [
      "a literal that is never closed",
      "A\nGO\nSELECT 1,\n'b\nGO\nC\nGO",
      "Script line 4: a literal opens here and is never closed.",
    ],
    ["a literal in quotes", 'A "\nGO\n', 'Script line 1: a name in "quotes" opens here and is never closed.'],
    [
      "a name in brackets",
      "A [x]]\nGO\n",
      "Script line 1: a name in [brackets] opens here and is never closed.",
    ],
    [
      "a comment that is never closed",
      "A\nGO\n/* /* */\nGO\nB",
      "Script line 3: a comment opens here and is never closed.",
    ],
    [
      "more batches than anybody means",
      "A\nGO 1000\n".repeat(11),
      "Script line 22: the script has more than 10000 batches.",
    ],
  ] as const)
    it(`refuses ${name}`, () => {
      expect(() => splitBatches(script)).to.throw(ScriptError, message);
    });

  for (const [line, here, sqlcmd, ssms] of goLines)
    it(`takes the line ${JSON.stringify(line)} for ${here}`, () => {
      expect(takenFor(line)).to.equal(here);
      // What both say holds here too.
      if (sqlcmd === ssms) expect(here).to.equal(sqlcmd);
      if (here === "text") expect([sqlcmd, ssms]).to.include("text");
      if (here === "separator") expect([sqlcmd, ssms]).to.include("separator");
    });

  it("gives at most as many batches as it says, repeats counted", () => {
    expect(splitBatches("A\nGO 1000\n".repeat(10))).to.have.length(mostBatches);
    expect(() => splitBatches("GO 1000\n".repeat(40_000))).not.to.throw();
    expect(() => splitBatches("A\nGO 1000\n".repeat(40_000))).to.throw(
      ScriptError,
      "more than 10000 batches",
    );
  });

  it("gives back the batches that were joined with GO", () => {
    const piece = fc.constantFrom(
      "SELECT 1",
      "'a\nGO\nb'",
      "/* x\nGO */",
      "[a]]b]",
      "-- it's",
      "GOTO x",
      '"q""q"',
      "\n",
    );
    const batch = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => `X ${pieces.join("\n")}`);
    const separator = fc.constantFrom("\nGO\n", "\r\n go \r\n", "\nGO -- c\n", "\nGo 1;\n");
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 6 }), separator, (batches, go) => {
        expect(texts(batches.join(go))).to.deep.equal(batches.map((text) => text.trim()));
      }),
    );
  });

  it("throws nothing but its own error, whatever it is given", () => {
    const fragment = fc.constantFrom(
      "GO",
      "go 2",
      "'",
      '"',
      "[",
      "]",
      "--",
      "/*",
      "*/",
      "\n",
      "\r",
      " ",
      "x",
      ":r",
      ";",
      "N'",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (fragments) => {
        try {
          splitBatches(fragments.join(""));
        } catch (error) {
          expect(error).to.be.instanceOf(ScriptError);
        }
      }),
    );
  });
});
