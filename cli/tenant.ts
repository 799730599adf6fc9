import {
  ConfigurationError,
  type Contract,
  readConfiguration,
  ImmutaError,
  type Immuta,
  immutaOf,
  masked,
  withCode,
} from "../provider";
import { CommandError, type Io } from "./io";
import { visible } from "./text";

/**
 * Does the work of a command over a client of the tenant that IMMUTA_URL and IMMUTA_API_KEY name: a command knows no
 * stack, so the environment is all there is. Throws CommandError where they are missing or Immuta does not answer.
 */
export async function withTenant<T>(
  io: Io,
  work: (immuta: Immuta, contract: Contract) => Promise<T>,
): Promise<T> {
  const configuration = readConfiguration(() => undefined);
  let apiKey = "";
  try {
    apiKey = configuration.tenant().apiKey;
    const say = (line: string): void => {
      io.err(`${visible(line)}\n`);
    };
    return await work(
      immutaOf(configuration, {
        reporter: { info: say, warn: say, debug: configuration.debug ? say : () => undefined },
      }),
      configuration.contract(),
    );
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof ImmutaError)
      throw new CommandError(lines(masked(withCode(error), [apiKey])));
    throw error;
  }
}

/** Text of several lines from elsewhere, each made harmless. */
export const lines = (text: string): string =>
  text
    .split("\n")
    .map((line) => visible(line, 2000))
    .join("\n");
