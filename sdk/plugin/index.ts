/**
 * What a program imports in place of `pulumi-immuta` to stand on the plugin: the same names and types.
 *
 * @module pulumi-immuta/plugin
 */
export { AuthenticationType } from "./authentication-type";
export { getBootstrapScripts } from "./bootstrap-scripts";
export { getIntegration, getIntegrationOutput, getIntegrations, getIntegrationsOutput } from "./lookups";
export { Provider } from "./provider";
export { SynapseIntegration } from "./synapse-integration";
export type * from "../types";
export type { ProviderArgs } from "../args";
