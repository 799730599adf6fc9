import * as pulumi from "@pulumi/pulumi";
import type { BootstrapArgs } from "../args";
import { addressProblem } from "./addresses";
import type { GovernedSqlPoolArgs, NetworkArgs } from "./args";

/**
 * Ends the program, in the preview too, with everything about the arguments that Azure or Immuta would refuse later, or
 * that cannot work together.
 */
export function refuseImpossible(name: string, args: GovernedSqlPoolArgs): void {
  const problems = [
    ...existingProblems(args),
    ...administratorProblems(args),
    ...networkProblems(args),
    ...entraOnly(args),
  ];
  if (problems.length === 0) return;
  throw new pulumi.RunError(problems.map((problem) => `GovernedSqlPool ${name}: ${problem}`).join("\n"));
}

/** What is inside a thing that is made is made too. */
function existingProblems({
  resourceGroup,
  storageAccount,
  filesystem,
  workspace,
  sqlPool,
}: GovernedSqlPoolArgs): string[] {
  const exists = (child: { existing?: unknown } | undefined): boolean => child?.existing !== undefined;
  const problems: string[] = [];
  const demand = (inner: string, outer: string): void => {
    problems.push(
      `${inner}.existing needs ${outer}.existing: what lies in something new cannot be there already.`,
    );
  };
  if (exists(sqlPool) && !exists(workspace)) demand("sqlPool", "workspace");
  if (exists(workspace) && !exists(resourceGroup)) demand("workspace", "resourceGroup");
  if (exists(storageAccount) && !exists(resourceGroup)) demand("storageAccount", "resourceGroup");
  if (exists(filesystem) && !exists(storageAccount)) demand("filesystem", "storageAccount");
  if (exists(workspace) && (storageAccount !== undefined || filesystem !== undefined))
    problems.push(
      "storageAccount and filesystem have no use where workspace.existing is given: it has its own.",
    );
  return problems;
}

function administratorProblems({ workspace, administrator, bootstrap }: GovernedSqlPoolArgs): string[] {
  if (workspace?.existing !== undefined || administrator !== undefined || logsInByEntra(bootstrap)) return [];
  return [
    "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password, or set bootstrap.authentication to one of Entra's.",
  ];
}

/** Whether Immuta's scripts are run by somebody who needs no SQL login. */
export const logsInByEntra = (bootstrap: BootstrapArgs | undefined): boolean =>
  bootstrap?.authentication !== undefined && bootstrap.authentication !== "sql";

function networkProblems({ workspace, network }: GovernedSqlPoolArgs): string[] {
  if (network === undefined)
    return workspace?.existing === undefined
      ? [
          "network is required for a workspace that is made: nobody reaches it otherwise, neither Immuta nor the machine that runs Immuta's scripts. Give the addresses of both, or a privateEndpoint; {} says that you see to it yourself.",
        ]
      : [];
  const beside = besidePrivateEndpoint.filter(
    (key) => (network as Record<string, unknown>)[key] !== undefined,
  );
  if (network.privateEndpoint !== undefined && beside.length > 0)
    return [
      `network.${beside.join(", network.")}: no rule has a use beside network.privateEndpoint. Give either.`,
    ];
  return [
    ...addressProblems("network.immutaAddresses", network.immutaAddresses),
    ...addressProblems("network.runnerAddresses", network.runnerAddresses),
  ];
}

const besidePrivateEndpoint: (keyof NetworkArgs)[] = [
  "allowAzureServices",
  "immutaAddresses",
  "runnerAddresses",
  "firewallRules",
];

const addressProblems = (property: string, addresses: readonly string[] = []): string[] =>
  addresses.flatMap((address) => {
    const problem = addressProblem(address);
    return problem === undefined ? [] : [`${property}: ${JSON.stringify(address)} ${problem}`];
  });

const entraOnly = ({ workspace }: GovernedSqlPoolArgs): string[] => {
  const problem = entraOnlyProblem(workspace?.args?.azureADOnlyAuthentication);
  return problem === undefined ? [] : [`workspace.args.azureADOnlyAuthentication: ${problem}`];
};

/** Why a workspace cannot be governed; undefined when it can. */
export const entraOnlyProblem = (azureADOnlyAuthentication: unknown): string | undefined =>
  azureADOnlyAuthentication === true
    ? "the workspace takes Microsoft Entra logins only, but Immuta's own account is a SQL login. Allow SQL logins in the workspace."
    : undefined;
