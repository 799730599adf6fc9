import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Delays } from "../../sandbox";
import { startSandboxProcess } from "./life";
import { administrator, places, systemPassword } from "./places";

const tools = ["curl", "jq", "tsql", "xargs"];

/** The tools that are not there; without them nothing can be measured. */
export const missingTools = (): string[] =>
  tools.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined);

/**
 * Seconds that the script needs for so many pools, so many at a time. Throws where one of them did not end well.
 * @param parallel 1: one after the other; more: `xargs -P`.
 */
export async function byHand(count: number, parallel: number, delays: Delays): Promise<number> {
  const sandbox = startSandboxProcess();
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-by-hand-"));
  const wanted = places(count);
  const { environment } = await sandbox.ask("start", { delays, places: wanted });
  const settings = [
    "[global]",
    "tds version = 7.4",
    "[synapse]",
    `host = ${environment["IMMUTA_SQL_SERVER"] ?? ""}`,
    `port = ${environment["IMMUTA_SQL_PORT"] ?? ""}`,
    "encryption = require",
    `ca file = ${environment["NODE_EXTRA_CA_CERTS"] ?? ""}`,
    "check certificate hostname = no",
  ];
  writeFileSync(join(folder, "freetds.conf"), `${settings.join("\n")}\n`);
  try {
    const started = performance.now();
    const child = spawn("xargs", ["-P", String(parallel), "-L", "1", join(__dirname, "by-hand.sh")], {
      stdio: ["pipe", "ignore", "pipe"],
      env: {
        ...process.env,
        ...environment,
        FREETDSCONF: join(folder, "freetds.conf"),
        LC_ALL: "C.UTF-8",
        SQL_USERNAME: administrator.administratorLogin,
        SQL_PASSWORD: administrator.administratorPassword,
        SYSTEM_PASSWORD: systemPassword,
      },
    });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    child.stdin.end(wanted.map(({ host, database }) => `${host} ${database}\n`).join(""));
    const code = await new Promise((resolve) => child.on("close", resolve));
    const seconds = (performance.now() - started) / 1000;
    const enabled = await sandbox.ask("enabled");
    if (code !== 0 || enabled !== count) throw new Error(`the script by hand failed: ${said}`);
    return seconds;
  } finally {
    rmSync(folder, { recursive: true });
    await sandbox.end();
  }
}
