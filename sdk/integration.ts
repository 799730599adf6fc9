import { secretPaths, topLevel } from "../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import {
  type AutomaticSetupArgs,
  type BootstrapArgs,
  InputOutputs,
  type ManualSetup,
  type PasswordReferenceArgs,
} from "./args";
import { timeoutsOf, warnOfOptions } from "./options";

/** What the classes of both faces have in common. */

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

/** The resource, whichever face serves it. */
export abstract class IntegrationResource extends InputOutputs {
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
   * @param opts as the program gives them
   * @param ofTheFace what its face adds: properties and options
   */
  constructor(
    type: string,
    name: string,
    args: SynapseIntegrationArgs | EitherSetupArgs,
    opts: pulumi.CustomResourceOptions,
    ofTheFace: { properties?: pulumi.Inputs; options?: pulumi.CustomResourceOptions },
  ) {
    super(
      type,
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
        ...ofTheFace.properties,
      },
      pulumi.mergeOptions(pulumi.mergeOptions(ofTheFace.options, opts), {
        deleteBeforeReplace: deletesFirst(opts),
        additionalSecretOutputs: secretPaths.filter((path) => topLevel.has(path)),
      }),
    );
    warnOfOptions(this, opts);
  }
}

/** Immuta refuses a second integration on a database, and of a forced replacement the engine asks no provider for the order. */
export const deletesFirst = ({ deleteBeforeReplace = true }: pulumi.CustomResourceOptions): boolean =>
  deleteBeforeReplace;

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
