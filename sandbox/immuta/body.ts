import type { IncomingMessage } from "node:http";
import { parse as parseYaml } from "yaml";
import { ApiError, malformed } from "./errors";

/** The body of a request as it came. */
export interface Body {
  bytes: Buffer;
  /** Undefined when there was none. */
  value?: unknown;
  /** Why it could not be read. */
  problem?: ApiError;
}

const limit = 1_048_576;
const yamlTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

/** Reads a body in JSON or YAML. Rejects only when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return { bytes };
  if (bytes.length > limit)
    return {
      bytes,
      problem: new ApiError(413, `Payload content length greater than maximum allowed: ${limit}`),
    };
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  const text = bytes.toString("utf8");
  if (isTooDeep(text))
    return { bytes, problem: malformed("Invalid request payload: it is nested too deeply") };
  return { bytes, ...parseAs(type.trim().toLowerCase(), text) };
}

/** No payload of the guide has more than four. */
const mostLevels = 100;

/**
 * Whatever reads or looks at a value goes down into it, and what goes down too far ends the process: the text is judged
 * before it is parsed. Brackets in texts count too, of which nobody has so many.
 */
function isTooDeep(text: string): boolean {
  let level = 0;
  for (const character of text) {
    if (character === "[" || character === "{") level += 1;
    if (character === "]" || character === "}") level -= 1;
    if (level > mostLevels) return true;
  }
  return false;
}

/** The parsers' own messages quote the text, passwords and all: they are not passed on. */
function parseAs(type: string, text: string): { value: unknown } | { problem: ApiError } {
  try {
    if (type === "application/json") return { value: JSON.parse(text) as unknown };
    if (yamlTypes.includes(type)) return { value: parseYaml(text, { logLevel: "error" }) as unknown };
  } catch {
    const format = type === "application/json" ? "JSON" : "YAML";
    return { problem: malformed(`Invalid request payload ${format} format`) };
  }
  return { problem: new ApiError(415, "Unsupported Media Type") };
}
