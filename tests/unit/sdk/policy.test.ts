import { expect } from "chai";
import { policies, type PolicyArgs, type PolicyOptions } from "../../../sdk/policy";

const dynamic = "pulumi-nodejs:dynamic/immuta:SynapseIntegration";
const plugin = "immuta:index:SynapseIntegration";
const rule = "azure-native:synapse:IpFirewallRule";

const good: PolicyArgs = {
  type: dynamic,
  props: { passwordFrom: { env: "CLAIMS" }, bootstrap: {}, impersonation: { enabled: false } },
  opts: { protect: true },
};
const withProps = (props: object): PolicyArgs => ({ ...good, props: { ...good.props, ...props } });
const ruled = (startIpAddress: string, endIpAddress: string, type = rule): PolicyArgs => ({
  type,
  props: { startIpAddress, endIpAddress },
  opts: { protect: false },
});
const impersonated = withProps({ impersonation: { enabled: true, role: "AUDITORS" } });

/** The names of the policies that a resource violates. */
const violated = (args: PolicyArgs, options?: PolicyOptions): string[] =>
  policies(options).flatMap(({ name, validateResource }) => {
    const told: string[] = [];
    validateResource(args, (message) => told.push(message));
    return told.map(() => name);
  });

describe("the policies of pulumi-immuta/policy", () => {
  const cases: Record<string, [args: PolicyArgs, names: string[], options?: PolicyOptions]> = {
    "an integration as it should be": [good, []],
    "an integration without a protection": [{ ...good, opts: { protect: false } }, ["immuta-protected"]],
    "a password in the state": [withProps({ password: "x" }), ["immuta-password-by-reference"]],
    "a certificate that is not checked": [
      withProps({ bootstrap: { trustServerCertificate: true } }),
      ["immuta-checked-certificate"],
    ],
    "impersonation that nobody approved": [impersonated, ["immuta-approved-impersonation"]],
    "impersonation with another role than the approved": [
      impersonated,
      ["immuta-approved-impersonation"],
      { approvedRoles: ["OTHERS"] },
    ],
    "impersonation that the pack approves, in any case": [impersonated, [], { approvedRoles: ["auditors"] }],
    "impersonation that the stack's tag approves": [
      { ...impersonated, stackTags: new Map([["immuta:approvedRoles", "OTHERS, AUDITORS"]]) },
      [],
    ],
    "an integration of the plugin, with everything wrong": [
      {
        type: plugin,
        props: {
          password: "x",
          bootstrap: { trustServerCertificate: true },
          impersonation: { enabled: true, role: "AUDITORS" },
        },
        opts: { protect: false },
      },
      [
        "immuta-approved-impersonation",
        "immuta-checked-certificate",
        "immuta-password-by-reference",
        "immuta-protected",
      ],
    ],
    "a rule of few addresses": [ruled("203.0.113.0", "203.0.113.15"), []],
    "a rule for the internet": [ruled("0.0.0.0", "255.255.255.255"), ["immuta-closed-firewall"]],
    "a rule for half of it, of a version of the API": [
      ruled("128.0.0.0", "255.255.255.255", "azure-native:synapse/v20210601preview:IpFirewallRule"),
      ["immuta-closed-firewall"],
    ],
    "a rule of a logical server": [
      ruled("0.0.0.0", "255.255.255.255", "azure-native:sql:FirewallRule"),
      ["immuta-closed-firewall"],
    ],
    "a rule for all services in Azure": [ruled("0.0.0.0", "0.0.0.0"), ["immuta-closed-firewall"]],
    "a rule for all services in Azure that the pack allows": [
      ruled("0.0.0.0", "0.0.0.0"),
      [],
      { allowAzureServices: true },
    ],
    "what is nobody's business": [
      { type: "azure-native:storage:StorageAccount", props: { password: "x" }, opts: { protect: false } },
      [],
    ],
  };
  for (const [what, [args, names, options]] of Object.entries(cases))
    it(`${names.length === 0 ? "allow" : "refuse"} ${what}`, () => {
      expect(violated(args, options)).to.deep.equal(names);
    });
});
