import { resourceTypes, secretPaths, topLevel } from "../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import {
  type AutomaticSetupArgs,
  type BootstrapArgs,
  InputOutputs,
  type ManualSetup,
  type PasswordReferenceArgs,
} from "./args";
import { refuseOptions, timeoutsOf, warnOfOptions } from "./options";
import { refuseBun } from "./runtime";
import { warnOfPlainSettings } from "./plain-settings";

interface WithPassword {
  password: Input<string>;
  passwordFrom?: undefined;
}

interface WithPasswordReference {
  passwordFrom: Input<PasswordReferenceArgs>;
  password?: undefined;
}

interface Adopted {
  adopt: Input<string | true>;
  /** May be missing until the first change that needs it. */
  password?: Input<string | undefined>;
}

type WithProof<Setup> = Setup & (WithPassword | WithPasswordReference | Adopted);

/** Manual setup: this provider runs Immuta's bootstrap scripts, which make Immuta's system account. */
export type ManualSetupArgs = WithProof<ManualSetup>;

/**
 * Either setup, by a variable or an output. What a manual setup needs is given; `bootstrap` is a manual setup's alone:
 * `bootstrap: autoBootstrap ? undefined : {}`. For a literal `true` or `false` there are the two above.
 */
export type EitherSetupArgs = WithProof<EitherSetup>;

interface EitherSetup extends Omit<ManualSetup, "autoBootstrap" | "bootstrap"> {
  autoBootstrap: Input<boolean>;
  bootstrap: Input<BootstrapArgs | undefined>;
}

export type SynapseIntegrationArgs = AutomaticSetupArgs | ManualSetupArgs;

/** Immuta's validation of the integration, by the names of the tests that did not pass. */
export interface ValidationSummary {
  status: string;
  failed: string[];
  warnings: string[];
}

/**
 * The provider's text in a state. States outlive installations, so it names the package and nothing else, is the
 * same for every resource, and captures nothing.
 */
const providerText = 'exports.handler=()=>require("pulumi-immuta/provider")';

/**
 * Immuta's Azure Synapse Analytics integration of one dedicated SQL pool.
 *
 * `pulumi up` registers it with Immuta; in manual setup it runs Immuta's bootstrap scripts in the pool first. Changes of
 * impersonation and metadata delimiters become PUT calls. URL and API key of the tenant come from IMMUTA_URL and
 * IMMUTA_API_KEY, else from `immuta:url` and `immuta:apiKey`.
 */
export class SynapseIntegration extends InputOutputs {
  /** Immuta's id of the integration. */
  declare readonly integrationId: Output<string>;
  /**
   * URL of the Immuta tenant without a trailing slash, such as `https://contoso.immuta.cloud`. A state of an earlier build
   * has the host name alone until the next operation that calls Immuta.
   */
  declare readonly tenant: Output<string>;
  /** Immuta's state of the integration, `enabled` when all is well. */
  declare readonly status: Output<string>;
  declare readonly validation: Output<ValidationSummary>;
  /** Of each bootstrap script that was run last: its identity (SHA-256 without credentials) and number of batches. */
  declare readonly scripts: Output<Record<string, { identity: string; batches: number }>>;

  /**
   * The resource option `deleteBeforeReplace` is true where the program does not say otherwise: Immuta refuses a second
   * integration on a database, and of a replacement that is forced (`--replace`, `pulumi state taint`) the engine does not
   * ask the provider for the order. The option holds for every replacement: on a move to another host, too, the old
   * integration ends before the new one is made. `false` leaves the old one until the new one stands, and forced
   * replacements are then refused.
   *
   * `customTimeouts` are taken as `timeouts`. Throws on Bun, and where `import`, `id`, `replaceOnChanges`, `version` or
   * `pluginDownloadURL` is given: dynamic resources cannot honour them.
   */
  constructor(name: string, args: SynapseIntegrationArgs, opts?: pulumi.CustomResourceOptions);
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- of one signature a mistake is told in the words of this form
  constructor(name: string, args: EitherSetupArgs, opts?: pulumi.CustomResourceOptions);
  constructor(
    name: string,
    args: SynapseIntegrationArgs | EitherSetupArgs,
    opts: pulumi.CustomResourceOptions = {},
  ) {
    refuseBun(`SynapseIntegration ${name}`);
    refuseOptions(name, opts);
    warnOfPlainSettings();
    const deleteBeforeReplace = opts.deleteBeforeReplace ?? true;
    super(
      resourceTypes.dynamic,
      name,
      {
        integrationId: undefined,
        tenant: undefined,
        status: undefined,
        validation: undefined,
        scripts: undefined,
        // An output is there where it is named here.
        ...Object.fromEntries([...topLevel].map((input) => [input, undefined])),
        ...withSecrets(args),
        timeouts: timeoutsOf(args.timeouts, opts),
        __provider: providerText,
        // Tells the provider where the engine shows its lines; check takes it out, so no state holds it.
        __context: {
          urn: urnOf(name, opts.parent),
          preview: pulumi.runtime.isDryRun(),
          deleteBeforeReplace,
        },
      },
      pulumi.mergeOptions(opts, {
        deleteBeforeReplace,
        additionalSecretOutputs: secretPaths.filter((path) => topLevel.has(path)),
      }),
    );
    warnOfOptions(this, opts);
  }
}

/**
 * The URN as a promise: an output would carry the parent with it, and with that a dependency on everything in a component,
 * what comes after the integration included.
 */
const urnOf = (name: string, parent: pulumi.Resource | undefined): Promise<string> =>
  new Promise((resolve) => {
    pulumi.createUrn(name, resourceTypes.dynamic, parent).apply(resolve);
  });

/** What the table calls secret is so even where a program forgets to say so. */
function withSecrets(args: object): pulumi.Inputs {
  const given: pulumi.Inputs = { ...args };
  for (const path of secretPaths) {
    const [name = "", field] = path.split(".");
    const value: unknown = given[name];
    if (value === undefined) continue;
    // Of an object that is an output or a promise as a whole, all is secret.
    given[name] =
      field === undefined || pulumi.Output.isInstance(value) || value instanceof Promise
        ? pulumi.secret(value)
        : withSecretField(value as pulumi.Inputs, field);
  }
  return given;
}

const withSecretField = (object: pulumi.Inputs, field: string): pulumi.Inputs =>
  object[field] === undefined ? object : { ...object, [field]: pulumi.secret(object[field]) };
