import { expect } from "chai";
import type { Nodes, Root } from "mdast";
import type { Table } from "mdast";

/** Reads GitHub-flavoured Markdown with a parser that follows its specification. */
export async function parseGfm(markdown: string): Promise<Root> {
  const { fromMarkdown } = await import("mdast-util-from-markdown");
  const { gfm } = await import("micromark-extension-gfm");
  const { gfmFromMarkdown } = await import("mdast-util-gfm");
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

export function* nodesOf(node: Nodes): Generator<Nodes> {
  yield node;
  if ("children" in node) for (const child of node.children) yield* nodesOf(child);
}

/** What a reader sees of a node. */
export function textOf(node: Nodes): string {
  if (node.type === "text" || node.type === "inlineCode") return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}

export const tablesOf = (root: Root): string[][][] =>
  [...nodesOf(root)]
    .filter((node): node is Table => node.type === "table")
    .map(({ children }) => children.map((row) => row.children.map(textOf)));

/** What a report may be made of. A link, an image, a heading of another depth, raw HTML … would be somebody else's. */
const own = new Set([
  ...["root", "paragraph", "text", "strong", "emphasis", "inlineCode", "heading", "html"],
  ...["list", "listItem", "blockquote", "table", "tableRow", "tableCell"],
]);

const ownHtml = [
  /^<!-- pulumi-immuta report [\w./]* -->$/,
  /^<details>\n<summary>([\p{L}\p{N} :,—×]|<code>([\p{L}\p{N} ]|&#\d+;)*<\/code>)*<\/summary>$/u,
  /^<\/details>$/,
  /^<\/?code>$/,
];

/** Fails where a report holds anything that it did not mean to. */
export async function expectOwn(markdown: string): Promise<Root> {
  const root = await parseGfm(markdown);
  let open = 0;
  for (const node of nodesOf(root)) {
    expect(own.has(node.type), `a ${node.type} in:\n${markdown}`).to.equal(true);
    if (node.type === "heading") expect(node.depth).to.be.within(3, 4);
    if (node.type === "html") {
      expect(
        ownHtml.some((form) => form.test(node.value)),
        `${node.value} in:\n${markdown}`,
      ).to.equal(true);
      if (node.value.startsWith("<details>")) open++;
      if (node.value === "</details>") open--;
      expect(open).to.be.at.least(0);
    }
    if (node.type === "table") {
      const [head, ...rows] = node.children;
      for (const row of rows) expect(row.children.length).to.equal(head!.children.length);
    }
  }
  expect(open, "every fold is closed").to.equal(0);
  return root;
}
