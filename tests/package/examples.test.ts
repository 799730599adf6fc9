import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { ensureEngine, type Engine } from "../../tools/engine";
import { write } from "./programs";
import { packages, root, runNpm, tarball, temporaryFolder } from "./tarball";

const examples = readdirSync(join(root, "examples")).filter((name) =>
  existsSync(join(root, "examples", name, "package.json")),
);

/** How each package manager installs tarballs, and runs what was installed. */
interface Manager {
  install(tarballs: ReadonlyMap<string, string>): string[];
  run: string[];
  /** What Node needs to find what was installed. */
  options?: (folder: string) => string;
}

type Name = "npm" | "pnpm" | "yarn";

/** pnpm and yarn each for the program that they differ most in: with a test's dependencies, and with Plug'n'Play. */
const others: [Exclude<Name, "npm">, string][] = [
  ["pnpm", "gitops"],
  ["yarn", "rotation"],
];

/** Runs the program as its project says, as far as a preview. */
const preview = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
(async () => {
  const program = async () => ({ ...require(process.cwd() + "/index.ts") });
  const stack = await LocalWorkspace.createStack({ stackName: "test", projectName: process.env.PROJECT, program }, { workDir: process.cwd() });
  for (const key of ["host", "database", "passwordVersion"]) await stack.setConfig(key, { value: key === "host" ? "contoso.sql.azuresynapse.net" : "claims" });
  console.log(JSON.stringify((await stack.preview()).changeSummary));
})().catch((error) => { console.error(error); process.exitCode = 1; });
`;

describe("an example, copied out and installed from the registry and the tarballs,", function () {
  this.timeout(300_000);
  let tools: string;
  let engine: Engine;
  let managers: Record<Name, Manager>;
  const tarballs = new Map<string, string>();
  const copies: string[] = [];
  const installations = new Map<string, string>();

  before(async () => {
    tools = temporaryFolder();
    engine = await ensureEngine();
    for (const name of packages) tarballs.set(name, (await tarball(name)).path);
    write(join(tools, "package.json"), "{}");
    await runNpm([...quiet, "pnpm@10", "@yarnpkg/cli-dist@4"], tools);
    const pnpm = [process.execPath, join(tools, "node_modules", "pnpm", "bin", "pnpm.cjs")];
    const yarn = [process.execPath, join(tools, "node_modules", "@yarnpkg", "cli-dist", "bin", "yarn.js")];
    managers = {
      npm: { install: (of) => ["npm", ...quiet, ...of.values()], run: ["npx", "--no-install"] },
      pnpm: { install: (of) => [...pnpm, "add", ...named(of)], run: [...pnpm, "exec"] },
      yarn: {
        install: (of) => [...yarn, "add", ...named(of)],
        run: yarn,
        options: (folder) => `--require ${join(folder, ".pnp.cjs")}`,
      },
    };
  });
  after(() => {
    for (const folder of [tools, ...copies]) rmSync(folder, { recursive: true, force: true });
  });

  for (const example of examples)
    it(`${example} installs by its README's line without a warning of ours, and passes the compiler`, async () => {
      const folder = copyOf(example);
      try {
        // What has the same dependencies goes on with what the one before it installed: an installation is what takes long.
        const { dependencies, devDependencies } = manifestOf(example);
        const same = JSON.stringify([dependencies, devDependencies]);
        const had = installations.get(same);
        installations.set(same, join(folder, "node_modules"));
        if (had !== undefined) renameSync(had, join(folder, "node_modules"));
        const said = await installed(folder, example, "npm", had !== undefined);
        expect(said.match(/.*pulumi-immuta.*/g) ?? []).to.deep.equal([]);
        if (example === "rotation") expect(await previewed(folder, "npm")).to.equal('{"create":2}\n');
      } finally {
        copies.push(folder);
      }
    });

  for (const [manager, example] of others)
    it(`${example} does so by ${manager} too, and previews`, async () => {
      const folder = copyOf(example);
      try {
        // yarn takes a folder for a project of its own where it has a lock file.
        if (manager === "yarn") write(join(folder, "yarn.lock"), "");
        await installed(folder, example, manager);
        expect(await previewed(folder, manager)).to.match(/^\{"create":[23]\}\n$/);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

  /** Does what the README says before it sets anything, and compiles. Gives what the package manager said. */
  async function installed(folder: string, example: string, name: Name, already = false): Promise<string> {
    const [, asked = ""] =
      /npm install ((?:<tarball of [\w-]+> ?)+)/.exec(readFileSync(join(folder, "README.md"), "utf8")) ??
      expect.fail(`${example}/README.md does not say how to install it`);
    const wanted = [...asked.matchAll(/<tarball of ([\w-]+)>/g)].map(
      ([, one = ""]) => [one, tarballs.get(one) ?? expect.fail(`there is no ${one}`)] as const,
    );
    const manager = managers[name];
    const said = already ? "" : await ended(manager.install(new Map(wanted)), folder);
    await ended([...manager.run, "tsc", "-p", "."], folder);
    return said;
  }

  async function previewed(folder: string, name: Name): Promise<string> {
    const state = join(folder, "state");
    mkdirSync(state);
    const loader = join(root, "node_modules", "tsx", "dist", "cjs", "index.cjs");
    return ended([process.execPath, "--require", loader, "--eval", preview], folder, {
      ...engine.environment(),
      PROJECT: /^name: (.*)$/m.exec(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))?.[1],
      PATH: `${join(engine.path, "..")}:${process.env["PATH"] ?? ""}`,
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      PULUMI_CONFIG_PASSPHRASE: "test",
      IMMUTA_URL: "http://127.0.0.1:1",
      IMMUTA_API_KEY: "placeholder",
      NODE_OPTIONS: managers[name].options?.(folder) ?? "",
    });
  }
});

const quiet = ["install", "--no-audit", "--no-fund", "--no-update-notifier", "--prefer-offline"];

/** Without the names, pnpm and yarn ask the registry for them as well. */
const named = (of: ReadonlyMap<string, string>): string[] =>
  [...of].map(([name, path]) => `${name}@file:${path}`);

const manifestOf = (example: string): Record<string, object> =>
  JSON.parse(readFileSync(join(root, "examples", example, "package.json"), "utf8")) as Record<string, object>;

/** With nothing of this repository above it. */
function copyOf(example: string): string {
  const folder = temporaryFolder();
  const filter = (source: string): boolean => !source.includes("node_modules");
  cpSync(join(root, "examples", example), folder, { recursive: true, filter });
  return folder;
}

/** Runs a command to its end, and gives what it wrote. */
function ended(command: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [file = "", ...args] = command;
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env: { ...process.env, ...env } }, (error, out, err) => {
      if (error === null) resolve(args[0] === "install" ? out + err : out);
      else reject(new Error(`${command.slice(0, 4).join(" ")}: ${out}${err}`));
    });
  });
}
