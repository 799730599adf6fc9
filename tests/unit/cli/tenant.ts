/** The commands that read a tenant, in front of the sandbox. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../cli/index";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox";
import { type Ran, ran } from "./previews";

export interface Bench {
  sandbox: Sandbox;
  /** A folder of its own. */
  folder: string;
  /** Runs `pulumi-immuta` with these arguments; `env` holds for this run. */
  run(args: string[], env?: Readonly<Record<string, string | undefined>>): Promise<Ran>;
  /** "METHOD /path" of each request since the last call of this. */
  calls(): string[];
  close(): Promise<void>;
}

export async function openBench(options: SandboxOptions = {}): Promise<Bench> {
  const sandbox = await startSandbox(options);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-cli-"));
  return {
    sandbox,
    folder,
    run: async (args, env = {}) => {
      const before = { ...process.env };
      for (const name of Object.keys(process.env))
        if (/^IMMUTA_|_PROXY$/i.test(name)) setEnv(name, undefined);
      for (const [name, value] of Object.entries({ ...sandbox.environment, ...env })) setEnv(name, value);
      try {
        return await ran((io) => main(args, io));
      } finally {
        process.env = before;
      }
    },
    calls: () => {
      const calls = sandbox.immuta.journal.map(({ method, path }) => `${method} ${path}`);
      sandbox.immuta.clearJournal();
      return calls;
    },
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

/** Texts of a folder's files by name. */
export const contentsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
