import * as pulumi from "@pulumi/pulumi";
import type { Input } from "@pulumi/pulumi";

/** Resource options that Pulumi's dynamic resources do not honour: none is passed over in silence. */

/** What to do in place of an option. */
const refusals: Partial<Record<keyof pulumi.CustomResourceOptions, string>> = {
  import: "To take over an integration that Immuta has already, give `adopt` with its id.",
  id: "To take over an integration that Immuta has already, give `adopt` with its id.",
  replaceOnChanges:
    "Replace it once with `pulumi up --replace <urn>`, or take SynapseIntegration of pulumi-immuta/plugin, which honours it.",
  version: "The provider has the version of the npm package: set it in package.json.",
  pluginDownloadURL: "The provider is in the npm package, and nothing is downloaded.",
};

/** Throws RunError where an option is given that would have no effect. */
export function refuseOptions(name: string, opts: pulumi.CustomResourceOptions): void {
  for (const [option, instead] of Object.entries(refusals)) {
    const given: unknown = opts[option as keyof pulumi.CustomResourceOptions];
    if (given === undefined || (Array.isArray(given) && given.length === 0)) continue;
    throw new pulumi.RunError(
      `SynapseIntegration ${name}: the resource option \`${option}\` was given, and Pulumi's dynamic resources cannot honour it. ${instead}`,
    );
  }
}

/** Warns, on the resource's row, of options that do less or other than they may be given for. */
export function warnOfOptions(
  resource: pulumi.Resource,
  { deletedWith, customTimeouts }: pulumi.CustomResourceOptions,
): void {
  if (deletedWith !== undefined)
    void pulumi.log.warn(
      "The resource option deletedWith was given: where that resource is deleted, nobody tells Immuta, which keeps the integration. Take the option out to have it deleted, too.",
      resource,
    );
  if (customTimeouts?.read !== undefined)
    void pulumi.log.warn(
      "customTimeouts.read has no effect: a read takes five minutes at most. The others hold, as `timeouts`.",
      resource,
    );
}

type Timeouts = Partial<Record<"create" | "update" | "delete", Input<string | undefined>>>;

/** `timeouts`, with customTimeouts where the program gives none of its own. */
export function timeoutsOf(
  given: Input<Timeouts | undefined> | undefined,
  { customTimeouts }: pulumi.CustomResourceOptions,
): Input<Timeouts | undefined> | undefined {
  const { read: _ineffective, ...mapped } = customTimeouts ?? {};
  if (Object.keys(mapped).length === 0) return given;
  return pulumi.output(given).apply((own) => ({ ...mapped, ...own }));
}
