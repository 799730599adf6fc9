/** Asks Immuta for its list as the provider does, in a process with its own environment, and prints what came of it. */
import { packageVersion, readConfiguration } from "../../../provider/core/configuration";
import { immutaClient } from "../../../provider/immuta/client";
import { readConfig } from "../../../provider/synapse/api";

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
  .then((outcome) => {
    console.log(JSON.stringify({ ...outcome, lines }));
  })
  .catch((error: unknown) => {
    throw error;
  });
