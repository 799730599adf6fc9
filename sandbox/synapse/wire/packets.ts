/** TDS packets: the 8-byte header, messages cut into packets, and messages put together again. */

export const PacketType = {
  SqlBatch: 0x01,
  Rpc: 0x03,
  Reply: 0x04,
  Attention: 0x06,
  FederatedToken: 0x08,
  TransactionManager: 0x0e,
  Login7: 0x10,
  Prelogin: 0x12,
} as const;

export const PacketStatus = { Normal: 0, EndOfMessage: 0x01, Ignore: 0x02, ResetConnection: 0x08 } as const;

const knownTypes = new Set<number>(Object.values(PacketType));
const headerLength = 8;
/** Bytes, header included; every client takes packets of this size, and may ask for no smaller ones. */
export const smallestPacket = 512;

/** One whole message; `status` is that of its packets, or-ed. */
export interface Message {
  type: number;
  status: number;
  payload: Buffer;
}

/** A peer that breaks the framing rules; the connection cannot go on. */
export class FramingError extends Error {}

/** Takes bytes as they arrive and gives back the messages that they complete. */
export class MessageAssembler {
  private received: Buffer = Buffer.alloc(0);
  private parts: Buffer[] = [];
  private status = 0;
  private type: number | undefined;

  /** Bytes received that belong to no finished packet yet. */
  get pending(): Buffer {
    return this.received;
  }

  push(chunk: Buffer): Message[] {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const message = this.next();
      if (message === undefined) return messages;
      messages.push(message);
    }
  }

  /** Appends bytes without taking messages out of them; see {@link next}. */
  append(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
  }

  /** The next finished message, if the bytes so far hold one. */
  next(): Message | undefined {
    while (this.received.length >= headerLength) {
      const type = this.received.readUInt8(0);
      const status = this.received.readUInt8(1);
      const length = this.received.readUInt16BE(2);
      if (!knownTypes.has(type)) throw new FramingError(`packet type ${type} is not known`);
      if (length < headerLength) throw new FramingError(`packet length ${length} is below the header's`);
      if (this.type !== undefined && this.type !== type) {
        throw new FramingError(`packet type changed from ${this.type} to ${type} inside a message`);
      }
      if (this.received.length < length) return undefined;

      this.parts.push(this.received.subarray(headerLength, length));
      this.status |= status;
      this.type = type;
      this.received = this.received.subarray(length);
      if ((status & PacketStatus.EndOfMessage) !== 0) {
        const message = { type, status: this.status, payload: Buffer.concat(this.parts) };
        this.parts = [];
        this.status = 0;
        this.type = undefined;
        return message;
      }
    }
    return undefined;
  }

  /** Takes away and returns the bytes that follow the last finished message. */
  takeRest(): Buffer {
    const rest = this.received;
    this.received = Buffer.alloc(0);
    return rest;
  }
}

function header(type: number, status: number, length: number, packetId: number): Buffer {
  const bytes = Buffer.alloc(headerLength);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(status, 1);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt8(packetId & 0xff, 6);
  return bytes;
}

/** Cuts the payloads of one message into packets of the negotiated size. */
export class MessageWriter {
  private packetId = 0;
  private rest: Buffer[] = [];
  private restLength = 0;

  constructor(
    private readonly type: number,
    private readonly packetSize: number,
  ) {}

  /** Adds payload; returns the packets that are full. The last packet is kept back until flush or end. */
  add(payload: Buffer): Buffer[] {
    this.rest.push(payload);
    this.restLength += payload.length;
    const room = this.packetSize - headerLength;
    if (this.restLength <= room) return [];

    const packets: Buffer[] = [];
    let bytes = Buffer.concat(this.rest);
    while (bytes.length > room) {
      packets.push(...this.packet(bytes.subarray(0, room), PacketStatus.Normal));
      bytes = bytes.subarray(room);
    }
    this.rest = [bytes];
    this.restLength = bytes.length;
    return packets;
  }

  /** What is kept back, as a packet that does not end the message. */
  flush(): Buffer[] {
    return this.restLength === 0 ? [] : this.packet(this.takeRest(), PacketStatus.Normal);
  }

  /** The packet that ends the message. */
  end(): Buffer[] {
    return this.packet(this.takeRest(), PacketStatus.EndOfMessage);
  }

  private takeRest(): Buffer {
    const bytes = Buffer.concat(this.rest);
    this.rest = [];
    this.restLength = 0;
    return bytes;
  }

  private packet(payload: Buffer, status: number): Buffer[] {
    this.packetId += 1;
    return [header(this.type, status, payload.length + headerLength, this.packetId), payload];
  }
}

/** A whole message as bytes. */
export function packMessage(type: number, payload: Buffer, packetSize = 4096): Buffer {
  const writer = new MessageWriter(type, packetSize);
  return Buffer.concat([...writer.add(payload), ...writer.end()]);
}
