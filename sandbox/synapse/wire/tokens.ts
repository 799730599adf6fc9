/** The tokens of a reply, one encoder each. */
import { collation, encodeTypeInfo, encodeValue, type SqlType, type SqlValue } from "./types";

export const Token = {
  ReturnStatus: 0x79,
  ColumnMetadata: 0x81,
  Error: 0xaa,
  Info: 0xab,
  ReturnValue: 0xac,
  LoginAcknowledged: 0xad,
  FeatureAcknowledged: 0xae,
  Row: 0xd1,
  EnvironmentChange: 0xe3,
  FederatedInfo: 0xee,
  Done: 0xfd,
  DoneProcedure: 0xfe,
  DoneInProcedure: 0xff,
} as const;

export const DoneStatus = { Final: 0, More: 0x01, Error: 0x02, Count: 0x10, Attention: 0x20 } as const;

export const EnvironmentChange = {
  Database: 1,
  Language: 2,
  PacketSize: 4,
  Collation: 7,
  BeginTransaction: 8,
  CommitTransaction: 9,
  RollbackTransaction: 10,
  ResetAcknowledged: 18,
  Routing: 20,
} as const;

/** An ERROR or INFO token: number, state, class (severity) and line as SQL Server defines them. */
export interface ServerMessage {
  number: number;
  state: number;
  class: number;
  message: string;
  serverName: string;
  procedureName: string;
  line: number;
}

export interface Column {
  name: string;
  type: SqlType;
  nullable: boolean;
}

function uint(value: number, size: 1 | 2 | 4): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
}

/** Text with its length in characters before it, in one or two bytes. */
function text(value: string, lengthBytes: 1 | 2): Buffer {
  const limit = lengthBytes === 1 ? 0xff : 0xffff;
  const cut = value.length > limit ? value.slice(0, limit) : value;
  return Buffer.concat([uint(cut.length, lengthBytes), Buffer.from(cut, "utf16le")]);
}

function withLength(token: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint(token, 1), uint(body.length, 2), body]);
}

export function encodeMessage(kind: "error" | "info", message: ServerMessage): Buffer {
  return withLength(
    kind === "error" ? Token.Error : Token.Info,
    uint(message.number, 4),
    uint(message.state, 1),
    uint(message.class, 1),
    // The token's length has two bytes, so its text has an upper bound.
    text(message.message.slice(0, 8000), 2),
    text(message.serverName, 1),
    text(message.procedureName, 1),
    uint(message.line, 4),
  );
}

export function encodeDone(
  kind: "batch" | "procedure" | "in-procedure",
  status: number,
  command: number,
  count: number,
): Buffer {
  const token =
    kind === "batch" ? Token.Done : kind === "procedure" ? Token.DoneProcedure : Token.DoneInProcedure;
  const rows = Buffer.alloc(8);
  rows.writeBigUInt64LE(BigInt(count));
  return Buffer.concat([uint(token, 1), uint(status, 2), uint(command, 2), rows]);
}

export function encodeReturnStatus(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(Token.ReturnStatus, 0);
  bytes.writeInt32LE(value, 1);
  return bytes;
}

export function encodeColumns(columns: readonly Column[]): Buffer {
  const parts = columns.map((column) =>
    Buffer.concat([
      uint(0, 4),
      uint(column.nullable ? 0x0001 : 0, 2),
      encodeTypeInfo(column.type),
      text(column.name, 1),
    ]),
  );
  return Buffer.concat([uint(Token.ColumnMetadata, 1), uint(columns.length, 2), ...parts]);
}

export function encodeRow(columns: readonly Column[], values: readonly SqlValue[]): Buffer {
  const cells = columns.map((column, index) => encodeValue(column.type, values[index] ?? null));
  return Buffer.concat([uint(Token.Row, 1), ...cells]);
}

/**
 * An output parameter of a procedure called by RPC.
 *
 * @param ordinal its place among all parameters of the call, from 0: drivers that give no names go by it
 */
export function encodeReturnValue(ordinal: number, name: string, type: SqlType, value: SqlValue): Buffer {
  return Buffer.concat([
    uint(Token.ReturnValue, 1),
    uint(ordinal, 2),
    text(name, 1),
    uint(0x01, 1),
    uint(0, 4),
    uint(0x0001, 2),
    encodeTypeInfo(type),
    encodeValue(type, value),
  ]);
}

export function encodeTextChange(type: number, newValue: string, oldValue: string): Buffer {
  return withLength(Token.EnvironmentChange, uint(type, 1), text(newValue, 1), text(oldValue, 1));
}

export function encodeBytesChange(type: number, newValue: Buffer, oldValue: Buffer): Buffer {
  return withLength(
    Token.EnvironmentChange,
    uint(type, 1),
    uint(newValue.length, 1),
    newValue,
    uint(oldValue.length, 1),
    oldValue,
  );
}

/** Sends the client to another server. Its lengths have two bytes each, unlike those of all other changes. */
export function encodeRouting(server: string, port: number): Buffer {
  const route = Buffer.concat([uint(0, 1), uint(port, 2), text(server, 2)]);
  return withLength(
    Token.EnvironmentChange,
    uint(EnvironmentChange.Routing, 1),
    uint(route.length, 2),
    route,
    uint(0, 2),
  );
}

export function encodeCollationChange(): Buffer {
  return encodeBytesChange(EnvironmentChange.Collation, collation, Buffer.alloc(0));
}

/** @param tdsVersion as the client wrote it in LOGIN7; the acknowledgement carries it big endian. */
export function encodeLoginAcknowledged(tdsVersion: number): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(tdsVersion);
  return withLength(
    Token.LoginAcknowledged,
    uint(1, 1),
    version,
    text("Microsoft SQL Server", 1),
    Buffer.from([12, 0, 0x07, 0xd0]),
  );
}

export function encodeFeatureAcknowledged(features: readonly [number, Buffer][]): Buffer {
  const parts = features.map(([id, data]) => Buffer.concat([uint(id, 1), uint(data.length, 4), data]));
  return Buffer.concat([uint(Token.FeatureAcknowledged, 1), ...parts, uint(0xff, 1)]);
}

/** Where a client that brings no token can get one: the token service and the name of the resource. */
export function encodeFederatedInfo(stsUrl: string, servicePrincipalName: string): Buffer {
  const values: [number, Buffer][] = [
    [0x01, Buffer.from(stsUrl, "utf16le")],
    [0x02, Buffer.from(servicePrincipalName, "utf16le")],
  ];
  let offset = 4 + values.length * 9;
  const table: Buffer[] = [];
  for (const [id, data] of values) {
    table.push(Buffer.concat([uint(id, 1), uint(data.length, 4), uint(offset, 4)]));
    offset += data.length;
  }
  const body = Buffer.concat([uint(values.length, 4), ...table, ...values.map(([, data]) => data)]);
  return Buffer.concat([uint(Token.FederatedInfo, 1), uint(body.length, 4), body]);
}
