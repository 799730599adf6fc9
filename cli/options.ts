import { parseArgs, type ParseArgsConfig } from "node:util";
import { textOf } from "../provider";
import { CommandError } from "./io";
import { visible } from "./text";

/** node's parseArgs, whose refusals become a sentence. Throws CommandError. */
export function parsed<const Config extends ParseArgsConfig>(
  command: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const said = textOf(error);
    throw new CommandError(`${visible(said.split(". ")[0] ?? said)}. See pulumi-immuta ${command} --help.`);
  }
}
