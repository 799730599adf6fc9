import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { markdownOf } from "../../../cli/report/markdown";
import { reportOf, type Report } from "../../../cli/report/model";
import { readPreview } from "../../../cli/report/read";
import { announcementIn } from "../../../cli/report/announcement";
import { resourceTypes } from "../../../provider/synapse/tokens";
import { wordsOf } from "../../../provider/synapse/words";
import { expectOwn } from "./gfm";
import { golden, recorded } from "./previews";

const scenes = readdirSync(golden)
  .filter((name) => name.endsWith(".preview.json"))
  .map((name) => name.slice(0, -".preview.json".length));

interface Recorded {
  diagnostics?: { urn?: string; message: string; severity: string }[];
}

const of = (file: string): Report => reportOf(readPreview(recorded(file)));

describe("the report of what the real engine previewed", () => {
  it("is recorded for every scene", () => {
    expect(scenes).to.include.members([
      ...[
        "adopt",
        "adopt-and-delete",
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
    // A plan does not say where what it removes was, so that it shows no handover.
    for (const scene of scenes.filter((name) => name !== "refused" && name !== "adopt-and-delete")) {
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

  for (const scene of scenes)
    it(`${scene}: is the same, however the lines for people are worded`, () => {
      const preview = JSON.parse(recorded(`${scene}.preview.json`).toString("utf8")) as Recorded;
      const reworded = (message: string): string =>
        announcementIn(message.trim()) === undefined
          ? "only stored, and somebody is called: nothing\n"
          : message;
      const other = (preview.diagnostics ?? []).map((one) =>
        one.severity === "info" ? { ...one, message: reworded(one.message) } : one,
      );
      const report = reportOf(readPreview(Buffer.from(JSON.stringify({ ...preview, diagnostics: other }))));
      expect(report).to.deep.equal(of(`${scene}.preview.json`));
    });

  for (const scene of scenes)
    it(`${scene}: is the same of integrations of the plugin`, () => {
      const text = recorded(`${scene}.preview.json`).toString("utf8");
      const ofPlugin = text.replaceAll(resourceTypes.dynamic, resourceTypes.plugin);
      const report = of(`${scene}.preview.json`);
      const same = JSON.stringify(report).replaceAll(resourceTypes.dynamic, resourceTypes.plugin);
      expect(reportOf(readPreview(Buffer.from(ofPlugin)))).to.deep.equal(JSON.parse(same));
    });

  it("has beside each announcement the lines for people that it is rendered as", () => {
    let compared = 0;
    for (const scene of scenes) {
      const { diagnostics = [] } = JSON.parse(recorded(`${scene}.preview.json`).toString("utf8")) as Recorded;
      for (const { urn, message } of diagnostics) {
        const announcement = announcementIn(message.trim());
        if (announcement === undefined) continue;
        const lines = diagnostics.filter((one) => one.urn === urn && one.message !== message);
        expect(lines.map((one) => one.message.trim())).to.deep.equal(
          wordsOf(announcement).map(({ text }) => text),
        );
        compared++;
      }
    }
    expect(compared).to.be.greaterThan(25);
  });

  it("holds no secret, and nothing of the machine it was recorded on", () => {
    for (const file of readdirSync(golden)) {
      const text = readFileSync(join(golden, file), "utf8");
      expect(text, file).not.to.match(/c4nary|127\.0\.0\.1|file:\/\/|project:\/\//);
    }
  });
});
