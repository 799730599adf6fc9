import {
  findIntegration,
  findIntegrations,
  type GetIntegrationArgs,
  type GetIntegrationResult,
  type GetIntegrationsArgs,
} from "../provider";
import * as pulumi from "@pulumi/pulumi";
import type { Input, Output } from "@pulumi/pulumi";
import { inTenant } from "./tenant";

export type {
  GetIntegrationArgs,
  GetIntegrationResult,
  GetIntegrationsArgs,
  IntegrationById,
  IntegrationByPlace,
  IntegrationTest,
} from "../provider";

export type GetIntegrationOutputArgs =
  | { id: Input<string>; host?: never; database?: never; schema?: never }
  | { id?: never; host: Input<string>; database: Input<string>; schema: Input<string> };

export interface GetIntegrationsOutputArgs {
  type?: Input<string | undefined>;
  status?: Input<string | undefined>;
}

/**
 * The integration, of any platform, with this id or on this host, database and schema.
 *
 * Runs in the program, so it asks Immuta in previews as well. Ends the program where Immuta has no such integration, or
 * several on that host, database and schema. A deleted integration that Immuta still remembers is not found.
 */
export function getIntegration(args: GetIntegrationArgs): Promise<GetIntegrationResult> {
  return inTenant("getIntegration", (immuta) => findIntegration(immuta, args));
}

/**
 * The same for values that are known later only. Asks Immuta as soon as they are known: in a preview that is not before
 * what they come from exists.
 */
export function getIntegrationOutput(args: GetIntegrationOutputArgs): Output<GetIntegrationResult> {
  return pulumi.output(args).apply((known) => getIntegration(known));
}

/**
 * The integrations of all platforms, or those of a type or in a status; an empty list where there is none.
 *
 * Runs in the program, so it asks Immuta in previews as well. Deleted integrations that Immuta still remembers are in it
 * only where `status: "deleted"` asks for them.
 */
export function getIntegrations(args: GetIntegrationsArgs = {}): Promise<GetIntegrationResult[]> {
  return inTenant("getIntegrations", (immuta) => findIntegrations(immuta, args));
}

/** The same for values that are known later only. */
export function getIntegrationsOutput(args: GetIntegrationsOutputArgs = {}): Output<GetIntegrationResult[]> {
  return pulumi.output(args).apply((known) => getIntegrations(known));
}
