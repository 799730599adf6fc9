/** Functions over many rows. */
import { nvarchar, type SqlType, type SqlValue } from "../wire/types";
import { calculate, compare, textOf } from "./values";

const aggregates = new Set(["count", "count_big", "min", "max", "sum", "avg", "string_agg"]);

export function isAggregate(name: string): boolean {
  return aggregates.has(name.toLowerCase());
}

export function aggregateType(name: string, operand: SqlType): SqlType {
  switch (name.toLowerCase()) {
    case "count":
      return { name: "int" };
    case "count_big":
      return { name: "bigint" };
    case "string_agg":
      return nvarchar("max");
    default:
      return operand;
  }
}

export function aggregate(
  name: string,
  values: SqlValue[],
  distinct: boolean,
  separator: SqlValue,
): SqlValue {
  let present = values.filter((value) => value !== null);
  if (distinct) {
    present = present.filter(
      (value, index) => present.findIndex((other) => compare(other, value) === 0) === index,
    );
  }
  switch (name.toLowerCase()) {
    case "count":
      return present.length;
    case "count_big":
      return BigInt(present.length);
    case "string_agg":
      return present.length === 0
        ? null
        : present.map(textOf).join(separator === null ? "" : textOf(separator));
    case "min":
      return present.reduce<SqlValue>(
        (least, value) => (least === null || compare(value, least) < 0 ? value : least),
        null,
      );
    case "max":
      return present.reduce<SqlValue>(
        (most, value) => (most === null || compare(value, most) > 0 ? value : most),
        null,
      );
    default: {
      if (present.length === 0) return null;
      const sum = present.reduce<SqlValue>(
        (total, value) => calculate("+", total, value, { name: "float" }),
        0,
      );
      return name.toLowerCase() === "sum" ? sum : calculate("/", sum, present.length, { name: "float" });
    }
  }
}
