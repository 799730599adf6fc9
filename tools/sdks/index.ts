/**
 * The SDKs of other languages, packed for their users: generated of the plugin's schema by the generators of
 * `pulumi package gen-sdk`, pinned here, because an engine has them in its language hosts alone.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheRoot, hashOf, kept } from "../engine/cache";

const root = join(__dirname, "..", "..");

/** The folder of the generators' Go module. */
export const generators = __dirname;

/** The arguments of `go` in that folder. */
export const generation = (schema: string, to: string): string[] => [
  "run",
  "-mod=readonly",
  "-buildvcs=false",
  ".",
  schema,
  to,
];

export interface Release {
  /** An https address without a slash at its end. */
  repository?: string | undefined;
  /** Where the engine gets the plugin from. */
  downloads?: string | undefined;
}

interface Schema {
  version: string;
  description: string;
  license: string;
  language: Record<string, object>;
}

/**
 * Gives the paths of the zips of sources (in Go's is `sdk/go/…`, as the tag `sdk/go/v<version>` has it), the sdist, the wheel.
 *
 * @param to a folder that is there
 * @throws Error where Go or Python is missing, or the generators or the builder cannot be had
 */
export async function packSdks(to: string, release: Release): Promise<string[]> {
  const python = await builder();
  const stage = mkdtempSync(join(tmpdir(), "pulumi-immuta-sdks-"));
  try {
    const schema = schemaOf(release);
    const file = join(stage, "schema.json");
    writeFileSync(file, JSON.stringify(schema));
    run("go", generation(file, join(stage, "sdk")), generators);
    const sdk = (...path: string[]): string => join(stage, "sdk", ...path);
    for (const [language, name] of Object.entries(languages)) {
      cpSync(join(root, "LICENSE"), sdk(language, "LICENSE"));
      writeFileSync(sdk(language, "README.md"), readme(name, schema, release));
    }
    rewrite(sdk("python", "pyproject.toml"), builtByFlit(schema));
    rewrite(sdk("go", "go.mod"), withPulumi());
    rewrite(sdk("dotnet", "Pulumi.Immuta.csproj"), withoutPublisher);
    const zips = zipped.map((language) => join(to, `pulumi-immuta-sdk-${language}-v${schema.version}.zip`));
    const packer = join(__dirname, "pack.py");
    const sources = zipped.flatMap((language, at) => [`sdk/${language}`, zips[at] ?? ""]);
    return [
      ...zips,
      ...run(python, [packer, sdk("python"), to, stage, ...sources])
        .trim()
        .split(/\r?\n/),
    ];
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

const languages = { dotnet: "C#", go: "Go", java: "Java", python: "Python" };

/** Those whose sources are taken into a program's folder. */
const zipped = ["dotnet", "go", "java"];

/** Of the repository the generators make the path of Go's module, and the links of the Python package. */
function schemaOf({ repository, downloads }: Release): Schema {
  const schema = JSON.parse(readFileSync(join(root, "provider", "plugin", "schema.json"), "utf8")) as Schema;
  return {
    ...schema,
    ...(repository === undefined ? {} : { repository, homepage: `${repository}#readme` }),
    ...(downloads === undefined ? {} : { pluginDownloadURL: downloads }),
    language: { ...schema.language, python: { ...schema.language["python"], pyproject: { enabled: true } } },
  };
}

const readme = (language: string, { description }: Schema, { repository }: Release): string =>
  [
    `# Immuta for Pulumi, in ${language}`,
    description,
    "What is made of the schema of the provider plugin `immuta`, which needs Node 20.19 or later on PATH.",
    ...(repository === undefined ? [] : [`[Documentation](${repository}#readme)`]),
  ].join("\n\n") + "\n";

/** setuptools writes the time into what it makes; flit does not, and needs nothing beside itself. */
const builtByFlit = ({ license }: Schema): [RegExp, string][] => [
  [
    /\[build-system\][^]*/,
    '[build-system]\n  requires = ["flit_core>=3.12"]\n  build-backend = "flit_core.buildapi"\n',
  ],
  [/^ *\[project\.license\]\n.*\n/m, ""],
  [/^ *readme = .*\n/m, `$&  license = "${license}"\n  license-files = ["LICENSE"]\n`],
];

/** What serves those who publish a package alone, and names Pulumi as its author. */
const withoutPublisher: [RegExp, string][] = [
  [/^ *<(Authors|Company)>.*\n/gm, ""],
  [/^ *<PackageIcon>.*\n/m, ""],
  [/^ *<GeneratePackageOnBuild>.*\n/m, ""],
  [/^ *<ItemGroup>\s*<None Include="logo.png">[^]*?<\/ItemGroup>\n/m, ""],
];

/** The generator asks for a release of 2022, with which its code does not compile; here is the one that tests compile it with. */
function withPulumi(): [RegExp, string][] {
  const name = "github.com/pulumi/pulumi/sdk/v3";
  const example = readFileSync(join(root, "examples", "go", "go.mod"), "utf8");
  const [tested = ""] = new RegExp(`${name} v\\S+`).exec(example) ?? [];
  return [[new RegExp(`${name} v\\S+`), tested]];
}

function rewrite(file: string, changes: [RegExp, string][]): void {
  const text = changes.reduce(
    (before, [pattern, replacement]) => {
      if (!pattern.test(before)) throw new Error(`The generator's ${file} has no ${pattern.source}`);
      return before.replace(pattern, replacement);
    },
    readFileSync(file, "utf8"),
  );
  writeFileSync(file, text);
}

/** A Python with the builder that requirements.txt pins; got once, and kept beside the engine. */
async function builder(): Promise<string> {
  const requirements = join(__dirname, "requirements.txt");
  const windows = process.platform === "win32";
  const inside = windows ? ["Scripts", "python.exe"] : ["bin", "python"];
  const venv = await kept(join(cacheRoot(process.env), `flit-${hashOf(requirements)}`, "venv"), (folder) => {
    run(windows ? "python" : "python3", ["-m", "venv", join(folder, "venv")]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"];
    run(join(folder, "venv", ...inside), [...install, "-r", requirements]);
    return Promise.resolve(folder);
  });
  return join(venv, ...inside);
}

const sources: Record<string, string> = {
  go: "Install Go 1.25 or later (https://go.dev/dl/).",
  python3: "Install Python 3.9 or later with venv.",
};

function run(command: string, args: string[], cwd?: string): string {
  // npm's own time, of 1985; and a go.work file above the folder would replace its go.mod.
  const env = { ...process.env, SOURCE_DATE_EPOCH: "499162500", GOWORK: "off" };
  try {
    return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // Null where the command did not start.
    const { code, stderr } = error as { code?: string; stderr?: string | null };
    const said = stderr?.trim().split("\n").slice(-3).join(" | ") ?? "";
    const reason = code === "ENOENT" ? "it is not there" : said || String(error);
    throw new Error(
      `The SDKs could not be packed by ${command}: ${reason}. ${sources[command] ?? ""}`.trim(),
      {
        cause: error,
      },
    );
  }
}
