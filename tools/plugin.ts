/**
 * `tsx tools/plugin.ts [--download-url <url>]`: makes `plugin/`, the provider plugin as one bundle that needs Node alone. Users
 * name the folder in Pulumi.yaml; packed as it is, `pulumi plugin install --file` takes it.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";

const root = join(__dirname, "..");
const folder = join(root, "plugin");
const { values } = parseArgs({ options: { "download-url": { type: "string" } } });
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
  string,
  string
>;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
buildSync({
  entryPoints: [join(root, "provider", "plugin", "main.ts")],
  outfile: join(folder, "pulumi-resource-immuta.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  minify: true,
  // Errors are told by the names of their classes.
  keepNames: true,
  logLevel: "warning",
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

/** The bundle's own name and version, and where the engine gets this plugin from. */
const pluginDownloadURL = values["download-url"];
const manifest = { name, version, license, type: "commonjs", pluginDownloadURL };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
