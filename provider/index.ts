import type * as connection from "./sql/connect/connection";

/**
 * The one seam: what the faces (dynamic/, the sdk, the commands) know of everything below. Nothing here loads a library
 * of HTTP or SQL; what needs one loads it when it is called.
 */

export {
  type Announcement,
  announcementFormat,
  announcementMark,
  type AnnouncedStep,
  lineOf,
} from "./core/announcement";
export {
  ConfigurationError,
  packageVersion,
  pluginDownloadURL,
  readConfiguration,
  secretsIn,
  type Configuration,
  type Precedence,
  type StackSetting,
} from "./core/configuration";
export { flawOf } from "./core/certificates";
export {
  type Contract,
  type ContractSetting,
  contractSettings,
  contractTable,
  usualContract,
} from "./core/contract";
export { failureKinds, failureOf, textOf, withCode } from "./core/failure";
export { recovery, situations } from "./core/recovery";
export { secretSettings, type Setting, settings } from "./core/settings";
export { Interruption } from "./core/interruption";
export { type Phase, phases } from "./core/phases";
export { type PropertyMap, valueAt, isPropertyMap } from "./core/property-map";
export { type Reporter } from "./core/reporter";
export { type Change, type Group, isGroup, type Row, type Setup, type NameAtImmuta } from "./core/rows";
export { nearest, password as passwordRule } from "./core/rules";
export { harmlessJson, literal, harmless, escaped, yamlLiteral } from "./core/strangers";
export { unknown } from "./core/unknown";
export { nameOfUrn, parseUrn } from "./core/urn";

export * as integration from "./synapse/integration";
export { adoptionDifferences, findForAdoption, stateOfAdopted } from "./synapse/adoption";
export { announcementOf } from "./synapse/announce";
export { type Integration, type Immuta, synapseType, immutaOf, isWhole } from "./synapse/api";
export {
  type BootstrapScript,
  generateScripts,
  type BootstrapScripts,
  type RegisteredBootstrapScripts,
} from "./synapse/bootstrap-scripts";
export { check } from "./synapse/check";
export { differences } from "./synapse/differences";
export { databaseId, ForeignIntegration, resourceId, describe, isAt, onHost } from "./synapse/identity";
export { normalHost, normalIdentifier } from "./synapse/inputs/identifiers";
export {
  changeIn,
  docIn,
  properties,
  delimiterNames,
  groups,
  type Property,
  secretPaths,
  topLevel,
} from "./synapse/inputs/paths";
export { host as hostRule, identifier as identifierRule, newPassword } from "./synapse/inputs/rules";
export { type Inputs, table } from "./synapse/inputs/table";
export {
  findIntegration,
  findIntegrations,
  type GetIntegrationArgs,
  type GetIntegrationResult,
  type GetIntegrationsArgs,
  type IntegrationById,
  type IntegrationByPlace,
  type IntegrationTest,
} from "./synapse/lookups";
export { scriptPayloadOf } from "./synapse/payload";
export {
  oldGoesFirst,
  plan,
  type Plan,
  planCreate,
  stepNamed,
  stepsOfChange,
  planDelete,
} from "./synapse/plan";
export { type Ports } from "./synapse/ports";
export { readState, type State, StateFormatError } from "./synapse/state";
export { type Call, type Step } from "./synapse/steps/step";
export { resourceTypes } from "./synapse/tokens";
export { type Asking, Wiring } from "./synapse/wiring";
export { type Line, wordsOf } from "./synapse/words";

export { resolvePassword } from "./passwords/reference";

export { ImmutaError } from "./immuta/errors";
export { type Proxy, proxyFor } from "./immuta/proxy";
export { adviceForFlaw } from "./immuta/trouble";
export { isThere, meaningOf, statusOf } from "./immuta/status";

export { type Address, dial } from "./sql/connect/dial";
export { type PoolLogin, nameOfLogin, routeOf } from "./sql/connect/login";
export { PoolUnreachable } from "./sql/errors";
export { hintsByNumber } from "./sql/hints";
export { masked, Secrets } from "./core/secrets";
export { reviewable, scriptIdentity } from "./sql/script/identity";
export { statementStarts, upper } from "./sql/script/keywords";
export { type Batch, ScriptError, splitBatches } from "./sql/script/split";
export { bodyAt, isExecuted, type Token, tokensOf, valueOf, wordsAt } from "./sql/script/tokens";

/** Loads the SQL driver. */
export const openConnection: typeof connection.openConnection = (...asked) =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded when first needed
  (require("./sql/connect/connection") as typeof connection).openConnection(...asked);
