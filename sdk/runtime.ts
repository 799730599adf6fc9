import * as pulumi from "@pulumi/pulumi";

/**
 * Pulumi serializes and hosts dynamic providers with Node alone: on Bun the engine's own words for that do not lead to
 * the cause. Throws RunError there.
 */
export function refuseBun(
  resource: string,
  versions: Readonly<Partial<Record<string, string>>> = process.versions,
): void {
  if (versions["bun"] === undefined) return;
  throw new pulumi.RunError(
    `${resource}: this program runs on Bun ${versions["bun"]}, which cannot run Pulumi's dynamic providers, and SynapseIntegration is one. ` +
      "Set `runtime: nodejs` in Pulumi.yaml.",
  );
}
