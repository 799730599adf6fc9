/**
 * `npm run support-matrix`: installs the tarball from the registry's own packages, with each package manager and under
 * each Node, runs the test of docs/testing.md there with the real engine, and writes what came of it into
 * docs/support.md, with whether a running operation heeds Ctrl-C there. Needs the registry, and minutes.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ensureEngine } from "../../tools/engine";
import { endOfCancelled } from "./cancel";
import { runPage } from "./testing-page";
import { packages, root, tarball, temporaryFolder } from "./tarball";
import { write } from "./programs";

interface Case {
  node: string;
  packageManager: "npm" | "pnpm";
  /** Of @pulumi/pulumi: "latest", or the lowest that the peer range allows. */
  sdk: string;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  peerDependencies: Record<string, string>;
};
const lowest = (manifest.peerDependencies["@pulumi/pulumi"] ?? "").replace(/^\D*/, "");

const cases: Case[] = [
  { node: "20", packageManager: "npm", sdk: lowest },
  { node: "20", packageManager: "npm", sdk: "latest" },
  { node: "22", packageManager: "npm", sdk: "latest" },
  { node: "22", packageManager: "pnpm", sdk: "latest" },
  { node: "24", packageManager: "npm", sdk: lowest },
  { node: "24", packageManager: "pnpm", sdk: "latest" },
];

export const page = join(root, "docs", "support.md");
const [begin, end] = ["<!-- runs -->", "<!-- /runs -->"];

async function main(): Promise<void> {
  const engine = await ensureEngine({ log: console.log });
  const tools = temporaryFolder();
  const rows: string[] = [];
  try {
    install(tools, ["pnpm@10"]);
    for (const one of cases) rows.push(await row(one, tools, engine));
  } finally {
    rmSync(tools, { recursive: true, force: true });
  }
  const table = [
    "| Node | Package manager | @pulumi/pulumi | Pulumi CLI | System | Result | Ctrl-C |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  ];
  const text = readFileSync(page, "utf8");
  const [before = "", after = ""] = [text.split(begin)[0], text.split(end)[1]];
  writeFileSync(page, `${before}${begin}\n\n${[...table, ...rows].join("\n")}\n\n${end}${after}`);
  if (rows.some((text) => text.includes("failed"))) process.exitCode = 1;
}

async function row(
  one: Case,
  tools: string,
  engine: Awaited<ReturnType<typeof ensureEngine>>,
): Promise<string> {
  const folder = temporaryFolder();
  try {
    const binary = nodeBinary(tools, one.node);
    const path = [dirname(binary), dirname(engine.path), process.env["PATH"] ?? ""].join(delimiter);
    const env = { ...process.env, ...engine.environment(), PATH: path };
    write(join(folder, "package.json"), JSON.stringify({ name: "governance", private: true }));
    const tarballs = await Promise.all(packages.map((name) => tarball(name)));
    const wanted = [...tarballs.map(({ path }) => path), `@pulumi/pulumi@${one.sdk}`];
    const manager = one.packageManager;
    if (manager === "npm") install(folder, wanted);
    else
      execFileSync(
        process.execPath,
        [join(tools, "node_modules", "pnpm", "bin", "pnpm.cjs"), "add", ...wanted],
        { cwd: folder, stdio: "pipe" },
      );
    const { code, printed } = await runPage(binary, folder, env);
    const passing = /(\d+) passing/.exec(printed)?.[1] ?? "0";
    if (code !== 0) console.error(printed);
    const cancelled = await endOfCancelled(folder, binary);
    const cells = [
      execFileSync(binary, ["--version"], { encoding: "utf8" }).trim().slice(1),
      `${manager} ${version(tools, manager)}`,
      versionIn(join(folder, "node_modules", "@pulumi", "pulumi")),
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

/** Node as npm has it: one package for each system, with the binary and nothing else. */
function nodeBinary(tools: string, major: string): string {
  const system = process.platform === "win32" ? "win" : process.platform;
  const folder = join(tools, `node-${major}`);
  const name = `node-${system}-${process.arch}`;
  write(join(folder, "package.json"), "{}");
  install(folder, [`${name}@${major}`]);
  return join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
}

function install(folder: string, wanted: string[]): void {
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted], {
    cwd: folder,
    stdio: "pipe",
    shell: process.platform === "win32",
  });
}

const versionIn = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;

const version = (tools: string, manager: Case["packageManager"]): string =>
  manager === "npm"
    ? execFileSync("npm", ["--version"], { encoding: "utf8", shell: process.platform === "win32" }).trim()
    : versionIn(join(tools, "node_modules", "pnpm"));

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
