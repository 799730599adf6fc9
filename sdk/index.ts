export { SynapseIntegration } from "./synapse-integration";
export type {
  AutomaticSetupArgs,
  BootstrapArgs,
  ImpersonationArgs,
  ManualSetupArgs,
  MetadataDelimitersArgs,
  SynapseIntegrationArgs,
  TimeoutsArgs,
  ValidationSummary,
} from "./synapse-integration";
