import { expect } from "chai";
import fc from "fast-check";
import { pieces, scriptOf } from "../../tools/bench/split";
import { ScriptError, splitBatches } from "../../provider/sql/script/split";
import { leadingKeywords } from "../../provider/sql/script/statement";

/**
 * The same by other means: what is inside of literals, names and comments is painted over first, and then lines of
 * the painted script are looked at. Slow, and only for scripts without errors.
 */
function naiveBatches(script: string): { text: string; line: number }[] {
  const text = script.startsWith("\uFEFF") ? script.slice(1) : script;
  const painted = [...paint(text)].join("");
  const starts = [0];
  for (const end of text.matchAll(/\r\n|\r|\n/g)) starts.push(end.index + end[0].length);
  const batches: { text: string; line: number }[] = [];
  let from = 0;
  let line = 1;
  const take = (to: number, times: number): void => {
    const batch = text.slice(from, to);
    if (batch.trim() !== "") for (let n = 0; n < times; n++) batches.push({ text: batch, line });
  };
  starts.forEach((start, index) => {
    const end = starts[index + 1] ?? text.length;
    const go = /^[ \t]*go(?:[ \t]+(\d*)(?:(?<=\d)[ \t]*;)?)?[ \t]*[\r\n]*$/i.exec(painted.slice(start, end));
    // A comment may stand behind GO, not before it; one with a slash not right behind it.
    if (go === null || !/^[ \t]*go(?!\/)/i.test(text.slice(start, end))) return;
    take(start, Number(go[1] ?? "") || 1);
    from = end;
    line = index + 2;
  });
  take(text.length, 1);
  return batches;
}

/** Comments become blanks where they stand, everything quoted becomes "q"; line ends stay in plain text only. */
function* paint(text: string): Generator<string> {
  let rest = text;
  while (rest !== "") {
    const quoted = /^('([^']|'')*('|$)|"([^"]|"")*("|$)|\[([^\]]|\]\])*(\]|$))/.exec(rest)?.[0];
    const comment = /^--[^\r\n]*/.exec(rest)?.[0] ?? (rest.startsWith("/*") ? nested(rest) : undefined);
    const token = quoted ?? comment ?? rest.slice(0, 1);
    yield quoted !== undefined
      ? "q".repeat(token.length)
      : comment === undefined
        ? token
        : /[\r\n]/.test(token)
          ? "q".repeat(token.length)
          : " ".repeat(token.length);
    rest = rest.slice(token.length);
  }
}

function nested(text: string): string {
  let depth = 0;
  for (const { 0: mark, index } of text.matchAll(/\/\*|\*\//g)) {
    depth += mark === "/*" ? 1 : -1;
    if (depth === 0) return text.slice(0, index + 2);
  }
  return text;
}

describe("splitting a script, held against a naive splitter", () => {
  const fragment = fc.constantFrom(
    ..."\n|\r\n|\r|\nGO\n|\ngo\r\n|\r GO \r|\nGO 2\n|\nGO;\n|\nGo -- c\n|\nGO 1 /* c */\n|\nGO 2;\n|\ngo,\n|\nGO-1\n|GO|go|GOTO x|[GO]|go_table|GO:|'|''|N'|\"|\"\"|[|]|]]|--|/*|*/|;| |\t|x|SELECT 1".split(
      "|",
    ),
  );
  const script = fc
    .tuple(fc.constantFrom("", "\uFEFF"), fc.array(fragment, { maxLength: 60 }))
    .map(([mark, fragments]) => mark + fragments.join(""));

  it("gives the same batches on the same lines, or an error of its own", () => {
    let compared = 0;
    fc.assert(
      fc.property(script, (text) => {
        let batches: ReturnType<typeof splitBatches>;
        try {
          batches = splitBatches(text);
        } catch (error) {
          expect(error).to.be.instanceOf(ScriptError);
          return;
        }
        compared++;
        expect(batches).to.deep.equal(naiveBatches(text));
      }),
      { numRuns: 2000 },
    );
    expect(compared).to.be.greaterThan(500);
  });

  for (const [name, piece] of Object.entries(pieces))
    it(`gives the same batches for what the benchmark measures: ${name}`, () => {
      const text = scriptOf(name, piece, 20_000);
      expect(splitBatches(text)).to.deep.equal(naiveBatches(text));
    });

  it("loses nothing but the separators", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 8 }), (pieces) => {
        const quoted = pieces.map((piece) => `SELECT N'${piece.replaceAll("'", "''")}'`);
        expect(splitBatches(quoted.join("\nGO\n")).map(({ text }) => text.replace(/\n$/, ""))).to.deep.equal(
          quoted.map((piece) => piece.replace(/\n$/, "")),
        );
      }),
    );
  });
});

describe("splitting a script", () => {
  const cases: [name: string, script: string, batches: string[]][] = [
    ["a count with blanks, semicolon and comment", "A\n GO\t2 ; -- twice", ["A", "A"]],
    ["$(…) in a literal, as a password may have it", "A '$(x)'", ["A '$(x)'"]],
    ["$(…) in a comment", "A -- $(x)", ["A -- $(x)"]],
    ["a colon within a line", "label: A\n  b :c", ["label: A\n  b :c"]],
    ["a directive in a literal", "A '\n:r x\n'", ["A '\n:r x\n'"]],
    ["GO behind a block comment's end", "A /*\n*/ GO\nB", ["A /*\n*/ GO\nB"]],
  ];
  for (const [name, script, batches] of cases)
    it(`takes ${name}`, () => {
      expect(splitBatches(script).map(({ text }) => text.trim())).to.deep.equal(batches);
    });

  for (const [script, message] of [
    ["A\nGO 0", "Script line 2: GO 0 would leave the batch out."],
    [
      "A\r\n\r\nGO abc",
      "Script line 3: GO stands alone on its line, with at most a count and a comment behind it.",
    ],
    ["A\nGO 2 3", "Script line 2: GO stands alone"],
    ["A\nGO ;", "Script line 2: GO stands alone"],
    ["A\nGO /* a */", "Script line 2: GO stands alone"],
    ["A\nGO 2 ;;", "Script line 2: GO stands alone"],
    ["A\nGO /* a */ b", "Script line 2: GO stands alone"],
    ["A\nGO /*/", "Script line 2: GO stands alone"],
    ["A\nGO /*/**/", "Script line 2: GO stands alone"],
    ["A\nGO /* a /* b */", "Script line 2: GO stands alone"],
    ["A\n:setvar x y", "Script line 2: :setvar is a command of sqlcmd, which is not run here."],
    ["A\n!!dir", "Script line 2: !! is a command of sqlcmd"],
    ["USE x\nSELECT $(name)", "Script line 2: $(…) is a variable of sqlcmd, which is not run here."],
  ] as const)
    it(`refuses ${JSON.stringify(script)}`, () => {
      expect(() => splitBatches(script)).to.throw(ScriptError, message);
    });

  it("never quotes the script in its errors", () => {
    for (const text of ["GO secret", "PRINT 'secret'\nGO x", "!!secret", "SELECT $(secret)"])
      expect(() => splitBatches(text))
        .to.throw(ScriptError)
        .with.property("message")
        .that.does.not.contain("secret");
  });
});

describe("the description of a batch", () => {
  const cases: [batch: string, words: string][] = [
    ["CREATE LOGIN [immuta] WITH PASSWORD = 'x'", "CREATE LOGIN …"],
    ["  /* a /* b */ c */ -- d\n\tcreate user x", "CREATE USER …"],
    ["IF NOT EXISTS (SELECT 1) CREATE LOGIN x", "IF NOT EXISTS …"],
    ["EXEC sp_addrolemember 'a', 'b'", "EXEC …"],
    ["Passw0rd", "a batch"],
    ["-- nothing", "a batch"],
    ["/* not closed", "a batch"],
    ["", "a batch"],
  ];
  for (const [batch, words] of cases)
    it(`is ${words} for ${JSON.stringify(batch)}`, () => {
      expect(leadingKeywords(batch)).to.equal(words);
    });

  it("holds no word that is not T-SQL's own", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(leadingKeywords(`CREATE LOGIN "${text}"`)).to.equal("CREATE LOGIN …");
        expect(leadingKeywords(`zz${text}`)).to.equal("a batch");
      }),
    );
  });
});
