/** The PRELOGIN message: options before the login, encryption above all. */

export const Encryption = { Off: 0, On: 1, NotSupported: 2, Required: 3 } as const;

const Option = {
  Version: 0,
  Encryption: 1,
  Instance: 2,
  ThreadId: 3,
  Mars: 4,
  FederatedAuthentication: 6,
  Terminator: 0xff,
} as const;

export interface Prelogin {
  /** What the client says about encryption; absent when it says nothing. */
  encryption: number | undefined;
  /** The client asks whether federated authentication is required, and its value. */
  federatedAuthentication: number | undefined;
}

export function parsePrelogin(payload: Buffer): Prelogin {
  const result: Prelogin = { encryption: undefined, federatedAuthentication: undefined };
  for (let at = 0; payload.readUInt8(at) !== Option.Terminator; at += 5) {
    const option = payload.readUInt8(at);
    const offset = payload.readUInt16BE(at + 1);
    const length = payload.readUInt16BE(at + 3);
    if (length === 0) continue;
    if (option === Option.Encryption) result.encryption = payload.readUInt8(offset);
    if (option === Option.FederatedAuthentication) result.federatedAuthentication = payload.readUInt8(offset);
  }
  return result;
}

/** @param federated whether the client asked about federated authentication: only then is it answered. */
export function preloginReply(encryption: number, federated: boolean): Buffer {
  const options: [number, Buffer][] = [
    [Option.Version, Buffer.from([12, 0, 0x07, 0xd0, 0, 0])],
    [Option.Encryption, Buffer.from([encryption])],
    [Option.Instance, Buffer.from([0])],
    [Option.ThreadId, Buffer.alloc(0)],
    [Option.Mars, Buffer.from([0])],
  ];
  if (federated) options.push([Option.FederatedAuthentication, Buffer.from([1])]);

  const table: Buffer[] = [];
  let offset = options.length * 5 + 1;
  for (const [option, data] of options) {
    const entry = Buffer.alloc(5);
    entry.writeUInt8(option, 0);
    entry.writeUInt16BE(offset, 1);
    entry.writeUInt16BE(data.length, 3);
    table.push(entry);
    offset += data.length;
  }
  return Buffer.concat([...table, Buffer.from([Option.Terminator]), ...options.map(([, data]) => data)]);
}

/** What the server answers about encryption: Azure always encrypts. */
export function answerEncryption(client: number | undefined): number {
  return client === Encryption.On || client === Encryption.Required ? Encryption.On : Encryption.Required;
}
