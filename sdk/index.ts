/**
 * What a program imports.
 *
 * @module pulumi-immuta
 */
export { getBootstrapScripts } from "./bootstrap-scripts";
export { getIntegration, getIntegrationOutput, getIntegrations, getIntegrationsOutput } from "./lookups";
export { SynapseIntegration } from "./synapse-integration";
export type * from "./types";
