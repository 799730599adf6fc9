/** The types of what programs give and get, whichever face they stand on. */
export type {
  BootstrapScript,
  BootstrapScripts,
  BootstrapScriptsArgs,
  RegisteredBootstrapScripts,
  RegisteredBootstrapScriptsArgs,
} from "./bootstrap-scripts";
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
} from "./integration";
