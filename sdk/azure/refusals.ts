import * as pulumi from "@pulumi/pulumi";
import type { Input } from "@pulumi/pulumi";
import type { BootstrapArgs } from "../args";
import { newPassword, passwordRule } from "../../provider";
import { addressProblem, isWholeInternet, wholeInternet } from "../addresses";
import type { AdministratorArgs, GovernedSqlPoolArgs, NetworkArgs } from "./args";
import { isThere, joined, ofTheWorkspace, ownerOf } from "./joining";

/**
 * Ends the program, in the preview too, with everything about the arguments that Azure or Immuta would refuse later, or
 * that cannot work together.
 */
export function refuseImpossible(name: string, args: GovernedSqlPoolArgs): void {
  const problems = [
    ...existingProblems(args),
    ...placeProblems(args),
    ...(ownerOf(args) === undefined
      ? [...administratorProblems(args), ...networkProblems(args), ...publicAccessProblems(args)]
      : joiningProblems(args)),
    ...systemAccountProblems(joined(args)),
    ...sizeProblems(args),
    ...entraOnly(args),
  ];
  refuse(name, problems);
}

/** Ends the program where there are problems. */
export function refuse(name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new pulumi.RunError(sentence(name, problems));
}

/**
 * The same of what outputs give, once it is known: an error of the run, and the value goes on to Azure. To throw here would
 * leave a program waiting for ever that runs in the process of Pulumi's Automation API.
 */
export async function refuseLate(name: string, problems: readonly string[]): Promise<void> {
  if (problems.length > 0) await pulumi.log.error(sentence(name, problems));
}

const sentence = (name: string, problems: readonly string[]): string =>
  problems.map((problem) => `GovernedSqlPool ${name}: ${problem}`).join("\n");

/** What the program gives as it stands; an output is judged when it is known. */
const plain = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** What is inside a thing that is made is made too. */
function existingProblems(args: GovernedSqlPoolArgs): string[] {
  const { resourceGroup, storageAccount, filesystem, workspace, sqlPool } = args;
  const exists = (child: { existing?: unknown } | undefined): boolean => child?.existing !== undefined;
  const problems: string[] = [];
  const demand = (inner: string, outer: string): void => {
    problems.push(
      `${inner}.existing needs ${outer}.existing: what lies in something new cannot be there already.`,
    );
  };
  if (exists(sqlPool) && !isThere(args)) demand("sqlPool", "workspace");
  if (exists(workspace) && !exists(resourceGroup)) demand("workspace", "resourceGroup");
  if (exists(storageAccount) && !exists(resourceGroup)) demand("storageAccount", "resourceGroup");
  if (exists(filesystem) && !exists(storageAccount)) demand("filesystem", "storageAccount");
  if (exists(workspace) && (storageAccount !== undefined || filesystem !== undefined))
    problems.push(
      "storageAccount and filesystem have no use where workspace.existing is given: it has its own.",
    );
  return problems;
}

/** What the workspace has already belongs to the component that has it. */
function joiningProblems(args: GovernedSqlPoolArgs): string[] {
  const given = ofTheWorkspace.filter((key) => args[key] !== undefined);
  return given.length === 0
    ? []
    : [
        `${given.join(", ")}: the workspace of workspace.of has its own. Give it to the component that has the workspace.`,
      ];
}

function placeProblems({ workspace, integration }: GovernedSqlPoolArgs): string[] {
  const places: [property: string, given: unknown][] = [
    ["workspace.existing", workspace?.existing],
    ["integration.args.host", integration?.args?.host],
  ];
  return places.flatMap(([property, given]) => {
    const place = plain(given);
    const problem =
      place === undefined
        ? undefined
        : property === "workspace.existing"
          ? workspaceNameProblem(place)
          : logicalServerProblem(place);
    return problem === undefined ? [] : [`${property}: ${problem}`];
  });
}

/** Why this is no server of a Synapse workspace; undefined where it may be one. */
const logicalServerProblem = (place: string): string | undefined =>
  /\.database\.[a-z.]+$|\/providers\/Microsoft\.Sql\//i.test(place)
    ? `${JSON.stringify(place)} is a logical SQL server (Microsoft.Sql, formerly SQL DW), and this component knows Synapse workspaces alone. Govern its pool with a SynapseIntegration of its own, whose host is <server>.database.windows.net.`
    : undefined;

/** Why no workspace in Azure has this name; undefined where one may. */
export const workspaceNameProblem = (name: string): string | undefined =>
  logicalServerProblem(name) ??
  (/^[a-z0-9-]+$/i.test(name)
    ? undefined
    : `${JSON.stringify(name)} is not the name of a workspace. Give the name alone, such as contoso, without host or Azure's id.`);

function administratorProblems({ workspace, administrator, bootstrap }: GovernedSqlPoolArgs): string[] {
  const unproven = administrator === undefined ? [] : passwordProblems(administrator);
  if (unproven.length > 0 || workspace?.existing !== undefined) return unproven;
  if (administrator !== undefined)
    return newAdministratorProblems(
      plain(administrator.username ?? defaultAdministrator),
      plain(administrator.password),
    );
  if (logsInByEntra(bootstrap)) return [];
  return [
    "administrator is required for a workspace that is made: its login runs Immuta's scripts. Give its password or passwordFrom, or set bootstrap.authentication to one of Entra's.",
  ];
}

function passwordProblems({ password, passwordFrom }: AdministratorArgs): string[] {
  if ((password === undefined) === (passwordFrom === undefined))
    return ["administrator: give either password or passwordFrom."];
  if (passwordFrom === undefined || pulumi.Output.isInstance(passwordFrom)) return [];
  const ways = Object.values(passwordFrom).filter((way) => way !== undefined);
  return ways.length === 1 ? [] : ["administrator.passwordFrom: give exactly one of env, file and keyVault."];
}

/** Where a SQL login runs the scripts the integration's own check refuses it. */
function systemAccountProblems({ administrator, systemAccount, bootstrap }: GovernedSqlPoolArgs): string[] {
  const [account, login] = [
    plain(systemAccount.username),
    plain(administrator?.username ?? defaultAdministrator),
  ];
  if (administrator === undefined || account === undefined || login === undefined) return [];
  if (!logsInByEntra(bootstrap) || account.toLowerCase() !== login.toLowerCase()) return [];
  return [
    `systemAccount.username: ${JSON.stringify(account)} is the workspace's administrator, whom Immuta's scripts would change and drop. Give Immuta's system account a name of its own.`,
  ];
}

/** The SQL administrator of a workspace that is made, where the program names none. */
export const defaultAdministrator = "sqladmin";

const reservedLogins: ReadonlySet<string> = new Set([
  ...["admin", "administrator", "sa", "root", "dbmanager", "loginmanager", "dbo", "guest", "public"],
]);

/** What Azure refuses of the administrator of a new workspace, as far as it is known. */
export function newAdministratorProblems(
  username: string | undefined,
  password: string | undefined,
): string[] {
  const weak =
    password === undefined ? undefined : (passwordRule(password) ?? newPassword(password, username));
  return [
    ...(username !== undefined && reservedLogins.has(username.toLowerCase())
      ? [
          `administrator.username: ${JSON.stringify(username)} is a name that Azure reserves. Give another one, such as ${defaultAdministrator}.`,
        ]
      : []),
    ...(weak === undefined ? [] : [`administrator.password: ${weak}`]),
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
  return [
    ...(network.privateEndpoint !== undefined && isRule(network.runnerAddresses)
      ? [
          "network.runnerAddresses: no rule has a use for `pulumi up` beside network.privateEndpoint, by which it connects. Give either; for other machines there is network.firewallRules.",
        ]
      : []),
    ...addressProblems("immutaAddresses", network),
    ...addressProblems("runnerAddresses", network),
    ...Object.entries(network.firewallRules ?? {}).flatMap(([key, { args }]) =>
      ruleProblems(key, plain(args?.startIpAddress), plain(args?.endIpAddress), network.allowWholeInternet),
    ),
  ];
}

/** What makes rules on the public endpoint. */
const ruleArguments = ["allowAzureServices", "immutaAddresses", "runnerAddresses", "firewallRules"] as const;

const rulesIn = (network: NetworkArgs | undefined): string[] =>
  ruleArguments.filter((key) => isRule(network?.[key])).map((key) => `network.${key}`);

const isRule = (given: unknown): boolean =>
  given === true || (typeof given === "object" && given !== null && Object.keys(given).length > 0);

const addressProblems = (
  property: "immutaAddresses" | "runnerAddresses",
  { allowWholeInternet, [property]: addresses = [] }: NetworkArgs,
): string[] =>
  addresses.flatMap((address) => {
    const problem = addressProblem(address, allowWholeInternet);
    return problem === undefined ? [] : [`network.${property}: ${JSON.stringify(address)} ${problem}`];
  });

/** Of a rule in `network.firewallRules`, as far as it is known. */
export const ruleProblems = (
  key: string,
  start: string | undefined,
  end: string | undefined,
  allowWholeInternet = false,
): string[] =>
  allowWholeInternet || start === undefined || end === undefined || !isWholeInternet({ start, end })
    ? []
    : [`network.firewallRules.${key}: "${start}-${end}" ${wholeInternet}`];

/** Whether a workspace that is made has no public endpoint. */
export const isClosed = ({ workspace, network }: GovernedSqlPoolArgs): boolean => {
  const access = workspace?.args?.publicNetworkAccess ?? undefined;
  if (access !== undefined) return access === closed;
  return network?.privateEndpoint !== undefined && rulesIn(network).length === 0;
};

const closed = "Disabled";

/**
 * Whether a workspace that is made lies in a managed virtual network. Azure decides it once and for all, and switches the public
 * endpoint off in one alone: with a private endpoint the way to that stays open.
 */
export const isManaged = (args: GovernedSqlPoolArgs): boolean =>
  isClosed(args) || args.network?.privateEndpoint !== undefined;

/** The only managed virtual network that there is. */
export const managedNetwork = "default";

function publicAccessProblems(args: GovernedSqlPoolArgs): string[] {
  if (args.workspace?.existing !== undefined || !isClosed(args)) return [];
  const given = args.workspace?.args ?? {};
  const rules = rulesIn(args.network);
  const isOutside =
    "managedVirtualNetwork" in given &&
    (given.managedVirtualNetwork === undefined ||
      (plain(given.managedVirtualNetwork) ?? managedNetwork) !== managedNetwork);
  return [
    ...(rules.length > 0
      ? [
          `workspace.args.publicNetworkAccess: "${closed}" leaves ${rules.join(", ")} without effect. Take the rules out, or leave public access on; network.privateEndpoint is a way for \`pulumi up\` beside either.`,
        ]
      : []),
    ...(isOutside
      ? [
          `workspace.args.managedVirtualNetwork: Azure switches the public endpoint off only in a managed virtual network. Give "${managedNetwork}", or leave it out; or leave public access on with workspace.args.publicNetworkAccess: "Enabled".`,
        ]
      : []),
  ];
}

const sizes = [100, 200, 300, 400, 500, 1000, 1500, 2000, 2500, 3000, 5000, 6000, 7500, 10000, 15000, 30000];

/** Why no pool has this size; undefined where one has. */
export const sizeProblem = (sku: string): string | undefined =>
  sizes.some((units) => sku.toLowerCase() === `dw${units}c`)
    ? undefined
    : `${JSON.stringify(sku)} is not a size of a dedicated SQL pool of today. Give one of ${sizes.map((units) => `DW${units}c`).join(", ")}.`;

function sizeProblems({ sku, sqlPool }: GovernedSqlPoolArgs): string[] {
  if (sqlPool?.existing !== undefined) return [];
  const own = sqlPool?.args?.sku;
  const given: [property: string, size: string | undefined][] = [
    ["sku", own === undefined ? plain(sku) : undefined],
    ["sqlPool.args.sku", plain((own as { name?: Input<string> } | undefined)?.name)],
  ];
  return given.flatMap(([property, size]) => {
    const problem = size === undefined ? undefined : sizeProblem(size);
    return problem === undefined ? [] : [`${property}: ${problem}`];
  });
}

const entraOnly = ({ workspace }: GovernedSqlPoolArgs): string[] => {
  const problem = entraOnlyProblem(workspace?.args?.azureADOnlyAuthentication);
  return problem === undefined ? [] : [`workspace.args.azureADOnlyAuthentication: ${problem}`];
};

/** Why a workspace cannot be governed; undefined when it can. */
export const entraOnlyProblem = (azureADOnlyAuthentication: unknown): string | undefined =>
  azureADOnlyAuthentication === true
    ? "the workspace takes Microsoft Entra logins only, but Immuta's own account is a SQL login. Allow SQL logins in the workspace."
    : undefined;
