import { expect } from "chai";
import fc from "fast-check";
import { code, codeInHtml } from "../../../cli/report/escape";
import { markdownOf } from "../../../cli/report/markdown";
import { visible } from "../../../cli/text";
import { expectOwn, parseGfm, tablesOf, textOf } from "./gfm";
import { announced, inputs, report, said, step } from "./previews";

const limit = 65_536;

/** What has a meaning somewhere: in Markdown, HTML, on GitHub, in a terminal. */
const hostile = [
  ...["|", "\\|", "\\\\|", "`", "``", "` `", "\\", "\\`", " ", "  ", "\n", "\r\n", "\t", "\u2028", "\u0000"],
  ...["<b>", "</details>", "<!--", "-->", "<script>alert(1)</script>", "&lt;", "&#124;", "&", "<", ">"],
  ...[
    "@octocat",
    "@org/team",
    "#1",
    "GH-1",
    "org/repo#1",
    "https://example.com",
    "www.example.com",
    "a@example.com",
  ],
  ...[
    "![x](y)",
    "[x](y)",
    "[^1]",
    "**",
    "__",
    "~~",
    "$x$",
    "$`x`$",
    ":tada:",
    "- [ ] ",
    "# ",
    "> ",
    "| --- |",
  ],
  ...[
    "\u202e",
    "\u200b",
    "\ud800",
    "\u001b[31m",
    "::error::",
    "é",
    "漢字",
    "🙂",
    "x".repeat(500),
    "|".repeat(300),
  ],
];

const anyText = fc.oneof(
  fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ minLength: 1, unit: "binary" }),
  fc.string({ minLength: 1 }),
);

describe("text of others in a report", function () {
  this.timeout(20_000);
  // A parser that does not load would be taken for a counterexample, and shrunk for minutes.
  before(() => parseGfm(""));

  it("is in a table's cell what it was, on one line and cut to its length, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 2, maxLength: 2 }), async (texts) => {
        const cells = texts.map((text) => code(text, 60));
        const root = await parseGfm(`| a | b |\n| --- | --- |\n| ${cells.join(" | ")} |\n`);
        const [table] = tablesOf(root);
        expect(table?.[0]).to.deep.equal(["a", "b"]);
        const seen = (table?.[1] ?? []).map((cell) => cell.trim());
        expect(seen).to.deep.equal(texts.map((text) => visible(text, 60).trim()));
      }),
      { numRuns: 300 },
    );
  });

  it("is inside a fold's line nothing but text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const html = codeInHtml(text, 60);
        expect(html).to.match(/^<code>([\p{L}\p{N} ]|&#\d+;)*<\/code>$/u);
        const inner = html.slice("<code>".length, -"</code>".length);
        const read = inner.replace(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)));
        expect(read).to.equal(visible(text, 60));
      }),
    );
  });

  it("is shown whole up to its length, and then says how long it is", () => {
    expect(code("a".repeat(120))).to.equal(`\`${"a".repeat(120)}\``);
    expect(code("🙂".repeat(121))).to.equal(`\`${"🙂".repeat(120)}… (242 characters)\``);
    expect(code("a\nb\u202e")).to.equal("`a\\nb\\u{202e}`");
  });

  it("leaves a report its own, in names, values, steps, warnings and errors", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 8, maxLength: 8 }), async (texts) => {
        const [first = "", second = "", host, database, schema, role, message, delimiter] = texts;
        const before = { ...inputs("x"), host, database, schema };
        const after = {
          ...before,
          impersonation: { enabled: true, role },
          metadataDelimiters: { hashDelimiter: delimiter },
        };
        const steps = [
          step("update", first, before, after),
          step("update", second, before, after),
          step("delete", `${first}${second}`, before),
          step("create", `new ${first}`, undefined, after),
          step("update", `stored ${first}`, before, { ...before, timeouts: { create: role } }),
        ];
        const words = ["info", "warning", "error"].map((severity) => said(first, message ?? "", severity));
        for (const diagnostics of [words.slice(0, 2), words])
          await expectOwn(markdownOf(report(steps, diagnostics), limit));
      }),
      { numRuns: 30 },
    );
  });

  it("quotes an error line by line, as a terminal shows it, up to eight lines", () => {
    const message = "error: Running program failed:\nError: a|b\n\n\tat \u001b[90m(\u001b[39mindex.ts:1:1)\n";
    const quoted = (text: string) =>
      markdownOf(report([], [said("claims", text, "error")]), limit).split("\n> - ")[1];
    expect(quoted(message)).to.equal(
      [
        "`Running program failed:`\\",
        ">   `Error: a`<code>&#124;</code>`b`\\",
        ">   `  at (index.ts:1:1)`\n",
      ].join("\n"),
    );
    expect(quoted("at\n".repeat(9))).to.equal(`${"`at`\\\n>   ".repeat(8)}… and 1 more line\n`);
  });

  it("mentions nobody and links nowhere", async () => {
    const name = "@octocat https://example.com #1 a@example.com";
    const markdown = markdownOf(report([step("delete", name, inputs("x"))]), limit);
    const root = await expectOwn(markdown);
    expect(textOf(root)).to.include(name);
    // GitHub looks for mentions in what is no code.
    expect(markdown.replace(/`[^`]*`/g, "")).not.to.match(/[@#]\w|example/);
  });
});

describe("equal changes of many integrations", () => {
  const pools = Array.from({ length: 12 }, (_, at) => `pool-${at + 10}`);
  const on = (name: string) =>
    step("update", name, inputs(name), { ...inputs(name), impersonation: { enabled: true, role: "R" } });

  it("are one group, with what is each one's own in a list", async () => {
    const markdown = markdownOf(report(pools.map(on)), limit);
    expect(markdown.match(/^#### .*$/gm)).to.deep.equal(["#### 12 × changed: impersonation on, role `R`"]);
    expect(markdown).to.include(
      "1. `edit script → its database`\n2. `PUT /integrations/… (impersonation on, role R)`",
    );
    const [list, changes] = tablesOf(await expectOwn(markdown));
    expect(list).to.have.length(13);
    expect(changes).to.have.length(3);
  });

  it("are told apart where one does more", () => {
    const more = [
      announced("pool-10", {
        changed: ["password", "impersonation.enabled", "impersonation.role"],
        steps: [
          { step: "run edit", database: "pool-10" },
          { step: "put", id: "7", impersonation: true, role: "R" },
        ],
      }),
    ];
    const headings = markdownOf(report(pools.map(on), more), limit).match(/^#### .*$/gm);
    expect(headings).to.deep.equal([
      "#### `pool-10`: changed: impersonation on, role `R`, `password`",
      "#### 11 × changed: impersonation on, role `R`",
    ]);
  });
});

describe("a report of 200 integrations", () => {
  const names = Array.from({ length: 200 }, (_, at) => `pool-${String(at).padStart(3, "0")}`);
  /** No two alike. */
  const distinct = (long: number) =>
    report(
      names.map((name, at) => {
        const before = { ...inputs(name), host: `${name}.${"h".repeat(long)}` };
        if (at % 50 === 7) return step("replace", name, before, { ...before, schema: `other_${name}` });
        return step("update", name, before, {
          ...before,
          impersonation: { enabled: true, role: `ROLE_${name}` },
        });
      }),
    );

  it("fits into a comment, the most dangerous in full and the rest in a line each", async () => {
    const markdown = markdownOf(distinct(10), limit);
    expect(markdown.length).to.be.at.most(limit);
    const root = await expectOwn(markdown);
    const headings = root.children.filter(({ type }) => type === "heading").map(textOf);
    expect(headings.slice(1, 5)).to.deep.equal([
      ...["007", "057", "107", "157"].map((at) => `pool-${at}: replaced because of schema`),
    ]);
    for (const name of names) expect(markdown).to.include(name);
    expect(markdown).not.to.include("more; `--format json`");
  });

  it("is one group where all change alike", () => {
    const alike = report(
      names.map((name) =>
        step("update", name, inputs(name), { ...inputs(name), timeouts: { create: "5m" } }),
      ),
    );
    const markdown = markdownOf(alike, limit);
    expect(markdown.length).to.be.at.most(limit);
    expect(markdown).to.include("200 × stored only");
    for (const name of names) expect(markdown).to.include(name);
  });

  it("is never cut in the middle, however small the comment: what has no room is counted", async () => {
    const all = distinct(100);
    for (const small of [5000, 7000, 10_000, 20_000, 32_768]) {
      const markdown = markdownOf(all, small);
      expect(markdown.length).to.be.at.most(small);
      await expectOwn(markdown);
      const left = /^- (\d+) more; `--format json` has them all$/m.exec(markdown);
      const told = names.filter((name) =>
        new RegExp(`(^#### |^- |<summary>).*${name.replace("-", "(-|&#45;)")}\\S*: `, "m").test(markdown),
      );
      expect(told.length + Number(left?.[1] ?? 0), `at ${small}`).to.equal(200);
    }
  });

  it("fits with hostile names and many errors into the smallest comment", async () => {
    const name = (at: number): string => `${at}${"a|".repeat(200)}`;
    const steps = names.map((_, at) => step("delete", name(at), { ...inputs("x"), host: "|a".repeat(500) }));
    const errors = names.map((_, at) => said(name(at), "|a".repeat(500), "error"));
    const markdown = markdownOf(report(steps, errors), 5000);
    expect(markdown.length).to.be.at.most(5000);
    expect(markdown).to.include("200 integrations are deleted");
    await expectOwn(markdown);
  });
});
