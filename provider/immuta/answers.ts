import { isPropertyMap, type PropertyMap } from "../core/property-map";
import { longestName, told } from "../core/strangers";
import { statusOf } from "./status";
import type { Integration, IntegrationStatus, Validation, ValidationTest } from "./types";

/** Thrown where an answer is not what the contract says; the client adds where it came from. */
export class UnreadableAnswer extends Error {}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A name or a state: it is shown, kept in states, and compared with nothing but words of ours. */
const word = (value: unknown): string | undefined => {
  const given = text(value);
  return given === undefined ? undefined : told(given, { longest: longestName });
};

/** Ids are documented as numbers and shown as strings: a string is kept. It is sent back, so it is never rewritten. */
function readId(fields: PropertyMap): string {
  const id = fields["id"];
  if (typeof id === "string" && id !== "" && word(id) === id) return id;
  if (typeof id === "number" && Number.isSafeInteger(id)) return String(id);
  throw new UnreadableAnswer("the answer has no integration id");
}

export function readStatus(answer: unknown): IntegrationStatus {
  if (!isPropertyMap(answer)) throw new UnreadableAnswer("the answer is no JSON object");
  const status = word(answer["status"]);
  if (status === undefined) throw new UnreadableAnswer("the answer has no status");
  const validation = readValidation(answer["validationResults"]);
  return {
    id: readId(answer),
    status: statusOf(status),
    ...(validation === undefined ? {} : { validation }),
  };
}

/** GET /integrations/{id}/status is known to leave the id out; the one asked for is meant. */
export function readStatusOf(id: string, answer: unknown): IntegrationStatus {
  return readStatus(isPropertyMap(answer) ? { id, ...answer } : answer);
}

/** Reads what an integration's `config` holds, as its platform has it. */
export type ReadConfig<Config> = (config: PropertyMap) => Config;

export function readIntegration<Config>(
  answer: unknown,
  readConfig: ReadConfig<Config>,
): Integration<Config> {
  const status = readStatus(answer);
  const fields = answer as PropertyMap;
  const type = word(fields["type"]);
  if (type === undefined) throw new UnreadableAnswer("the integration has no type");
  const autoBootstrap = fields["autoBootstrap"];
  return {
    ...status,
    type,
    ...(typeof autoBootstrap === "boolean" ? { autoBootstrap } : {}),
    config: readConfig(isPropertyMap(fields["config"]) ? fields["config"] : {}),
  };
}

/** The list holds integrations of every platform, with fields of their own; what is none at all is passed over. */
export function readIntegrations<Config>(
  answer: unknown,
  readConfig: ReadConfig<Config>,
): Integration<Config>[] {
  if (!Array.isArray(answer)) throw new UnreadableAnswer("the answer is no list of integrations");
  return answer.flatMap((entry: unknown) => {
    try {
      return [readIntegration(entry, readConfig)];
    } catch (error) {
      if (error instanceof UnreadableAnswer) return [];
      throw error;
    }
  });
}

/** Such as passed and failed: words of the reference, in whichever case. */
const result = (value: unknown): string => word(value)?.toLowerCase() ?? "unknown";

export function readValidation(value: unknown): Validation | undefined {
  if (!isPropertyMap(value)) return undefined;
  const tests = Array.isArray(value["validationTests"]) ? value["validationTests"] : [];
  return { status: result(value["status"]), tests: tests.flatMap(readTest) };
}

function readTest(value: unknown): ValidationTest[] {
  if (!isPropertyMap(value)) return [];
  const name = word(value["name"]);
  if (name === undefined) return [];
  const message = text(value["message"]);
  return [
    {
      name,
      status: result(value["status"]),
      ...(message === undefined ? {} : { message: told(message) }),
    },
  ];
}

/** A script comes as plain text, as a JSON string, or as an object that carries it: the contract leaves it open. */
export function readScript(answer: unknown): string {
  const script = isPropertyMap(answer) ? (answer["script"] ?? soleText(answer)) : answer;
  if (typeof script !== "string" || script.trim() === "")
    throw new UnreadableAnswer("the answer holds no script");
  return script;
}

function soleText(fields: PropertyMap): unknown {
  const texts = Object.values(fields).filter((value) => typeof value === "string");
  return texts.length === 1 ? texts[0] : undefined;
}

/** Immuta's own words in an error body. */
export function readMessage(body: unknown): string | undefined {
  if (!isPropertyMap(body)) return undefined;
  const message = text(body["message"]);
  return message === undefined || message === "" ? text(body["error"]) : message;
}

/** Whether an error body has Immuta's shape and speaks of the status it came with. */
export const isImmutasError = (body: unknown, status: number): boolean =>
  isPropertyMap(body) && body["statusCode"] === status && typeof body["message"] === "string";
