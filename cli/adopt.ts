import { type Integration, harmlessJson } from "../provider";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkAdoption, plural, summary } from "./adopt/check";
import { type Adoptable, type Inventory, inventoryOf } from "./adopt/inventory";
import { plainSettingName, settingName } from "./adopt/names";
import { programFor, settingsWanted } from "./adopt/program";
import { writeFiles } from "./adopt/write";
import { yamlProgram } from "./adopt/yaml";
import { CommandError, type Io } from "./io";
import { parsed } from "./options";
import { readPreview } from "./report/read";
import { lines, withTenant } from "./tenant";
import { visible } from "./text";

const usage = `Usage: pulumi-immuta adopt [--out folder] [--force] [--setup automatic|manual]
                            [--language typescript|yaml] [--face dynamic|plugin]
       pulumi-immuta adopt --list
       pulumi-immuta adopt --check preview.json

Reads the tenant that IMMUTA_URL and IMMUTA_API_KEY name, with GETs only, and writes the Pulumi program that takes its
Azure Synapse integrations over as they are: one TypeScript file for each host, and an index.ts that imports them; in
YAML one Pulumi.yaml.
Run again it writes nothing. A file that differs is never overwritten; then no file is.

  --out <folder>    where to write; immuta-adopted by default
  --force           overwrite files that differ
  --setup <which>   automatic or manual: holds where Immuta does not say which
  --language <which>
                    typescript (default) or yaml, which stands on the plugin
  --face <which>    dynamic (default) or plugin: which class TypeScript imports, that of pulumi-immuta or of
                    pulumi-immuta/plugin
  --list            print the integrations as a table and write nothing
  --check <file>    read \`pulumi preview --json\` (- for standard input) and prove against the tenant that every
                    integration in it is adopted exactly as Immuta has it, with no PUT and no script
  --format <which>  text (default) or json, for --list and --check
  --help            this text

Exit codes: 0; 1 where a file differs, an integration cannot be adopted (it is named, the others are written),
--check finds one that does not match or a preview that failed, Immuta cannot be read, or the options are wrong.
`;

/** `pulumi-immuta adopt`. Throws CommandError. */
export async function run(args: string[], io: Io): Promise<number> {
  const { values } = parsed("adopt", {
    args,
    options: {
      out: { type: "string" },
      force: { type: "boolean", default: false },
      setup: { type: "string" },
      language: { type: "string" },
      face: { type: "string" },
      list: { type: "boolean", default: false },
      check: { type: "string" },
      format: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const { setup, language = "typescript", format = "text" } = values;
  const { face = language === "yaml" ? "plugin" : "dynamic" } = values;
  if (values.help === true) {
    io.out(usage);
    return 0;
  }
  if (setup !== undefined && setup !== "automatic" && setup !== "manual")
    throw new CommandError(`--setup is automatic or manual, not ${visible(setup)}.`);
  if (language !== "typescript" && language !== "yaml")
    throw new CommandError(`--language is typescript or yaml, not ${visible(language)}.`);
  if (face !== "dynamic" && face !== "plugin")
    throw new CommandError(`--face is dynamic or plugin, not ${visible(face)}.`);
  if (language === "yaml" && face === "dynamic")
    throw new CommandError("--face dynamic is for Node programs alone: YAML stands on the plugin.");
  if (format !== "text" && format !== "json")
    throw new CommandError(`--format is text or json, not ${visible(format)}.`);
  const { out, force } = values;
  const writes = [out, values.language, values.face].some((given) => given !== undefined) || force;
  if ([values.list, values.check !== undefined, writes].filter(Boolean).length > 1)
    throw new CommandError(
      "--list, --check and writing (--out, --force, --language, --face) are given one at a time.",
    );
  if (values.check !== undefined) return proveFile(values.check, format, io);
  const { tenant, found } = await withTenant(io, async (immuta) => ({
    tenant: immuta.tenant,
    found: inventoryOf(await immuta.list(), setup),
  }));
  if (values.list) return list(found, format, io);
  const program = (adoptable: readonly Adoptable[]): Map<string, string> =>
    language === "yaml"
      ? new Map([["Pulumi.yaml", yamlProgram(adoptable, tenant)]])
      : programFor(adoptable, tenant, face);
  const named = language === "yaml" ? plainSettingName : settingName;
  return write(found, tenant, { folder: out ?? "immuta-adopted", force, program, named }, io);
}

interface Writing {
  folder: string;
  force: boolean;
  program: (adoptable: readonly Adoptable[]) => Map<string, string>;
  named: typeof settingName;
}

async function write(
  found: Inventory,
  tenant: string,
  { folder, force, program, named }: Writing,
  io: Io,
): Promise<number> {
  const { adoptable } = found;
  if (adoptable.length === 0) {
    io.out(`Immuta ${visible(tenant)} has no Azure Synapse integration to adopt: nothing was written.\n`);
    return complain(found, io);
  }
  const { written, unchanged, differing } = await writeFiles(folder, program(adoptable), force);
  if (differing.length > 0) {
    for (const name of differing)
      io.err(`pulumi-immuta adopt: ${visible(join(folder, name))} differs from what Immuta has.\n`);
    io.err("pulumi-immuta adopt: nothing was written. --force overwrites, --out names another folder.\n");
    complain(found, io);
    return 1;
  }
  if (written.length === 0) {
    io.out(
      `Nothing to write: ${plural(unchanged.length, "file")} in ${visible(folder)} already ${unchanged.length === 1 ? "adopts" : "adopt"} ${plural(adoptable.length, "integration")} of ${visible(tenant)} as they are.\n`,
    );
    return complain(found, io);
  }
  for (const name of written) io.out(`wrote ${visible(join(folder, name))}\n`);
  io.out(
    `${plural(adoptable.length, "integration")} of ${visible(tenant)}, ${plural(unchanged.length, "file")} unchanged.\n`,
  );
  const settings = settingsWanted(adoptable, named);
  if (settings.length > 0) {
    io.out(
      "Immuta does not show the system accounts of manual setups. Before the first preview give their names:\n",
    );
    for (const name of settings) io.out(`  pulumi config set ${visible(name)} <system account>\n`);
  }
  return complain(found, io);
}

/** What could not be adopted; gives the exit code. */
function complain({ leftOut }: Inventory, io: Io): number {
  for (const { integration, reason } of leftOut)
    io.err(
      `pulumi-immuta adopt: integration ${visible(integration.id)} (${visible(placeOf(integration))}) is left out: ${visible(reason, 1000)}.\n`,
    );
  return leftOut.length === 0 ? 0 : 1;
}

const placeOf = ({ config }: Integration): string =>
  [config.host, config.database, config.schema].map((part) => part ?? "?").join("/");

/** The inventory as a table. What cannot be adopted is listed too, and says why. */
function list({ adoptable, leftOut }: Inventory, format: "text" | "json", io: Io): number {
  const rows = [
    ...adoptable.map(({ id, status, inputs: { host, database, schema, autoBootstrap, impersonation } }) => ({
      id,
      host,
      database,
      schema,
      setup: autoBootstrap ? "automatic" : "manual",
      impersonation: impersonation.enabled ? (impersonation.role ?? "on") : "off",
      status,
      note: "",
    })),
    ...leftOut.map(({ integration: { id, status, autoBootstrap, config }, reason }) => ({
      id,
      host: config.host ?? "?",
      database: config.database ?? "?",
      schema: config.schema ?? "?",
      setup: autoBootstrap === undefined ? "?" : autoBootstrap ? "automatic" : "manual",
      impersonation: config.impersonation?.enabled === true ? (config.impersonation.role ?? "on") : "off",
      status,
      note: `cannot be adopted: ${reason}`,
    })),
  ];
  if (format === "json") io.out(`${harmlessJson(rows)}\n`);
  else io.out(table(rows));
  return 0;
}

function table(rows: readonly Readonly<Record<string, string>>[]): string {
  const names = ["id", "host", "database", "schema", "setup", "impersonation", "status", "note"];
  const cells = [names, ...rows.map((row) => names.map((name) => visible(row[name] ?? "")))];
  const widths = names.map((_name, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

async function proveFile(file: string, format: "text" | "json", io: Io): Promise<number> {
  const preview = readPreview(file === "-" ? await io.stdin() : await contentOf(file));
  const verdict = await withTenant(io, (immuta) => checkAdoption(preview, immuta));
  if (format === "json") io.out(`${harmlessJson(verdict)}\n`);
  else {
    io.out(`${summary(verdict)}\n`);
    for (const { name, problems } of verdict.findings)
      io.out(
        `${visible(name)}:\n${problems.map((problem) => `  - ${lines(problem).replaceAll("\n", "\n    ")}\n`).join("")}`,
      );
  }
  if (preview.failed) {
    io.err("pulumi-immuta adopt: the preview failed, so it proves nothing.\n");
    return 1;
  }
  if (verdict.total === 0) io.err("pulumi-immuta adopt: the preview adopts and changes no integration.\n");
  return verdict.findings.length === 0 ? 0 : 1;
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${visible(file)} cannot be read (${code ?? "unknown cause"}).`);
  }
}
