import { pluginDownloadURL, packageVersion, resourceTypes, settings } from "../../provider";
import * as pulumi from "@pulumi/pulumi";
import type { ProviderArgs } from "../args";

/** By which the engine finds the plugin of this package's version, where Pulumi.yaml names none. */
export function whichPlugin(): { version: string; pluginDownloadURL?: string } {
  const url = pluginDownloadURL();
  return { version: packageVersion(), ...(url === undefined ? {} : { pluginDownloadURL: url }) };
}

/**
 * An Immuta tenant: `{ provider }` in the options of a resource or a look-up. What it is not given comes from the
 * environment, and never from the settings of the stack.
 */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, opts: pulumi.ResourceOptions = {}) {
    const [pkg = ""] = resourceTypes.plugin.split(":");
    super(pkg, name, propertiesOf(args), pulumi.mergeOptions(whichPlugin(), opts));
  }
}

/** The engine takes all but texts as JSON. */
function propertiesOf(args: ProviderArgs): pulumi.Inputs {
  const properties: pulumi.Inputs = { ...args };
  for (const [name, { type, secret }] of Object.entries(settings)) {
    if (properties[name] === undefined) continue;
    if (secret) properties[name] = pulumi.secret(properties[name]);
    else if (type !== "string") properties[name] = pulumi.jsonStringify(properties[name]);
  }
  return properties;
}
