/** Building the engine from its Go module, as pinned by go.mod and go.sum in this folder. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { binaryIn } from "./cache";
import { runCommand } from "./command";
import { addDynamicProviderHost } from "./dynamic-provider-host";

const CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const PROGRESS_INTERVAL_MS = 20_000;

export interface Build {
  /** An empty folder to fill. */
  folder: string;
  version: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

/**
 * Builds the CLI with `go`, with a line of progress every 20 seconds.
 *
 * @returns the folder of binaries
 * @throws Error when there is no `go`, or with the last lines of a failed build
 */
export async function buildEngine({ folder, version, env, log }: Build): Promise<string> {
  const binaries = join(folder, "bin");
  mkdirSync(binaries);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let packages = 0;
  const lines: string[] = [];

  log(
    `Building the Pulumi CLI ${version} with go (a first build takes four to eight minutes on two cores) ...`,
  );
  const progress = setInterval(() => {
    log(`... still building: ${seconds()} s, ${packages} packages compiled`);
  }, PROGRESS_INTERVAL_MS);
  let code: number;
  try {
    code = await runCommand({
      file: "go",
      args: [
        "build",
        "-v",
        "-mod=readonly",
        "-trimpath",
        "-buildvcs=false",
        `-ldflags=-s -w -X ${VERSION_VARIABLE}=v${version}`,
        "-o",
        binaryIn(binaries),
        CLI_PACKAGE,
      ],
      cwd: __dirname,
      // A go.work file above this folder would replace the committed go.mod.
      env: { ...env, GOWORK: "off" },
      onLine: (line) => {
        if (/^[\w.~/-]+$/.test(line)) packages += 1;
        else lines.push(line);
      },
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    throw new Error("go is not on PATH", { cause: error });
  } finally {
    clearInterval(progress);
  }
  if (code !== 0) throw new Error(lines.slice(-3).join(" | ") || `go build ended with exit code ${code}`);
  addDynamicProviderHost(binaries);
  log(`Built the Pulumi CLI ${version} in ${seconds()} s.`);
  return binaries;
}
