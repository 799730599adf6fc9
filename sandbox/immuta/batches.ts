/**
 * Splits a script at its separators, as Immuta does when it runs its own scripts in an automatic setup: a line with
 * nothing but GO (any case, a `--` comment after it allowed) that stands outside of comments, literals and delimited
 * identifiers. Batches of nothing but white space are dropped.
 */
export function splitBatches(script: string): string[] {
  const batches: string[] = [];
  let lines: string[] = [];
  let inside: Inside = { kind: "code" };
  for (const line of script.split(/\r\n|\n|\r/)) {
    if (inside.kind === "code" && /^[ \t]*GO[ \t]*(?:--.*)?$/i.test(line)) {
      batches.push(lines.join("\n"));
      lines = [];
      continue;
    }
    lines.push(line);
    inside = afterLine(line, inside);
  }
  batches.push(lines.join("\n"));
  return batches.filter((batch) => batch.trim() !== "");
}

type Inside =
  { kind: "code" } | { kind: "comment"; depth: number } | { kind: "quoted"; end: "'" | '"' | "]" };

/** What is still open at the end of a line. */
function afterLine(line: string, before: Inside): Inside {
  let inside = before;
  for (let index = 0; index < line.length; index++) {
    const pair = line.slice(index, index + 2);
    const character = line.charAt(index);
    if (inside.kind === "quoted") {
      // A doubled end stands for itself.
      if (pair === inside.end + inside.end) index++;
      else if (character === inside.end) inside = { kind: "code" };
    } else if (inside.kind === "comment") {
      if (pair !== "/*" && pair !== "*/") continue;
      const depth: number = inside.depth + (pair === "/*" ? 1 : -1);
      inside = depth === 0 ? { kind: "code" } : { kind: "comment", depth };
      index++;
    } else if (pair === "--") {
      return inside;
    } else if (pair === "/*") {
      inside = { kind: "comment", depth: 1 };
      index++;
    } else if (character === "'" || character === '"') {
      inside = { kind: "quoted", end: character };
    } else if (character === "[") {
      inside = { kind: "quoted", end: "]" };
    }
  }
  return inside;
}
