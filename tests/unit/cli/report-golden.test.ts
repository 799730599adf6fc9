import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { markdownOf } from "../../../cli/report/markdown";
import { reportOf, type Report } from "../../../cli/report/model";
import { readPreview } from "../../../cli/report/read";
import { expectOwn } from "./gfm";
import { golden, recorded } from "./previews";

const scenes = readdirSync(golden)
  .filter((name) => name.endsWith(".preview.json"))
  .map((name) => name.slice(0, -".preview.json".length));

const of = (file: string): Report => reportOf(readPreview(recorded(file)));

describe("the report of what the real engine previewed", () => {
  it("is recorded for every scene", () => {
    expect(scenes).to.include.members([
      ...[
        "adopt",
        "create-automatic",
        "create-manual",
        "credentials",
        "delete",
        "delimiters",
        "impersonation-on",
      ],
      ...["mixed", "refused", "replace-new-first", "replace-old-first", "unchanged", "unknown-host"],
    ]);
  });

  for (const scene of scenes) {
    it(`${scene}: is the recorded Markdown (UPDATE_GOLDEN=1 writes it anew)`, () => {
      const markdown = markdownOf(of(`${scene}.preview.json`), 65_536);
      const file = join(golden, `${scene}.md`);
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, markdown);
      expect(markdown).to.equal(readFileSync(file, "utf8"));
    });

    it(`${scene}: is valid GitHub-flavoured Markdown with nothing in it but its own`, async () => {
      await expectOwn(markdownOf(of(`${scene}.preview.json`), 65_536));
    });

    it(`${scene}: says the same of the engine's events`, () => {
      const { counts, ...preview } = of(`${scene}.preview.json`);
      const { counts: countsOfEvents, ...events } = of(`${scene}.events.jsonl`);
      expect(events).to.deep.equal(preview);
      // Events list the unchanged ones too.
      expect({ ...countsOfEvents, unchanged: 0 }).to.deep.equal(counts);
    });
  }

  it("finds in a saved plan what happens, and which secret changes, but no values of before", () => {
    const place = ({ name, action, risks, mayReplace }: Report["integrations"][number]) => ({
      name,
      action,
      risks,
      mayReplace,
    });
    for (const scene of scenes.filter((name) => name !== "refused")) {
      const plan = of(`${scene}.plan.json`);
      const preview = of(`${scene}.preview.json`);
      // An object is planned as a whole, so a switch of impersonation names the role, and is told as a change of both.
      expect(plan.integrations.map(place), scene).to.have.deep.members(preview.integrations.map(place));
    }
    const [one] = of("credentials.plan.json").integrations;
    expect(one?.changes).to.deep.equal([
      {
        property: "password",
        before: { state: "unsaid" },
        after: { state: "secret" },
        change: "credentials",
        calls: "somebody",
      },
    ]);
  });

  it("holds no secret, and nothing of the machine it was recorded on", () => {
    for (const file of readdirSync(golden)) {
      const text = readFileSync(join(golden, file), "utf8");
      expect(text, file).not.to.match(/c4nary|127\.0\.0\.1|file:\/\/|project:\/\//);
    }
  });
});
