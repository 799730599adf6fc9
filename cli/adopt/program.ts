import { delimiterNames, type Inputs, normalHost, table, literal as text } from "../../provider";
import { visible } from "../text";
import type { Adoptable } from "./inventory";
import { fileOf, nameOfHost, resourceName, settingName } from "./names";

/** What the program imports, by the face that it stands on. */
const modules = { dynamic: "pulumi-immuta", plugin: "pulumi-immuta/plugin" } as const;
export type Face = keyof typeof modules;

/** The program that takes these integrations over: texts by file name, one file for each host and an index. */
export function programFor(
  adoptable: readonly Adoptable[],
  tenant: string,
  face: Face = "dynamic",
): Map<string, string> {
  const hosts = new Map<string, Adoptable[]>();
  for (const one of adoptable) {
    const host = normalHost(one.inputs.host);
    hosts.set(host, [...(hosts.get(host) ?? []), one]);
  }
  const files = new Map<string, string>();
  for (const [host, integrations] of hosts)
    files.set(fileOf(host), fileFor(host, integrations, tenant, face));
  const imports = [...hosts.keys()].map((host) => `import ${text(`./${nameOfHost(host)}`)};\n`);
  files.set(
    "index.ts",
    `// Written by \`pulumi-immuta adopt\`: one file for each host.\n${imports.join("")}`,
  );
  return files;
}

function fileFor(host: string, integrations: readonly Adoptable[], tenant: string, face: Face): string {
  const manual = integrations.some(({ inputs }) => !inputs.autoBootstrap);
  return [
    `// Immuta's Azure Synapse integrations on ${visible(host)}, of tenant ${visible(tenant)}.`,
    "// Written by `pulumi-immuta adopt`.",
    ...(manual ? ['import * as pulumi from "@pulumi/pulumi";'] : []),
    `import * as immuta from "${modules[face]}";`,
    ...(manual ? ["", "const config = new pulumi.Config();"] : []),
    ...integrations.map(resourceFor),
    "",
  ].join("\n");
}

function resourceFor({ id, inputs }: Adoptable): string {
  const { host, port, database, schema, autoBootstrap, impersonation, metadataDelimiters } = inputs;
  const role = impersonation.role === undefined ? "" : `, role: ${text(impersonation.role)}`;
  return [
    "",
    ...(autoBootstrap
      ? ["// Automatic setup: a change takes IMMUTA_SQL_ADMIN_USERNAME and IMMUTA_SQL_ADMIN_PASSWORD."]
      : [
          "// Immuta does not show the system account: its name is wanted now, its password at the first change.",
        ]),
    "new immuta.SynapseIntegration(",
    `  ${text(resourceName(host, database))},`,
    "  {",
    `    adopt: ${text(id)},`,
    `    host: ${text(host)},`,
    ...(hasUsualPort(inputs) ? [] : [`    port: ${port},`]),
    `    database: ${text(database)},`,
    `    schema: ${text(schema)},`,
    `    autoBootstrap: ${autoBootstrap},`,
    ...(autoBootstrap
      ? []
      : [
          `    username: config.require(${text(settingName(host, database, "username"))}),`,
          `    password: config.getSecret(${text(settingName(host, database, "password"))}),`,
          "    bootstrap: {},",
        ]),
    ...(impersonation.enabled ? [`    impersonation: { enabled: true${role} },`] : []),
    ...(hasUsualDelimiters(inputs)
      ? []
      : [
          "    metadataDelimiters: {",
          ...delimiterNames.map((name) => `      ${name}: ${text(metadataDelimiters[name])},`),
          "    },",
        ]),
    "  },",
    "  { protect: true },",
    ");",
  ].join("\n");
}

export const hasUsualPort = ({ port }: Inputs): boolean => port === table.port.default;

export const hasUsualDelimiters = ({ metadataDelimiters }: Inputs): boolean =>
  delimiterNames.every((name) => metadataDelimiters[name] === table.metadataDelimiters.fields[name].default);

/** What `pulumi config set` must be given before the program runs: names of settings. */
export const settingsWanted = (adoptable: readonly Adoptable[], named = settingName): string[] =>
  adoptable.flatMap(({ inputs: { autoBootstrap, host, database } }) =>
    autoBootstrap ? [] : [named(host, database, "username")],
  );
