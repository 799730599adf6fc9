import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { startSandbox, type Delays } from "../../sandbox";
import { administrator, places, prepare, systemPassword } from "./places";

const tools = ["curl", "jq", "tsql", "xargs"];

/** The tools that are not there; without them nothing can be measured. */
export const missingTools = (): string[] =>
  tools.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined);

/**
 * Seconds that the script needs for so many pools, so many at a time. Throws where one of them did not end well.
 * @param parallel 1: one after the other; more: `xargs -P`.
 */
export async function byHand(count: number, parallel: number, delays: Delays): Promise<number> {
  const sandbox = await startSandbox({ delays });
  const folder = mkdtempSync(join(tmpdir(), "pulumi-immuta-by-hand-"));
  const wanted = places(count);
  prepare(sandbox, wanted);
  const { synapse, immuta, apiKey } = sandbox;
  writeFileSync(join(folder, "authority.pem"), synapse.certificateAuthority);
  const settings = [
    "[global]",
    "tds version = 7.4",
    "[synapse]",
    `host = ${synapse.address}`,
    `port = ${synapse.port}`,
    "encryption = require",
    `ca file = ${join(folder, "authority.pem")}`,
    "check certificate hostname = no",
  ];
  writeFileSync(join(folder, "freetds.conf"), `${settings.join("\n")}\n`);
  try {
    const started = performance.now();
    const child = spawn("xargs", ["-P", String(parallel), "-L", "1", join(__dirname, "by-hand.sh")], {
      stdio: ["pipe", "ignore", "pipe"],
      env: {
        ...process.env,
        FREETDSCONF: join(folder, "freetds.conf"),
        LC_ALL: "C.UTF-8",
        IMMUTA_URL: immuta.url,
        IMMUTA_API_KEY: apiKey,
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
    const enabled = immuta.snapshot().filter(({ config, status }) => {
      const { host } = config as { host?: string };
      return status === "enabled" && host?.startsWith("bench") === true;
    });
    if (code !== 0 || enabled.length !== count) throw new Error(`the script by hand failed: ${said}`);
    return seconds;
  } finally {
    rmSync(folder, { recursive: true });
    await sandbox.close();
  }
}
