import { harmlessJson } from "../provider";
import { CommandError, type Io } from "./io";
import { parsed } from "./options";
import { isIntact, readReview, readScripts, writeReview } from "./scripts/folder";
import { findingsIn } from "./scripts/lint";
import { review, type ReviewedScript, type Setup } from "./scripts/review";
import { unifiedDiff } from "./scripts/unified-diff";
import { lines, withTenant } from "./tenant";
import { visible } from "./text";

const usage = `Usage: pulumi-immuta scripts --host H --database D --schema S --username U [options]
       pulumi-immuta scripts diff <folder>
       pulumi-immuta scripts lint <folder or file…>

Prints the bootstrap scripts that the tenant (IMMUTA_URL, IMMUTA_API_KEY) generates for a manual setup, for review:
every credential replaced by <secret>, with the identities that \`bootstrap.approvedScripts\` takes. Nothing is run.
\`diff\` compares them with a folder of an earlier review, so that an upgrade of Immuta becomes a pull request.
\`lint\` names what in scripts a dedicated SQL pool does not know by its documentation, and what is never closed; it asks
nobody.

  --host, --database, --schema      where the integration is or will be
  --port <n>                        1433 by default
  --username <name>                 Immuta's system account, which the scripts make
  --role <name>                     impersonation role; impersonation is off without it
  --id <n>                          Immuta's id of the integration: its edit and delete scripts too
  --hash-delimiter, --hash-key-delimiter, --array-delimiter
                                    metadata delimiters, by default as Immuta's: | - ,
  --format <which>                  text (default) or json
  --out <folder>                    write <phase>.sql and review.json instead; what is there is overwritten
  --help                            this text

The options must be those of the program, for a script's identity depends on them; not on the password. It is taken from
IMMUTA_SYSTEM_PASSWORD, or else made up, and never printed.

Exit codes: 0; 1 where \`diff\` finds a difference or \`lint\` anything, Immuta cannot be read, or the options are wrong.
`;

/** `pulumi-immuta scripts`. Throws CommandError. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parsed("scripts", {
    args,
    allowPositionals: true,
    options: {
      host: { type: "string" },
      port: { type: "string" },
      database: { type: "string" },
      schema: { type: "string" },
      username: { type: "string" },
      role: { type: "string" },
      id: { type: "string" },
      "hash-delimiter": { type: "string" },
      "hash-key-delimiter": { type: "string" },
      "array-delimiter": { type: "string" },
      format: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const { format = "text", out } = values;
  if (values.help === true) {
    io.out(usage);
    return 0;
  }
  const [verb, folder, ...more] = positionals;
  if (verb === "lint") {
    if (folder === undefined || Object.keys(values).length > 0)
      throw new CommandError("`scripts lint <folder or file…>` takes paths, and no options.");
    return lint([folder, ...more], io);
  }
  if (verb !== undefined) {
    if (verb !== "diff" || folder === undefined || more.length > 0)
      throw new CommandError(
        "`scripts diff <folder>` takes one folder, `scripts lint` files or folders. See pulumi-immuta scripts --help.",
      );
    if (Object.keys(values).length > 0)
      throw new CommandError("`scripts diff` takes no options: the folder's review.json holds them.");
    return diff(folder, io);
  }
  if (format !== "text" && format !== "json")
    throw new CommandError(`--format is text or json, not ${visible(format)}.`);
  const setup = setupOf(values);
  const scripts = await generated(setup, io);
  if (out !== undefined) {
    for (const name of await writeReview(out, setup, scripts)) io.out(`wrote ${visible(out)}/${name}\n`);
    return 0;
  }
  if (format === "json") io.out(`${harmlessJson({ format: 1, setup, scripts })}\n`);
  else for (const one of scripts) io.out(textOf(one));
  return 0;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function setupOf(values: Values): Setup {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const missing = ["host", "database", "schema", "username"].filter((name) => text(name) === undefined);
  if (missing.length > 0)
    throw new CommandError(
      `${missing.map((name) => `--${name}`).join(", ")} ${missing.length === 1 ? "is" : "are"} missing. See pulumi-immuta scripts --help.`,
    );
  const given = (name: keyof Setup, option: string): Partial<Setup> => {
    const value = text(option);
    return value === undefined ? {} : { [name]: value };
  };
  const port = text("port");
  return {
    host: text("host") ?? "",
    ...(port === undefined ? {} : { port: Number(port) }),
    database: text("database") ?? "",
    schema: text("schema") ?? "",
    username: text("username") ?? "",
    ...given("role", "role"),
    ...given("integrationId", "id"),
    ...given("hashDelimiter", "hash-delimiter"),
    ...given("hashKeyDelimiter", "hash-key-delimiter"),
    ...given("arrayDelimiter", "array-delimiter"),
  };
}

/** What is wrong with the options is said by the rules of the resource's own properties. */
const generated = (setup: Setup, io: Io): Promise<ReviewedScript[]> =>
  withTenant(io, async (immuta, contract) => {
    try {
      return await review(immuta, setup, contract);
    } catch (error) {
      if (error instanceof Error && error.name === "Error") throw new CommandError(lines(error.message));
      throw error;
    }
  });

const textOf = ({ phase, identity, batches, runIn, script }: ReviewedScript): string =>
  `-- ${phase}: ${batches === 1 ? "1 batch" : `${batches} batches`}, run in ${visible(runIn)}\n-- identity ${identity}\n${harmless(script).trimEnd()}\n\n`;

/** A script for a terminal: its lines and tabs stay. */
const harmless = (script: string): string =>
  script.replace(/[^\n\t]+/g, (piece) => visible(piece.replaceAll("\r", ""), Infinity));

async function diff(folder: string, io: Io): Promise<number> {
  const before = await readReview(folder);
  const after = new Map((await generated(before.setup, io)).map((one) => [one.phase, one]));
  const differing: string[] = [];
  for (const phase of new Set([...before.scripts.keys(), ...after.keys()])) {
    const [old, current] = [before.scripts.get(phase), after.get(phase)];
    const file = `${visible(folder)}/${phase}.sql`;
    const names = { before: file, after: `${phase} (Immuta)` };
    const text = unifiedDiff(old?.script ?? "", current?.script ?? "", names);
    io.out(harmless(text));
    if (old !== undefined && !isIntact(old))
      io.err(`pulumi-immuta scripts: ${file} is not what was reviewed: its identity is another one.\n`);
    if (text === "" && old?.identity === current?.identity) continue;
    if (text === "")
      io.out(`${phase}: only blanks at line ends or at the end, or the line endings, are others.\n`);
    differing.push(`${phase}: ${old?.identity ?? "(none)"} → ${current?.identity ?? "(none)"}`);
  }
  if (differing.length === 0) {
    io.out(`No difference: ${after.size} scripts are as they were reviewed.\n`);
    return 0;
  }
  io.err(
    [
      "pulumi-immuta scripts: the scripts are not the ones of the review:",
      ...differing.map((line) => `  ${line}`),
      "If they are to be approved, write them anew with --out and put the new identities into bootstrap.approvedScripts.",
      "",
    ].join("\n"),
  );
  return 1;
}

async function lint(paths: readonly string[], io: Io): Promise<number> {
  const scripts = (await Promise.all(paths.map(readScripts))).flat();
  let found = 0;
  for (const { path, text } of scripts)
    for (const { line, what, page } of findingsIn(text)) {
      io.out(`${visible(path)}:${line}: ${visible(what)} (${page})\n`);
      found++;
    }
  const looked = scripts.length === 1 ? "1 script" : `${scripts.length} scripts`;
  if (found === 0) io.out(`Nothing found in ${looked}.\n`);
  else io.err(`pulumi-immuta scripts: ${found === 1 ? "1 finding" : `${found} findings`} in ${looked}.\n`);
  return found === 0 ? 0 : 1;
}
