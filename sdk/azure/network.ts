import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import * as synapse from "@pulumi/azure-native/synapse";
import { rangeOf } from "../addresses";
import type { Made, MadePrivateEndpointArgs, NetworkArgs } from "./args";
import { childOptions, type Context, withTags } from "./children";
import { refuseLate, ruleProblems } from "./refusals";
import type { Group, Workspace } from "./workspace";

/** How the pool is reached. */
export interface Network {
  firewallRules: synapse.IpFirewallRule[];
  privateEndpoint?: network.PrivateEndpoint;
  /** Where to connect instead of the workspace's host. */
  server?: Input<string>;
}

export function poolNetwork(context: Context, group: Group, workspace: Workspace): Network {
  const given = context.args.network ?? {};
  const rules = firewallRules(context, group, workspace, given);
  const { privateEndpoint: way } = given;
  if (way === undefined) return { firewallRules: rules };
  if (way.subnetId === undefined) return { firewallRules: rules, server: way.server };
  const made = privateEndpoint(context, group, workspace, way);
  return { firewallRules: rules, privateEndpoint: made, server: way.server ?? addressOf(made) };
}

/** Name under which Azure knows "all services in Azure"; under another name 0.0.0.0 is not that. */
const allAzureServices = { name: "AllowAllWindowsAzureIps", address: "0.0.0.0" };

function firewallRules(
  context: Context,
  group: Group,
  workspace: Workspace,
  given: NetworkArgs,
): synapse.IpFirewallRule[] {
  const { allowAzureServices, immutaAddresses = [], runnerAddresses = [], firewallRules: more } = given;
  const rule = (
    key: string,
    rule: Partial<synapse.IpFirewallRuleArgs>,
    given: Made<synapse.IpFirewallRuleArgs> = {},
  ): synapse.IpFirewallRule => {
    const name = `${context.name}-${key}`;
    return new synapse.IpFirewallRule(
      name,
      {
        resourceGroupName: group.name,
        workspaceName: workspace.name,
        ruleName: name,
        ...rule,
        ...given.args,
      },
      childOptions(context, given),
    );
  };
  const { name, address } = allAzureServices;
  return [
    ...(allowAzureServices === true
      ? [rule("azure-services", { ruleName: name, startIpAddress: address, endIpAddress: address })]
      : []),
    ...immutaAddresses.map((text) => rule(`immuta-${nameable(text)}`, range(text))),
    ...runnerAddresses.map((text) => rule(`runner-${nameable(text)}`, range(text))),
    ...Object.entries(more ?? {}).map(([key, { args, ...others }]) =>
      rule(
        key,
        {},
        { ...others, args: { ...args, ...judged(context, key, args, given.allowWholeInternet) } },
      ),
    ),
  ];
}

/** The end of a rule's range, once it is known not to let the whole internet in. */
function judged(
  { name }: Context,
  key: string,
  { startIpAddress, endIpAddress }: Partial<synapse.IpFirewallRuleArgs> = {},
  allowWholeInternet?: boolean,
): Pick<synapse.IpFirewallRuleArgs, "endIpAddress"> {
  if (startIpAddress === undefined || endIpAddress === undefined) return {};
  const end = pulumi.all([startIpAddress, endIpAddress]).apply(async ([from, to]) => {
    await refuseLate(name, ruleProblems(key, from, to, allowWholeInternet));
    return to;
  });
  return { endIpAddress: end };
}

/** A rule's name has no slash. */
const nameable = (text: string): string => text.replaceAll("/", "-");

function range(text: string): Partial<synapse.IpFirewallRuleArgs> {
  const found = rangeOf(text);
  return found === undefined ? {} : { startIpAddress: found.start, endIpAddress: found.end };
}

/** Azure's name of a workspace's dedicated SQL endpoint among those that a private endpoint can lead to. */
const dedicatedSql = "Sql";

function privateEndpoint(
  context: Context,
  group: Group,
  workspace: Workspace,
  given: MadePrivateEndpointArgs,
): network.PrivateEndpoint {
  return new network.PrivateEndpoint(
    context.name,
    {
      resourceGroupName: group.name,
      location: context.args.location,
      subnet: { id: given.subnetId },
      privateLinkServiceConnections: [
        { name: context.name, privateLinkServiceId: workspace.id(), groupIds: [dedicatedSql] },
      ],
      ...given.args,
      ...withTags(context, given.args),
    },
    childOptions(context, given),
  );
}

/** The address that Azure gave it. Azure does not tell it where the endpoint writes its own DNS records. */
function addressOf(endpoint: network.PrivateEndpoint): Output<string> {
  return endpoint.customDnsConfigs.apply((records) => records?.[0]?.ipAddresses?.[0] ?? "");
}
