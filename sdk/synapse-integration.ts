import { resourceTypes } from "../provider";
import * as pulumi from "@pulumi/pulumi";
import {
  deletesFirst,
  type EitherSetupArgs,
  IntegrationResource,
  type SynapseIntegrationArgs,
} from "./integration";
import { refuseOptions } from "./options";
import { refuseBun } from "./runtime";
import { warnOfPlainSettings } from "./plain-settings";

/**
 * The provider's text in a state. States outlive installations, so it names the package and nothing else, is the
 * same for every resource, and captures nothing.
 */
const providerText = 'exports.handler=()=>require("pulumi-immuta/provider")';

/**
 * Immuta's Azure Synapse Analytics integration of one dedicated SQL pool.
 *
 * `pulumi up` registers it with Immuta; in manual setup it runs Immuta's bootstrap scripts in the pool first. Changes of
 * impersonation and metadata delimiters become PUT calls. URL and API key of the tenant come from IMMUTA_URL and
 * IMMUTA_API_KEY, else from `immuta:url` and `immuta:apiKey`.
 */
export class SynapseIntegration extends IntegrationResource {
  /**
   * The resource option `deleteBeforeReplace` is true where the program does not say otherwise: Immuta refuses a second
   * integration on a database, and of a replacement that is forced (`--replace`, `pulumi state taint`) the engine does not
   * ask the provider for the order. The option holds for every replacement: on a move to another host, too, the old
   * integration ends before the new one is made. `false` leaves the old one until the new one stands, and forced
   * replacements are then refused.
   *
   * `customTimeouts` are taken as `timeouts`. Throws on Bun, and where `import`, `id`, `replaceOnChanges`, `version` or
   * `pluginDownloadURL` is given: dynamic resources cannot honour them.
   */
  constructor(name: string, args: SynapseIntegrationArgs, opts?: pulumi.CustomResourceOptions);
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- of one signature a mistake is told in the words of this form
  constructor(name: string, args: EitherSetupArgs, opts?: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: SynapseIntegrationArgs | EitherSetupArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    refuseBun(`SynapseIntegration ${name}`);
    refuseOptions(name, opts);
    warnOfPlainSettings();
    super(resourceTypes.dynamic, name, args, opts, {
      options: { aliases: [{ type: resourceTypes.plugin }] },
      properties: {
        __provider: providerText,
        // Tells the provider where the engine shows its lines; check takes it out, so no state holds it.
        __context: {
          urn: urnOf(name, opts.parent),
          preview: pulumi.runtime.isDryRun(),
          deleteBeforeReplace: deletesFirst(opts),
        },
      },
    });
  }
}

/**
 * The URN as a promise: an output would carry the parent with it, and with that a dependency on everything in a component,
 * what comes after the integration included.
 */
const urnOf = (name: string, parent: pulumi.Resource | undefined): Promise<string> =>
  new Promise((resolve) => {
    pulumi.createUrn(name, resourceTypes.dynamic, parent).apply(resolve);
  });
