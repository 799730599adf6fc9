/**
 * `tsx tools/plugin.ts [--download-url <url>]`: makes `plugin/`, the provider plugin in a few bundles, and what starts it, that need Node alone. Users
 * name the folder in Pulumi.yaml; packed as it is, `pulumi plugin install --file` takes it.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { licencesOf } from "./licences";

const root = join(__dirname, "..");
const folder = join(root, "plugin");
const { values } = parseArgs({ options: { "download-url": { type: "string" } } });
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
  string,
  string
>;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
/** Tables of East Asian encodings: two fifths of what the SQL driver is without them, which reads them with the first text in one. */
const tables = "iconv-lite/encodings/tables";
/** Libraries that are no part of main.js, so that a start does not read what it does not need: a file each, loaded with the first of them. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  "http.js": ["axios", "axios-retry"],
  "sql.js": ["mssql", "iconv-lite"],
  "encodings.js": readdirSync(dirname(require.resolve(`${tables}/gbk-added.json`))).map(
    (table) => `${tables}/${table}`,
  ),
  "azure.js": ["@azure/identity", "@azure/keyvault-secrets"],
};
const fileOf = (library: string): string =>
  Object.keys(libraries).find((file) => libraries[file]?.includes(library)) ?? "main.js";

/** Takes libraries from their files, where they are not asked for in their own file. */
const librariesBeside = (own: string): Plugin => ({
  name: "libraries beside",
  setup(made) {
    const all = Object.values(libraries).flat();
    // See provider/sql/connect/loader.ts.
    made.onResolve({ filter: /^\.\/loader$/ }, ({ path }) => ({ path, namespace: "no loader" }));
    made.onLoad({ filter: /./, namespace: "no loader" }, () => ({
      contents: "exports.found = () => undefined;",
    }));
    made.onResolve({ filter: /^\.\/tables\// }, ({ path, importer }) => {
      const named = `${tables}/${path.slice("./tables/".length)}`;
      return all.includes(named) && /\biconv-lite\b/.test(importer)
        ? { path: named, namespace: "beside" }
        : undefined;
    });
    made.onResolve({ filter: /^@?[a-z]/ }, ({ path, namespace }) =>
      namespace === "beside" || !all.includes(path) || fileOf(path) === own
        ? undefined
        : { path, namespace: "beside" },
    );
    made.onResolve({ filter: /^\.\/\w+\.js$/, namespace: "beside" }, ({ path }) => ({
      path,
      external: true,
    }));
    made.onLoad({ filter: /./, namespace: "beside" }, ({ path }) => {
      const library = `require("./${fileOf(path)}")[${JSON.stringify(path)}]`;
      // Whoever loads it needs it for Entra alone, as tedious does; see provider/sql/connect/lazy-identity.ts.
      const lazily = `new Proxy({}, { get: (_none, name) => ${library}[name] })`;
      return { contents: `module.exports = ${fileOf(path) === "azure.js" ? lazily : library};` };
    });
  },
});

/** What start.ts leaves out. */
const mainBeside: Plugin = {
  name: "main beside",
  setup(made) {
    made.onResolve({ filter: /^\.\/main$/ }, () => ({ path: "./main.js", external: true }));
  },
};

/** Gives the paths of the files that went into it. */
async function bundled(
  to: string,
  from: Pick<BuildOptions, "entryPoints" | "stdin">,
  plugin: Plugin,
): Promise<string[]> {
  const { metafile } = await build({
    ...from,
    absWorkingDir: root,
    metafile: true,
    outfile: join(folder, to),
    bundle: true,
    platform: "node",
    target: "node20",
    // Errors are told by the names of their classes. To keep those of shortened names takes a call for each closure that is made.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
    plugins: [plugin],
  });
  return Object.keys(metafile.inputs);
}

const entry = (file: string): Pick<BuildOptions, "entryPoints"> => ({
  entryPoints: [join(root, "provider", "plugin", file)],
});

/** Each loads when it is asked for. */
const exporting = (names: readonly string[]): Pick<BuildOptions, "stdin"> => ({
  stdin: {
    contents: `module.exports = { ${names.map((name) => `get "${name}"() { return require("${name}"); }`).join(", ")} };`,
    resolveDir: root,
  },
});

/** With the young generation that Node 24 gives by default a plugin takes a third more memory at many integrations, and saves no work. */
const node = "node --max-semi-space-size=8";
/** What the engine starts, by its system. */
const starters = {
  "pulumi-resource-immuta": `#!/bin/sh\nexec ${node} "\${0%/*}/pulumi-resource-immuta.js" "$@"\n`,
  "pulumi-resource-immuta.cmd": `@echo off\r\n@${node} "%~dp0\\pulumi-resource-immuta.js" %*\r\n`,
};
for (const [file, text] of Object.entries(starters)) {
  writeFileSync(join(folder, file), text);
  chmodSync(join(folder, file), 0o755);
}

/**
 * The bundle's own name and version, and where the engine gets this plugin from. Who resolves as Node 10 did takes this folder
 * for the entry point of its name.
 */
const pluginDownloadURL = values["download-url"];
const resolution = { main: "../dist/sdk/plugin/index.js", types: "../dist/sdk/plugin/index.d.ts" };
const manifest = { name, version, license, type: "commonjs", ...resolution, pluginDownloadURL };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

async function main(): Promise<void> {
  const files = await Promise.all([
    bundled("pulumi-resource-immuta.js", entry("start.ts"), mainBeside),
    bundled("main.js", entry("main.ts"), librariesBeside("main.js")),
    ...Object.entries(libraries).map(([file, names]) =>
      bundled(file, exporting(names), librariesBeside(file)),
    ),
  ]);
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), licencesOf(files.flat(), root));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
