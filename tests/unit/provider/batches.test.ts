import { expect } from "chai";
import fc from "fast-check";
import { ScriptError, splitBatches } from "../../../provider/pool/batches";

const texts = (script: string): string[] => splitBatches(script).map((batch) => batch.text.trim());

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
    ["GO with a semicolon", "A\nGO;\nB\nGO 2 ;\nC", ["A", "B", "B", "C"]],
    ["GO with a comment behind it", "A\nGO -- next\nB\nGO--x\nC\nGO /* y */\nD", ["A", "B", "C", "D"]],
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
  ] as const)
    it(`refuses ${name}`, () => {
      expect(() => splitBatches(script)).to.throw(ScriptError, message);
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
    const separator = fc.constantFrom("\nGO\n", "\r\n go \r\n", "\nGO -- c\n", "\nGo;\n");
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
