import { hasControl } from "../../core/rules";
import { unknown } from "../../core/unknown";
import { phases } from "../../core/phases";

/** What single inputs must be. Each says what is wrong with a known value, or nothing. */

export function host(value: string): string | undefined {
  if (value === "")
    return "is empty. Give the workspace's dedicated SQL endpoint, such as contoso.sql.azuresynapse.net.";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    return "has a scheme. Give the host name alone, such as contoso.sql.azuresynapse.net.";
  if (/[/\\]/.test(value))
    return "has a path. Give the host name alone, such as contoso.sql.azuresynapse.net.";
  if (/[:,]\d+$/.test(value)) return "has a port. Give the host name alone and the port in `port`.";
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?$/i.test(value) || value.length > 253 || value.includes(".."))
    return "is not a valid host name. Use letters, digits, hyphens and dots, such as contoso.sql.azuresynapse.net.";
  if (/^[^.]+-ondemand\./i.test(value))
    return "is the workspace's serverless endpoint. Immuta governs dedicated SQL pools: give the endpoint without -ondemand.";
  return undefined;
}

export function server(value: string): string | undefined {
  if (/^[a-z0-9:.-]+$/i.test(value) && !/:\/\//.test(value) && !/^[^:]*:\d+$/.test(value)) return undefined;
  return "is not a valid host name or address. Give it without scheme, path or port; the port goes into bootstrap.port.";
}

export function identifier(value: string): string | undefined {
  if (value.trim() === "") return "is empty. Give a name of 1 to 128 characters.";
  if (value.length > 128) return `is ${value.length} characters long. SQL identifiers have at most 128.`;
  if (hasControl(value)) return "has a control character. Give a name of printable characters.";
  return undefined;
}

export const keyVaultSecret = (value: string): string | undefined =>
  /^https:\/\/[a-z0-9.-]+\/secrets\/[a-z0-9-]+\/[0-9a-f]{32}$/i.test(value)
    ? undefined
    : "is not the URI of a secret with its version. Give https://<vault>.vault.azure.net/secrets/<name>/<version>, so that a rotation is a change of the URI.";

export function approvedScripts(value: Record<string, unknown>): string | undefined {
  for (const [phase, identity] of Object.entries(value)) {
    if (!(phases as readonly string[]).includes(phase))
      return `names the phase ${phase}. Phases are ${phases.join(", ")}.`;
    if (identity !== unknown && (typeof identity !== "string" || !/^[0-9a-f]{64}$/.test(identity)))
      return `has no identity for ${phase}. Give the 64 hexadecimal digits that getBootstrapScripts shows.`;
  }
  return undefined;
}

export function authenticationType(value: string): string | undefined {
  return value === "userPassword"
    ? undefined
    : "is not supported. Immuta's Synapse integration supports userPassword only.";
}

export function delimiter(value: string): string | undefined {
  if (value === "") return "is empty. Give one character, such as |.";
  return hasControl(value) ? "has a control character. Give a printable one, such as |." : undefined;
}
