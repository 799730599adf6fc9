/** SQL types as result columns carry them: TYPE_INFO in the metadata, the value in each row. */

export type SqlType =
  | { name: "int" | "bigint" | "smallint" | "tinyint" | "bit" | "float" | "datetime2" | "uniqueidentifier" }
  | { name: "decimal"; precision: number; scale: number }
  | { name: "varbinary"; length: number | "max" }
  | TextType;

export interface TextType {
  name: "nvarchar" | "varchar" | "nchar" | "char";
  length: number | "max";
}

/** null, text, number (int, float, decimal, bit as 0 or 1), bigint, bytes, a point in time. */
export type SqlValue = null | string | number | bigint | Buffer | Date;

export const int: SqlType = { name: "int" };
/** The type of a bare NULL: what stands beside it decides. */
export const untypedNull: SqlType = { name: "int" };
export const bit: SqlType = { name: "bit" };
export const datetime2: SqlType = { name: "datetime2" };
export const nvarchar = (length: number | "max"): SqlType => ({ name: "nvarchar", length });
export const varbinary = (length: number | "max"): SqlType => ({ name: "varbinary", length });
/** The type of every identifier. */
export const sysname = nvarchar(128);

/** SQL_Latin1_General_CP1_CI_AS: the collation of a dedicated pool unless it is created with another. */
export const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

const integerBytes = { tinyint: 1, smallint: 2, int: 4, bigint: 8 } as const;
const datetime2Scale = 7;
const maxLengthMark = 0xffff;

export function encodeTypeInfo(type: SqlType): Buffer {
  switch (type.name) {
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return Buffer.from([0x26, integerBytes[type.name]]);
    case "bit":
      return Buffer.from([0x68, 1]);
    case "float":
      return Buffer.from([0x6d, 8]);
    case "uniqueidentifier":
      return Buffer.from([0x24, 16]);
    case "datetime2":
      return Buffer.from([0x2a, datetime2Scale]);
    case "decimal":
      return Buffer.from([0x6c, 17, type.precision, type.scale]);
    case "varbinary":
      return Buffer.concat([Buffer.from([0xa5]), uint16(maximumBytes(type.length, 1))]);
    case "varchar":
    case "char":
      return Buffer.concat([Buffer.from([0xa7]), uint16(maximumBytes(type.length, 1)), collation]);
    case "nvarchar":
    case "nchar":
      return Buffer.concat([Buffer.from([0xe7]), uint16(maximumBytes(type.length, 2)), collation]);
  }
}

export function encodeValue(type: SqlType, value: SqlValue): Buffer {
  switch (type.name) {
    case "tinyint":
    case "smallint":
    case "int":
    case "bigint":
      return value === null ? empty : encodeInteger(Number(value), integerBytes[type.name], value);
    case "bit":
      return value === null ? empty : Buffer.from([1, Number(value) === 0 ? 0 : 1]);
    case "float":
      return value === null ? empty : encodeFloat(Number(value));
    case "uniqueidentifier":
      return value === null ? empty : Buffer.concat([Buffer.from([16]), guidBytes(asText(value))]);
    case "datetime2":
      return value === null ? empty : encodeDateTime2(value as Date);
    case "decimal":
      return value === null ? empty : encodeDecimal(Number(value), type.scale);
    case "varbinary":
      return encodeBytes(type.length, value === null ? null : (value as Buffer));
    case "varchar":
    case "char":
      return encodeBytes(type.length, value === null ? null : Buffer.from(asText(value), "latin1"));
    case "nvarchar":
    case "nchar":
      return encodeBytes(type.length, value === null ? null : Buffer.from(asText(value), "utf16le"));
  }
}

const empty = Buffer.from([0]);

function asText(value: Exclude<SqlValue, null>): string {
  return typeof value === "string" ? value : value instanceof Date ? value.toISOString() : value.toString();
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function maximumBytes(length: number | "max", unit: number): number {
  return length === "max" ? maxLengthMark : Math.max(1, length) * unit;
}

function encodeInteger(value: number, size: number, exact: SqlValue): Buffer {
  const bytes = Buffer.alloc(size + 1);
  bytes.writeUInt8(size, 0);
  if (size === 8) bytes.writeBigInt64LE(typeof exact === "bigint" ? exact : BigInt(value), 1);
  else if (size === 1) bytes.writeUInt8(value, 1);
  else bytes.writeIntLE(value, 1, size);
  return bytes;
}

function encodeFloat(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(8, 0);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

function encodeDecimal(value: number, scale: number): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeUInt8(17, 0);
  bytes.writeUInt8(value < 0 ? 0 : 1, 1);
  let rest = BigInt(Math.round(Math.abs(value) * 10 ** scale));
  for (let at = 2; at < 18; at += 1) {
    bytes.writeUInt8(Number(rest & 0xffn), at);
    rest >>= 8n;
  }
  return bytes;
}

/** Five bytes of 100-nanosecond steps since midnight, three bytes of days since the year 1. */
function encodeDateTime2(value: Date): Buffer {
  const bytes = Buffer.alloc(9);
  const millisecondsOfDay = ((value.getTime() % 86_400_000) + 86_400_000) % 86_400_000;
  const day = Math.floor(value.getTime() / 86_400_000) + 719_162;
  bytes.writeUInt8(8, 0);
  bytes.writeUIntLE(millisecondsOfDay * 10_000, 1, 5);
  bytes.writeUIntLE(day, 6, 3);
  return bytes;
}

/** The first three groups of a GUID travel little endian. */
function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
  return Buffer.concat([
    bytes.subarray(0, 4).reverse(),
    bytes.subarray(4, 6).reverse(),
    bytes.subarray(6, 8).reverse(),
    bytes.subarray(8),
  ]);
}

function encodeBytes(length: number | "max", bytes: Buffer | null): Buffer {
  if (length !== "max")
    return bytes === null ? uint16(maxLengthMark) : Buffer.concat([uint16(bytes.length), bytes]);

  // Partially length-prefixed: total length, chunks, a chunk of no bytes.
  if (bytes === null) return Buffer.alloc(8, 0xff);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(bytes.length));
  const chunk = Buffer.alloc(4);
  chunk.writeUInt32LE(bytes.length);
  return Buffer.concat(
    bytes.length === 0 ? [prefix, Buffer.alloc(4)] : [prefix, chunk, bytes, Buffer.alloc(4)],
  );
}
