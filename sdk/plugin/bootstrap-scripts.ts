import * as pulumi from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import type {
  BootstrapScripts,
  BootstrapScriptsArgs,
  RegisteredBootstrapScripts,
  RegisteredBootstrapScriptsArgs,
} from "../bootstrap-scripts";
import { askedLater } from "./lookups";

/**
 * Immuta's bootstrap scripts of a manual setup, for people who must review them or run them themselves. The output is a
 * secret as a whole; `pulumi.unsecret(scripts.create.identity)` shows what is none. Asks Immuta in previews as well, but not
 * before every input is known. Nothing is run and nothing is registered.
 */
export function getBootstrapScripts(
  args: RegisteredBootstrapScriptsArgs,
  opts?: pulumi.InvokeOutputOptions,
): Output<RegisteredBootstrapScripts>;
export function getBootstrapScripts(
  args: BootstrapScriptsArgs,
  opts?: pulumi.InvokeOutputOptions,
): Output<BootstrapScripts>;
export function getBootstrapScripts(
  args: BootstrapScriptsArgs | RegisteredBootstrapScriptsArgs,
  opts?: pulumi.InvokeOutputOptions,
): Output<BootstrapScripts> {
  return pulumi.secret(askedLater<BootstrapScripts>("getBootstrapScripts", args, opts));
}
