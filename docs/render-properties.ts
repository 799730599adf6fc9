/**
 * docs/properties.md, rendered from the provider's table of inputs:
 *
 *   npm run docs                               writes it, among others
 *   npx tsx docs/render-properties.ts --check  says whether it is up to date
 */
import { join } from "node:path";
import { type Change, properties, type Property } from "../provider/properties";
import { command, main, rendered } from "./rendered";

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
<!-- Rendered from provider/inputs/table.ts by \`${command}\`. Do not edit. -->

# Inputs of SynapseIntegration

Every input may be an output of another resource; one that is not known yet in a preview is neither an error nor "no
change". Everything else that is wrong is refused in the preview, all of it at once.

An input with a dot is a field of an object: \`impersonation.role\` is written \`impersonation: { role: … }\`. The object
\`bootstrap\` is required in manual setup (\`autoBootstrap: false\`), where \`{}\` takes everything from the environment, and
refused in automatic setup. A secret is encrypted in the state, and never shown.

A default in _italics_ applies if nothing is given, and is not in the state; any other is. Names in capitals are variables of
the environment, which also have settings ([configuration](configuration.md)).
`;

export const page = rendered(join(__dirname, "properties.md"), () =>
  [
    introduction,
    table(["Input", "Type", "Default", "A change means", "What it is"], properties.map(row)),
    "## What a change means",
    "Several changes at once are one edit script and one PUT.",
    table(
      ["", "Automatic setup", "Manual setup"],
      Object.entries(meanings).map(([change, { automatic, manual }]) => [`**${change}**`, automatic, manual]),
    ),
  ].join("\n\n"),
);

function row(property: Property): string[] {
  return [
    code(property.path),
    [
      property.words === undefined ? property.type : property.words.map(code).join(", "),
      ...(property.secret === true ? ["secret"] : []),
      ...(property.required === undefined
        ? []
        : [{ always: "required", manual: "required in manual setup" }[property.required]]),
    ].join("; "),
    defaultOf(property),
    property.change,
    typeof property.doc === "string"
      ? property.doc
      : `Manual setup: ${property.doc.manual} Automatic setup: ${property.doc.automatic}`,
  ];
}

/** Filled in, taken from elsewhere, or what holds where nothing is given. */
function defaultOf({ default: filledIn, whenUnset, from = [], required }: Property): string {
  if (filledIn !== undefined) return code(String(filledIn));
  if (whenUnset !== undefined) return `_${code(String(whenUnset))}_`;
  const sources = from.map((source) => ("env" in source ? source.env : code(source.input))).join(", then ");
  return required === "manual" && sources !== "" ? `${sources}, in automatic setup` : sources;
}

const code = (text: string): string => `\`${text}\``;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

if (require.main === module) void main(page);
