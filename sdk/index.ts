/**
 * What a program imports.
 *
 * @module pulumi-immuta
 */
export { getBootstrapScripts } from "./bootstrap-scripts";
export type {
  BootstrapScript,
  BootstrapScripts,
  BootstrapScriptsArgs,
  RegisteredBootstrapScripts,
  RegisteredBootstrapScriptsArgs,
} from "./bootstrap-scripts";
export { getIntegration, getIntegrationOutput, getIntegrations, getIntegrationsOutput } from "./lookups";
export type {
  GetIntegrationArgs,
  GetIntegrationOutputArgs,
  GetIntegrationResult,
  GetIntegrationsArgs,
  GetIntegrationsOutputArgs,
  IntegrationById,
  IntegrationByPlace,
  IntegrationTest,
} from "./lookups";
export { SynapseIntegration } from "./synapse-integration";
export type {
  AutomaticSetupArgs,
  BootstrapArgs,
  ImpersonationArgs,
  MetadataDelimitersArgs,
  PasswordReferenceArgs,
  TimeoutsArgs,
} from "./args";
export type {
  EitherSetupArgs,
  ManualSetupArgs,
  SynapseIntegrationArgs,
  ValidationSummary,
} from "./synapse-integration";
