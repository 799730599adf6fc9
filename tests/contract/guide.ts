import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The shape of an answer: the same structure with the name of a JSON type for each leaf. */
export type Shape = string | Shape[] | { [field: string]: Shape };

export interface DocumentedAnswer {
  /** The values that the contract fixes, status and names of tests among them; a list for the list of all. */
  values: Record<string, unknown> | Record<string, unknown>[];
  shape: Shape;
}

/** One request of the guide. Its path may hold {id}. */
export interface DocumentedRequest {
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Record<string, unknown>;
  /** "script": the guide says no more than that the answer returns the script. */
  answers: DocumentedAnswer[] | "script";
}

const fixture = JSON.parse(readFileSync(join(__dirname, "fixtures", "guide.json"), "utf8")) as {
  requests: DocumentedRequest[];
};

export const guideRequests: readonly DocumentedRequest[] = fixture.requests;

/** @throws Error for a name that is not in the fixture. */
export function guideRequest(name: string): DocumentedRequest {
  const request = guideRequests.find((candidate) => candidate.name === name);
  if (request === undefined) throw new Error(`the guide has no request ${name}`);
  return request;
}

/** An answer that the guide documents for a request. */
export function documented(name: string, index = 0): DocumentedAnswer {
  const { answers } = guideRequest(name);
  const answer = answers === "script" ? undefined : answers[index];
  if (answer === undefined) throw new Error(`the guide has no answer ${index} to ${name}`);
  return answer;
}

export function shapeOf(value: unknown): Shape {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, shapeOf(item)]));
  return typeof value;
}

interface Answered {
  status: string;
  type?: string;
  autoBootstrap?: boolean;
  config?: { username?: string };
  validationResults: { status: string; validationTests: { name: string; status: string }[] };
}

/** The values of an answer that the fixture holds of a documented one. */
export function valuesOf(answer: unknown): Record<string, unknown> {
  const { status, type, autoBootstrap, config, validationResults } = answer as Answered;
  return {
    status,
    validationStatus: validationResults.status,
    validationTests: validationResults.validationTests.map((test) => ({
      name: test.name,
      status: test.status,
    })),
    ...(type === undefined ? {} : { type, autoBootstrap }),
    ...(config?.username === undefined ? {} : { username: config.username }),
  };
}
