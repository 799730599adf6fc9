/** RPC requests: the procedure and its parameters, as typed values. */
import { type SqlType, type SqlValue } from "./types";

export interface RpcParameter {
  /** With its leading @; empty when given by position. */
  name: string;
  output: boolean;
  type: SqlType;
  value: SqlValue;
}

export interface RpcCall {
  procedure: string;
  parameters: RpcParameter[];
}

/** Procedures that clients call by number. */
const wellKnown = new Map([
  [1, "sp_cursor"],
  [2, "sp_cursoropen"],
  [3, "sp_cursorprepare"],
  [4, "sp_cursorexecute"],
  [5, "sp_cursorprepexec"],
  [6, "sp_cursorunprepare"],
  [7, "sp_cursorfetch"],
  [8, "sp_cursoroption"],
  [9, "sp_cursorclose"],
  [10, "sp_executesql"],
  [11, "sp_prepare"],
  [12, "sp_execute"],
  [13, "sp_prepexec"],
  [14, "sp_prepexecrpc"],
  [15, "sp_unprepare"],
]);

const batchSeparators = [0x80, 0xff];
const maxLengthMark = 0xffff;

export class RpcFormatError extends Error {}

/** Leaves out ALL_HEADERS, which stands before every batch, RPC and transaction request. */
export function withoutHeaders(payload: Buffer): Buffer {
  const length = payload.readUInt32LE(0);
  if (length > payload.length) throw new RpcFormatError("ALL_HEADERS is longer than its message");
  return payload.subarray(length);
}

/** The calls of one RPC message; a client may send several in one. */
export function parseRpc(payload: Buffer): RpcCall[] {
  const reader = new ByteReader(withoutHeaders(payload));
  const calls: RpcCall[] = [];
  while (!reader.atEnd()) {
    const nameLength = reader.uint16();
    const procedure =
      nameLength === 0xffff ? nameOf(reader.uint16()) : reader.take(nameLength * 2).toString("utf16le");
    reader.uint16();
    const parameters: RpcParameter[] = [];
    while (!reader.atEnd() && !batchSeparators.includes(reader.peek()))
      parameters.push(readParameter(reader));
    if (!reader.atEnd()) reader.uint8();
    calls.push({ procedure, parameters });
  }
  return calls;
}

function nameOf(id: number): string {
  const name = wellKnown.get(id);
  if (name === undefined) throw new RpcFormatError(`procedure number ${id} is not known`);
  return name;
}

function readParameter(reader: ByteReader): RpcParameter {
  const name = reader.take(reader.uint8() * 2).toString("utf16le");
  const output = (reader.uint8() & 1) !== 0;
  const { type, value } = readTyped(reader);
  return { name, output, type, value };
}

interface Typed {
  type: SqlType;
  value: SqlValue;
}

function readTyped(reader: ByteReader): Typed {
  const id = reader.uint8();
  switch (id) {
    case 0x1f:
      return { type: { name: "nvarchar", length: 1 }, value: null };
    case 0x30:
      return { type: { name: "tinyint" }, value: reader.uint8() };
    case 0x32:
      return { type: { name: "bit" }, value: reader.uint8() };
    case 0x34:
      return { type: { name: "smallint" }, value: reader.take(2).readInt16LE() };
    case 0x38:
      return { type: { name: "int" }, value: reader.take(4).readInt32LE() };
    case 0x3b:
      return { type: { name: "float" }, value: reader.take(4).readFloatLE() };
    case 0x3e:
      return { type: { name: "float" }, value: reader.take(8).readDoubleLE() };
    case 0x7f:
      return { type: { name: "bigint" }, value: reader.take(8).readBigInt64LE() };
    case 0x26:
      return readInteger(reader);
    case 0x68:
    case 0x6d:
      return readBitOrFloat(reader, id);
    case 0x24: {
      reader.uint8();
      const bytes = reader.take(reader.uint8());
      return { type: { name: "uniqueidentifier" }, value: bytes.length === 0 ? null : guidText(bytes) };
    }
    case 0x6a:
    case 0x6c:
      return readDecimal(reader);
    case 0x28:
      return readDateTime2(reader, 0);
    case 0x2a:
      return readDateTime2(reader, reader.uint8());
    case 0x6f:
      return readDateTime(reader);
    case 0xa5:
    case 0xad:
      return readLong(reader, "varbinary");
    case 0xa7:
    case 0xaf:
      return readLong(reader, "varchar");
    case 0xe7:
    case 0xef:
      return readLong(reader, "nvarchar");
    default:
      throw new RpcFormatError(`parameter type 0x${id.toString(16)} is not known`);
  }
}

function readInteger(reader: ByteReader): Typed {
  const names = { 1: "tinyint", 2: "smallint", 4: "int", 8: "bigint" } as const;
  const name = names[reader.uint8() as keyof typeof names];
  const bytes = reader.take(reader.uint8());
  if (bytes.length === 0) return { type: { name }, value: null };
  if (bytes.length === 8) return { type: { name }, value: bytes.readBigInt64LE() };
  return { type: { name }, value: bytes.length === 1 ? bytes.readUInt8() : bytes.readIntLE(0, bytes.length) };
}

function readBitOrFloat(reader: ByteReader, id: number): Typed {
  reader.uint8();
  const bytes = reader.take(reader.uint8());
  const name = id === 0x68 ? "bit" : "float";
  if (bytes.length === 0) return { type: { name }, value: null };
  if (name === "bit") return { type: { name }, value: bytes.readUInt8() };
  return { type: { name }, value: bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE() };
}

function readDecimal(reader: ByteReader): Typed {
  reader.uint8();
  const type: SqlType = { name: "decimal", precision: reader.uint8(), scale: reader.uint8() };
  const bytes = reader.take(reader.uint8());
  if (bytes.length === 0) return { type, value: null };
  let digits = 0n;
  for (let at = bytes.length - 1; at > 0; at -= 1) digits = (digits << 8n) | BigInt(bytes.readUInt8(at));
  const sign = bytes.readUInt8(0) === 0 ? -1 : 1;
  return { type, value: (sign * Number(digits)) / 10 ** type.scale };
}

/** A date has three bytes for its day; before these a datetime2 has its time, in units of its scale. */
function readDateTime2(reader: ByteReader, scale: number): Typed {
  const type: SqlType = { name: "datetime2" };
  const bytes = reader.take(reader.uint8());
  if (bytes.length === 0) return { type, value: null };
  const timeBytes = bytes.length - 3;
  const milliseconds = timeBytes === 0 ? 0 : bytes.readUIntLE(0, timeBytes) * 10 ** (3 - scale);
  const days = bytes.readUIntLE(timeBytes, 3) - 719_162;
  return { type, value: new Date(days * 86_400_000 + Math.round(milliseconds)) };
}

/** datetime: days since 1900 and 1/300 seconds. */
function readDateTime(reader: ByteReader): Typed {
  const type: SqlType = { name: "datetime2" };
  reader.uint8();
  const bytes = reader.take(reader.uint8());
  if (bytes.length === 0) return { type, value: null };
  const short = bytes.length === 4;
  const days = short ? bytes.readUInt16LE(0) : bytes.readInt32LE(0);
  const milliseconds = short ? bytes.readUInt16LE(2) * 60_000 : (bytes.readUInt32LE(4) * 10) / 3;
  return { type, value: new Date((days - 25_567) * 86_400_000 + Math.round(milliseconds)) };
}

function readLong(reader: ByteReader, name: "nvarchar" | "varchar" | "varbinary"): Typed {
  const maximum = reader.uint16();
  if (name !== "varbinary") reader.take(5);
  const bytes = maximum === maxLengthMark ? readChunks(reader) : readShort(reader);
  const unit = name === "nvarchar" ? 2 : 1;
  const type: SqlType = { name, length: maximum === maxLengthMark ? "max" : maximum / unit };
  if (bytes === null) return { type, value: null };
  if (name === "varbinary") return { type, value: bytes };
  return { type, value: bytes.toString(name === "nvarchar" ? "utf16le" : "latin1") };
}

function readShort(reader: ByteReader): Buffer | null {
  const length = reader.uint16();
  return length === maxLengthMark ? null : reader.take(length);
}

function readChunks(reader: ByteReader): Buffer | null {
  const total = reader.take(8);
  if (total.every((byte) => byte === 0xff)) return null;
  const chunks: Buffer[] = [];
  for (;;) {
    const length = reader.take(4).readUInt32LE();
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(reader.take(length));
  }
}

function guidText(bytes: Buffer): string {
  const group = (from: number, to: number, littleEndian: boolean): string => {
    const part = Buffer.from(bytes.subarray(from, to));
    return (littleEndian ? part.reverse() : part).toString("hex").toUpperCase();
  };
  return [
    group(0, 4, true),
    group(4, 6, true),
    group(6, 8, true),
    group(8, 10, false),
    group(10, 16, false),
  ].join("-");
}

class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  peek(): number {
    return this.bytes.readUInt8(this.at);
  }

  uint8(): number {
    return this.take(1).readUInt8();
  }

  uint16(): number {
    return this.take(2).readUInt16LE();
  }

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RpcFormatError("the RPC message ends inside a field");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}
