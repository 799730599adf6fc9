/** As much of ASN.1's distinguished encoding rules as a certificate needs (ITU-T X.690). */

function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

export const sequence = (...parts: Buffer[]): Buffer => element(0x30, Buffer.concat(parts));

export const set = (...parts: Buffer[]): Buffer => element(0x31, Buffer.concat(parts));

export const boolean = (value: boolean): Buffer => element(0x01, Buffer.from([value ? 0xff : 0x00]));

/** A whole number that is not negative, most significant byte first. */
export const integer = (bytes: Buffer): Buffer =>
  element(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));

export const octets = (content: Buffer): Buffer => element(0x04, content);

/** @param unused how many bits at the end of the last byte count for nothing */
export const bits = (content: Buffer, unused = 0): Buffer =>
  element(0x03, Buffer.concat([Buffer.from([unused]), content]));

export const text = (value: string): Buffer => element(0x0c, Buffer.from(value));

export const time = (date: Date): Buffer =>
  element(
    0x18,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, "")
        .replace("Z", "")}Z`,
    ),
  );

/** A field that the standard knows by its number: of other elements, or of bytes as they are. */
export const tagged = (number: number, content: Buffer, kind: "constructed" | "primitive"): Buffer =>
  element((kind === "constructed" ? 0xa0 : 0x80) + number, content);

/** An object identifier in dotted form. */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const base128 = (value: number): number[] => {
    const digits = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  };
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}
