import {
  type BootstrapScript,
  type BootstrapScripts,
  generateScripts,
  type RegisteredBootstrapScripts,
  type NameAtImmuta,
  type table,
} from "../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import type { ManualSetup } from "./args";
import { inTenant } from "./tenant";

export type { BootstrapScript, BootstrapScripts, RegisteredBootstrapScripts };

/**
 * What a manual setup is made of, with the meaning, rules and defaults that SynapseIntegration gives it. The arguments
 * of one can be handed over as they are.
 */
export interface BootstrapScriptsArgs extends Pick<
  ManualSetup,
  Exclude<NameAtImmuta<typeof table, "sent" | "shown">, "password" | "authenticationType">
> {
  /** Password of the system account. It stands in the scripts, which is why they are secret. */
  password: Input<string>;
  /** Scripts are for manual setups only. */
  autoBootstrap?: false;
  integrationId?: never;
}

/** The same for an integration that was set up, whose edit and delete scripts Immuta then generates too. */
export interface RegisteredBootstrapScriptsArgs extends Omit<BootstrapScriptsArgs, "integrationId"> {
  /** Immuta's id of the integration; it must be on this host, database and schema. */
  integrationId: Input<string>;
}

/**
 * Immuta's bootstrap scripts of a manual setup, for people who must review them or run them themselves. The output is a
 * secret as a whole; `pulumi.unsecret(scripts.create.identity)` shows what is none.
 *
 * Runs in the program, so it asks Immuta in previews as well, but not before every input is known. Nothing is run and
 * nothing is registered. Ends the program with everything that is wrong with the inputs.
 */
export function getBootstrapScripts(args: RegisteredBootstrapScriptsArgs): Output<RegisteredBootstrapScripts>;
export function getBootstrapScripts(args: BootstrapScriptsArgs): Output<BootstrapScripts>;
export function getBootstrapScripts(
  args: BootstrapScriptsArgs | RegisteredBootstrapScriptsArgs,
): Output<BootstrapScripts> {
  return pulumi
    .secret(args)
    .apply((known) =>
      inTenant("getBootstrapScripts", (immuta, contract) => generateScripts(immuta, known, contract)),
    );
}
