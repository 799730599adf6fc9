import type { GetIntegrationArgs, GetIntegrationResult, GetIntegrationsArgs } from "../../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import type { GetIntegrationOutputArgs, GetIntegrationsOutputArgs } from "../lookups";
import { whichPlugin } from "./provider";

interface Found {
  integrations: GetIntegrationResult[];
}

/**
 * The integration, of any platform, with this id or on this host, database and schema, at the tenant of the provider that is
 * given. Asks Immuta in previews as well. Ends the program where Immuta has no such integration, or several on that host,
 * database and schema.
 */
export function getIntegration(
  args: GetIntegrationArgs,
  opts?: pulumi.InvokeOptions,
): Promise<GetIntegrationResult> {
  return asked("getIntegration", args, opts);
}

/** The same for values that are known later only. */
export function getIntegrationOutput(
  args: GetIntegrationOutputArgs,
  opts?: pulumi.InvokeOutputOptions,
): Output<GetIntegrationResult> {
  return askedLater("getIntegration", args, opts);
}

/**
 * The integrations of all platforms, or those of a type or in a status; an empty list where there is none. Asks Immuta in
 * previews as well.
 */
export async function getIntegrations(
  args: GetIntegrationsArgs = {},
  opts?: pulumi.InvokeOptions,
): Promise<GetIntegrationResult[]> {
  const { integrations } = await asked<Found>("getIntegrations", args, opts);
  return integrations;
}

/** The same for values that are known later only. */
export function getIntegrationsOutput(
  args: GetIntegrationsOutputArgs = {},
  opts?: pulumi.InvokeOutputOptions,
): Output<GetIntegrationResult[]> {
  return askedLater<Found>("getIntegrations", args, opts).apply(({ integrations }) => integrations);
}

const asked = <T>(name: string, args: object, opts: pulumi.InvokeOptions = {}): Promise<T> =>
  pulumi.runtime.invoke(`immuta:index:${name}`, { ...args }, { ...whichPlugin(), ...opts }) as Promise<T>;

/** A function of the plugin, once its arguments are known. */
export const askedLater = <T>(name: string, args: object, opts: pulumi.InvokeOutputOptions = {}): Output<T> =>
  pulumi.runtime.invokeOutput<T>(`immuta:index:${name}`, { ...args }, { ...whichPlugin(), ...opts });
