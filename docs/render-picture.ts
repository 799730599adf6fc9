/**
 * docs/report.svg: a report as GitHub shows it, drawn from one that the tests hold to the real engine's preview:
 *
 *   npm run docs                            writes it, among others
 *   npx tsx docs/render-picture.ts --check  says whether it is up to date
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Nodes, PhrasingContent, RootContent, TableRow } from "mdast";
import { main, rendered } from "./rendered";
import { escaped, fixed, letter, sheet } from "./svg";

const golden = join(__dirname, "..", "tests", "report", "golden", "replace-old-first.md");

const [width, margin, lineHeight] = [860, 24, 24];

/** A run of text in one style. */
interface Run {
  text: string;
  code: boolean;
  bold: boolean;
}

/** Lines from the top down; each block moves the pen. */
class Page {
  private readonly parts: string[] = [];
  private y = margin;

  block(node: RootContent): void {
    if (node.type === "heading")
      this.text(runsIn(node.children, true), { size: node.depth === 3 ? 20 : 16, below: 10 });
    else if (node.type === "paragraph") this.text(runsIn(node.children), { below: 12 });
    else if (node.type === "blockquote") this.alert(node.children);
    else if (node.type === "list")
      node.children.forEach(({ children }, index) => {
        const number = node.ordered === true ? `${index + 1}. ` : "• ";
        const runs = children.flatMap((child) => (child.type === "paragraph" ? runsIn(child.children) : []));
        this.text([plain(number), ...runs], { indent: 16 });
      });
    else if (node.type === "table") this.table(node.children);
    // The mark by which a pipeline finds its comment is not seen.
    else if (node.type !== "html") throw new Error(`A report with a ${node.type} cannot be drawn.`);
  }

  svg(title: string): string {
    const styles = [
      ".chip { fill: #818b98; fill-opacity: 0.12; } .rule { stroke: #d1d9e0; } .alert { fill: #cf222e; }",
      "@media (prefers-color-scheme: dark) {",
      ".chip { fill: #656c76; fill-opacity: 0.2; } .rule { stroke: #3d444d; } .alert { fill: #f85149; } }",
    ];
    return sheet(title, { width, height: this.y + margin, styles, parts: this.parts });
  }

  /** Runs, broken between words where the line is full. */
  private text(runs: readonly Run[], { size = 14, indent = 0, below = 0 } = {}): void {
    let x = margin + indent;
    this.y += lineHeight;
    for (const run of runs) {
      let line = "";
      for (const word of run.text.split(/(?<= )/)) {
        if (x + widthOf({ ...run, text: (line + word).trimEnd() }, size) > width - margin) {
          this.draw({ ...run, text: line }, x, size);
          [line, x] = ["", margin + indent + 20];
          this.y += lineHeight;
        }
        line += word;
      }
      x += this.draw({ ...run, text: line }, x, size);
    }
    this.y += below;
  }

  private alert(children: readonly RootContent[]): void {
    const top = this.y;
    for (const child of children)
      if (child.type === "list") this.block(child);
      else if (child.type === "paragraph") {
        const kind = /^\[!(\w+)\]/.exec(textOf(child))?.[1] ?? "";
        this.text([{ ...plain(kind.charAt(0) + kind.slice(1).toLowerCase()), bold: true }], { indent: 16 });
      }
    this.parts.push(
      `<rect class="alert" x="${margin}" y="${top + 4}" width="4" height="${this.y - top + 4}"/>`,
    );
    this.y += 14;
  }

  private table(rows: readonly TableRow[]): void {
    const cells = rows.map(({ children }, index) =>
      children.map((cell) => runsIn(cell.children, index === 0)),
    );
    const widths = (cells[0] ?? []).map((_, column) =>
      Math.max(...cells.map((row) => (row[column] ?? []).reduce((sum, run) => sum + widthOf(run), 0))),
    );
    for (const row of cells) {
      this.y += 30;
      let x = margin + 12;
      row.forEach((runs, column) => {
        runs.reduce((at, run) => at + this.draw(run, at), x);
        x += (widths[column] ?? 0) + 32;
      });
      const line = this.y + 10;
      this.parts.push(`<line class="rule" x1="${margin}" x2="${x - 20}" y1="${line}" y2="${line}"/>`);
    }
    this.y += 22;
  }

  /** Gives the width; the text is stretched to it, whatever font is there. */
  private draw(run: Run, from: number, size = 14): number {
    // Space at either end moves the pen; in an SVG it would be left out.
    const text = run.text.trim();
    const x = from + widthOf(run, size) - widthOf({ ...run, text: run.text.trimStart() }, size);
    const wide = widthOf({ ...run, text }, size);
    const own = run.code ? size * (12 / 14) : size;
    if (run.code)
      this.parts.push(
        `<rect class="chip" x="${fixed(x - 3)}" y="${fixed(this.y - size - 1)}" width="${fixed(wide + 6)}" height="${size + 6}" rx="3"/>`,
      );
    if (text !== "")
      this.parts.push(
        `<text class="${run.code ? "code" : "prose"}" x="${fixed(x)}" y="${this.y}" font-size="${fixed(own)}"${run.bold ? ' font-weight="600"' : ""} textLength="${fixed(wide)}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`,
      );
    return widthOf(run, size);
  }
}

const plain = (text: string): Run => ({ text, code: false, bold: false });

/** What an ordinary font needs for it, closely enough. */
function widthOf({ text, code, bold }: Run, size = 14): number {
  if (code) return text.length * size * (12 / 14) * letter;
  const units = Array.from(text, (letter) => {
    if (/[ijl.,:;'|!]/.test(letter)) return 0.25;
    if (/[ frt()[\]-]/.test(letter)) return 0.32;
    if (/[mwMW]/.test(letter)) return 0.85;
    return /[A-Z]/.test(letter) ? 0.68 : 0.555;
  });
  return units.reduce((sum, unit) => sum + unit, 0) * size * (bold ? 1.05 : 1);
}

const runsIn = (children: readonly PhrasingContent[], bold = false): Run[] =>
  children.flatMap((child): Run[] => {
    if (child.type === "text") return [{ text: child.value, code: false, bold }];
    if (child.type === "inlineCode") return [{ text: child.value, code: true, bold }];
    if (child.type === "strong") return runsIn(child.children, true);
    throw new Error(`A report with a ${child.type} cannot be drawn.`);
  });

function textOf(node: Nodes): string {
  if (node.type === "text" || node.type === "inlineCode") return node.value;
  return "children" in node ? node.children.map(textOf).join("") : "";
}

export const picture = rendered(join(__dirname, "report.svg"), async () => {
  const { fromMarkdown } = await import("mdast-util-from-markdown");
  const { gfm } = await import("micromark-extension-gfm");
  const { gfmFromMarkdown } = await import("mdast-util-gfm");
  const markdown = readFileSync(golden, "utf8");
  const { children } = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const page = new Page();
  for (const child of children) page.block(child);
  const [title] = children.filter(({ type }) => type === "heading");
  return page.svg(title === undefined ? "" : textOf(title));
});

if (require.main === module) void main(picture);
