/** Parts of others' making that tests want: looked for, got or built once, and kept beside the engine. */
import { execFile } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheRoot, hashOf, kept as keptAt } from "../../../tools/engine/cache";
import { generation, generators } from "../../../tools/sdks";

const run = promisify(execFile);

/** Where a part is wanted that has to be built first, this is how long that may take (ms). */
export const BUILD_TIME = 20 * 60_000;

/** A part cannot be had here; the message names it. */
class Missing extends Error {}

/**
 * Gets a part in a `before` hook. Where it cannot be had, the tests of the suite are skipped under a name that says what
 * is missing; in CI that is a failure.
 */
export async function having<T>(context: Mocha.Context, get: () => Promise<T>): Promise<T> {
  context.timeout(BUILD_TIME);
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof Missing) || process.env["CI"] === "true") throw error;
    context.test?.parent?.eachTest((test) => {
      test.title += ` (skipped: ${error.message})`;
    });
    return context.skip();
  }
}

/**
 * That a program is installed: that it can be started, however it then ends.
 *
 * @param from where to get it, for whoever lacks it
 */
export async function program(name: string, flag: string, from: string): Promise<void> {
  try {
    await run(name, [flag]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Missing(`no ${name}: ${from}`);
  }
}

const JDBC = "com.microsoft.sqlserver:mssql-jdbc:13.6.2.jre11";
const DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Microsoft's JDBC driver, one file that needs no other, and a Java that runs programs from their source. */
export async function jdbcDriver(): Promise<string> {
  await program("javac", "-version", "a JDK of 17 or later");
  const [, artifact, version] = JDBC.split(":");
  return kept(`${artifact ?? ""}-${version ?? ""}.jar`, async (folder) => {
    await program("mvn", "-version", "Apache Maven, which gets Microsoft's JDBC driver");
    await got("mvn", [
      "-B",
      "-q",
      "-C",
      `${DEPENDENCIES}:copy`,
      `-Dartifact=${JDBC}`,
      `-DoutputDirectory=${folder}`,
    ]);
    return folder;
  });
}

const MOCK = join(__dirname, "mock-tds");
const BINARY = process.platform === "win32" ? "mock-tds.exe" : "mock-tds";

/** The program in mock-tds/, built of the crate mssql-mock-tds as Cargo.lock pins it. Minutes, the first time. */
export async function mockTds(): Promise<string> {
  const pinned = hashOf(
    ...["Cargo.toml", "Cargo.lock", join("src", "main.rs")].map((file) => join(MOCK, file)),
  );
  return kept(join(`mock-tds-${pinned}`, BINARY), async (folder) => {
    await program(
      "cargo",
      "--version",
      "Rust's cargo of 1.85 or later, which builds Microsoft's mssql-mock-tds",
    );
    const manifest = join(MOCK, "Cargo.toml");
    await got("cargo", ["build", "--locked", "--quiet", "--manifest-path", manifest, "--target-dir", folder]);
    return join(folder, "debug");
  });
}

const ROOT = join(__dirname, "..", "..", "..");
const PLUGIN = join(ROOT, "tests", "plugin");
const YAML = join(PLUGIN, "yaml-host");
const YAML_HOST = process.platform === "win32" ? "pulumi-language-yaml.exe" : "pulumi-language-yaml";

/** Pulumi's host of YAML programs, built of its Go module as tests/plugin/yaml-host pins it. A minute or two, the first time. */
export async function yamlHost(): Promise<string> {
  return kept(join(`yaml-${hashOf(join(YAML, "go.sum"))}`, YAML_HOST), async (folder) => {
    await program("go", "version", "Go, which builds Pulumi's host of YAML programs");
    const source = "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml";
    const build = ["build", ...GO, "-ldflags=-s -w"];
    await got("go", [...build, "-o", join(folder, YAML_HOST), source], YAML);
    return folder;
  });
}

const SCHEMA = join(ROOT, "provider", "plugin", "schema.json");

/** The folder of the SDKs, one for each language, generated of the plugin's schema as `pulumi package gen-sdk` does it. */
export async function sdks(): Promise<string> {
  const made = hashOf(SCHEMA, ...["main.go", "go.sum", "pom.xml"].map((file) => join(generators, file)));
  return kept(join(`sdks-${made}`, "sdk"), async (folder) => {
    await program("go", "version", "Go, which generates the SDKs");
    await got("go", generation(SCHEMA, join(folder, "sdk")), generators);
    return folder;
  });
}

const PYTHON = "pulumi==3.248.0";
const PYTHON_IN = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];

/** A Python with what examples/python requires, the generated SDK among it. */
export async function pythonProgram(): Promise<string> {
  const sdk = await sdks();
  const example = join(ROOT, "examples", "python");
  const made = hashOf(join(example, "requirements.txt"));
  const venv = await kept(join(`${PYTHON}-${made}-${sdkName(sdk)}`, "venv"), async (folder) => {
    await program("python3", "--version", "Python of 3.9 or later");
    cpSync(join(example, "requirements.txt"), join(folder, "requirements.txt"));
    cpSync(join(sdk, "python"), join(folder, "sdk", "python"), { recursive: true });
    await got("python3", ["-m", "venv", "venv"], folder);
    const install = ["-m", "pip", "install", "--quiet", PYTHON, "./sdk/python", "-r", "requirements.txt"];
    await got(join(folder, "venv", ...PYTHON_IN), install, folder);
    return folder;
  });
  return join(venv, ...PYTHON_IN);
}

const LIFE = process.platform === "win32" ? "life.exe" : "life";

/** The program of examples/go with what drives it, tests/plugin/life-go. Minutes, the first time. */
export async function goProgram(): Promise<string> {
  const sdk = await sdks();
  const example = ["main.go", "go.mod", "go.sum"].map((file) => join(ROOT, "examples", "go", file));
  const driver = join(PLUGIN, "life-go", "life_test.go");
  return kept(join(`go-${hashOf(...example, driver)}-${sdkName(sdk)}`, LIFE), async (folder) => {
    await program("go", "version", "Go, which builds the program");
    for (const file of example) cpSync(file, join(folder, basename(file)));
    cpSync(join(sdk, "go"), join(folder, "sdk", "go"), { recursive: true });
    await got("go", ["vet", ...GO, "."], folder);
    cpSync(driver, join(folder, basename(driver)));
    // What the Automation API needs beyond the example is in the graph that the example's go.mod pins.
    await got("go", ["test", "-c", "-mod=mod", "-buildvcs=false", "-o", LIFE, "."], folder);
    return folder;
  });
}

/** A folder with the program of examples/java, what drives it, tests/plugin/life-java, and all that both need: run by `java`. */
export async function javaProgram(): Promise<string> {
  const sdk = await sdks();
  const example = join(ROOT, "examples", "java");
  const source = join("src", "main", "java", "immuta", "App.java");
  const driver = join(PLUGIN, "life-java", "Life.java");
  const made = hashOf(join(example, "pom.xml"), join(example, source), driver);
  return kept(join(`java-${made}-${sdkName(sdk)}`, "program"), async (folder) => {
    await program("javac", "-version", "a JDK of 11 or later");
    await program("mvn", "-version", "Apache Maven, which builds the program");
    const to = join(folder, "program");
    cpSync(join(sdk, "java"), join(to, "sdk", "java"), { recursive: true });
    for (const file of ["pom.xml", source]) cpSync(join(example, file), join(to, file));
    cpSync(driver, join(to, "src", "test", "java", "immuta", "Life.java"));
    // The SDK is installed, and not where this user's other programs would find it.
    const repository = join(folder, "repository");
    const maven = ["-B", "-q", `-Dmaven.repo.local=${repository}`];
    await got("mvn", [...maven, "-f", join("sdk", "java"), "install"], to);
    await got("mvn", [...maven, "test-compile", `${DEPENDENCIES}:copy-dependencies`], to);
    rmSync(repository, { recursive: true });
    return folder;
  });
}

const GO = ["-mod=readonly", "-buildvcs=false"];

const sdkName = (sdk: string): string => basename(dirname(sdk));

async function got(command: string, args: string[], cwd?: string): Promise<void> {
  try {
    // A go.work file above the folder would replace its go.mod.
    await run(command, args, { cwd, timeout: BUILD_TIME, env: { ...process.env, GOWORK: "off" } });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.split("\n").find((line) => /error/i.test(line));
    throw new Missing(`${command} failed: ${said?.trim() ?? String(error)}`);
  }
}

const kept = (path: string, get: (folder: string) => Promise<string>): Promise<string> =>
  keptAt(join(cacheRoot(process.env), "foreign", path), get);
