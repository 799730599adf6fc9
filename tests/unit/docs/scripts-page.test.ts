import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { mostBatches, splitBatches } from "../../../provider/sql/script/split";
import { interruptionIn, judge, type Waiting, type Rule, rules } from "../../../provider/sql/trouble";

const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "scripts.md"), "utf8");

const duration = (patience: Waiting): string =>
  typeof patience === "string"
    ? { not: "error", waitForPool: "`waitForPool`" }[patience]
    : patience % 60_000 === 0
      ? `${patience / 60_000} min`
      : `${patience / 1000} s`;

const cells = ({ troubles, reason, fresh, later, onlyWhenAsked, interrupts: again }: Rule): string[] => {
  const asked = onlyWhenAsked === true ? ", where it is given" : "";
  return [
    troubles.join(", "),
    reason,
    duration(fresh) + asked,
    duration(later) + asked,
    again ? "yes" : "no",
  ];
};

describe("docs/scripts.md", () => {
  it("has the rules by which is waited, one row each", () => {
    const [, table = ""] = page.split("| Error ");
    const rows = table
      .split("\n\n")[0]
      ?.split("\n")
      .slice(2)
      .map((row) =>
        row
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).to.deep.equal(rules.map(cells));
  });
});

describe("docs/scripts.md on GO", () => {
  const rows = (page.split(/\| Line +\|/)[1] ?? "")
    .split("\n\n")[0]
    ?.split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()));

  it("says of each line what the splitter makes of it", () => {
    expect(rows).to.have.lengthOf.greaterThan(5);
    for (const [, forms = "", here = ""] of rows ?? [])
      for (const [, form = ""] of forms.matchAll(/`([^`]+)`/g)) {
        const line = form.replace("<tab>", "\t").replace("<U+00A0>", "\u00a0");
        expect(takenFor(line), form).to.equal(here);
      }
  });

  it("names the bound on batches", () => {
    expect(page).to.contain(`more than ${mostBatches.toLocaleString("en-US")} batches`);
  });
});

function takenFor(line: string): string {
  try {
    return splitBatches(`A\n${line}\nB`).length > 1 ? "separator" : "text";
  } catch {
    return "refused";
  }
}

describe("the rules by which is waited", () => {
  const everything = rules.flatMap(({ troubles }) => troubles);

  it("name each trouble once", () => {
    expect(new Set(everything).size).to.equal(everything.length);
  });

  it("wait as they say, and for nothing else", () => {
    for (const rule of rules)
      for (const trouble of rule.troubles)
        for (const fresh of [true, false])
          for (const pauseIsAwaited of [true, false]) {
            const known = typeof trouble === "number" ? { number: trouble } : { code: trouble };
            const verdict = judge({ ...known, message: "" }, { fresh, pauseIsAwaited });
            const patience = fresh ? rule.fresh : rule.later;
            const waits = patience !== "not" && (rule.onlyWhenAsked !== true || pauseIsAwaited);
            expect(verdict.wait, `${trouble}`).to.equal(waits);
            const interruption = interruptionIn([{ ...known, message: "" }], { pauseIsAwaited });
            expect(interruption !== undefined, `${trouble}`).to.equal(
              rule.interrupts && (rule.onlyWhenAsked !== true || pauseIsAwaited),
            );
          }
    const circumstances = { fresh: true, pauseIsAwaited: true };
    for (const other of [
      { number: 102 },
      { number: 15247 },
      { code: "EFEDAUTH" },
      { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
      {},
    ])
      expect(judge({ ...other, message: "" }, circumstances)).to.deep.equal({ wait: false });
  });

  it("go by the number where there is one, whatever code came with it", () => {
    const verdict = judge(
      { number: 18456, code: "ETIMEOUT", message: "" },
      { fresh: false, pauseIsAwaited: false },
    );
    expect(verdict).to.deep.equal({ wait: false });
  });
});
