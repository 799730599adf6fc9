/** The LOGIN7 message: who logs in, where to, and how. */

/** How a federated login hands over its token. */
export type FederatedLogin =
  | { library: "security-token"; token: string; echo: boolean }
  | { library: "msal"; workflow: number; echo: boolean };

export interface Login7 {
  tdsVersion: number;
  packetSize: number;
  /** The client asks for a change of the password at login, or for integrated security. */
  integratedSecurity: boolean;
  hostName: string;
  userName: string;
  password: string;
  applicationName: string;
  serverName: string;
  language: string;
  database: string;
  federated: FederatedLogin | undefined;
  /** The client announced the UTF-8 feature, which wants an acknowledgement. */
  utf8: boolean;
}

const Feature = { FederatedAuthentication: 0x02, Utf8: 0x0a, Terminator: 0xff } as const;
const fixedLength = 94;

export class LoginFormatError extends Error {}

export function parseLogin7(payload: Buffer): Login7 {
  if (payload.length < fixedLength || payload.readUInt32LE(0) !== payload.length) {
    throw new LoginFormatError("the LOGIN7 length field does not match the message");
  }
  const bytesAt = (position: number, unit: number): Buffer => {
    const offset = payload.readUInt16LE(position);
    const length = payload.readUInt16LE(position + 2) * unit;
    if (length === 0) return Buffer.alloc(0);
    if (offset + length > payload.length)
      throw new LoginFormatError("a LOGIN7 field points outside the message");
    return payload.subarray(offset, offset + length);
  };
  const textAt = (position: number): string => bytesAt(position, 2).toString("utf16le");

  const hasExtension = (payload.readUInt8(27) & 0x10) !== 0;
  const features = hasExtension ? readFeatures(payload) : new Map<number, Buffer>();
  const federated = features.get(Feature.FederatedAuthentication);
  return {
    tdsVersion: payload.readUInt32LE(4),
    packetSize: payload.readUInt32LE(8),
    integratedSecurity: (payload.readUInt8(25) & 0x80) !== 0,
    hostName: textAt(36),
    userName: textAt(40),
    password: unscramble(bytesAt(44, 2)),
    applicationName: textAt(48),
    serverName: textAt(52),
    language: textAt(64),
    database: textAt(68),
    federated: federated === undefined ? undefined : readFederated(federated),
    utf8: features.has(Feature.Utf8),
  };
}

/** Undoes the password scrambling of LOGIN7: XOR with 0xA5, then the nibbles change places. */
function unscramble(scrambled: Buffer): string {
  const plain = Buffer.alloc(scrambled.length);
  scrambled.forEach((byte, index) => {
    const mixed = byte ^ 0xa5;
    plain.writeUInt8(((mixed & 0x0f) << 4) | (mixed >> 4), index);
  });
  return plain.toString("utf16le");
}

function readFeatures(payload: Buffer): Map<number, Buffer> {
  const features = new Map<number, Buffer>();
  // The pair points to a four-byte offset, and that one points to the features.
  let at = payload.readUInt32LE(payload.readUInt16LE(56));
  while (payload.readUInt8(at) !== Feature.Terminator) {
    const length = payload.readUInt32LE(at + 1);
    features.set(payload.readUInt8(at), payload.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return features;
}

function readFederated(data: Buffer): FederatedLogin {
  const options = data.readUInt8(0);
  const echo = (options & 1) !== 0;
  const library = options >> 1;
  if (library === 1) {
    const length = data.readUInt32LE(1);
    return { library: "security-token", token: data.subarray(5, 5 + length).toString("utf16le"), echo };
  }
  if (library === 2) return { library: "msal", workflow: data.readUInt8(1), echo };
  throw new LoginFormatError(`federated authentication library ${library} is not known`);
}

/** The token of the message that follows FEDAUTHINFO. */
export function parseFederatedToken(payload: Buffer): string {
  const length = payload.readUInt32LE(4);
  return payload.subarray(8, 8 + length).toString("utf16le");
}
