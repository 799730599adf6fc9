import {
  ConfigurationError,
  isPropertyMap,
  nameOfUrn,
  nearest,
  type Precedence,
  type PropertyMap,
  readConfiguration,
  settings,
  type StackSetting,
  unknown,
} from "..";

/** What the engine says of the provider itself, whichever way a program configures it. Pure. */

/** Properties that are the engine's own. */
const isOfTheEngine = (name: string): boolean =>
  name.startsWith("__") || name === "version" || name === "pluginDownloadURL";

/** The engine's default providers are named `default`, with the version behind it where the program's package has one. */
const isDefault = (urn: string): boolean => /^default(_\d+_\d+_\d+.*)?$/.test(nameOfUrn(urn));

/** An explicit provider means what it says; the settings of a stack may be those of an earlier `up`. */
export const precedenceOf = (urn: string): Precedence =>
  urn === "" || isDefault(urn) ? "environment" : "settings";

/** SDKs hand all but texts over as JSON; both ways they are one text. */
export const settingsOf =
  (args: PropertyMap): StackSetting =>
  (name) => {
    const value = args[name];
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (isPropertyMap(value))
      return JSON.stringify(Object.fromEntries(Object.entries(value).filter(([, word]) => word !== unknown)));
    return typeof value === "string" && value !== unknown ? value : undefined;
  };

/** All that is wrong with the arguments of a provider, as far as they are known. */
export function refusalsOf(args: PropertyMap): string[] {
  const strange = Object.keys(args).filter((name) => !isOfTheEngine(name) && !Object.hasOwn(settings, name));
  const setting = settingsOf(args);
  const configuration = readConfiguration(
    (name) => (name === "apiKey" ? "not looked at" : setting(name)),
    {},
    "settings",
  );
  return [
    ...strange.map((name) => `${name}: no such setting. ${nearest(name, Object.keys(settings))}`),
    ...(setting("url") === undefined ? [] : refusal(() => configuration.tenant())),
    ...refusal(() => configuration.sqlRoute()),
    ...refusal(() => configuration.contract()),
  ];
}

function refusal(read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [error.message];
    throw error;
  }
}

/** The settings that differ; another one replaces nothing, for integrations know their tenant themselves. */
export const changedSettings = (olds: PropertyMap, news: PropertyMap): string[] =>
  Object.keys(settings).filter((name) => settingsOf(olds)(name) !== settingsOf(news)(name));
