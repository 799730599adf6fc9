/** Pulumi's names of the resource, by the face that a program uses; they stand in states and URNs, so they stay for good. */
export const resourceTypes = {
  dynamic: "pulumi-nodejs:dynamic/immuta:SynapseIntegration",
  plugin: "immuta:index:SynapseIntegration",
} as const;
