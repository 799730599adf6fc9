import {
  changeIn,
  docIn,
  type Group,
  isGroup,
  packageVersion,
  type Row,
  resourceTypes,
  type Setting,
  settings,
  table,
} from "..";
import { examples } from "./examples";

/**
 * The package's schema, from the tables of inputs and of settings: from it come the SDKs of other languages, and the checks of
 * YAML programs. Pure.
 */

interface Property {
  type?: "string" | "integer" | "boolean" | "object" | "array";
  $ref?: string;
  oneOf?: Property[];
  items?: Property;
  additionalProperties?: Property;
  description?: string;
  default?: string | number | boolean;
  secret?: true;
  willReplaceOnChanges?: true;
}

interface ObjectType {
  description?: string;
  type: "object";
  properties: Record<string, Property>;
  required?: string[];
}

interface EnumType {
  type: "string";
  enum: { value: string }[];
}

type Fields = Record<string, Row | Group>;

/**
 * Where nothing answers. A release names its own place: without any, the engine asks places that anybody may come to own. What it
 * says of this one is all that a program without the plugin gets to read.
 */
const nowhere = "https://not-published-see-docs-plugin-md.invalid";

const typed = (name: string): string => `immuta:index:${name}`;
const ref = (name: string): Property => ({ $ref: `#/types/${typed(name)}` });
const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const inputs: Fields = table;

function typeOf(name: string, entry: Row | Group, owner = ""): Property {
  if (isGroup(entry)) return ref(entry.name);
  if (entry.words !== undefined) return ref(owner + capitalized(name));
  switch (entry.type) {
    case "string or true":
      return { oneOf: [{ type: "string" }, { type: "boolean" }] };
    case "object":
      return { type: "object", additionalProperties: { type: "string" } };
    case "number":
      return { type: "integer" };
    default:
      return { type: entry.type };
  }
}

/**
 * `willReplaceOnChanges` and not `replaceOnChanges`: that one replaces for a value that is not known yet as well. What holds
 * where nothing is given, the environment above all, is in no default, because a default would be in the state.
 */
function propertyOf(name: string, entry: Row | Group, owner?: string): Property {
  const type = typeOf(name, entry, owner);
  if (isGroup(entry)) return { ...type, description: entry.doc };
  const { default: filledIn, secret, change } = entry;
  return {
    ...type,
    description: describe(entry),
    ...(filledIn === undefined ? {} : { default: filledIn }),
    ...(secret === undefined ? {} : { secret }),
    ...(change === "replace" ? { willReplaceOnChanges: true } : {}),
  };
}

function describe(row: Row): string {
  const { whenUnset, from = [], change } = row;
  const [manual, automatic] = [docIn("manual", row), docIn("automatic", row)];
  const sources = from.map((source) => ("env" in source ? source.env : `\`${source.input}\``));
  const otherwise = whenUnset === undefined ? sources.join(", then ") : `\`${String(whenUnset)}\``;
  return [
    manual === automatic ? manual : `Manual setup: ${manual} Automatic setup: ${automatic}`,
    ...changeIn(change),
    ...(otherwise === "" ? [] : [`By default ${otherwise}.`]),
  ].join(" ");
}

const propertiesOf = (fields: Fields, owner?: string): Record<string, Property> =>
  Object.fromEntries(Object.entries(fields).map(([name, entry]) => [name, propertyOf(name, entry, owner)]));

const groupTypes = (): Record<string, ObjectType | EnumType> =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, entry]): [string, ObjectType | EnumType][] => {
      if (!isGroup(entry)) return wordTypes(name, entry);
      const { fields, doc: description, name: owner } = entry;
      return [
        [typed(owner), { type: "object", description, properties: propertiesOf(fields, owner) }],
        ...Object.entries(fields).flatMap(([field, row]) => wordTypes(field, row, owner)),
      ];
    }),
  );

const wordTypes = (name: string, { words }: Row, owner = ""): [string, EnumType][] =>
  words === undefined
    ? []
    : [[typed(owner + capitalized(name)), { type: "string", enum: words.map((value) => ({ value })) }]];

const text = (description: string): Property => ({ type: "string", description });
const texts = (description: string): Property => ({ type: "array", items: { type: "string" }, description });

/** What the resource has beside its inputs. */
const outputs: Record<string, Property> = {
  integrationId: text("Immuta's id of the integration."),
  tenant: text("The Immuta tenant that has it."),
  status: text("Immuta's state of the integration, `enabled` when all is well."),
  validation: {
    ...ref("ValidationSummary"),
    description: "Immuta's validation of the integration, by the names of the tests that did not pass.",
  },
  scripts: {
    type: "object",
    additionalProperties: ref("ScriptSummary"),
    description: "Of each bootstrap script that was run last, by its phase.",
  },
};

const shown = (names: readonly string[]): Record<string, Property> =>
  Object.fromEntries(
    names.map((name) => {
      const entry = inputs[name];
      if (entry === undefined) throw new Error(`the table has no ${name}`);
      const { $ref, type, oneOf } = propertyOf(name, entry);
      const described = isGroup(entry) ? entry.doc : docIn("manual", entry);
      return [
        name,
        {
          ...($ref === undefined ? {} : { $ref }),
          ...(type === undefined ? {} : { type }),
          ...(oneOf === undefined ? {} : { oneOf }),
          description: described,
        },
      ];
    }),
  );

/** The inputs that Immuta is told, or shows. */
const atImmuta = (...how: string[]): string[] =>
  Object.entries(inputs).flatMap(([name, entry]) => {
    const rows = isGroup(entry) ? Object.values(entry.fields) : [entry];
    return rows.some(({ immuta = "" }) => how.includes(immuta)) ? [name] : [];
  });

const integrationType = (): ObjectType => ({
  type: "object",
  description: "An integration of any platform, as Immuta describes it. Never holds credentials.",
  properties: {
    id: text("Immuta's id."),
    type: text("Immuta's name of the platform, such as `Azure Synapse Analytics`."),
    status: text("Immuta's state of it, `enabled` when all is well."),
    autoBootstrap: { type: "boolean", description: "Whether Immuta set it up itself." },
    validation: { ...ref("Validation"), description: "Immuta's validation of it." },
    ...shown(atImmuta("shown")),
  },
  required: ["id", "type", "status"],
});

const otherTypes = (): Record<string, ObjectType> => ({
  [typed("ValidationSummary")]: {
    type: "object",
    properties: {
      status: text("`passed` when all is well."),
      failed: texts("Names of the tests that failed."),
      warnings: texts("Names of the tests that warn."),
    },
    required: ["status", "failed", "warnings"],
  },
  [typed("ScriptSummary")]: {
    type: "object",
    properties: {
      identity: text("SHA-256 of its text without credentials: hex, in lower case."),
      batches: { type: "integer", description: "How many batches it has." },
    },
    required: ["identity", "batches"],
  },
  [typed("Validation")]: {
    type: "object",
    properties: {
      status: text("`passed` when all is well."),
      tests: { type: "array", items: ref("ValidationTest"), description: "Its tests." },
    },
    required: ["status", "tests"],
  },
  [typed("ValidationTest")]: {
    type: "object",
    properties: {
      name: text("What is tested."),
      status: text("`passed`, `failed`, `warning` or `skipped`."),
      message: text("What Immuta says of it."),
    },
    required: ["name", "status"],
  },
  [typed("Integration")]: integrationType(),
  [typed("BootstrapScript")]: {
    type: "object",
    properties: {
      script: {
        ...text(
          "T-SQL with lines of GO between its batches. Secret: it holds the system account's password.",
        ),
        secret: true,
      },
      identity: text("SHA-256 of the script with the password replaced: hex, in lower case."),
      batches: { type: "integer", description: "How many batches the lines of GO make of it." },
      runIn: text("The database to run it in: `master`, or that of the dedicated SQL pool."),
    },
    required: ["script", "identity", "batches", "runIn"],
  },
});

const phases = {
  initialCreate: "First of a setup, and of a change of the credentials.",
  create: "Second of a setup.",
  cleanup: "First of a removal where the setup did not succeed.",
  postCleanup: "Last of every removal.",
  edit: "Of a change, before the PUT. There where `integrationId` is given.",
  delete: "First of a removal. There where `integrationId` is given.",
};

function functionsOf(): Record<string, object> {
  const { id, type, status } = integrationType().properties;
  if (id === undefined || type === undefined || status === undefined) throw new Error("fields are missing");
  const { password } = propertiesOf({ password: table.password });
  if (password === undefined) throw new Error("the table has no password");
  const asked = atImmuta("sent", "shown").filter((name) => name !== "authenticationType");
  return {
    [typed("getIntegration")]: {
      description:
        "The integration, of any platform, with this id or on this host, database and schema. Fails where there is none, or several. Asks Immuta in previews as well.",
      inputs: { type: "object", properties: { id, ...shown(["host", "database", "schema"]) } },
      outputs: integrationType(),
    },
    [typed("getIntegrations")]: {
      description:
        "The integrations of all platforms, or those of a type or in a status. Asks Immuta in previews as well.",
      inputs: { type: "object", properties: { type, status } },
      outputs: {
        type: "object",
        properties: { integrations: { type: "array", items: ref("Integration") } },
        required: ["integrations"],
      },
    },
    [typed("getBootstrapScripts")]: {
      description:
        "Immuta's bootstrap scripts of a manual setup, for people who must review them or run them themselves. Nothing is run and nothing is registered. Asks Immuta in previews as well.",
      inputs: {
        type: "object",
        properties: {
          ...shown(asked),
          password: { type: "string", description: docIn("manual", table.password), secret: true },
          integrationId: text(
            "Immuta's id of an integration that was set up, for its edit and delete scripts.",
          ),
        },
        required: ["host", "database", "schema", "username", "password"],
      },
      outputs: {
        type: "object",
        properties: Object.fromEntries(
          Object.entries(phases).map(([name, description]) => [
            name,
            { ...ref("BootstrapScript"), description },
          ]),
        ),
        required: ["initialCreate", "create", "cleanup", "postCleanup"],
      },
    },
  };
}

const isFilledIn = (entry: Row | Group): boolean =>
  isGroup(entry)
    ? Object.values(entry.fields).some(isFilledIn)
    : entry.default !== undefined || entry.required === "always";

const namesWhere = (holds: (entry: Row | Group) => boolean): string[] =>
  Object.entries(inputs).flatMap(([name, entry]) => (holds(entry) ? [name] : []));

const typeOfSetting = (type: Setting["type"]): Property =>
  type === "words" ? { type: "object", additionalProperties: { type: "string" } } : { type };

const variables = (): Record<string, Property> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { type, env, secret, doc }]: [string, Setting]) => [
      name,
      {
        ...typeOfSetting(type),
        description: `${doc} Else from ${env}.`,
        ...(secret === undefined ? {} : { secret }),
      },
    ]),
  );

export const schemaOf = (pluginDownloadURL = nowhere): object => ({
  name: "immuta",
  displayName: "Immuta",
  version: packageVersion(),
  description: "Immuta's Azure Synapse Analytics integration: the pool, the bootstrap scripts and Immuta.",
  keywords: ["pulumi", "immuta", "azure", "synapse", "category/infrastructure", "kind/native"],
  license: "Apache-2.0",
  pluginDownloadURL,
  // `pulumi package gen-sdk` makes a module of Go's SDK then.
  meta: { supportPack: true },
  language: {
    ...Object.fromEntries(
      ["python", "go", "csharp"].map((language) => [language, { respectSchemaVersion: true }]),
    ),
    // What programs that `pulumi import` and `pulumi convert` write have to import.
    nodejs: { respectSchemaVersion: true, packageName: "pulumi-immuta/plugin" },
  },
  config: { variables: variables() },
  provider: {
    description:
      "An Immuta tenant. What is given here wins over the environment, which in its turn wins over the stack's settings (`immuta:url` and so on) where no provider is named.",
    inputProperties: variables(),
  },
  types: { ...groupTypes(), ...otherTypes() },
  resources: {
    [resourceTypes.plugin]: {
      description:
        "Immuta's Azure Synapse Analytics integration of one dedicated SQL pool. `pulumi up` registers it with Immuta; in manual setup it runs Immuta's bootstrap scripts in the pool first. Import it by Immuta's id, or by `host/database/schema`.\n\n" +
        examples,
      inputProperties: propertiesOf(inputs),
      requiredInputs: namesWhere((entry) => !isGroup(entry) && entry.required === "always"),
      properties: { ...propertiesOf(inputs), ...outputs },
      required: [...namesWhere(isFilledIn), "integrationId", "tenant", "status", "validation"],
      aliases: [{ type: resourceTypes.dynamic }],
    },
  },
  functions: functionsOf(),
});

/** As the engine is given it, and as it lies beside this file. */
export const schemaText = (pluginDownloadURL?: string): string =>
  `${JSON.stringify(schemaOf(pluginDownloadURL), undefined, 2)}\n`;
