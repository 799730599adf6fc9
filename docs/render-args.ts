/**
 * sdk/args.ts, rendered from the provider's tables of inputs and of settings: what programs give, with its doc comments,
 * and the inputs as outputs. TypeScript infers the same types from the table (tests/types/args.ts), but no doc comments.
 *
 *   npm run docs                         writes it, among others
 *   npx tsx docs/render-args.ts --check  says whether it is up to date
 */
import {
  changeIn,
  type Group,
  isGroup,
  type Row,
  type Setting,
  settings,
  type Setup,
  table,
} from "../provider";
import { join } from "node:path";
import { command, main, rendered } from "./rendered";

type Entries = [name: string, entry: Row | Group][];

const entries: Entries = Object.entries<Row | Group>(table);
const ofGroups = entries.flatMap(([, entry]) => (isGroup(entry) ? [entry] : []));

/** The choice of the setup, and what each takes in its own way. */
const bySetup = ([name, entry]: Entries[number]): boolean =>
  name === "autoBootstrap" || (isGroup(entry) ? entry.only !== undefined : entry.required === "manual");

export const args = rendered(join(__dirname, "..", "sdk", "args.ts"), () =>
  [
    `// Rendered from provider/synapse/inputs/table.ts and provider/core/settings.ts by \`${command}\`. Do not edit.`,
    `import * as pulumi from "@pulumi/pulumi";\nimport type { Input, Output } from "@pulumi/pulumi";\nimport type { Phase } from "../provider";`,
    ...ofGroups.map(groupType),
    `${comment(["What both setups take alike."])}export interface CommonArgs {${fields(entries.filter((one) => !bySetup(one)))}}`,
    `${comment(["Automatic setup: Immuta prepares the pool itself with a privileged account, which it does not keep."])}${setupType("AutomaticSetupArgs", "automatic")}`,
    `${comment(["What a manual setup takes, whichever way its password comes."])}${setupType("ManualSetup", "manual")}`,
    `${comment(["The inputs as outputs, with the defaults that are filled in."])}export abstract class InputOutputs extends pulumi.CustomResource {${entries.map(output).join("")}}`,
    `${comment(["An Immuta tenant, for the plugin's provider: what is given here wins over the environment."])}export interface ProviderArgs {${Object.entries(settings).map(settingOf).join("")}}`,
  ].join("\n\n"),
);

function groupType({ name, doc, exactlyOne, fields: rows }: Group): string {
  const head = comment([doc, ...(exactlyOne ? ["Exactly one is given."] : [])]);
  if (exactlyOne === undefined)
    return `${head}export interface ${name}Args {${fields(Object.entries(rows), true)}}`;
  const names = Object.keys(rows);
  const ways = Object.entries(rows).map(([given, row]) => {
    const others = names.filter((one) => one !== given).map((one) => `${one}?: undefined;`);
    return `{${commentOf(row, { inGroup: true })}${given}: Input<${typeOf(row)}>; ${others.join(" ")} }`;
  });
  return `${head}export type ${name}Args = ${ways.join(" | ")};`;
}

const fields = (list: Entries, inGroup = false): string =>
  list.map(([name, entry]) => `${commentOf(entry, { inGroup })}${field(name, entry)}`).join("");

function field(name: string, entry: Row | Group, must = isAlwaysRequired(entry)): string {
  return must ? `${name}: Input<${typeOf(entry)}>;` : `${name}?: Input<${typeOf(entry)} | undefined>;`;
}

const isAlwaysRequired = (entry: Row | Group): boolean => !isGroup(entry) && entry.required === "always";

function setupType(name: string, setup: Setup): string {
  const own = entries.filter(bySetup).map(([input, entry]) => {
    if (input === "autoBootstrap") return `${commentOf(entry)}${input}: ${setup === "automatic"};`;
    if (isGroup(entry))
      return setup === entry.only ? `${commentOf(entry)}${input}: ${typeOf(entry)};` : `${input}?: never;`;
    const must = setup === "manual" && entry.unless === undefined;
    return `${commentOf(entry, { setup })}${field(input, entry, must)}`;
  });
  return `export interface ${name} extends CommonArgs {${own.join("")}}`;
}

function typeOf(entry: Row | Group): string {
  if (isGroup(entry)) return `${entry.name}Args`;
  if (entry.words !== undefined) return entry.words.map((word) => JSON.stringify(word)).join(" | ");
  if (entry.type === "string or true") return "string | true";
  return entry.type === "object" ? "Record<string, Input<string>>" : entry.type;
}

function output([name, entry]: Entries[number]): string {
  const type = `${checkedType(entry)}${isFilledIn(entry) ? "" : " | undefined"}`;
  return `${comment(isGroup(entry) ? [entry.doc] : docOf(entry))}declare readonly ${name}: Output<${type}>;`;
}

const settingTypes: Readonly<Record<Setting["type"], string>> = {
  string: "string",
  integer: "number",
  boolean: "boolean",
  words: "Record<string, Input<string>>",
};

const settingOf = ([name, { type, env, doc, secret }]: [string, Setting]): string =>
  `${comment([doc, ...(secret ? ["Kept secret."] : [])], env)}${name}?: Input<${settingTypes[type]} | undefined>;`;

function checkedType(entry: Row | Group): string {
  if (!isGroup(entry)) return entry.type === "object" ? "Partial<Record<Phase, string>>" : typeOf(entry);
  const rows = Object.entries(entry.fields);
  const one = (present: (name: string, row: Row) => string): string =>
    `{ ${rows.map(([name, row]) => present(name, row)).join(" ")} }`;
  if (entry.exactlyOne === undefined)
    return one((name, row) => `${name}${isFilledIn(row) ? "" : "?"}: ${checkedType(row)};`);
  return rows
    .map(([given]) =>
      one((name, row) => (name === given ? `${name}: ${checkedType(row)};` : `${name}?: undefined;`)),
    )
    .join(" | ");
}

/** Whether check leaves no integration without it. */
const isFilledIn = (entry: Row | Group): boolean =>
  isGroup(entry)
    ? Object.values(entry.fields).some(isFilledIn)
    : entry.default !== undefined || entry.required === "always";

function commentOf(
  entry: Row | Group,
  { setup, inGroup }: { setup?: Setup; inGroup?: boolean } = {},
): string {
  if (isGroup(entry)) {
    const [first] = Object.values(entry.fields);
    return comment([entry.doc, ...(first === undefined ? [] : changeIn(first.change))]);
  }
  const { default: filledIn, whenUnset, from = [], required, secret, change } = entry;
  const value = filledIn ?? whenUnset;
  const sources = setup === "manual" && required === "manual" ? [] : from;
  const words = sources.map((source) => ("env" in source ? source.env : `\`${source.input}\``));
  return comment(
    [
      ...docOf(entry, setup),
      ...(secret ? ["Kept secret."] : []),
      ...(inGroup ? [] : changeIn(change, setup)),
    ],
    value === undefined ? words.join(", then ") : `\`${String(value)}\``,
  );
}

function docOf({ doc }: Row, setup?: Setup): string[] {
  if (typeof doc === "string") return [doc];
  return setup === undefined
    ? [`Manual setup: ${doc.manual}`, `Automatic setup: ${doc.automatic}`]
    : [doc[setup]];
}

function comment(sentences: readonly string[], value = ""): string {
  const lines = [...wrapped(sentences.join(" ")), ...(value === "" ? [] : [`@default ${value}`])];
  if (lines.length === 1) return `\n/** ${lines.join("")} */\n`;
  return `\n/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}

/** Prettier leaves comments as they are. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 105) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

if (require.main === module) void main(args);
