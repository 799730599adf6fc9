import { ConfigurationError, type Contract, harmlessJson, nearest, readConfiguration } from "../provider";
import { readFile } from "node:fs/promises";
import { CommandError, type Io } from "./io";
import { parsed } from "./options";
import { markdownOf } from "./report/markdown";
import { type Integration, type Report, reportOf, type Risk, risks } from "./report/model";
import type { Preview } from "./report/preview";
import { readPreview } from "./report/read";
import { visible } from "./text";

const usage = `Usage: pulumi-immuta report [options] [file]

Reads a preview from the file, or from standard input, and writes what it means for the Immuta integrations:
  pulumi preview --json | pulumi-immuta report > report.md

The file may also hold the engine's events (as of the Automation API) or a saved plan (--save-plan).

Options:
  --format <markdown|json>   markdown (default) for a comment on a pull request, json for machines
  --fail-on <words>          exit with 2 where one of these is found, separated by commas:
                             ${risks.join(", ")}
  --max-characters <n>       longest Markdown; 65536 by default, which is GitHub's limit for a comment
  --help                     this text

Exit codes: 0; 1 where the preview cannot be read, has failed, or the options are wrong; 2 for --fail-on.
`;

interface Options {
  file: string | undefined;
  format: "markdown" | "json";
  failOn: Risk[];
  limit: number;
}

/** `pulumi-immuta report`. Throws CommandError for wrong options and for input that is no preview. */
export async function run(args: string[], io: Io): Promise<number> {
  const options = optionsOf(args);
  if (options === "help") {
    io.out(usage);
    return 0;
  }
  const preview = readPreview(await input(options.file, io));
  const report = reportOf(preview, contractOf(preview));
  io.out(options.format === "json" ? `${harmlessJson(report)}\n` : markdownOf(report, options.limit));
  if (report.failed) {
    io.err("pulumi-immuta report: the preview failed, so the report is not complete.\n");
    return 1;
  }
  const { failOn } = options;
  const found = hits(report, failOn.length === 0 ? [] : ["handover", ...failOn]);
  for (const line of found) io.err(`pulumi-immuta report: ${line}\n`);
  return found.length > 0 ? 2 : 0;
}

function optionsOf(args: string[]): Options | "help" {
  const { values, positionals } = parsed("report", {
    args,
    allowPositionals: true,
    options: {
      format: { type: "string", default: "markdown" },
      "fail-on": { type: "string", multiple: true, default: [] },
      "max-characters": { type: "string", default: "65536" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  if (positionals.length > 1)
    throw new CommandError(`one file is read, but ${positionals.length} are given.`);
  const { format } = values;
  if (format !== "markdown" && format !== "json")
    throw new CommandError(`--format is markdown or json, not ${visible(format)}.`);
  const limit = Number(values["max-characters"]);
  if (!Number.isInteger(limit) || limit < shortest)
    throw new CommandError(`--max-characters is a whole number of at least ${shortest}.`);
  return { file: positionals[0], format, failOn: words(values["fail-on"]), limit };
}

/** Room for a header that only counts. */
const shortest = 5000;

function words(given: readonly string[]): Risk[] {
  const all = given.flatMap((list) => list.split(",")).map((word) => word.trim());
  return all.map((word) => {
    const risk = risks.find((known) => known === word);
    if (risk !== undefined) return risk;
    throw new CommandError(
      `--fail-on does not know ${visible(JSON.stringify(word))}. ${nearest(word, risks)}`,
    );
  });
}

/** As the stack or the environment has it. Throws CommandError. */
function contractOf({ contract }: Preview): Contract {
  try {
    return readConfiguration((name) => (name === "contract" ? contract : undefined)).contract();
  } catch (error) {
    if (error instanceof ConfigurationError) throw new CommandError(error.message);
    throw error;
  }
}

async function input(file: string | undefined, io: Io): Promise<Buffer> {
  if (file === undefined || file === "-") {
    if (io.stdinIsTerminal && file === undefined)
      throw new CommandError(
        "there is no preview to read: give a file, or pipe `pulumi preview --json` into it.",
      );
    return io.stdin();
  }
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${visible(file)} cannot be read (${code ?? "unknown cause"}).`);
  }
}

/** A line for each word that is found, with the integrations it is found in. */
function hits({ integrations }: Report, failOn: readonly Risk[]): string[] {
  return [...new Set(failOn)].flatMap((risk) => {
    const found = integrations.filter((one) => one.risks.includes(risk));
    return found.length === 0 ? [] : [`--fail-on ${risk}: ${found.map((one) => hit(one, risk)).join(", ")}`];
  });
}

const hit = ({ name, action }: Integration, risk: Risk): string =>
  visible(name) + (risk === "replace" && action !== "replace" ? " (may be, known at up)" : "");
