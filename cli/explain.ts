import { failureKinds, failureOf, nearest } from "../provider";
import { CommandError, type Io } from "./io";
import { visible } from "./text";

/** `pulumi-immuta explain`: what the code at the end of an error means, and what to do. */

const usage = `Usage: pulumi-immuta explain [code]

What the code at the end of an error means, and what to do. Without a code: all of them.
docs/troubleshooting.md has the same on one page.
`;

export function run(args: string[], io: Io): Promise<number> {
  const [asked, ...more] = args;
  if (asked === "--help" || asked === "-h") io.out(usage);
  else if (more.length > 0) throw new CommandError("one code at a time.");
  else io.out(asked === undefined ? all() : one(asked));
  return Promise.resolve(0);
}

function all(): string {
  const width = Math.max(...failureKinds().map(({ code }) => code.length));
  return failureKinds()
    .map(({ code, title }) => `${code.padEnd(width)}  ${title}\n`)
    .join("");
}

function one(asked: string): string {
  const known = failureOf(asked) ?? failureOf(`IMMUTA-${asked}`);
  if (known !== undefined) return `${known.code}\n${known.title}\n\n${plain(known.remedy)}\n`;
  const codes = failureKinds().map(({ code }) => code);
  throw new CommandError(`there is no code ${visible(asked)}. ${nearest(asked.toUpperCase(), codes)}`);
}

/** Without Markdown's marks: a link's page in brackets. */
const plain = (markdown: string): string => markdown.replace(/\[([^\]]+)\]\(([^)]+)\)/g, "$1 (docs/$2)");
