import type { Trouble } from "./trouble";

/** One error of the server as it numbers and words it, or a fault of the connection with its code. */
export interface ServerError {
  /** 0 for a fault of the connection. */
  number: number;
  code?: string;
  state?: number;
  severity?: number;
  /** Line inside the batch, or inside the procedure, counted from 1; 0 where the server gives none. */
  line: number;
  /** The procedure that the batch called and that failed. */
  procedure?: string;
  message: string;
}

/** mssql's RequestError; a fault of the connection carries its code in `number`. */
type Fault = Partial<{
  number: number | string;
  state: number;
  class: number;
  lineNumber: number;
  procName: string;
  message: string;
  code: string;
}>;

/** All errors that came with a failed request, in the order of the server. mssql throws the last one. */
export function serverErrors(error: unknown): ServerError[] {
  const { precedingErrors = [] } = error as { precedingErrors?: unknown[] };
  return [...precedingErrors, error].map(serverError);
}

function serverError(error: unknown): ServerError {
  const { number, state, class: severity, lineNumber, procName } = error as Fault;
  if (typeof number === "number")
    return {
      number,
      ...(state === undefined ? {} : { state }),
      ...(severity === undefined ? {} : { severity }),
      line: lineNumber ?? 0,
      ...(procName === undefined || procName === "" ? {} : { procedure: procName }),
      message: messageOf(error),
    };
  const code = codeOf(error);
  return { number: 0, ...(code === undefined ? {} : { code }), line: 0, message: messageOf(error) };
}

/** Stands behind the errors of the server after which it ended the session. */
export const lostConnection: ServerError = {
  number: 0,
  code: "ECONNRESET",
  line: 0,
  message: "the server ended the session",
};

export const troubleFrom = ({ number, code, severity, message }: ServerError): Trouble => ({
  message,
  ...(number === 0 ? {} : { number }),
  ...(code === undefined ? {} : { code }),
  ...(severity === undefined ? {} : { severity }),
});

/** mssql and tedious wrap an error in others; from the outermost to the nearest to the cause. */
function layersOf(error: unknown): Record<string, unknown>[] {
  const layers: Record<string, unknown>[] = [];
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    const layer = current as Record<string, unknown>;
    layers.push(layer);
    const [first] = (layer["errors"] as unknown[] | undefined) ?? [];
    current = layer["originalError"] ?? layer["info"] ?? layer["cause"] ?? first;
  }
  return layers;
}

/** What a wrapper calls any error that it wraps. */
const general = new Set(["EREQUEST", "ESOCKET"]);

/** An error with the code by which trouble.ts judges it. */
export const fault = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * The code nearest to the cause. An end of the connection that comes in order (close_notify, FIN) has none of its own;
 * what of the client's own checks of an answer fails has one of Node's.
 */
export function codeOf(error: unknown): string | undefined {
  const codes = layersOf(error).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
  const code = codes.findLast((each) => !general.has(each)) ?? codes.at(-1);
  if (code === undefined || general.has(code)) {
    const message = messageOf(error);
    if (/unexpected end of message stream|socket hang up/.test(message)) return "ECONNRESET";
    if (/unable to process incoming packet/i.test(message)) return malformed;
  }
  return code !== undefined && /^ERR_(OUT_OF_RANGE|BUFFER_OUT_OF_BOUNDS)$/.test(code) ? malformed : code;
}

/** The code of an answer that is none in TDS. */
export const malformed = "EMALFORMED";

/** An AggregateError says nothing itself; Entra's own words, for one, stand in its last part. */
export function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  for (const { message, errors } of layersOf(error)) {
    if (typeof message === "string" && message !== "") return message;
    if (Array.isArray(errors) && errors.length > 0) return errors.map(messageOf).join(" ");
  }
  return "unknown error";
}
