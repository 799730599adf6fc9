/**
 * A dedicated SQL pool and all around it, as one component.
 *
 * @module pulumi-immuta/azure
 */
export { GovernedSqlPool } from "./governed-sql-pool";
export type {
  AdministratorArgs,
  Child,
  EntraAdministratorArgs,
  Existing,
  ExistingPrivateEndpointArgs,
  GovernedSqlPoolArgs,
  IntegrationArgs,
  Made,
  MadePrivateEndpointArgs,
  NetworkArgs,
  SystemAccountArgs,
  WorkspaceOf,
  WorkspaceOwner,
} from "./args";
