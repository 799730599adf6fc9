/**
 * What a company may ask of integrations, as policies for a policy pack of Pulumi's (CrossGuard).
 *
 * @module pulumi-immuta/policy
 */
import { resourceTypes } from "../provider";
import { isWholeInternet } from "./addresses";

/** What the pack's owner allows, whatever programs say. */
export interface PolicyOptions {
  /**
   * Impersonation roles that were approved. Those that the stack's tag `immuta:approvedRoles` names, with commas between them, are
   * added; only Pulumi Cloud has tags. Default: none.
   */
  approvedRoles?: readonly string[];
  /** Whether a rule may let in all services in Azure, of other customers too (0.0.0.0). Default false. */
  allowAzureServices?: boolean;
}

/** Of what `@pulumi/policy` hands over, what the policies look at. */
export interface PolicyArgs {
  type: string;
  props: Readonly<Record<string, unknown>>;
  opts: { protect: boolean };
  stackTags?: ReadonlyMap<string, string>;
}

/** A `ResourceValidationPolicy` of `@pulumi/policy`. */
export interface Policy {
  name: string;
  description: string;
  enforcementLevel: "mandatory";
  validateResource: (args: PolicyArgs, report: (message: string) => void) => void;
}

/** The policies, for `new PolicyPack(name, { policies: policies() })`. They know the resource of both faces. All are mandatory. */
export function policies(options: PolicyOptions = {}): Policy[] {
  return [
    policy("immuta-approved-impersonation", "Impersonation is on for approved roles alone.", (args) =>
      impersonation(args, options),
    ),
    policy(
      "immuta-checked-certificate",
      "Nobody's certificate is trusted without a check.",
      ifIntegration(certificate),
    ),
    policy("immuta-closed-firewall", "No firewall rule lets the whole internet in.", (args) =>
      firewall(args, options),
    ),
    policy(
      "immuta-password-by-reference",
      "No state holds the password of Immuta's account.",
      ifIntegration(password),
    ),
    policy("immuta-protected", "Integrations are protected.", ifIntegration(protection)),
  ];
}

/** Why a resource is not allowed; undefined where it is. */
type Judgement = (args: PolicyArgs) => string | undefined;

const policy = (name: string, description: string, judge: Judgement): Policy => ({
  name,
  description,
  enforcementLevel: "mandatory",
  validateResource: (args, report) => {
    const problem = judge(args);
    if (problem !== undefined) report(problem);
  },
});

const integrations: readonly string[] = Object.values(resourceTypes);

const ifIntegration =
  (judge: Judgement): Judgement =>
  (args) =>
    integrations.includes(args.type) ? judge(args) : undefined;

const impersonation = (args: PolicyArgs, { approvedRoles = [] }: PolicyOptions): string | undefined =>
  ifIntegration(({ props, stackTags }) => {
    const { enabled, role } = groupIn(props, "impersonation");
    if (enabled !== true) return undefined;
    const tagged = stackTags?.get("immuta:approvedRoles")?.split(",") ?? [];
    const approved = [...approvedRoles, ...tagged].map((name) => name.trim().toLowerCase());
    return approved.includes(String(role).toLowerCase())
      ? undefined
      : `impersonation.role ${JSON.stringify(role)} is not approved. Have it added to approvedRoles of the policy pack, or to the stack's tag immuta:approvedRoles.`;
  })(args);

const certificate: Judgement = ({ props }) =>
  groupIn(props, "bootstrap")["trustServerCertificate"] === true
    ? "bootstrap.trustServerCertificate sends the administrator's login to whoever answers. Take it out, and name the authority of the certificate in NODE_EXTRA_CA_CERTS."
    : undefined;

/** Whoever declares the rule: the component, or azure-native of any version. */
const firewallRule = /^azure-native:(synapse|sql)(\/v\d+(preview)?)?:(IpFirewallRule|FirewallRule)$/;

function firewall(
  { type, props }: PolicyArgs,
  { allowAzureServices = false }: PolicyOptions,
): string | undefined {
  if (!firewallRule.test(type)) return undefined;
  const range = { start: String(props["startIpAddress"]), end: String(props["endIpAddress"]) };
  if (isWholeInternet(range))
    return `"${range.start}-${range.end}" lets in more than 16 million addresses. Give the addresses that are needed.`;
  return range.start === "0.0.0.0" && range.end === "0.0.0.0" && !allowAzureServices
    ? "0.0.0.0 lets in every service in Azure, of other customers too. Give the addresses that are needed, or a private endpoint."
    : undefined;
}

const password: Judgement = ({ props }) =>
  props["password"] === undefined
    ? undefined
    : "password is kept in the state. Give passwordFrom in its place: a secret of Key Vault, a file or an environment variable.";

const protection: Judgement = ({ opts }) =>
  opts.protect
    ? undefined
    : "the integration is not protected: a renamed or removed resource would end the governance of the pool. Set the resource option protect: true.";

/** A group of inputs; none where it is not given. */
function groupIn(props: PolicyArgs["props"], name: string): Record<string, unknown> {
  const group = props[name];
  return typeof group === "object" && group !== null ? { ...group } : {};
}
