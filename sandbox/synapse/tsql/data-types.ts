/** Type names as they stand in T-SQL. */
import type { SqlType } from "../wire/types";
import { sqlError } from "./errors";
import type { TokenCursor } from "./cursor";

export function parseType(cursor: TokenCursor): SqlType {
  if (cursor.atName && cursor.peek(1).text === ".") {
    cursor.name();
    cursor.next();
  }
  const written = cursor.token;
  const name = cursor.name().toLowerCase();
  const sizes = parseSizes(cursor);
  switch (name) {
    case "int":
    case "integer":
      return { name: "int" };
    case "bigint":
    case "smallint":
    case "tinyint":
    case "bit":
    case "uniqueidentifier":
      return { name };
    case "float":
    case "real":
      return { name: "float" };
    case "datetime2":
    case "datetime":
    case "smalldatetime":
    case "date":
    case "datetimeoffset":
      return { name: "datetime2" };
    case "decimal":
    case "numeric":
      return { name: "decimal", precision: number(sizes[0], 18), scale: number(sizes[1], 0) };
    case "money":
      return { name: "decimal", precision: 19, scale: 4 };
    case "sysname":
      return { name: "nvarchar", length: 128 };
    case "nvarchar":
    case "varchar":
    case "nchar":
    case "char":
    case "varbinary":
      return { name, length: sizes[0] ?? 1 };
    case "binary":
      return { name: "varbinary", length: sizes[0] ?? 1 };
    default:
      if (cursor.dialect !== undefined) throw sqlError(104220, written.text).at(1);
      throw sqlError(2715, 1, name).at(written.line);
  }
}

function parseSizes(cursor: TokenCursor): (number | "max")[] {
  if (!cursor.takeSymbol("(")) return [];
  const sizes = cursor.list((): number | "max" => {
    if (cursor.take("MAX")) return "max";
    if (cursor.token.kind !== "number") throw cursor.syntaxError();
    return Number(cursor.next().text);
  });
  cursor.expectSymbol(")");
  return sizes;
}

function number(size: number | "max" | undefined, otherwise: number): number {
  return typeof size === "number" ? size : otherwise;
}
