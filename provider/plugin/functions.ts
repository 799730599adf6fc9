import {
  type Contract,
  findIntegration,
  findIntegrations,
  generateScripts,
  type GetIntegrationArgs,
  type Immuta,
  type PropertyMap,
} from "..";
import type { Path } from "./wire";

/** What a program asks by a function. Each gives an object, as the protocol has it. */
interface Function {
  run: (immuta: Immuta, args: PropertyMap, contract: Contract) => Promise<object>;
  /** What of its answer is secret. */
  secrets: (answer: object) => Path[];
}

const none = (): Path[] => [];

export const functions: Readonly<Record<string, Function>> = {
  "immuta:index:getIntegration": {
    // What is wrong with the arguments, it says itself.
    run: (immuta, args) => findIntegration(immuta, args as PropertyMap & GetIntegrationArgs),
    secrets: none,
  },
  "immuta:index:getIntegrations": {
    run: async (immuta, { type, status }) => ({
      integrations: await findIntegrations(immuta, { type: text(type), status: text(status) }),
    }),
    secrets: none,
  },
  "immuta:index:getBootstrapScripts": {
    run: (immuta, args, contract) => generateScripts(immuta, args, contract),
    secrets: (answer) => Object.keys(answer).map((phase) => [phase, "script"]),
  },
};

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
