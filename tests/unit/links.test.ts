import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect } from "chai";

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

const linksIn = (page: string): string[] => linksOf(readFileSync(page, "utf8"));

/** Targets of links, images and link definitions that are no web addresses, outside of code. */
function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const definitions = [...text.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm)];
  return [...inline, ...definitions]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(```+|~~~+)[\s\S]*?^ *\2 *$/gm, "").replace(/`[^`\n]*`/g, "");
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", heading] = link.split("#");
  const target = path === "" ? page : join(dirname(page), decodeURI(path));
  if (!existsSync(target)) return false;
  return heading === undefined || headingsOf(target).includes(heading);
}

/** As GitHub names them; the second of a name gets -1, and so on. */
function headingsOf(page: string): string[] {
  const seen = new Map<string, number>();
  const text = readFileSync(page, "utf8").replace(/^( *)(```+|~~~+)[\s\S]*?^ *\2 *$/gm, "");
  return [...text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const name = slug(match[1] ?? "");
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  });
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
