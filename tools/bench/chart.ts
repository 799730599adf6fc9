/** Lines over a logarithmic axis of counts, as an SVG that reads on light and dark pages. */

export interface Line {
  name: string;
  /** Count and milliseconds for each one of them. */
  points: [count: number, value: number][];
}

const [width, height, left, bottom, top, right] = [720, 320, 60, 40, 20, 170];
const colours = ["#8a8a8a", "#2f81f7", "#d29922", "#3fb950"];

export function chart(title: string, lines: readonly Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const [least, most] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x), 2)];
  const highest = Math.max(...points.map(([, y]) => y)) * 1.1;
  const x = (count: number): number =>
    left + (Math.log10(count / least) / Math.log10(most / least)) * (width - left - right);
  const y = (value: number): number => height - bottom - (value / highest) * (height - top - bottom);
  const label = (at: [number, number], text: string, more = ""): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" font-size="12" fill="#8a8a8a"${more}>${text}</text>`;
  const counts = [...new Set(points.map(([count]) => count))].sort((a, b) => a - b);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const value = (highest / 1.1) * part;
    return (
      `<line x1="${left}" x2="${width - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#8a8a8a" stroke-opacity="0.25"/>` +
      label([left - 8, y(value) + 4], String(Math.round(value)), ' text-anchor="end"')
    );
  });
  const drawn = lines.map((line, index) => {
    const colour = colours[index % colours.length] ?? "#8a8a8a";
    const path = line.points.map(([count, value]) => `${x(count).toFixed(1)},${y(value).toFixed(1)}`);
    const marks = path.map((at) => {
      const [cx = "", cy = ""] = at.split(",");
      return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`;
    });
    const key = top + 14 + index * 20;
    return (
      `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>${marks.join("")}` +
      `<line x1="${width - right + 20}" x2="${width - right + 44}" y1="${key}" y2="${key}" stroke="${colour}" stroke-width="3"/>` +
      label([width - right + 50, key + 4], line.name)
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" role="img">`,
    `<title>${title}</title>`,
    ...grid,
    ...counts.map((count) => label([x(count), height - bottom + 18], String(count), ' text-anchor="middle"')),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}
