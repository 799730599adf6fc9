#!/usr/bin/env node
/** The executable `pulumi-immuta`: finds the command and runs it. Each command is a module of its own. */
import { nearest } from "../provider";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { CommandError, guarded, type Io, processIo } from "./io";
import { visible } from "./text";

/** Gives the exit code. Throws CommandError for wrong use. */
type Run = (args: string[], io: Io) => Promise<number>;

interface Command {
  summary: string;
  /** Its module beside this one, loaded when it is run. */
  module: string;
}

const load = createRequire(__filename);

const commands: Readonly<Record<string, Command>> = {
  report: {
    summary: "a preview as Markdown for a pull request, and a gate for pipelines",
    module: "./report",
  },
  adopt: {
    summary: "the program that takes over what Immuta has, and the proof that it writes nothing",
    module: "./adopt",
  },
  scripts: {
    summary: "Immuta's bootstrap scripts for review, and what changed since an earlier one",
    module: "./scripts",
  },
  doctor: {
    summary: "whether Immuta and a pool can be reached and used from here",
    module: "./doctor",
  },
  sandbox: {
    summary: "Immuta, Synapse and Azure on this machine, to try programs on and to test them",
    module: "./sandbox",
  },
};

const usage = (): string =>
  [
    "Usage: pulumi-immuta <command> [options]",
    "",
    "Commands:",
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`),
    "",
    "pulumi-immuta <command> --help tells its options; pulumi-immuta --version the version.",
    "",
  ].join("\n");

/** Runs the command that the arguments name. Exit codes: the command's own; 1 for wrong use and for any failure. */
export async function main(args: readonly string[], way: Io): Promise<number> {
  const io = guarded(way);
  const [name, ...rest] = args;
  if (name === "--version" || name === "-v") {
    io.out(`${version()}\n`);
    return 0;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    io.out(usage());
    return 0;
  }
  if (name === undefined) {
    io.err(usage());
    return 1;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    io.err(`pulumi-immuta: there is no command ${visible(name)}. ${nearest(name, Object.keys(commands))}\n`);
    return 1;
  }
  try {
    const { run } = load(command.module) as { run: Run };
    return await run(rest, io);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.err(`pulumi-immuta ${name}: ${error.message}\n`);
    return 1;
  }
}

function version(): string {
  const file = readFileSync(load.resolve("pulumi-immuta/package.json"), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

if (require.main === module) {
  // Who reads half of it (`| head`) wants no more.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  main(process.argv.slice(2), processIo).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      guarded(processIo).err(`${inspect(error)}\n`);
      process.exitCode = 1;
    },
  );
}
