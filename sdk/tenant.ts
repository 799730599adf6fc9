import * as pulumi from "@pulumi/pulumi";
import { type Configuration, packageVersion, readConfiguration } from "../provider/configuration";
import type { Immuta } from "../provider/immuta/types";
import { harmless } from "../provider/strangers";
import { warnOfPlainSettings } from "./plain-settings";

/**
 * Does the work of a function that a program calls, over a client of the stack's Immuta tenant. A failure ends the
 * program with `function: message`, and without a stack trace unless PULUMI_IMMUTA_DEBUG=1.
 */
export async function inTenant<T>(name: string, work: (immuta: Immuta) => Promise<T>): Promise<T> {
  warnOfPlainSettings();
  const settings = new pulumi.Config("immuta");
  const configuration = readConfiguration((setting) => settings.get(setting));
  try {
    return await work(await connect(configuration));
  } catch (error) {
    if (configuration.debug || !(error instanceof Error)) throw error;
    // The engine prints the program's text and a stack trace for any other class of error.
    throw Object.assign(new pulumi.RunError(harmless(`${name}: ${error.message}`)), { cause: error });
  }
}

/** The client loads here, so that programs that look nothing up load no HTTP library. */
async function connect(configuration: Configuration): Promise<Immuta> {
  const { url, apiKey } = configuration.tenant();
  const { immutaClient } = await import("../provider/immuta/client.js");
  const { debug, requestTimeout } = configuration;
  return immutaClient({
    url,
    apiKey,
    userAgent: `pulumi-immuta/${packageVersion()}`,
    reporter: {
      info: (line) => void pulumi.log.info(line),
      warn: (line) => void pulumi.log.warn(line),
      debug: (line) => void (debug && pulumi.log.info(`debug: ${line}`)),
    },
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
  });
}
