import { isPropertyMap, type PropertyMap } from "../core/property-map";
import { bounded, longestName, longestText, told } from "../core/strangers";
import { type Status, statusOf } from "./status";
import type { Integration, IntegrationStatus, Validation, ValidationTest } from "./types";

/** Thrown where an answer is not what the contract says; the client adds where it came from. */
export class UnreadableAnswer extends Error {}

/** An answer by what it is, whatever its content type says: JSON where it parses, else text. Undefined where there is none. */
export function decoded(body: string): unknown {
  const text = body.replace(/^\uFEFF/, "");
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const ends: Readonly<Record<string, string>> = { "{": "}", "[": "]", '"': '"' };

/** Nothing at all, or JSON without its end: never the whole answer to a request that asks. Of a text nobody can tell. */
export function brokeOff(body: string): boolean {
  const text = body.trim();
  const end = ends[text.charAt(0)];
  return text === "" || (end !== undefined && (text.length === 1 || !text.endsWith(end)));
}

/** A sign-in page, or one of what stands before Immuta. Neither JSON nor T-SQL begins so. */
const isPage = (answer: unknown): boolean => typeof answer === "string" && answer.trimStart().startsWith("<");

/** A field that is text. */
export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

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
  if (!isPropertyMap(answer))
    throw new UnreadableAnswer(`the answer is ${nameOf(answer)}, not a JSON object`);
  const status = word(answer["status"]);
  if (status === undefined) throw new UnreadableAnswer("the answer has no status");
  return withValidation({ id: readId(answer), status: statusOf(status) }, answer["validationResults"]);
}

/** Of the many integrations of a list nobody asks for the tests of more than one: they are read when they are asked for. */
function withValidation(status: IntegrationStatus, results: unknown): IntegrationStatus {
  if (!isPropertyMap(results)) return status;
  let read: Validation | undefined;
  return Object.defineProperty(status, "validation", {
    enumerable: true,
    get: () => (read ??= validationOf(results)),
  });
}

/** Of the integration that was asked for: answers to GET /integrations/{id}/status are known to leave its id out. */
export const readStatusOf = (id: string, answer: unknown): IntegrationStatus =>
  readStatus(isPropertyMap(answer) ? { ...answer, id } : answer);

/**
 * The answer to a PUT or DELETE that was accepted: what comes of it is waited for, so it may say nothing.
 * `underway`: the state that the guide shows in it.
 */
export function readAccepted(id: string, underway: Status, answer: unknown): IntegrationStatus {
  if (isPage(answer)) throw new UnreadableAnswer(`the answer is ${nameOf(answer)}`);
  const unsaid = answer === undefined || (typeof answer === "string" && brokeOff(answer));
  return {
    ...readStatusOf(id, { status: underway, ...(isPropertyMap(answer) ? withStatus(answer) : {}) }),
    ...(unsaid ? { unsaid } : {}),
  };
}

/** What an answer says of the status, if anything. */
const withStatus = ({ status, ...rest }: PropertyMap): PropertyMap =>
  typeof status === "string" ? { ...rest, status } : rest;

/** What an answer is, for a message. */
function nameOf(answer: unknown): string {
  if (answer === undefined) return "empty";
  if (isPage(answer)) return "an HTML page";
  if (typeof answer === "string") return "text";
  return Array.isArray(answer) ? "a JSON list" : isPropertyMap(answer) ? "a JSON object" : "a JSON value";
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
  // Not a copy, for which the tests would be read.
  return Object.assign(status, {
    type,
    ...(typeof autoBootstrap === "boolean" ? { autoBootstrap } : {}),
    config: readConfig(isPropertyMap(fields["config"]) ? fields["config"] : {}),
  });
}

/** The list holds integrations of every platform, with fields of their own; what is none at all is passed over. */
export function readIntegrations<Config>(
  answer: unknown,
  readConfig: ReadConfig<Config>,
): Integration<Config>[] {
  if (!Array.isArray(answer))
    throw new UnreadableAnswer(`the answer is ${nameOf(answer)}, not a list of integrations`);
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

export const readValidation = (value: unknown): Validation | undefined =>
  isPropertyMap(value) ? validationOf(value) : undefined;

function validationOf({ status, validationTests }: PropertyMap): Validation {
  const tests = Array.isArray(validationTests) ? validationTests : [];
  return { status: result(status), tests: tests.flatMap(readTest) };
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

/**
 * A script comes as plain text, as a JSON string, or as an object that carries it: the contract leaves it open. It is run
 * as an administrator, so what is not one is refused by what it is.
 */
export function readScript(answer: unknown): string {
  const script = isPropertyMap(answer) ? carriedBy(answer) : answer;
  // A JSON string may hold JSON once more.
  const held = typeof script === "string" ? decoded(script) : script;
  const text = isPropertyMap(held) ? carriedBy(held) : held;
  if (typeof text !== "string" || isPage(text)) throw notScript(nameOf(text));
  if (looksEncoded(text)) throw notScript("one word, perhaps base64");
  return text;
}

function carriedBy(fields: PropertyMap): unknown {
  const script = fields["script"] ?? soleText(fields);
  if (script === undefined) throw notScript("a JSON object without one");
  return script;
}

const notScript = (what: string): UnreadableAnswer =>
  new UnreadableAnswer(`the answer is ${what}, not a script`);

/** Every statement of T-SQL has a blank or a sign in it that base64 has not. */
const looksEncoded = (script: string): boolean =>
  /^[\w+/-]{16,}={0,2}$/.test(script.replaceAll(/[\r\n]+/g, ""));

/** The only text of an object, unless it is one that says what went wrong. */
function soleText(fields: PropertyMap): unknown {
  const texts = Object.entries(fields).filter(([, value]) => typeof value === "string");
  const [[name, value] = []] = texts;
  return texts.length === 1 && !/^(message|error|detail|title|status|reason|id)$/i.test(name ?? "")
    ? value
    : undefined;
}

/**
 * What an error body says, whoever wrote it: Immuta's `message`, a list of errors, `detail` (RFC 9457), the title of a
 * page, or the first line of a text. Undefined where it says nothing.
 */
export function readMessage(body: unknown, depth = 0): string | undefined {
  if (depth === 0 && typeof body === "string") return isPage(body) ? titleOf(body) : firstLine(body);
  if (typeof body === "string") return body.trim() === "" ? undefined : body;
  if (depth === 4) return undefined;
  const inner = (value: unknown): string | undefined => readMessage(value, depth + 1);
  if (Array.isArray(body)) {
    const said = body.map(inner).filter((one) => one !== undefined);
    return said.length === 0 ? undefined : bounded(said, "errors").join("; ");
  }
  if (!isPropertyMap(body)) return undefined;
  for (const name of ["message", "errors"]) {
    const said = inner(body[name]);
    if (said !== undefined) return said;
  }
  const [title, detail] = [inner(body["title"]), inner(body["detail"])];
  if (title !== undefined && detail !== undefined) return `${title}: ${detail}`;
  return inner(body["error"]) ?? detail ?? title ?? inner(body["error_description"]);
}

const firstLine = (given: string): string | undefined =>
  given
    .slice(0, 10 * longestText)
    .split(/[\r\n]+/)
    .find((line) => line.trim() !== "");

const titleOf = (page: string): string | undefined =>
  /<title[^>]*>([^<]*\S[^<]*)<\/title/i.exec(page.slice(0, 10 * longestText))?.[1];

/** Whether an error body has Immuta's shape and speaks of the status it came with. */
export const isImmutasError = (body: unknown, status: number): boolean =>
  isPropertyMap(body) && body["statusCode"] === status && typeof body["message"] === "string";
