/**
 * docs/properties.md, rendered from the provider's table of inputs:
 *
 *   npm run docs                               writes it, among others
 *   npx tsx docs/render-properties.ts --check  says whether it is up to date
 */
import { type Change, properties, type Property } from "../provider";
import { join } from "node:path";
import { command, main, rendered } from "./rendered";

const meanings: Record<Change, string> = {
  replace:
    "another integration takes its place. The old one is deleted first if both are on the same host, else the new one is made first; the class `SynapseIntegration` always has the old one deleted first, unless the program gives the resource option `deleteBeforeReplace: false`. In manual setup Immuta's scripts remove from the pool what they made.",
  put: "a PUT. In automatic setup Immuta then changes the pool with the privileged account; in manual setup the edit script runs in the pool's database before it.",
  credentials:
    "in automatic setup stored for the next call. In manual setup they are Immuta's system account: the initial-create script runs in `master`, the edit script in the pool's database, then PUT.",
  local: "stored; nobody is called.",
  none: "no change: it says how to begin.",
};

const introduction = `
<!-- Rendered from provider/synapse/inputs/table.ts by \`${command}\`. Do not edit. -->

# Inputs of SynapseIntegration

Every input may be an output of another resource; one that is not known yet in a preview is neither an error nor "no
change". Everything else that is wrong is refused in the preview, all of it at once.

An input with a dot is a field of an object: \`impersonation.role\` is written \`impersonation: { role: … }\`. The object
\`bootstrap\` is required in manual setup (\`autoBootstrap: false\`), where \`{}\` takes everything from the environment, and
refused in automatic setup. A secret is encrypted in the state, and never shown.

The word in bold is [what a change means](#what-a-change-means). A default in _italics_ applies if nothing is given, and is not
in the state; any other is. Names in capitals are variables of the environment, which also have
[settings](configuration.md).
`;

export const page = rendered(join(__dirname, "properties.md"), () =>
  [
    introduction,
    properties.map(item).join("\n"),
    "## What a change means",
    "Several changes at once are one edit script and one PUT.",
    Object.entries(meanings)
      .map(([change, meaning]) => `- **${change}**: ${meaning}`)
      .join("\n"),
  ].join("\n\n"),
);

function item(property: Property): string {
  const { path, type, words, secret, required, change, doc } = property;
  const needed =
    required === undefined ? [] : [{ always: "required", manual: "required in manual setup" }[required]];
  const otherwise = defaultOf(property);
  const facts = [
    words === undefined ? type : words.map(code).join(" or "),
    ...(secret === true ? ["secret"] : []),
    ...needed,
    ...(otherwise === "" ? [] : [`default ${otherwise}`]),
  ];
  const text =
    typeof doc === "string" ? doc : `Manual setup: ${doc.manual} Automatic setup: ${doc.automatic}`;
  return `- ${code(path)} (${facts.join(", ")}; **${change}**): ${text}`;
}

/** Filled in, taken from elsewhere, or what holds where nothing is given. */
function defaultOf({ default: filledIn, whenUnset, from = [], required }: Property): string {
  if (filledIn !== undefined) return code(String(filledIn));
  if (whenUnset !== undefined) return `_${code(String(whenUnset))}_`;
  const sources = from.map((source) => ("env" in source ? source.env : code(source.input))).join(", then ");
  return required === "manual" && sources !== "" ? `${sources} in automatic setup` : sources;
}

const code = (text: string): string => `\`${text}\``;

if (require.main === module) void main(page);
