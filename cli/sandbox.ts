import { hostRule, identifierRule, textOf } from "../provider";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as sandboxes from "../sdk/sandbox";
import { CommandError, type Io } from "./io";
import { parsed } from "./options";
import { drift, driftActions } from "./sandbox-drift";
import { visible } from "./text";

const administrator = { username: "sqladmin", password: "Sandbox-Adm1n!" };

const usage = `Usage: pulumi-immuta sandbox [options] [-- <command> …]
       pulumi-immuta sandbox edit <id> <field>=<value> … | disable <id> | remove <id>

Starts Immuta, Azure Synapse and Azure on this machine and prints the environment in which pulumi meets them in place of
the real ones. Runs until Ctrl-C, and then forgets everything, the stacks' state included. With a command after --, runs
that command in this environment and ends with its exit code. Either way it ends when the process is gone that started it.

  --pool <host>/<database>   a workspace and dedicated SQL pool that are there already; may be given several times.
                             IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD are their administrator's then
  --connection-policy <word> "proxy", the default: pools are reached through the gateway, as from outside Azure; or "redirect":
                             it sends clients to a node on a port from 11000 to 11999, as inside Azure
  --json                     the environment as one line of JSON
  --help                     this text

edit, disable and remove change an integration as somebody else would in Immuta, for a refresh to find: in the sandbox that runs
already, whose environment is exported here. A field is one of Immuta's config, such as impersonation.role=ANALYST.
`;

const load = createRequire(__filename);

/** `pulumi-immuta sandbox`. Throws CommandError for wrong options, and for a command that cannot be started. */
export async function run(args: string[], io: Io): Promise<number> {
  const [action = "", ...rest] = args;
  if (action in driftActions) return drift(action, rest, io);
  const end = args.indexOf("--");
  const command = end === -1 ? [] : args.slice(end + 1);
  const { values } = parsed("sandbox", {
    args: end === -1 ? args : args.slice(0, end),
    options: {
      pool: { type: "string", multiple: true, default: [] },
      "connection-policy": { type: "string", default: "proxy" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) {
    io.out(usage);
    return 0;
  }
  if (end !== -1 && command.length === 0) throw new CommandError("after -- comes the command to run.");
  const pools = values.pool.map(poolOf);
  const connectionPolicy = policyOf(values["connection-policy"]);

  const sandbox = await loaded().startSandbox({ connectionPolicy });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-state-"));
  try {
    providePools(sandbox, pools);
    const environment = {
      ...sandbox.environment,
      ...(pools.length === 0 ? {} : loginOfPools),
      ...stateIn(folder),
    };
    if (command.length > 0) return await runIn(environment, command);
    io.out(values.json ? `${JSON.stringify(environment)}\n` : welcome(environment));
    await interrupted();
    return 0;
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sandbox is a package of its own, which only those have who asked for it. */
function loaded(): typeof sandboxes {
  try {
    return load("../sdk/sandbox") as typeof sandboxes;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "SANDBOX_NOT_INSTALLED")
      throw new CommandError(error.message);
    throw error;
  }
}

interface Pool {
  host: string;
  database: string;
}

function poolOf(text: string): Pool {
  const [host = "", database = "", ...rest] = text.split("/");
  const problem =
    rest.length > 0 || database === ""
      ? "is not of the form <host>/<database>."
      : (hostRule(host) ?? identifierRule(database));
  if (problem !== undefined) throw new CommandError(`--pool: ${visible(JSON.stringify(text))} ${problem}`);
  return { host, database };
}

function policyOf(word: string): sandboxes.ConnectionPolicy {
  if (word === "proxy" || word === "redirect") return word;
  throw new CommandError(
    `--connection-policy: ${visible(JSON.stringify(word))} is neither proxy nor redirect.`,
  );
}

function providePools({ synapse }: sandboxes.Sandbox, pools: readonly Pool[]): void {
  const hosts = new Set(pools.map(({ host }) => host.toLowerCase()));
  for (const host of hosts)
    synapse.createWorkspace({
      host,
      administratorLogin: administrator.username,
      administratorPassword: administrator.password,
    });
  for (const { host, database } of pools)
    try {
      synapse.createPool(host, database);
    } catch (error) {
      throw new CommandError(`--pool: ${textOf(error)}.`);
    }
}

const loginOfPools = {
  IMMUTA_SQL_ADMIN_USERNAME: administrator.username,
  IMMUTA_SQL_ADMIN_PASSWORD: administrator.password,
};

/** A state of its own: what is made in the sandbox must not get into the state of what is real. */
function stateIn(folder: string): Record<string, string> {
  const state = join(folder, "state");
  mkdirSync(state);
  return { PULUMI_BACKEND_URL: pathToFileURL(state).href, PULUMI_CONFIG_PASSPHRASE: "sandbox" };
}

const welcome = (environment: Readonly<Record<string, string>>): string =>
  [
    "Immuta, Synapse and Azure are running on this machine. In another terminal, in the folder of a program:",
    "",
    ...Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`),
    "",
    "pulumi stack init sandbox",
    "pulumi up",
    "",
    "Ctrl-C stops the sandbox and forgets everything in it.",
    "",
  ].join("\n");

/** Runs a command on this terminal. Gives its exit code, or 128 and the signal's number, as shells do. */
async function runIn(environment: Readonly<Record<string, string>>, command: string[]): Promise<number> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    stdio: "inherit",
    env: { ...process.env, ...environment },
    shell: process.platform === "win32",
  });
  // Ctrl-C reaches the child by itself; the sandbox stays until the child has ended.
  const stay = (): void => undefined;
  const pass = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", stay).on("SIGHUP", stay).on("SIGTERM", pass);
  const unwatch = whenOrphaned(pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) => {
        reject(new CommandError(`${visible(file)} cannot be started (${error.code ?? error.message}).`));
      });
      child.once("close", (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    process.off("SIGINT", stay).off("SIGHUP", stay).off("SIGTERM", pass);
    unwatch();
  }
}

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const)
      process.once(signal, () => {
        resolve();
      });
    whenOrphaned(resolve);
  });

/** Known from the beginning: it may be gone before anybody looks. */
const parent = process.ppid;

/** Milliseconds from one look for the parent to the next. */
const parentEvery = 500;

/**
 * Calls back when the process is gone that started this one, killed perhaps, since then nobody is left who would end the
 * sandbox. Gives what ends the watch.
 */
function whenOrphaned(act: () => void): () => void {
  const timer = setInterval(() => {
    // An orphan gets another parent; on Windows it keeps the number of the one that is gone.
    if (process.ppid === parent && isThere(parent)) return;
    clearInterval(timer);
    act();
  }, parentEvery).unref();
  return () => {
    clearInterval(timer);
  };
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
