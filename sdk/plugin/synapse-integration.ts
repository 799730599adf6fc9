import { resourceTypes } from "../../provider";
import type * as pulumi from "@pulumi/pulumi";
import { type EitherSetupArgs, IntegrationResource, type SynapseIntegrationArgs } from "../integration";
import { whichPlugin } from "./provider";

/**
 * Immuta's Azure Synapse Analytics integration of one dedicated SQL pool, as `SynapseIntegration` of `pulumi-immuta` is, by
 * the plugin. A stack that has that one moves to this one with nothing changed and nobody called.
 */
export class SynapseIntegration extends IntegrationResource {
  /** One that Immuta has already, and that this program does not manage. Asks Immuta in previews as well. */
  static get(
    name: string,
    /** Immuta's id, or `host/database/schema`. */
    id: pulumi.Input<pulumi.ID>,
    opts?: pulumi.CustomResourceOptions,
  ): SynapseIntegration {
    return new SynapseIntegration(name, {} as SynapseIntegrationArgs, { ...opts, id });
  }

  /**
   * The resource option `deleteBeforeReplace` is true where the program does not say otherwise, and `customTimeouts` are
   * taken as `timeouts`, as with the other class. `import`, `provider` and `replaceOnChanges` do what Pulumi says.
   */
  constructor(name: string, args: SynapseIntegrationArgs, opts?: pulumi.CustomResourceOptions);
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- of one signature a mistake is told in the words of this form
  constructor(name: string, args: EitherSetupArgs, opts?: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: SynapseIntegrationArgs | EitherSetupArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    super(resourceTypes.plugin, name, args, opts, {
      options: { ...whichPlugin(), aliases: [{ type: resourceTypes.dynamic }] },
    });
  }
}
