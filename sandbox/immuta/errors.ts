import type { ValidationResults } from "./model";

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  409: "Conflict",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

/** The body of every answer that is an error. */
export interface ErrorBody {
  statusCode: number;
  error: string;
  message: string;
  /** Only with 422: the tests that decided it. */
  validationResults?: ValidationResults;
}

/** A refusal with the HTTP status and the sentence that the caller gets. Its message never quotes a credential. */
export class ApiError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly validationResults?: ValidationResults,
  ) {
    super(message);
    this.name = "ApiError";
  }

  body(): ErrorBody {
    return {
      statusCode: this.statusCode,
      error: reasons[this.statusCode] ?? "Error",
      message: this.message,
      ...(this.validationResults === undefined ? {} : { validationResults: this.validationResults }),
    };
  }
}

export const malformed = (message: string): ApiError => new ApiError(400, message);

export const notFound = (id: string): ApiError => new ApiError(404, `No Integration found with ID ${id}.`);

export const alreadyExists = (type: string, host: string, id: number): ApiError =>
  new ApiError(409, `${type} integration already exists on host ${host} (id = ${id})`);

export const wrongState = (verb: "edit" | "delete", id: number, status: string): ApiError =>
  new ApiError(409, `Unable to ${verb} integration with ID ${id} in current state ${status}.`);

export const credentialsNotRequired = (): ApiError =>
  new ApiError(
    400,
    "Credentials are not required for disable unless the integration was configured automatically. " +
      "If you need to update your integration credentials, use PUT to update the integration before disabling.",
  );

export const credentialsRequired = (): ApiError =>
  new ApiError(
    400,
    "Integrations that are automatically configured require privileged credentials to disable. " +
      "Please provide them in your payload.",
  );

/** 422: the sentence names the tests that failed and what each said. */
export function validationFailed(results: ValidationResults): ApiError {
  const failed = results.validationTests
    .filter((test) => test.status === "failed")
    .map((test) => (test.message === undefined ? test.name : `${test.name}: ${test.message}`));
  return new ApiError(422, `Validation failed. ${failed.join(" ")}`, results);
}
