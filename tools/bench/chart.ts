/** Bars of several parts, as an SVG that reads on light and dark pages. */

export interface Bar {
  name: string;
  /** Seconds, in the order of the parts' names. */
  parts: readonly number[];
}

const [width, left, right, top, row, thick] = [720, 210, 60, 50, 26, 16];
const colours = ["#8a8a8a", "#2f81f7", "#d29922"];

export function chart(title: string, parts: readonly string[], bars: readonly Bar[]): string {
  const sum = (bar: Bar): number => bar.parts.reduce((all, part) => all + part, 0);
  const most = Math.max(...bars.map(sum));
  const scale = (seconds: number): number => (seconds / most) * (width - left - right);
  const label = (x: number, y: number, text: string, more = ""): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="12" fill="#8a8a8a"${more}>${text}</text>`;
  const key = parts.map((part, at) => {
    const x = left + at * 110;
    return (
      `<rect x="${x}" y="16" width="12" height="12" fill="${colours[at] ?? ""}"/>` + label(x + 18, 27, part)
    );
  });
  const drawn = bars.map((bar, at) => {
    const y = top + at * row;
    let x = left;
    const rects = bar.parts.map((part, index) => {
      const begins = x;
      x += scale(part);
      return `<rect x="${begins.toFixed(1)}" y="${y}" width="${scale(part).toFixed(1)}" height="${thick}" fill="${colours[index] ?? ""}"/>`;
    });
    return (
      label(left - 10, y + 12, bar.name, ' text-anchor="end"') +
      rects.join("") +
      label(x + 6, y + 12, `${sum(bar).toFixed(1)} s`)
    );
  });
  const height = top + bars.length * row + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" role="img">`,
    `<title>${title}</title>`,
    ...key,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}
