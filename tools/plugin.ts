/**
 * `tsx tools/plugin.ts [--download-url <url>]`: makes `plugin/`, the provider plugin as one bundle, and what starts it, that need Node alone. Users
 * name the folder in Pulumi.yaml; packed as it is, `pulumi plugin install --file` takes it.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";

const root = join(__dirname, "..");
const folder = join(root, "plugin");
const { values } = parseArgs({ options: { "download-url": { type: "string" } } });
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
  string,
  string
>;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
/** As provider/sql/connect/lazy-identity.ts does outside of a bundle. */
const lazyIdentity: Plugin = {
  name: "lazy identity",
  setup(made) {
    made.onResolve({ filter: /^@azure\/identity$/ }, ({ importer }) =>
      /[\\/]tedious[\\/]/.test(importer) ? { path: "identity", namespace: "lazy" } : undefined,
    );
    made.onLoad({ filter: /./, namespace: "lazy" }, () => ({
      contents: 'module.exports = new Proxy({}, { get: (_none, name) => require("@azure/identity")[name] });',
      resolveDir: root,
    }));
  },
};

/** What start.ts leaves out. */
const mainBeside: Plugin = {
  name: "main beside",
  setup(made) {
    made.onResolve({ filter: /^\.\/main$/ }, () => ({ path: "./main.js", external: true }));
  },
};

const bundled = (from: string, to: string, plugin: Plugin): Promise<unknown> =>
  build({
    entryPoints: [join(root, "provider", "plugin", from)],
    outfile: join(folder, to),
    bundle: true,
    platform: "node",
    target: "node20",
    minify: true,
    // Errors are told by the names of their classes.
    keepNames: true,
    logLevel: "warning",
    plugins: [plugin],
  });

/** What the engine starts, by its system. */
const starters = {
  "pulumi-resource-immuta": '#!/bin/sh\nexec node "${0%/*}/pulumi-resource-immuta.js" "$@"\n',
  "pulumi-resource-immuta.cmd": '@echo off\r\n@node "%~dp0\\pulumi-resource-immuta.js" %*\r\n',
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
const entry = { main: "../dist/sdk/plugin/index.js", types: "../dist/sdk/plugin/index.d.ts" };
const manifest = { name, version, license, type: "commonjs", ...entry, pluginDownloadURL };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

void Promise.all([
  bundled("start.ts", "pulumi-resource-immuta.js", mainBeside),
  bundled("main.ts", "main.js", lazyIdentity),
]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
