import { delimiterNames, normalHost, resourceTypes, yamlLiteral } from "../../provider";
import { visible } from "../text";
import type { Adoptable } from "./inventory";
import { resourceName, plainSettingName } from "./names";
import { hasUsualDelimiters, hasUsualPort, settingsWanted } from "./program";

/** The same program in Pulumi's YAML: one file, which is the project too. */
export function yamlProgram(adoptable: readonly Adoptable[], tenant: string): string {
  const settings = settingsWanted(adoptable, plainSettingName).map(
    (name) => `  ${yamlLiteral(name)}: { type: string }`,
  );
  return [
    `# Immuta's Azure Synapse integrations of tenant ${visible(tenant)}. Written by \`pulumi-immuta adopt\`.`,
    "name: immuta-adopted",
    "runtime: yaml",
    "plugins: { providers: [{ name: immuta, path: node_modules/pulumi-immuta/plugin }] }",
    ...(settings.length === 0 ? [] : ["config:", ...settings]),
    "resources:",
    ...adoptable.map(resourceFor),
    "",
  ].join("\n");
}

function resourceFor({ id, inputs }: Adoptable): string {
  const { port, database, schema, autoBootstrap, impersonation, metadataDelimiters } = inputs;
  const host = normalHost(inputs.host);
  return [
    `  ${yamlLiteral(resourceName(host, database))}:`,
    `    type: ${resourceTypes.plugin}`,
    "    options: { protect: true }",
    "    properties:",
    `      adopt: ${text(id)}`,
    `      host: ${text(host)}`,
    ...(hasUsualPort(inputs) ? [] : [`      port: ${port}`]),
    `      database: ${text(database)}`,
    `      schema: ${text(schema)}`,
    `      autoBootstrap: ${autoBootstrap}`,
    ...(autoBootstrap
      ? []
      : [
          `      username: "\${${plainSettingName(host, database, "username")}}"`,
          "      bootstrap: {}",
          "      # The first change wants `password` too: a setting of `config` with `secret: true`.",
        ]),
    ...(impersonation.enabled
      ? [
          "      impersonation:",
          "        enabled: true",
          ...(impersonation.role === undefined ? [] : [`        role: ${text(impersonation.role)}`]),
        ]
      : []),
    ...(hasUsualDelimiters(inputs)
      ? []
      : [
          "      metadataDelimiters:",
          ...delimiterNames.map((name) => `        ${name}: ${text(metadataDelimiters[name])}`),
        ]),
  ].join("\n");
}

/** Within a text `$` may begin a reference. */
const text = (value: string): string => yamlLiteral(value.replaceAll("$", "$$$$"));
