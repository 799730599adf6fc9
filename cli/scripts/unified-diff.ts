interface Line {
  kind: " " | "-" | "+";
  text: string;
}

/** Lines around a change that stay. */
const context = 3;

/** The differences of two texts as `diff -u` writes them; empty where there are none. Line endings do not count. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const lines = compared(linesOf(before), linesOf(after));
  if (lines.every(({ kind }) => kind === " ")) return "";
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks(lines), ""].join("\n");
}

const linesOf = (text: string): string[] => {
  const lines = text.split(/\r\n|\n|\r/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
};

/** What is the same at both ends is no matter for the search. */
function compared(before: readonly string[], after: readonly string[]): Line[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (text: string): Line => ({ kind: " ", text });
  return [
    ...before.slice(0, start).map(same),
    ...shortest(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** More edits than this are shown as one piece taken out and one put in: nobody reads them line by line. */
const mostEdits = 1000;

/** The shortest way from one to the other (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986). */
function shortest(before: readonly string[], after: readonly string[]): Line[] {
  const trace: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(before.length + after.length, mostEdits); edits++) {
    trace.push(reached);
    const next = new Map(reached);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = takesInsertion(reached, diagonal, edits)
        ? (reached.get(diagonal + 1) ?? 0)
        : (reached.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
    reached = next;
  }
  return [
    ...before.map((text): Line => ({ kind: "-", text })),
    ...after.map((text): Line => ({ kind: "+", text })),
  ];
}

/** Whether the way to a diagonal comes by a line put in, rather than by one taken out. */
const takesInsertion = (reached: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean =>
  diagonal === -edits ||
  (diagonal !== edits && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1));

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): Line[] {
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  const back = (toX: number, toY: number): void => {
    for (; x > toX && y > toY; y--) lines.push({ kind: " ", text: before[--x] ?? "" });
  };
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const reached = trace[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const insertion = takesInsertion(reached, diagonal, edits);
    const from = insertion ? diagonal + 1 : diagonal - 1;
    const fromX = reached.get(from) ?? 0;
    back(fromX, fromX - from);
    if (insertion) lines.push({ kind: "+", text: after[--y] ?? "" });
    else lines.push({ kind: "-", text: before[--x] ?? "" });
  }
  back(0, 0);
  return lines.reverse();
}

function hunks(lines: readonly Line[]): string[] {
  const changed = lines.flatMap(({ kind }, at) => (kind === " " ? [] : [at]));
  const spans: { from: number; to: number }[] = [];
  for (const at of changed) {
    const last = spans.at(-1);
    const to = Math.min(lines.length, at + context + 1);
    if (last !== undefined && at - context <= last.to) last.to = to;
    else spans.push({ from: Math.max(0, at - context), to });
  }
  return spans.flatMap(({ from, to }) => {
    const hunk = lines.slice(from, to);
    const header = `@@ -${range(lines, from, hunk, "+")} +${range(lines, from, hunk, "-")} @@`;
    return [header, ...hunk.map(({ kind, text }) => `${kind}${text}`)];
  });
}

/** First line and number of lines on one side, which does not have the lines of `other`. */
function range(lines: readonly Line[], from: number, hunk: readonly Line[], other: "-" | "+"): string {
  const before = lines.slice(0, from).filter(({ kind }) => kind !== other).length;
  const count = hunk.filter(({ kind }) => kind !== other).length;
  return `${count === 0 ? before : before + 1},${count}`;
}
