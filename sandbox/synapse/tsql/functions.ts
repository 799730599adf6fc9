/** Built-in functions. */
import { createHash, randomUUID } from "node:crypto";
import {
  datetime2,
  int,
  nvarchar,
  sysname,
  untypedNull,
  varbinary,
  type SqlType,
  type SqlValue,
} from "../wire/types";
import type { BuiltIn } from "./built-in";
import { sqlError } from "./errors";
import { metadataFunctions } from "./metadata-functions";
import type { Scope } from "./scope";
import { commonType, compare, concatenatedType, convert, isText, textOf } from "./values";

const many = 254;

function text(values: readonly SqlValue[], index: number): string {
  const value = values[index] ?? null;
  return value === null ? "" : textOf(value);
}

function integer(values: readonly SqlValue[], index: number): number {
  return Number(convert(values[index] ?? 0, int));
}

const first = (types: SqlType[]): SqlType => types[0] ?? nvarchar(4000);
const grown = (types: SqlType[]): SqlType => {
  const [type] = types;
  return type !== undefined && isText(type) && type.length === "max" ? type : nvarchar(4000);
};
const longest = (types: SqlType[]): SqlType =>
  types[0] !== undefined && isText(types[0]) ? types[0] : nvarchar(4000);

/** ERROR_NUMBER() and the like: about the error that the CATCH block handles, else null. */
function caught(pick: (error: NonNullable<Scope["frame"]["caught"]>) => SqlValue): BuiltIn["run"] {
  return (_values, scope) => (scope.frame.caught === undefined ? null : pick(scope.frame.caught));
}

const simple = (
  type: BuiltIn["type"],
  arity: number | readonly [number, number],
  run: BuiltIn["run"],
): BuiltIn => ({
  type,
  arity: typeof arity === "number" ? [arity, arity] : arity,
  run,
});

const nullable = (type: BuiltIn["type"], arity: readonly [number, number], run: BuiltIn["run"]): BuiltIn => ({
  type,
  arity,
  run,
  nullable: true,
});

function quoteName(values: SqlValue[]): SqlValue {
  const name = text(values, 0);
  if (name.length > 128) return null;
  const mark = values.length > 1 ? text(values, 1) : "[";
  if (mark === "'" || mark === '"') return mark + name.replaceAll(mark, mark + mark) + mark;
  return `[${name.replaceAll("]", "]]")}]`;
}

const hashes = new Map([
  ["MD5", "md5"],
  ["SHA1", "sha1"],
  ["SHA2_256", "sha256"],
  ["SHA2_512", "sha512"],
]);

function hashBytes(values: SqlValue[]): SqlValue {
  const algorithm = hashes.get(text(values, 0).toUpperCase());
  const value = values[1] ?? null;
  if (algorithm === undefined || value === null) return null;
  return createHash(algorithm)
    .update(Buffer.isBuffer(value) ? value : Buffer.from(textOf(value), "utf16le"))
    .digest();
}

const functions = new Map<string, BuiltIn>([
  ...metadataFunctions,
  ["lower", simple(longest, 1, (values) => text(values, 0).toLowerCase())],
  ["upper", simple(longest, 1, (values) => text(values, 0).toUpperCase())],
  ["len", simple(int, 1, (values) => text(values, 0).trimEnd().length)],
  [
    "datalength",
    simple(int, 1, ([value]) => (Buffer.isBuffer(value) ? value.length : textOf(value ?? "").length * 2)),
  ],
  ["ltrim", simple(longest, 1, (values) => text(values, 0).trimStart())],
  ["rtrim", simple(longest, 1, (values) => text(values, 0).trimEnd())],
  ["trim", simple(longest, 1, (values) => text(values, 0).trim())],
  ["left", simple(longest, 2, (values) => text(values, 0).slice(0, Math.max(0, integer(values, 1))))],
  [
    "right",
    simple(longest, 2, (values) =>
      integer(values, 1) <= 0 ? "" : text(values, 0).slice(-integer(values, 1)),
    ),
  ],
  [
    "substring",
    simple(longest, 3, (values) =>
      text(values, 0).slice(
        Math.max(0, integer(values, 1) - 1),
        Math.max(0, integer(values, 1) - 1 + integer(values, 2)),
      ),
    ),
  ],
  [
    "charindex",
    simple(
      int,
      [2, 3],
      (values) =>
        text(values, 1)
          .toLowerCase()
          .indexOf(text(values, 0).toLowerCase(), Math.max(0, integer(values, 2) - 1)) + 1,
    ),
  ],
  ["replace", simple(grown, 3, (values) => replaceText(text(values, 0), text(values, 1), text(values, 2)))],
  ["replicate", simple(grown, 2, (values) => repeated(text(values, 0), integer(values, 1)))],
  ["reverse", simple(longest, 1, (values) => Array.from(text(values, 0)).reverse().join(""))],
  [
    "stuff",
    simple(
      grown,
      4,
      (values) =>
        text(values, 0).slice(0, integer(values, 1) - 1) +
        text(values, 3) +
        text(values, 0).slice(integer(values, 1) - 1 + integer(values, 2)),
    ),
  ],
  ["char", simple(nvarchar(1), 1, (values) => String.fromCharCode(integer(values, 0)))],
  ["nchar", simple(nvarchar(1), 1, (values) => String.fromCharCode(integer(values, 0)))],
  ["unicode", simple(int, 1, (values) => text(values, 0).charCodeAt(0))],
  ["abs", simple(first, 1, ([value]) => (typeof value === "bigint" ? value : Math.abs(Number(value))))],
  [
    "isnumeric",
    nullable(int, [1, 1], (values) => (/^\s*[+-]?\d+(\.\d*)?\s*$/.test(text(values, 0)) ? 1 : 0)),
  ],
  ["hashbytes", simple(varbinary(64), 2, hashBytes)],
  ["quotename", simple(nvarchar(258), [1, 2], quoteName)],
  [
    "parsename",
    simple(sysname, 2, (values) => text(values, 0).split(".").reverse()[integer(values, 1) - 1] ?? null),
  ],
  [
    "concat",
    nullable(concatenatedType, [2, many], (values) =>
      values.map((_value, index) => text(values, index)).join(""),
    ),
  ],
  [
    "concat_ws",
    nullable(concatenatedType, [3, many], ([separator, ...rest]) =>
      rest
        .filter((value) => value !== null)
        .map(textOf)
        .join(textOf(separator ?? "")),
    ),
  ],
  [
    "isnull",
    nullable(
      ([type = untypedNull, otherwise = untypedNull]) => (type === untypedNull ? otherwise : type),
      [2, 2],
      ([value, otherwise]) => value ?? otherwise ?? null,
    ),
  ],
  [
    "coalesce",
    nullable(
      (types) => types.reduce(commonType),
      [2, many],
      (values) => values.find((value) => value !== null) ?? null,
    ),
  ],
  [
    "nullif",
    nullable(first, [2, 2], ([left = null, right = null]) =>
      left !== null && right !== null && compare(left, right) === 0 ? null : left,
    ),
  ],
  ["getdate", simple(datetime2, 0, () => new Date())],
  ["getutcdate", simple(datetime2, 0, () => new Date())],
  ["sysdatetime", simple(datetime2, 0, () => new Date())],
  ["sysutcdatetime", simple(datetime2, 0, () => new Date())],
  ["current_timestamp", simple(datetime2, 0, () => new Date())],
  ["newid", simple({ name: "uniqueidentifier" }, 0, () => randomUUID().toUpperCase())],
  [
    "error_number",
    simple(
      int,
      0,
      caught((error) => error.number),
    ),
  ],
  [
    "error_message",
    simple(
      nvarchar(4000),
      0,
      caught((error) => error.message),
    ),
  ],
  [
    "error_severity",
    simple(
      int,
      0,
      caught((error) => error.severity),
    ),
  ],
  [
    "error_state",
    simple(
      int,
      0,
      caught((error) => error.state),
    ),
  ],
  [
    "error_line",
    simple(
      int,
      0,
      caught((error) => error.line ?? null),
    ),
  ],
  [
    "error_procedure",
    simple(
      sysname,
      0,
      caught((error) => error.procedureName || null),
    ),
  ],
  [
    "xact_state",
    simple({ name: "smallint" }, 0, (_values, { session: { transaction } }) => {
      if (transaction === undefined) return 0;
      return transaction.doomed ? -2 : 1;
    }),
  ],
  [
    "session_context",
    simple(
      nvarchar(4000),
      1,
      (values, { session }) => session.context.get(text(values, 0).toLowerCase()) ?? null,
    ),
  ],
  ["app_name", simple(sysname, 0, (_values, { session }) => session.client.applicationName)],
  ["host_name", simple(sysname, 0, (_values, { session }) => session.client.hostName)],
  ["@@trancount", simple(int, 0, (_values, { session }) => session.transaction?.depth ?? 0)],
  ["@@error", simple(int, 0, (_values, { session }) => session.lastError)],
  ["@@rowcount", simple(int, 0, (_values, { session }) => session.rowCount)],
  ["session_id", simple(nvarchar(32), 0, (_values, { session }) => session.id)],
  ["@@spid", simple({ name: "smallint" }, 0, (_values, { session }) => session.client.spid)],
  ["@@language", simple(sysname, 0, () => "us_english")],
  ["@@options", simple(int, 0, () => 5496)],
  ["@@nestlevel", simple(int, 0, (_values, { frame }) => frame.depth)],
  ["is_srvrolemember", nullable(int, [1, 2], () => 0)],
]);

/** Text of a million characters is enough for anybody's test. */
function repeated(value: string, count: number): string {
  const most = Math.floor(1_000_000 / Math.max(1, value.length));
  return value.repeat(Math.min(most, Math.max(0, count)));
}

/** Text is found without case, as the default collation compares. */
function replaceText(value: string, search: string, replacement: string): string {
  if (search === "") return value;
  const pattern = new RegExp(search.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu");
  return value.replaceAll(pattern, () => replacement);
}

/** The type of a built-in function's result; undefined when there is no such function. */
export function functionType(name: string, types: SqlType[]): SqlType | undefined {
  const found = functions.get(name.toLowerCase());
  if (found === undefined) return undefined;
  const [fewest, most] = found.arity;
  if (types.length < fewest || types.length > most) {
    throw sqlError(174, name.toLowerCase(), fewest === most ? fewest : `${fewest} to ${most}`);
  }
  return typeof found.type === "function" ? found.type(types) : found.type;
}

/** undefined when there is no such function. */
export function callFunction(name: string, values: SqlValue[], scope: Scope): SqlValue | undefined {
  const found = functions.get(name.toLowerCase());
  if (found === undefined) return undefined;
  if (found.nullable !== true && values.includes(null)) return null;
  return found.run(values, scope);
}
