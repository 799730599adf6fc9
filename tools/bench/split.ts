/**
 * How fast a script is split, and that the time grows as the script does: `npx tsx tools/bench/split.ts`. The best of some
 * rounds each; a ratio near 10 says linear.
 */
import { splitBatches } from "../../provider";
import { performance } from "node:perf_hooks";

const megabyte = 1_000_000;
const rounds = 5;

/** Pieces that scripts are made of, and some that a careless scanner would look at again and again. */
export const pieces: Readonly<Record<string, string>> = {
  "statements, 60 lines to a batch": "SELECT N'it''s' FROM [dbo].[a]]b] -- GO\n".repeat(60) + "GO\n",
  "nothing but GO": "GO\n",
  "one literal of many lines": "\nGO ''\n",
  "one comment, ever deeper": "/*\nGO\n",
  "one line": "SELECT 1, ",
  "sqlcmd variables that never close": "'' $(a ",
  "GO 1 and long blanks": "GO 1" + " ".repeat(5000) + "-- c\n",
};

function milliseconds(script: string): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    splitBatches(script);
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** A script of at least so many characters. */
export const scriptOf = (name: string, piece: string, size: number): string => {
  const body = piece.repeat(Math.ceil(size / piece.length));
  if (name === "one literal of many lines") return `SELECT '${body}'`;
  return name === "one comment, ever deeper" ? body + "*/".repeat(body.length / piece.length) : body;
};

function main(): void {
  splitBatches(scriptOf("", Object.values(pieces)[0] ?? "", megabyte));
  console.table(
    Object.entries(pieces).map(([name, piece]) => {
      const small = milliseconds(scriptOf(name, piece, megabyte));
      const large = milliseconds(scriptOf(name, piece, 10 * megabyte));
      return {
        script: name,
        "1 MB, ms": small.toFixed(1),
        "10 MB, ms": large.toFixed(1),
        "MB/s": Math.round(10_000 / large),
        "10 MB : 1 MB": (large / small).toFixed(1),
      };
    }),
  );
}

if (require.main === module) main();
