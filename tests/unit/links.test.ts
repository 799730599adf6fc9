import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { expect } from "chai";
import { leadsSomewhere, linksIn, linksOf, slug } from "./links";

/** Every relative link in a page of the repository leads somewhere, headings included. */

const root = join(__dirname, "..", "..");

/** Rendered ones are looked at where they are made; what is recorded or installed is not ours to correct. */
const elsewhere = ["node_modules", "dist", "reference", "golden", ".git"];

const pages = markdownUnder(root);

function markdownUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return elsewhere.includes(entry.name) ? [] : markdownUnder(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

describe("links in the documentation", () => {
  for (const page of pages)
    it(`lead somewhere in ${relative(root, page)}`, () => {
      const broken = linksIn(page).filter((link) => !leadsSomewhere(page, link));
      expect(broken).to.deep.equal([]);
    });

  it("lead from the README to every page in docs", () => {
    const linked = linksIn(join(root, "README.md")).map((link) => link.split("#")[0]);
    expect(linked).to.include.members(markdownUnder(join(root, "docs")).map((page) => relative(root, page)));
  });

  it("are found, headings told apart", () => {
    const readme = join(root, "README.md");
    expect(leadsSomewhere(readme, "docs/no-such-page.md")).to.equal(false);
    expect(leadsSomewhere(readme, "README.md#no-such-heading")).to.equal(false);
    expect(
      linksOf("[a](b.md) ![c](d.png) `[no](link.md)`\n```\n[none](here.md)\n```\n[e]: f.md"),
    ).to.deep.equal(["b.md", "d.png", "f.md"]);
    expect(slug("What is `assumed`, not known")).to.equal("what-is-assumed-not-known");
  });
});
