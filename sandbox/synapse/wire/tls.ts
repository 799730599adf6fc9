/** TLS inside PRELOGIN: the handshake travels in PRELOGIN packets, all that follows is bare TLS. */
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { MessageAssembler, PacketType, packMessage, smallestPacket } from "./packets";

/**
 * What the TLS layer takes for its transport. It unwraps what the client sends in PRELOGIN packets, and wraps what the
 * server sends, until the client's first byte that is not a PRELOGIN packet. A client says what packets it takes in its
 * login, which comes after the handshake: until then it gets the smallest that there are.
 */
export class HandshakeTransport extends Duplex {
  private readonly assembler = new MessageAssembler();
  private outgoing: Buffer[] = [];
  private flushPlanned = false;
  private wrapped = true;

  constructor(private readonly socket: Socket) {
    super();
    socket.on("data", this.receive);
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  /** Leaves the socket to others: what comes from now on is not for TLS. */
  release(): void {
    this.socket.off("data", this.receive);
  }

  private readonly receive = (chunk: Buffer): void => {
    if (!this.wrapped) {
      this.push(chunk);
      return;
    }
    this.assembler.append(chunk);
    for (;;) {
      const pending = this.assembler.pending;
      if (pending.length === 0) return;
      if (pending.readUInt8(0) !== PacketType.Prelogin) {
        this.wrapped = false;
        this.push(this.assembler.takeRest());
        return;
      }
      const message = this.assembler.next();
      if (message === undefined) return;
      this.push(message.payload);
    }
  };

  override _read(): void {
    // Bytes are pushed as they arrive.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (!this.wrapped) {
      this.socket.write(chunk, callback);
      return;
    }
    // Clients want one message per flight, but TLS writes record by record: collect what belongs together.
    this.outgoing.push(chunk);
    if (!this.flushPlanned) {
      this.flushPlanned = true;
      setImmediate(() => {
        this.flush();
      });
    }
    callback();
  }

  private flush(): void {
    this.flushPlanned = false;
    const flight = Buffer.concat(this.outgoing);
    this.outgoing = [];
    if (!this.socket.writable) return;
    this.socket.write(packMessage(PacketType.Prelogin, flight, smallestPacket));
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.flushPlanned) this.flush();
    this.socket.end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.socket.destroy();
    callback(error);
  }
}
