/** What the pictures of the docs have in common: a sheet in the colours of GitHub, by day and by night. */

/** A letter's width, of its height, in a font in which all are as wide. */
export const letter = 0.602;

interface Drawn {
  width: number;
  height: number;
  /** Lines of style sheet, beside those of the sheet. */
  styles: readonly string[];
  parts: readonly string[];
}

export const sheet = (title: string, { width, height, styles, parts }: Drawn): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    "<style>",
    ".prose { font-family: system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; }",
    ".code { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }",
    "text { fill: #1f2328; } .page { fill: #ffffff; stroke: #d1d9e0; }",
    "@media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .page { fill: #0d1117; stroke: #3d444d; } }",
    ...styles,
    "</style>",
    `<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");

export const fixed = (value: number): string => value.toFixed(1).replace(/\.0$/, "");

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
