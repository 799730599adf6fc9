/**
 * Asks Immuta for its list as the provider does, in a process of its own, once for each environment that it is sent,
 * and sends back what came of it.
 */
import { packageVersion, readConfiguration } from "../../../provider/core/configuration";
import { immutaClient } from "../../../provider/immuta/client";
import { readConfig } from "../../../provider/synapse/api";

const started = { ...process.env };

process.on("message", (environment: Record<string, string>) => {
  process.env = { ...started, ...environment };
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const { url, apiKey } = readConfiguration(() => undefined).tenant();
  immutaClient({
    url,
    apiKey,
    readConfig,
    userAgent: `pulumi-immuta/${packageVersion()}`,
    reporter: { info: note, warn: note, debug: note },
    tries: 2,
  })
    .list()
    .then(
      (found) => ({ found: found.length }),
      (error: unknown) => ({ error: String(error) }),
    )
    .then((outcome) => process.send?.({ ...outcome, lines }))
    .catch((error: unknown) => {
      throw error;
    });
});
