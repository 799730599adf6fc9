import type { Parameter } from "./ast";
import type { TokenCursor } from "./cursor";
import { parseType } from "./data-types";
import { sqlError } from "./errors";
import { parseScalar } from "./parse-query";

/** @name type [= value] [OUTPUT], as DECLARE and parameter lists have it. */
export function parseVariable(cursor: TokenCursor): Parameter {
  const name = cursor.variable();
  cursor.take("AS");
  if (cursor.at("CURSOR")) throw sqlError(40510, "DECLARE CURSOR").about(cursor.token);
  if (cursor.at("TABLE")) throw sqlError(40510, "DECLARE TABLE").about(cursor.token);
  const type = parseType(cursor);
  const initial = cursor.takeSymbol("=") ? parseScalar(cursor) : undefined;
  const output = cursor.takeOneOf("OUTPUT", "OUT") !== undefined;
  cursor.take("READONLY");
  return { name, type, initial, output };
}
