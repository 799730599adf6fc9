import {
  type Configuration,
  type Contract,
  Secrets,
  secretsIn,
  withCode,
  readConfiguration,
  type Reporter,
  type Immuta,
  immutaOf,
  harmless,
} from "../provider";
import * as pulumi from "@pulumi/pulumi";
import { warnOfPlainSettings } from "./plain-settings";

/**
 * Does the work of a function that a program calls, over a client of the stack's Immuta tenant. A failure ends the
 * program with `function: message`, and without a stack trace unless PULUMI_IMMUTA_DEBUG=1.
 */
export async function inTenant<T>(
  name: string,
  work: (immuta: Immuta, contract: Contract) => Promise<T>,
): Promise<T> {
  warnOfPlainSettings();
  const settings = new pulumi.Config("immuta");
  const configuration = readConfiguration((setting) => settings.get(setting));
  try {
    return await work(
      immutaOf(configuration, { reporter: reporter(configuration.debug) }),
      configuration.contract(),
    );
  } catch (error) {
    if (configuration.debug || !(error instanceof Error)) throw error;
    // The engine prints the program's text and a stack trace for any other class of error.
    throw Object.assign(
      new pulumi.RunError(harmless(secretsOf(configuration).mask(`${name}: ${withCode(error)}`))),
      { cause: error },
    );
  }
}

function secretsOf(configuration: Configuration): Secrets {
  const secrets = new Secrets();
  secrets.add(...secretsIn(configuration));
  try {
    secrets.add(configuration.tenant().apiKey);
  } catch {
    // Without a key there is none to tell.
  }
  return secrets;
}

const reporter = (debug: boolean): Reporter => ({
  info: (line) => void pulumi.log.info(line),
  warn: (line) => void pulumi.log.warn(line),
  debug: (line) => void (debug && pulumi.log.info(`debug: ${line}`)),
});
