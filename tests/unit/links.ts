/** The relative links of Markdown pages, and whether they lead somewhere. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const linksIn = (page: string): string[] => linksOf(readFileSync(page, "utf8"));

/** Targets of links, images and link definitions that are no web addresses, outside of code. */
export function linksOf(markdown: string): string[] {
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

export function leadsSomewhere(page: string, link: string): boolean {
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

export const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
