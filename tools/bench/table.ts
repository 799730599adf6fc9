/** A table in Markdown; Prettier aligns it. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "-"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

export const shown = (value: number, digits = 1): string =>
  Number.isNaN(value) ? "" : value.toFixed(digits);
