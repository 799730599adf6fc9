/**
 * The engine is the Pulumi CLI, in the one version that the demo and the tests are written against.
 *
 * ensureEngine() looks for it in this order: the path the caller gave, PATH, the cache of an earlier run, a download
 * through the official npm package `pulumi`, and a build from its Go module. The first that works is used. Nothing of
 * a person's own Pulumi installation, login or state is read or written.
 */
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

import { buildEngine } from "./build";
import { binaryIn, cacheFolder, homeIn, installAtomically, readVersion } from "./cache";
import { defaultDownloader, downloadEngine } from "./download";
import { dynamicProviderHost } from "./dynamic-provider-host";
import { isExecutable, onPath } from "./path";

/** The Pulumi CLI version that is looked for, downloaded or built. */
export const ENGINE_VERSION = "3.259.0";

/** Where an engine came from: PULUMI_IMMUTA_ENGINE, PATH, an earlier download or build, or one made just now. */
export type EngineSource = "given" | "path" | "cache" | "download" | "build";

export interface Engine {
  /** Without a leading v, e.g. "3.259.0". */
  readonly version: string;
  /** Absolute path of the `pulumi` binary. */
  readonly path: string;
  readonly source: EngineSource;
  /**
   * Environment variables for a run, to be laid over process.env: they keep the run away from the person's own Pulumi
   * home, login, organisation and state, and let the engine find the host of dynamic providers. The caller adds
   * PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE.
   */
  environment(): Record<string, string>;
}

export interface EngineOptions {
  /** Receives progress, one line at a time; silent by default. */
  log?: (line: string) => void;
  /** The environment that is searched; process.env by default. */
  env?: NodeJS.ProcessEnv;
  /** The start script of the npm package `pulumi`; the installed one by default. */
  downloader?: string | undefined;
}

/**
 * Finds the engine, or gets it.
 *
 * @throws Error when PULUMI_IMMUTA_ENGINE names something that is no working engine, and when no way leads to one; the
 * message then lists what was tried, why each failed, and what to install.
 */
export async function ensureEngine(options: EngineOptions = {}): Promise<Engine> {
  const { log = () => undefined, env = process.env, downloader = defaultDownloader() } = options;
  const cache = cacheFolder(env, ENGINE_VERSION);
  const engine = (path: string, source: EngineSource, version = ENGINE_VERSION): Engine => ({
    version,
    path,
    source,
    environment: () => isolatedEnvironment(path, cache, env),
  });

  const given = env["PULUMI_IMMUTA_ENGINE"];
  if (given !== undefined && given !== "") {
    return engine(resolve(given), "given", await versionOfGiven(given, cache));
  }

  for (const candidate of onPath(env)) {
    if ((await readVersion(candidate, homeIn(cache))) === ENGINE_VERSION) return engine(candidate, "path");
  }

  const cached = binaryIn(join(cache, "bin"));
  if (isExecutable(cached)) {
    if ((await readVersion(cached, homeIn(cache))) === ENGINE_VERSION) return engine(cached, "cache");
    log(`The engine in ${cache} does not answer and is replaced.`);
  }

  const causes: string[] = [];
  const ways = [
    {
      source: "download" as const,
      what: "download through the npm package pulumi",
      get: (folder: string) => downloadEngine({ folder, version: ENGINE_VERSION, downloader, env, log }),
    },
    {
      source: "build" as const,
      what: "build from the Go module",
      get: (folder: string) => buildEngine({ folder, version: ENGINE_VERSION, env, log }),
    },
  ];
  for (const { source, what, get } of ways) {
    try {
      const path = await installAtomically(cache, ENGINE_VERSION, get);
      return engine(path, source);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      log(`${what}: ${cause}`);
      causes.push(`  - ${what}: ${cause}`);
    }
  }
  throw new Error(
    [
      `The Pulumi CLI ${ENGINE_VERSION} is not here and could not be had:`,
      `  - PATH: no pulumi of that version`,
      ...causes,
      `Install Pulumi ${ENGINE_VERSION} (https://www.pulumi.com/docs/install/) so that it is on PATH or named by ` +
        `PULUMI_IMMUTA_ENGINE, or install Go 1.21 or newer (https://go.dev/dl/) so that it can be built here.`,
    ].join("\n"),
  );
}

/** A given engine may have another version than ours: who names a path means it. It only has to be an engine. */
async function versionOfGiven(path: string, cache: string): Promise<string> {
  const version = isExecutable(path) ? await readVersion(path, homeIn(cache)) : undefined;
  if (version === undefined) {
    throw new Error(
      `PULUMI_IMMUTA_ENGINE is ${path}, which is not a Pulumi CLI that answers "pulumi version". ` +
        `Name the pulumi binary itself, or unset the variable to have the engine found or built.`,
    );
  }
  return version;
}

function isolatedEnvironment(path: string, cache: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const home = homeIn(cache);
  mkdirSync(home, { recursive: true });
  const own: Record<string, string> = {
    PATH: [dirname(path), dirname(dynamicProviderHost()), env["PATH"] ?? ""].join(delimiter),
    PULUMI_HOME: home,
    PULUMI_CREDENTIALS_PATH: home,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // The engine logs every command there.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "20",
  };
  // Child processes inherit process.env, so what a person's own set-up says (token, stack, options, …) is blanked
  // rather than left out.
  const foreign = Object.keys(env).filter(
    (name) => name.startsWith("PULUMI_") && !name.startsWith("PULUMI_IMMUTA_"),
  );
  return { ...Object.fromEntries(foreign.map((name) => [name, ""])), ...own };
}
