/**
 * docs/properties.md, rendered from the provider's own table of properties:
 *
 *   npx tsx docs/render-properties.ts           writes the page
 *   npx tsx docs/render-properties.ts --check   says whether it is up to date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { type Change, properties, type Property } from "../provider/properties";

export const page = join(__dirname, "properties.md");
export const command = "npx tsx docs/render-properties.ts";

const meanings: Record<Change, { automatic: string; manual: string }> = {
  replace: {
    automatic:
      "Another integration takes its place. The old one is deleted first where both are on the same host, else the new one is made first.",
    manual: "The same, and Immuta's scripts remove from the pool what they made.",
  },
  put: {
    automatic: "PUT with the privileged account, by which Immuta changes the pool itself.",
    manual: "The edit script runs in the pool's database, then PUT with the same payload.",
  },
  credentials: {
    automatic: "Stored for the next call. They are used once for each, and Immuta keeps none.",
    manual:
      "They are Immuta's system account: the initial-create script runs in `master`, the edit script in the pool's database, then PUT.",
  },
  local: { automatic: "Stored. Nobody is called.", manual: "Stored. Nobody is called." },
  none: { automatic: "No change: it says how to begin.", manual: "No change: it says how to begin." },
};

const introduction = `
<!-- Rendered from provider/properties.ts by \`${command}\`. Do not edit. -->

# Inputs of SynapseIntegration

Every input may be an output of another resource. One that is not known yet in a preview is neither an error nor "no
change". Everything else that is wrong is refused in the preview, all of it at once.

An input with a dot is a field of an object: \`impersonation.role\` is written \`impersonation: { role: … }\`. The object
\`bootstrap\` is required in manual setup (\`autoBootstrap: false\`), where \`{}\` takes everything from the environment, and
refused in automatic setup. A secret is encrypted in the state, and never shown.
`;

/** The page's text, as Prettier leaves it. */
export async function renderProperties(): Promise<string> {
  const text = [
    introduction,
    table(
      ["Input", "Type", "Default", "Secret", "Required", "A change means", "What it is"],
      properties.map(row),
    ),
    "## What a change means",
    "Several changes at once are one edit script and one PUT.",
    table(
      ["", "Automatic setup", "Manual setup"],
      Object.entries(meanings).map(([change, { automatic, manual }]) => [`**${change}**`, automatic, manual]),
    ),
  ].join("\n\n");
  return format(text, { ...(await resolveConfig(page)), filepath: page });
}

function row(property: Property): string[] {
  return [
    code(property.path),
    property.type,
    property.default === undefined ? "" : code(String(property.default)),
    property.secret === true ? "secret" : "",
    property.required === undefined ? "" : { always: "always", manual: "in manual setup" }[property.required],
    `[${property.change}](#what-a-change-means)`,
    property.doc,
  ];
}

const code = (text: string): string => `\`${text}\``;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Whether the page on disk is what the table says; false where there is none. */
export async function isUpToDate(): Promise<boolean> {
  return written() === (await renderProperties());
}

function written(): string | undefined {
  try {
    return readFileSync(page, "utf8");
  } catch {
    return undefined;
  }
}

async function main(): Promise<void> {
  if (!process.argv.includes("--check")) {
    writeFileSync(page, await renderProperties());
  } else if (!(await isUpToDate())) {
    console.error(`docs/properties.md is out of date: run \`${command}\`.`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
