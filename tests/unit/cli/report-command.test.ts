import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { main } from "../../../cli/index";
import { CommandError } from "../../../cli/io";
import { markdownOf } from "../../../cli/report/markdown";
import { reportOf } from "../../../cli/report/model";
import { readPreview } from "../../../cli/report/read";
import { announcementMark, type PropertyMap } from "../../../provider";
import { golden, inputs, previewJson, type Ran, ran, recorded, step, urnOf } from "./previews";

const of = (args: string[], stdin?: Buffer | string): Promise<Ran> =>
  ran((io) => main(args, io), stdin === undefined ? undefined : Buffer.from(stdin));

const mixed = join(golden, "mixed.preview.json");

describe("pulumi-immuta", () => {
  it("tells its commands and its version", async () => {
    const help = await of(["--help"]);
    expect(help.code).to.equal(0);
    expect(help.out).to.match(/^ {2}report {4}/m);
    expect(await of(["--version"])).to.deep.include({ code: 0, err: "" });
    expect((await of(["--version"])).out).to.match(/^\d+\.\d+\.\d+\n$/);
    expect(await of([])).to.deep.equal({ code: 1, out: "", err: help.out });
  });

  it("names the nearest command in one sentence", async () => {
    const unknown = await of(["repord"]);
    expect(unknown).to.deep.equal({
      code: 1,
      out: "",
      err: "pulumi-immuta: there is no command repord. Did you mean report?\n",
    });
    expect((await of(["toString"])).err).to.match(/^pulumi-immuta: there is no command toString\. .*\n$/);
  });
});

describe("pulumi-immuta report", () => {
  it("reads a file, and standard input", async () => {
    const file = await of(["report", mixed]);
    expect(file).to.deep.include({ code: 0, err: "" });
    expect(file.out).to.match(/^<!-- pulumi-immuta report governance\/test -->\n\n### Immuta integrations/);
    expect(await of(["report"], recorded("mixed.preview.json"))).to.deep.equal(file);
    expect(await of(["report", "-"], recorded("mixed.preview.json"))).to.deep.equal(file);
  });

  it("reads what PowerShell's > makes of it", async () => {
    const text = recorded("mixed.preview.json").toString("utf8");
    const utf16 = Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(text.replaceAll("\n", "\r\n"), "utf16le"),
    ]);
    expect((await of(["report"], utf16)).out).to.equal((await of(["report", mixed])).out);
    expect((await of(["report"], `\uFEFF${text}`)).out).to.equal((await of(["report", mixed])).out);
  });

  it("prints the documented JSON with --format json", async () => {
    const { out, code } = await of(["report", "--format", "json", mixed]);
    expect(code).to.equal(0);
    const report = JSON.parse(out) as { integrations: object[] };
    expect(Object.keys(report)).to.deep.equal([
      ...["format", "stack", "failed", "errors", "counts", "integrations", "others"],
    ]);
    expect(report).to.deep.include({ format: 1, stack: "governance/test", failed: false });
    expect(report.integrations[1]).to.deep.equal({
      name: "pool-13",
      urn: urnOf("pool-13"),
      action: "replace",
      mayReplace: [],
      replacedBecause: ["schema"],
      risks: ["replace"],
      host: { state: "known", value: "pool-13.sql.azuresynapse.net" },
      database: { state: "known", value: "pool-13" },
      schema: { state: "known", value: "governed" },
      setup: "manual",
      integrationId: (report.integrations[1] as { integrationId: string }).integrationId,
      changes: [
        {
          property: "schema",
          before: { state: "known", value: "governed" },
          after: { state: "known", value: "other" },
          change: "replace",
          calls: "somebody",
        },
      ],
      announcement: {
        format: 1,
        provider: "0.1.0",
        steps: [
          { step: "remove", id: (report.integrations[1] as { integrationId: string }).integrationId },
          { step: "run delete", database: "pool-13" },
          { step: "run post-cleanup", database: "master" },
          { step: "run initial-create", database: "master" },
          { step: "run create", database: "pool-13" },
          { step: "register", setup: "manual", impersonation: false },
        ],
        changed: ["schema"],
        replaces: ["schema"],
        deleteBeforeReplace: true,
      },
      steps: (report.integrations[1] as { steps: string[] }).steps,
      warnings: [
        "REPLACES the integration (schema): its policy views are dropped and built again. The old one is deleted before the new one is made.",
      ],
    });
  });

  describe("--fail-on", () => {
    it("exits with 2 and names the integrations of each word that is found", async () => {
      const found = await of([
        "report",
        "--fail-on",
        "delete, replace,adopt",
        "--fail-on",
        "delimiters",
        mixed,
      ]);
      expect(found.code).to.equal(2);
      expect(found.err).to.equal(
        [
          "pulumi-immuta report: --fail-on delete: pool-14",
          "pulumi-immuta report: --fail-on replace: pool-13, pool-20 (may be, known at up)",
          "pulumi-immuta report: --fail-on delimiters: pool-15",
          "",
        ].join("\n"),
      );
      expect(found.out).to.equal((await of(["report", mixed])).out);
    });

    it("finds each of its words in what the engine previewed, and not where it is not", async () => {
      const words: [string, string][] = [
        ["delete", "delete"],
        ["replace", "replace-old-first"],
        ["replace", "unknown-host"],
        ["impersonation", "impersonation-on"],
        ["role", "impersonation-on"],
        ["delimiters", "delimiters"],
        ["adopt", "adopt"],
        ["handover", "adopt-and-delete"],
        // With whichever word.
        ["impersonation", "adopt-and-delete"],
      ];
      const code = async (word: string, scene: string): Promise<number> =>
        (await of(["report", "--fail-on", word, join(golden, `${scene}.preview.json`)])).code;
      for (const [word, scene] of words) expect(await code(word, scene), word).to.equal(2);
      for (const [word] of words) expect(await code(word, "credentials"), word).to.equal(0);
    });

    it("refuses an unknown word", async () => {
      expect(await of(["report", "--fail-on", "delete,replaces", mixed])).to.deep.equal({
        code: 1,
        out: "",
        err: 'pulumi-immuta report: --fail-on does not know "replaces". Did you mean replace?\n',
      });
      expect((await of(["report", "--fail-on", "", mixed])).code).to.equal(1);
    });
  });

  it("takes what YAML's host writes on its error stream for the failure that it is", async () => {
    const lines = (error: string): PropertyMap[] =>
      [error, "Cannot assign it:\n\n", "  schema: Missing required property 'schema'\n\n"].map((message) => ({
        message,
        severity: "info#err",
      }));
    const plain = lines("Error: it is not assignable\n\n");
    const red = "\u001b[31mError\u001b[0m: it is not assignable\n\n";
    const says =
      "> - `it is not assignable`\n> - `Cannot assign it:`\n> - `schema: Missing required property 'schema'`\n";
    const events = (result: string): string =>
      [...plain.map((diagnosticEvent) => ({ diagnosticEvent })), { summaryEvent: { result } }]
        .map((event, sequence) => JSON.stringify({ sequence, ...event }))
        .join("\n");
    const other = step("create", "claims", undefined, inputs("claims"));
    for (const preview of [
      previewJson([other], lines(red)),
      // Where the engine takes colours away, nothing else tells of it.
      previewJson([], plain),
      events("failed"),
    ]) {
      const { code, out } = await of(["report"], preview);
      expect(code).to.equal(1);
      expect(out).to.include(says);
    }
    // Any program may write this, and go on.
    for (const preview of [previewJson([other], plain), events("succeeded")])
      expect(await of(["report"], preview)).to.deep.include({ code: 0, err: "" });
  });

  it("reports a failed preview as such, and exits with 1, whatever else there is to find", async () => {
    for (const file of ["refused.preview.json", "refused.events.jsonl"]) {
      const failed = await of(["report", "--fail-on", "delete"], recorded(file));
      expect(failed.code).to.equal(1);
      expect(failed.out)
        .to.include("preview failed")
        .and.include("hashDelimiter")
        .and.not.include("no changes");
      expect(failed.err).to.equal(
        "pulumi-immuta report: the preview failed, so the report is not complete.\n",
      );
    }
  });

  describe("of a preview that another version made", () => {
    const credentials = recorded("credentials.preview.json").toString("utf8");

    it("is none where that one announces what this one does not know", async () => {
      const newer = credentials.replace(
        '{\\"format\\":1,\\"provider\\":\\"0.1.0\\"',
        '{\\"format\\":2,\\"provider\\":\\"9.0.0\\"',
      );
      const { code, out, err } = await of(["report"], newer);
      expect([code, out]).to.deep.equal([1, ""]);
      expect(err).to.match(
        /^pulumi-immuta report: pulumi-immuta 9\.0\.0 made the preview, and it holds what this version \(\S+\) does not know\. Update pulumi-immuta where the preview is read\.\n$/,
      );
    });

    it("is none where that one announces nothing as data", async () => {
      const older = JSON.parse(credentials) as { diagnostics: { message: string }[] };
      older.diagnostics = older.diagnostics.filter(({ message }) => !message.includes(announcementMark));
      const { code, out, err } = await of(["report"], JSON.stringify(older));
      expect([code, out]).to.deep.equal([1, ""]);
      expect(err).to.match(
        /^pulumi-immuta report: the preview does not say what happens to urn:\S+::claims: an older pulumi-immuta made it, .*make the preview anew\.\n$/,
      );
    });

    it("is one where the engine repeats a failed operation in which nothing changes any more", async () => {
      const before = { inputs: inputs("claims"), outputs: inputs("claims"), initErrors: ["it failed"] };
      const again: Record<string, unknown> = {
        ...step("update", "claims", inputs("claims"), inputs("claims")),
        oldState: before,
      };
      const { code, out } = await of(["report"], JSON.stringify({ steps: [again], diagnostics: [] }));
      expect(code).to.equal(0);
      expect(out).to.include("1 stored only");
      const said = { urn: again["urn"], message: "changed, value not shown: password", severity: "info" };
      expect((await of(["report"], JSON.stringify({ steps: [again], diagnostics: [said] }))).code).to.equal(
        1,
      );
    });
  });

  it("tells wrong options in one sentence", async () => {
    const err = async (...args: string[]): Promise<string> => {
      const { code, out, err: said } = await of(["report", ...args]);
      expect([code, out]).to.deep.equal([1, ""]);
      return said.replace("pulumi-immuta report: ", "");
    };
    expect(await err()).to.equal(
      "there is no preview to read: give a file, or pipe `pulumi preview --json` into it.\n",
    );
    expect(await err("a", "b")).to.equal("one file is read, but 2 are given.\n");
    expect(await err("--format", "html", mixed)).to.equal("--format is markdown or json, not html.\n");
    expect(await err("--max-characters", "12", mixed)).to.match(/^--max-characters is a whole number/);
    expect(await err("--fail", mixed)).to.equal(
      "Unknown option '--fail'. See pulumi-immuta report --help.\n",
    );
    expect(await err("missing.json")).to.equal("missing.json cannot be read (ENOENT).\n");
    expect((await of(["report", "--help"])).out).to.match(/^Usage: pulumi-immuta report/);
  });

  it("reads a file of any name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    try {
      const file = join(folder, "ein Bericht.json");
      writeFileSync(file, "{}");
      expect((await of(["report", file])).err).to.match(/this JSON is no preview/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("input that is no preview", () => {
  const err = async (stdin: string): Promise<string> => {
    const { code, out, err: said } = await of(["report"], stdin);
    expect([code, out], said).to.deep.equal([1, ""]);
    expect(said).to.match(/^pulumi-immuta report: [^\n]*\n$/);
    return said
      .replace("pulumi-immuta report: ", "")
      .replace(/: `pulumi preview --json`, .* wanted\.\n$/, "");
  };

  it("is told by what is wrong with it", async () => {
    expect(await err("")).to.equal("the preview is empty");
    expect(await err("Previewing update (test):\n")).to.equal(
      'this is no JSON, it begins with "Previewing update (test):"',
    );
    expect(await err('{\n "steps": [')).to.equal("the JSON breaks off or is damaged, at line 1");
    expect(await err("[1]")).to.equal("this JSON is no preview (entry 1 is no event of the engine)");
    expect(await err("7")).to.equal("this JSON is no preview");
    expect(await err('{"version":3,"deployment":{}}')).to.equal("this JSON is no preview");
    const cut = recorded("delete.events.jsonl").toString("utf8").slice(0, -40);
    expect(await err(cut)).to.match(/^the JSON breaks off or is damaged, at line \d+$/);
  });

  it("is told by the place where something else was expected", async () => {
    const wrong = "the preview cannot be read: ";
    expect(await err('{"steps":{}}')).to.equal(`${wrong}steps is a object, where an array was expected.\n`);
    expect(await err('{"steps":[{"op":"create"}]}')).to.equal(
      `${wrong}steps[0].urn is missing, where a text was expected.\n`,
    );
    expect(await err(`{"steps":[{"op":"explode","urn":"${urnOf("claims")}"}]}`)).to.equal(
      `${wrong}explode of ${urnOf("claims")} is no operation that this version knows.\n`,
    );
    expect(await err(`{"steps":[{"op":"refresh","urn":"${urnOf("claims")}"}]}`)).to.equal(
      "this is the preview of a refresh; that of an up is wanted (`pulumi preview`).\n",
    );
  });

  /** Renders it, or refuses it with a CommandError; anything else is thrown. */
  const survives = (text: string): void => {
    try {
      markdownOf(reportOf(readPreview(Buffer.from(text))), 65_536);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      expect(error.message).to.have.length.below(700).and.not.include("\n");
    }
  };

  it("is refused or read, and never crashes: any text, any JSON", () => {
    fc.assert(fc.property(fc.string(), survives));
    fc.assert(fc.property(fc.json(), survives));
  });

  it("nor does a real one, damaged anywhere", () => {
    const files = ["impersonation-on.preview.json", "replace-new-first.preview.json", "delete.events.jsonl"];
    const texts = [...files, "replace-old-first.plan.json"].map((file) =>
      recorded(file).toString("utf8").trim(),
    );
    const odd = fc.oneof(
      fc.constantFrom(null, true, 7, "", [], {}, "[secret]", { toString: 1, valueOf: 1 }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const jsonsOf = (text: string): string[] => (text.startsWith('{"') ? text.split("\n") : [text]);
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), odd, (text, seed, value) => {
        survives(text.slice(0, seed % text.length));
        const jsons = jsonsOf(text).map((json): unknown => JSON.parse(json));
        const places = jsons.reduce<number>((sum, json) => sum + nodesIn(json), 0);
        let at = 0;
        const damaged = jsons.map((json) => replaced(json, () => at++ === seed % places, value));
        survives(damaged.map((json) => JSON.stringify(json)).join("\n"));
      }),
      { numRuns: 300 },
    );
  });
});

const nodesIn = (value: unknown): number =>
  1 +
  (typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + nodesIn(inner), 0)
    : 0);

/** The same JSON with another value where `here` says so. */
function replaced(value: unknown, here: () => boolean, by: unknown): unknown {
  if (here()) return by;
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, here, by));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, here, by)]));
}
