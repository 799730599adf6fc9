/** Bytes that a client sends, written down by hand. */
export const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A LOGIN7 message with the given fields, at the places the protocol gives them. */
export function login7(
  fields: Record<number, string>,
  password: string,
  features: Buffer = Buffer.alloc(0),
): Buffer {
  const fixed = Buffer.alloc(94);
  const data: Buffer[] = [];
  let offset = 94;
  const place = (position: number, bytes: Buffer, unit: number): void => {
    fixed.writeUInt16LE(offset, position);
    fixed.writeUInt16LE(bytes.length / unit, position + 2);
    data.push(bytes);
    offset += bytes.length;
  };
  fixed.writeUInt32LE(0x74000004, 4);
  fixed.writeUInt32LE(8000, 8);
  for (const [position, text] of Object.entries(fields)) place(Number(position), utf16(text), 2);
  const scrambled = Buffer.from(utf16(password).map((byte) => (((byte & 0x0f) << 4) | (byte >> 4)) ^ 0xa5));
  place(44, scrambled, 2);
  if (features.length > 0) {
    fixed.writeUInt8(0x10, 27);
    place(56, uint32(offset + 4), 4);
    data.push(features);
    offset += features.length;
  }
  fixed.writeUInt32LE(offset, 0);
  return Buffer.concat([fixed, ...data]);
}
