/**
 * `npm run support-matrix`: installs the tarball from the registry's own packages, with each package manager and under
 * each Node, runs the test of docs/testing.md there with the real engine, and writes what came of it into
 * docs/support.md, with whether a running operation heeds Ctrl-C there. Needs the registry, and minutes.
 *
 * `npm run support-matrix -- "24 yarn"` runs what begins so, and prints its rows instead.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ensureEngine, type Engine } from "../../tools/engine";
import { endOfCancelled } from "./cancel";
import { runPage } from "./testing-page";
import { packages, root, tarball, temporaryFolder } from "./tarball";
import { write } from "./programs";

interface Manager {
  /** Its package and the script in it; npm is the one on PATH. */
  from?: { package: string; major: string; script: string };
  /** What adds to a project. */
  add: string[];
  /** What a project has beside package.json. */
  files?: Record<string, string>;
  /** What Node is to load first, of the project. */
  loader?: string;
}

const yarn1 = { package: "yarn", major: "1", script: "bin/yarn.js" };
const yarn4 = { package: "@yarnpkg/cli-dist", major: "4", script: "bin/yarn.js" };

const npm: Manager = { add: ["install", "--no-audit", "--no-fund", "--ignore-scripts"] };
/** Beside npm, each by its name on the page, with its version in the place of VERSION. */
const others: Record<string, Manager> = {
  "pnpm VERSION": { from: { package: "pnpm", major: "10", script: "bin/pnpm.cjs" }, add: ["add"] },
  "yarn VERSION": { from: yarn1, add: ["add"] },
  "yarn VERSION `--ignore-engines`": { from: yarn1, add: ["add", "--ignore-engines"] },
  // Where a folder has a lock file, yarn takes it for a project of its own.
  "yarn VERSION, node-modules": {
    from: yarn4,
    add: ["add"],
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n" },
  },
  "yarn VERSION, Plug'n'Play": { from: yarn4, add: ["add"], files: { "yarn.lock": "" }, loader: ".pnp.cjs" },
};

interface Case {
  node: string;
  /** On the page. */
  name: string;
  manager: Manager;
  /** Of @pulumi/pulumi: "latest", or the lowest that the peer range allows. */
  sdk: string;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  peerDependencies: Record<string, string>;
};
const lowest = (manifest.peerDependencies["@pulumi/pulumi"] ?? "").replace(/^\D*/, "");

const nodes = ["20", "22", "24"];
const byNpm = (node: string, sdk: string): Case => ({ node, name: "npm VERSION", manager: npm, sdk });
const cases = [
  byNpm("20", lowest),
  byNpm("24", lowest),
  ...nodes.flatMap((node) => [
    byNpm(node, "latest"),
    ...Object.entries(others)
      // docs/support.md says why.
      .filter(([, { from, add }]) => from !== yarn1 || add.includes("--ignore-engines") === (node === "20"))
      .map(([name, manager]): Case => ({ node, name, manager, sdk: "latest" })),
  ]),
];

export const page = join(root, "docs", "support.md");
const [begin, end] = ["<!-- runs -->", "<!-- /runs -->"];

const windows = process.platform === "win32";
/** Node as npm has it: one package for each system, with the binary and nothing else. */
const nodePackage = `node-${windows ? "win" : process.platform}-${process.arch}`;

async function main(only?: string): Promise<void> {
  const engine = await ensureEngine({ log: console.log });
  const tools = temporaryFolder();
  const rows: string[] = [];
  try {
    write(join(tools, "package.json"), "{}");
    const binaries = nodes.map((node) => `node-${node}@npm:${nodePackage}@${node}`);
    const scripts = Object.values(others).map(({ from }) => `${from?.package ?? ""}@${from?.major ?? ""}`);
    run(["npm", ...npm.add, ...binaries, ...new Set(scripts)], tools);
    for (const one of cases)
      if (`${one.node} ${one.name}`.startsWith(only ?? ""))
        rows.push(await row(one, join(tools, "node_modules"), engine));
  } finally {
    rmSync(tools, { recursive: true, force: true });
  }
  if (rows.some((text) => text.includes("failed"))) process.exitCode = 1;
  if (only !== undefined) return;
  const table = [
    "| Node | Package manager | @pulumi/pulumi | Pulumi CLI | System | Result | Ctrl-C |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  const text = readFileSync(page, "utf8");
  const [before = "", after = ""] = [text.split(begin)[0], text.split(end)[1]];
  writeFileSync(page, `${before}${begin}\n\n${[...table, ...rows].join("\n")}\n\n${end}${after}`);
}

async function row({ node, name, manager, sdk }: Case, tools: string, engine: Engine): Promise<string> {
  const folder = temporaryFolder();
  try {
    const binary = join(tools, `node-${node}`, "bin", windows ? "node.exe" : "node");
    const { from, add, files = {}, loader } = manager;
    const command = from === undefined ? ["npm"] : [binary, join(tools, from.package, from.script)];
    const path = [dirname(binary), dirname(engine.path), process.env["PATH"] ?? ""].join(delimiter);
    const installing = { ...process.env, PATH: path };
    const manifest = JSON.stringify({ name: "governance", private: true });
    for (const [file, text] of Object.entries({ "package.json": manifest, ...files }))
      write(join(folder, file), text);
    const tarballs = packages.map(async (name) => `${name}@file:${(await tarball(name)).path}`);
    run([...command, ...add, ...(await Promise.all(tarballs)), `@pulumi/pulumi@${sdk}`], folder, installing);

    const options = { NODE_OPTIONS: loader === undefined ? "" : `--require ${join(folder, loader)}` };
    const env = { ...installing, ...engine.environment(), ...options };
    const { code, printed } = await runPage(binary, folder, env);
    const passing = /(\d+) passing/.exec(printed)?.[1] ?? "0";
    if (code !== 0) console.error(printed);
    const pulumi = run([binary, "-p", 'require.resolve("@pulumi/pulumi/package.json")'], folder, env);
    const cancelled = await endOfCancelled(folder, { node: binary, pulumi: dirname(pulumi), env: options });
    const cells = [
      run([binary, "--version"], folder).slice(1),
      name.replace("VERSION", run([...command, "--version"], folder, installing)),
      run([binary, "-p", 'require("@pulumi/pulumi/package.json").version'], folder, env),
      engine.version,
      `${process.platform} ${process.arch}`,
      code === 0 ? `${passing} passed` : `failed (${passing} passed)`,
      cancelled?.startsWith("Stopped, ") === true ? "stops" : "goes on",
    ];
    console.log(cells.join("  "));
    return `| ${cells.join(" | ")} |`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command to its end, and gives what it printed. Throws what it complained of. */
function run([file = "", ...args]: string[], cwd: string, env = process.env): string {
  const shell = windows && file === "npm";
  return execFileSync(file, args, { cwd, env, stdio: "pipe", encoding: "utf8", shell }).trim();
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
