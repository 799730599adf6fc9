/** Values at work: conversion, comparison, arithmetic, and the type a result has. */
import { untypedNull, type SqlType, type SqlValue, type TextType } from "../wire/types";
import { sqlError } from "./errors";

const numeric = ["bit", "tinyint", "smallint", "int", "bigint", "decimal", "float"] as const;
type NumericName = (typeof numeric)[number];

export function isNumeric(type: SqlType): type is SqlType & { name: NumericName } {
  return (numeric as readonly string[]).includes(type.name);
}

export function isText(type: SqlType): type is TextType {
  return ["nvarchar", "varchar", "nchar", "char"].includes(type.name);
}

/** The type of a value that may come from either. */
export function commonType(left: SqlType, right: SqlType): SqlType {
  if (left === untypedNull) return right;
  if (right === untypedNull) return left;
  if (isText(left) && isText(right)) {
    const length =
      left.length === "max" || right.length === "max" ? "max" : Math.max(left.length, right.length);
    return { name: left.name.startsWith("n") || right.name.startsWith("n") ? "nvarchar" : "varchar", length };
  }
  if (isNumeric(left) && isNumeric(right))
    return numeric.indexOf(left.name) >= numeric.indexOf(right.name) ? left : right;
  if (isText(left)) return right;
  return left;
}

export function arithmeticType(operator: string, left: SqlType, right: SqlType): SqlType {
  if (operator === "+" && isText(left) && isText(right)) return concatenatedType([left, right]);
  const type = commonType(left, right);
  return type.name === "bit" || type.name === "tinyint" || type.name === "smallint" ? { name: "int" } : type;
}

export function concatenatedType(types: SqlType[]): SqlType {
  let length = 0;
  for (const type of types) {
    const own = isText(type) ? type.length : 30;
    if (own === "max") return { name: "nvarchar", length: "max" };
    length += own;
  }
  return { name: "nvarchar", length: Math.min(4000, Math.max(1, length)) };
}

/** A value as text, as concatenation and CAST write it. */
export function textOf(value: Exclude<SqlValue, null>): string {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  if (value instanceof Date) return `${value.toISOString().replace("T", " ").replace("Z", "")}0000`;
  return String(value);
}

function typeName(value: Exclude<SqlValue, null>): string {
  if (typeof value === "string") return "nvarchar";
  if (Buffer.isBuffer(value)) return "varbinary";
  return value instanceof Date ? "datetime2" : "int";
}

function toNumber(value: Exclude<SqlValue, null>, type: SqlType): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "string") {
    const whole = !["decimal", "float"].includes(type.name);
    const text = value.trim();
    if (whole ? /^[+-]?\d*$/.test(text) : /^[+-]?\d+(\.\d*)?$/.test(text)) return Number(text);
    if (type.name === "bit" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true" ? 1 : 0;
    throw whole ? sqlError(245, "nvarchar", type.name) : sqlError(8114, "nvarchar", type.name);
  }
  if (Buffer.isBuffer(value)) return Number.parseInt(value.toString("hex") || "0", 16);
  throw sqlError(8114, typeName(value), type.name);
}

const ranges: Partial<Record<SqlType["name"], [number, number]>> = {
  tinyint: [0, 255],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
};

/** The value as the given type holds it; text that is too long is cut, as CAST and variables do. */
export function convert(value: SqlValue, type: SqlType): SqlValue {
  if (value === null) return null;
  if (isText(type)) {
    const text = textOf(value);
    return type.length === "max" ? text : text.slice(0, type.length);
  }
  if (type.name === "datetime2") return toDate(value);
  if (type.name === "varbinary") {
    return Buffer.isBuffer(value)
      ? value
      : Buffer.from(textOf(value), typeof value === "string" ? "utf16le" : "latin1");
  }
  if (type.name === "uniqueidentifier") return textOf(value).toUpperCase();
  const number = toNumber(value, type);
  if (type.name === "bit") return Number(number) === 0 ? 0 : 1;
  if (type.name === "bigint") return BigInt(typeof number === "bigint" ? number : Math.trunc(number));
  if (type.name === "float") return Number(number);
  if (type.name === "decimal") return Math.round(Number(number) * 10 ** type.scale) / 10 ** type.scale;
  const whole = Math.trunc(Number(number));
  const range = ranges[type.name];
  if (range !== undefined && (whole < range[0] || whole > range[1])) throw sqlError(8115, type.name);
  return whole;
}

function toDate(value: Exclude<SqlValue, null>): Date {
  if (value instanceof Date) return value;
  const text = textOf(value).trim();
  const date = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : `${text.replace(" ", "T")}Z`);
  if (Number.isNaN(date.getTime())) throw sqlError(241);
  return date;
}

/** Less than 0, 0, more than 0. Text compares without case and without spaces at its end, as the default collation does. */
export function compare(left: Exclude<SqlValue, null>, right: Exclude<SqlValue, null>): number {
  if (isNumber(left) || isNumber(right)) {
    const [a, b] = [
      toNumber(left, { name: "decimal", precision: 38, scale: 10 }),
      toNumber(right, { name: "decimal", precision: 38, scale: 10 }),
    ];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left instanceof Date || right instanceof Date) return toDate(left).getTime() - toDate(right).getTime();
  if (Buffer.isBuffer(left) && Buffer.isBuffer(right)) return Buffer.compare(left, right);
  const [a, b] = [textOf(left).trimEnd().toLowerCase(), textOf(right).trimEnd().toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

function isNumber(value: SqlValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^";

export function calculate(
  operator: ArithmeticOperator,
  left: SqlValue,
  right: SqlValue,
  type: SqlType,
): SqlValue {
  if (left === null || right === null) return null;
  if (isText(type)) {
    if (operator !== "+") throw sqlError(8117, type.name, operator === "-" ? "subtract" : "arithmetic");
    return textOf(left) + textOf(right);
  }
  if (!isNumeric(type)) throw sqlError(8117, type.name, operator === "+" ? "add" : "arithmetic");
  const [a, b] = [Number(toNumber(left, type)), Number(toNumber(right, type))];
  const whole = type.name !== "decimal" && type.name !== "float";
  switch (operator) {
    case "+":
      return convert(a + b, type);
    case "-":
      return convert(a - b, type);
    case "*":
      return convert(a * b, type);
    case "/":
    case "%":
      if (b === 0) throw sqlError(8134);
      if (operator === "%") return convert(a % b, type);
      return convert(whole ? Math.trunc(a / b) : a / b, type);
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
  }
}

/** LIKE: %, _, [set], [^set], and an escape character. */
export function like(text: string, pattern: string, escape: string | undefined): boolean {
  let source = "";
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern.charAt(at);
    const close = character === "[" ? pattern.indexOf("]", at + 1) : -1;
    if (escape !== undefined && character === escape) {
      at += 1;
      source += quoted(pattern.charAt(at));
    } else if (character === "%") source += ".*";
    else if (character === "_") source += ".";
    else if (close > at) {
      const set = pattern.slice(at + 1, close);
      const negated = set.startsWith("^");
      // A range that runs backwards has no members.
      const members = (negated ? set.slice(1) : set)
        .replaceAll(/(.)-(.)/gsu, (range, from: string, to: string) => (from > to ? "" : range))
        .replaceAll(/[\\\]^[]/g, "\\$&");
      source += `[${negated ? "^" : ""}${members}]`;
      at = close;
    } else source += quoted(character);
  }
  const expression = new RegExp(`^${source}$`, "isu");
  return expression.test(text) || expression.test(text.trimEnd());
}

function quoted(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
